import Model
import Units

/// What the gate knows when it judges one new order. All quantities are of the order's instrument.
public struct RiskContext: BitwiseCopyable, Sendable {
    public var now: Nanoseconds
    public var state: SystemState
    public var isAllowed: Bool
    public var instrument: Instrument
    public var limits: RiskLimits
    public var hasTop: Bool
    public var top: TopOfBook
    /// The market link is up, and the order link where the mode needs one.
    public var linksUp: Bool
    public var position: Quantity
    public var openOrders: Int32
    public var unknownOrders: Int32
    /// Worst case of unsettled orders, by side.
    public var openBuy: Quantity
    public var openSell: Quantity
    public var ordersLastSecond: Int32
    public var ordersLastMinute: Int32
    /// Realised plus unrealised minus fees of the day.
    public var dayResult: Notional
    public var hasCapacity: Bool

    public init(
        now: Nanoseconds, state: SystemState, isAllowed: Bool, instrument: Instrument, limits: RiskLimits,
        hasTop: Bool, top: TopOfBook, linksUp: Bool, position: Quantity, openOrders: Int32, unknownOrders: Int32,
        openBuy: Quantity, openSell: Quantity, ordersLastSecond: Int32, ordersLastMinute: Int32,
        dayResult: Notional, hasCapacity: Bool
    ) {
        self.now = now
        self.state = state
        self.isAllowed = isAllowed
        self.instrument = instrument
        self.limits = limits
        self.hasTop = hasTop
        self.top = top
        self.linksUp = linksUp
        self.position = position
        self.openOrders = openOrders
        self.unknownOrders = unknownOrders
        self.openBuy = openBuy
        self.openSell = openSell
        self.ordersLastSecond = ordersLastSecond
        self.ordersLastMinute = ordersLastMinute
        self.dayResult = dayResult
        self.hasCapacity = hasCapacity
    }
}

/// A verdict with the two numbers that were compared.
public struct RiskAnswer: BitwiseCopyable, Sendable, Equatable {
    public var verdict: RiskVerdict
    public var value: Int64
    public var limit: Int64
    public init(_ verdict: RiskVerdict, value: Int64 = 0, limit: Int64 = 0) {
        self.verdict = verdict
        self.value = value
        self.limit = limit
    }
}

/// The pre-trade gate: order in, verdict out. Rules are asked in the order in which `RiskVerdict` declares them; the
/// first that refuses answers. Whatever cannot be computed is refused.
public enum RiskGate {
    /// Judges one new order. Pure; tens of nanoseconds, never allocates.
    public static func evaluate(_ intent: Intent, _ c: RiskContext) -> RiskAnswer {
        if c.state == .halted { return RiskAnswer(.killed) }
        if c.state != .live && c.state != .reducing { return RiskAnswer(.notLive, value: Int64(c.state.rawValue)) }
        if c.state == .reducing, let refusal = reduceOnly(intent, c) { return refusal }
        if !c.isAllowed { return RiskAnswer(.instrumentNotAllowed, value: Int64(intent.instrument.raw)) }
        if !c.hasTop { return RiskAnswer(.noMarketData) }
        let age = c.now - c.top.receivedAt
        // Another thread may stamp a frame a moment after this step's clock was read: ahead is as suspect as behind.
        if age.raw.magnitude > c.limits.maxDataAge.raw.magnitude {
            return RiskAnswer(.staleMarketData, value: age.raw, limit: c.limits.maxDataAge.raw)
        }
        if !c.linksUp { return RiskAnswer(.linkDown) }
        return form(intent, c) ?? size(intent, c) ?? exposure(intent, c) ?? pace(intent, c) ?? RiskAnswer(.passed)
    }

    /// The order must be against the position and, with what rests on its side, not larger than it.
    private static func reduceOnly(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        let open = intent.side == .buy ? c.openBuy : c.openSell
        let reducible = intent.side == .buy ? 0 - Int128(c.position.raw) : Int128(c.position.raw)
        let wanted = Int128(intent.quantity.raw) + Int128(open.raw)
        if wanted <= reducible { return nil }
        return RiskAnswer(
            .reduceOnly, value: Int64(clamping: wanted), limit: Int64(clamping: Swift.max(reducible, 0)))
    }

    /// The venue's own rules for price, quantity and notional.
    private static func form(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        let instrument = c.instrument
        if !intent.price.isPositive || !intent.price.isMultiple(of: instrument.tickSize) {
            return RiskAnswer(.invalidPrice, value: intent.price.raw, limit: instrument.tickSize.raw)
        }
        if intent.quantity < instrument.minQuantity || !intent.quantity.isPositive {
            return RiskAnswer(.invalidQuantity, value: intent.quantity.raw, limit: instrument.minQuantity.raw)
        }
        if intent.quantity > instrument.maxQuantity {
            return RiskAnswer(.invalidQuantity, value: intent.quantity.raw, limit: instrument.maxQuantity.raw)
        }
        if !intent.quantity.isMultiple(of: instrument.lotSize) {
            return RiskAnswer(.invalidQuantity, value: intent.quantity.raw, limit: instrument.lotSize.raw)
        }
        let notional = intent.price.times(intent.quantity, rounding: .down) ?? .max
        if notional < instrument.minNotional {
            return RiskAnswer(.belowMinNotional, value: notional.raw, limit: instrument.minNotional.raw)
        }
        return nil
    }

    private static func size(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        if intent.quantity > c.limits.maxOrderQuantity {
            return RiskAnswer(.orderSize, value: intent.quantity.raw, limit: c.limits.maxOrderQuantity.raw)
        }
        let notional = intent.price.times(intent.quantity, rounding: .ceiling)
        if notional == nil || notional! > c.limits.maxOrderNotional {
            return RiskAnswer(
                .orderNotional, value: (notional ?? .max).raw, limit: c.limits.maxOrderNotional.raw)
        }
        // Distance from the mid in basis points, rounded up; twice the mid keeps it exact.
        let twiceMid = Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)
        let distance = 2 * Int128(intent.price.raw) - twiceMid
        let bps = twiceMid > 0
            ? Rounding.up.divide((distance < 0 ? -distance : distance) * 10_000, by: twiceMid) : Int128.max
        if bps > Int128(c.limits.priceCollarBps) {
            return RiskAnswer(.priceCollar, value: Int64(clamping: bps), limit: Int64(c.limits.priceCollarBps))
        }
        return nil
    }

    private static func exposure(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        if c.openOrders >= c.limits.maxOpenOrders {
            return RiskAnswer(.openOrders, value: Int64(c.openOrders) + 1, limit: Int64(c.limits.maxOpenOrders))
        }
        let worst = intent.side == .buy
            ? Int128(c.position.raw) + Int128(c.openBuy.raw) + Int128(intent.quantity.raw)
            : 0 - (Int128(c.position.raw) - Int128(c.openSell.raw) - Int128(intent.quantity.raw))
        if worst > Int128(c.limits.maxPosition.raw) {
            return RiskAnswer(.position, value: Int64(clamping: worst), limit: c.limits.maxPosition.raw)
        }
        return nil
    }

    private static func pace(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        if c.ordersLastSecond >= c.limits.maxOrdersPerSecond {
            return RiskAnswer(
                .orderRate, value: Int64(c.ordersLastSecond) + 1, limit: Int64(c.limits.maxOrdersPerSecond))
        }
        if c.ordersLastMinute >= c.limits.maxOrdersPerMinute {
            return RiskAnswer(
                .orderRate, value: Int64(c.ordersLastMinute) + 1, limit: Int64(c.limits.maxOrdersPerMinute))
        }
        if c.dayResult.raw <= 0 - c.limits.maxDailyLoss.raw {
            return RiskAnswer(.dailyLoss, value: c.dayResult.raw, limit: 0 - c.limits.maxDailyLoss.raw)
        }
        if c.unknownOrders > 0 { return RiskAnswer(.unknownOrders, value: Int64(c.unknownOrders), limit: 0) }
        if !c.hasCapacity { return RiskAnswer(.capacity) }
        return nil
    }
}
