import Model
import Units

/// How the engine in the seeded world is set. The seed chooses, so that each way back to health has an engine that needs it.
package enum WorldTemper: Sendable {
    /// Quotes at the market, all limits lifted that can be.
    case plain
    /// Quotes far from the market and lets them rest.
    case patient
    /// Every limit that pauses or stops for disorder.
    case strict
    /// Limits of loss that its trading reaches.
    case poor

    package init(seed: UInt64) {
        switch seed % 8 {
        case 0, 1, 2, 3: self = .plain
        case 4, 5: self = .strict
        case 6: self = .patient
        default: self = .poor
        }
    }

    /// The one instrument of the world.
    package static var instrument: Instrument {
        let unit = fixedPointUnit
        return Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: Price(raw: unit / 10), lotSize: Quantity(raw: unit / 1000), minQuantity: Quantity(raw: unit / 1000),
            maxQuantity: Quantity(raw: 1000 * unit), minNotional: Notional(raw: 5 * unit))
    }

    /// With which age of the account's truth orders may still leave, in every seed.
    package static var maxUnreconciled: Nanoseconds { Nanoseconds(seconds: 60) }

    /// Limits that bind.
    package var limits: RiskLimits {
        let unit = fixedPointUnit
        var limits = RiskLimits(
            maxOrderQuantity: Quantity(raw: unit / 10), maxOrderNotional: Notional(raw: 10_000 * unit),
            maxPosition: Quantity(raw: unit / 5), maxOpenOrders: 6, priceCollarBps: 50,
            maxDataAge: Nanoseconds(milliseconds: 1500), maxOrdersPerSecond: 10, maxOrdersPerMinute: 200,
            maxDailyLoss: Notional(raw: 3_000 * unit))
        limits.maxUnreconciled = Self.maxUnreconciled
        tighten(&limits)
        return limits
    }

    package var taker: [String: Int64] {
        let unit = fixedPointUnit
        return [
            "orderQuantity": unit / 20, "threshold": unit, "halfLife": 2_000_000_000, "cooldown": 30_000_000_000,
            "maxInventory": unit / 4, "slippageTicks": 3,
        ]
    }

    /// A third of the seeds keeps a dead-man's switch at the venue.
    package static func cancelSwitch(seed: UInt64) -> CancelSwitchRule? {
        guard seed % 3 == 0 else { return nil }
        return CancelSwitchRule(
            period: Nanoseconds(seconds: 20), interval: Nanoseconds(seconds: 3), maxAge: Nanoseconds(seconds: 10))
    }

    /// Half of the seeds move their quotes by amending them, half of those holding so little that quotes are reduced where they rest.
    package func quoter(seed: UInt64) -> [String: Int64] {
        let unit = fixedPointUnit
        let isPatient = self == .patient
        let amends = seed / 8 % 2 == 0
        let holdsLittle = amends && seed / 16 % 2 == 0
        return [
            "orderQuantity": unit / 20, "halfSpreadTicks": isPatient ? 40 : 3, "halfSpreadBps": 0, "skewTicks": 2,
            "maxInventory": holdsLittle ? unit / 25 * 3 : unit / 4, "amends": amends ? 1 : 0,
            "minReplaceInterval": isPatient ? 60_000_000_000 : 2_000_000_000,
            "minPriceChangeTicks": isPatient ? 60 : 4,
        ]
    }

    private func tighten(_ limits: inout RiskLimits) {
        let unit = fixedPointUnit
        switch self {
        case .plain: break
        case .patient: limits.maxOrderAge = Nanoseconds(seconds: 90)
        case .strict:
            limits.maxUnconfirmed = Nanoseconds(seconds: 8)
            limits.maxMessagesPerSecond = 20
            limits.maxMessagesPerMinute = 300
            limits.cancelSharePercent = 20
            limits.maxIdenticalOrders = 20
            limits.maxOrderAge = Nanoseconds(seconds: 20)
            limits.maxConsecutiveErrors = 4
            limits.maxAckLatency = Nanoseconds(seconds: 1)
            limits.breachPause = Nanoseconds(seconds: 5)
            limits.maxOrderCycles = 40
            limits.maxDirectionFlips = 12
            limits.maxExecutions = 24
            limits.maxMoveBps = 2
        case .poor:
            limits.maxDailyLoss = Notional(raw: 30 * unit)
            limits.maxDrawdown = Notional(raw: 12 * unit)
            limits.drawdownConfirmations = 3
            limits.throttleDrawdown = Notional(raw: 6 * unit)
            limits.throttlePercent = 50
            limits.maxStrategyLoss = Notional(raw: 9 * unit)
        }
    }
}
