import Model
import Units

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
        if let refusal = feed(age, c) { return refusal }
        if !c.linksUp { return RiskAnswer(.linkDown) }
        if c.isDirty { return RiskAnswer(.dirtyPosition) }
        if c.isStrategyOff { return RiskAnswer(.strategyOff, value: Int64(intent.strategy.raw)) }
        // What reduces the position does not wait for calm.
        if c.state != .reducing {
            if c.now < c.calmAt { return RiskAnswer(.volatility, value: c.now.raw, limit: c.calmAt.raw) }
            if c.now < c.promptAt { return RiskAnswer(.latency, value: c.now.raw, limit: c.promptAt.raw) }
        }
        return form(intent, c) ?? size(intent, c) ?? taking(intent, c) ?? exposure(intent, c) ?? worth(intent, c)
            ?? pace(intent, c) ?? RiskAnswer(.passed)
    }

    /// What is thought of the feed, and its age by the venue's own time.
    private static func feed(_ age: Nanoseconds, _ c: RiskContext) -> RiskAnswer? {
        if c.feed >= .suspect {
            return RiskAnswer(.feedHealth, value: Int64(c.feed.rawValue), limit: Int64(c.feedReason.rawValue))
        }
        if c.feed == .quiet, age.raw.magnitude > c.limits.maxQuietAge.raw.magnitude {
            return RiskAnswer(.quietMarketData, value: age.raw, limit: c.limits.maxQuietAge.raw)
        }
        guard c.limits.maxVenueAge.raw != .max else { return nil }
        guard let venueAge = c.venueAge else {
            return RiskAnswer(.venueDataAge, value: .max, limit: c.limits.maxVenueAge.raw)
        }
        if venueAge.raw.magnitude > c.limits.maxVenueAge.raw.magnitude {
            return RiskAnswer(.venueDataAge, value: venueAge.raw, limit: c.limits.maxVenueAge.raw)
        }
        return nil
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
        if c.state != .reducing, c.drawdown >= Int128(c.limits.throttleDrawdown.raw) {
            let most = Int128(c.limits.maxOrderQuantity.raw) * Int128(c.limits.throttlePercent) / 100
            if Int128(intent.quantity.raw) > most {
                return RiskAnswer(.drawdownThrottle, value: intent.quantity.raw, limit: Int64(clamping: most))
            }
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

    /// What an order would take at once: from the book, or from ourselves.
    private static func taking(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        let buys = intent.side == .buy
        let best = Int128(buys ? c.top.askPrice.raw : c.top.bidPrice.raw)
        let beyond = buys ? Int128(intent.price.raw) - best : best - Int128(intent.price.raw)
        if beyond > 0, intent.timeInForce != .postOnly {
            let bps = best > 0 ? Rounding.up.divide(beyond * 10_000, by: best) : Int128.max
            if bps > Int128(c.limits.maxSlippageBps) {
                return RiskAnswer(.slippage, value: Int64(clamping: bps), limit: Int64(c.limits.maxSlippageBps))
            }
        }
        let own = buys ? c.ownAsk : c.ownBid
        if buys ? intent.price >= own : intent.price <= own {
            return RiskAnswer(.selfTrade, value: intent.price.raw, limit: own.raw)
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

    /// Exposure in quote at the mid, with the order: of the instrument and of the run. What reduces a position is exempt
    /// from the gross limits, which it would pass through only on its way down.
    private static func worth(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        let twiceMid = Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)
        /// In quote, rounded up; the quantity saturates so that the product fits.
        func quote(_ quantity: Int128) -> Int128 {
            let bounded = Swift.min(quantity, Int128(Int64.max))
            return Rounding.ceiling.divide(bounded * (twiceMid / 2 + twiceMid % 2), by: Int128(fixedPointUnit))
        }
        func answer(_ verdict: RiskVerdict, _ value: Int128, _ limit: Notional) -> RiskAnswer? {
            value > Int128(limit.raw) ? RiskAnswer(verdict, value: Int64(clamping: value), limit: limit.raw) : nil
        }
        let buys = intent.side == .buy
        let position = Int128(c.position.raw)
        let order = Int128(intent.quantity.raw)
        let net = buys ? position + Int128(c.openBuy.raw) + order : Int128(c.openSell.raw) + order - position
        if let refusal = answer(.netExposure, quote(net), c.limits.maxNetExposure) { return refusal }
        let reduces = reduceOnly(intent, c) == nil
        let gross = (position < 0 ? -position : position) + Int128(c.openBuy.raw) + Int128(c.openSell.raw) + order
        if !reduces, let refusal = answer(.grossExposure, quote(gross), c.limits.maxGrossExposure) { return refusal }
        let run = buys ? c.portfolioLong + quote(order) : quote(order) - c.portfolioShort
        if let refusal = answer(.portfolioNet, run, c.limits.maxPortfolioNet) { return refusal }
        if !reduces { return answer(.portfolioGross, c.portfolioGross + quote(order), c.limits.maxPortfolioGross) }
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
        if let refusal = messages(c.messagesLastSecond, c.limits.maxMessagesPerSecond, c) { return refusal }
        if let refusal = messages(c.messagesLastMinute, c.limits.maxMessagesPerMinute, c) { return refusal }
        if c.identicalOrders >= c.limits.maxIdenticalOrders {
            return RiskAnswer(
                .identicalOrders, value: Int64(c.identicalOrders) + 1, limit: Int64(c.limits.maxIdenticalOrders))
        }
        if c.dayResult.raw <= 0 - c.limits.maxDailyLoss.raw {
            return RiskAnswer(.dailyLoss, value: c.dayResult.raw, limit: 0 - c.limits.maxDailyLoss.raw)
        }
        if c.unknownOrders > 0 { return RiskAnswer(.unknownOrders, value: Int64(c.unknownOrders), limit: 0) }
        if !c.hasCapacity { return RiskAnswer(.capacity) }
        return nil
    }

    /// New orders may use a message limit only up to the share kept for cancels.
    private static func messages(_ sent: Int32, _ limit: Int32, _ c: RiskContext) -> RiskAnswer? {
        if limit == .max { return nil }
        let usable = Int64(limit) * Int64(100 - c.limits.cancelSharePercent) / 100
        return Int64(sent) < usable ? nil : RiskAnswer(.messageRate, value: Int64(sent) + 1, limit: usable)
    }
}
