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
        if c.isBlocked { return RiskAnswer(.instrumentBlocked, value: Int64(intent.instrument.raw)) }
        // What reduces the position does not wait for calm.
        if c.state != .reducing {
            if !c.limits.isOpen(atSecond: c.secondOfDay) {
                return RiskAnswer(.outsideWindow, value: Int64(c.secondOfDay), limit: Int64(c.limits.windowStart))
            }
            if c.now < c.calmAt { return RiskAnswer(.volatility, value: c.now.raw, limit: c.calmAt.raw) }
            if c.now < c.promptAt { return RiskAnswer(.latency, value: c.now.raw, limit: c.promptAt.raw) }
        }
        if !c.isAmendable { return RiskAnswer(.notAmendable) }
        return form(intent, c) ?? size(intent, c) ?? taking(intent, c) ?? exposure(intent, c) ?? worth(intent, c)
            ?? funds(intent, c) ?? pace(intent, c) ?? RiskAnswer(.passed)
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
        return percent(intent, c)
    }

    /// The venue's percent-price rule. It compares with an average of its own, of which the public trades tell most and
    /// the mid the rest: both must allow the price.
    private static func percent(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        let buys = intent.side == .buy
        let up = Int128(buys ? c.instrument.bidMultiplierUp.raw : c.instrument.askMultiplierUp.raw)
        let down = Int128(buys ? c.instrument.bidMultiplierDown.raw : c.instrument.askMultiplierDown.raw)
        if up == 0, down == 0 { return nil }
        let mid = (Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)) / 2
        let average = c.average.isPositive ? Int128(c.average.raw) : mid
        let price = Int128(intent.price.raw)
        let highest = Rounding.floor.divide(Swift.min(mid, average) * up, by: Int128(fixedPointUnit))
        if up > 0, price > highest {
            return RiskAnswer(.percentPrice, value: intent.price.raw, limit: Int64(clamping: highest))
        }
        let lowest = Rounding.ceiling.divide(Swift.max(mid, average) * down, by: Int128(fixedPointUnit))
        if price < lowest { return RiskAnswer(.percentPrice, value: intent.price.raw, limit: Int64(clamping: lowest)) }
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
        return drift(intent, c)
    }

    /// Distance from what others said the price has been, in basis points, rounded up. What reduces is held back by the
    /// collar around the mid alone: it must get out where the price is now.
    private static func drift(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        if c.limits.maxDriftBps == .max || c.state == .reducing { return nil }
        let reference = Int128(c.reference.raw)
        let distance = Int128(intent.price.raw) - reference
        let bps = reference > 0
            ? Rounding.up.divide((distance < 0 ? -distance : distance) * 10_000, by: reference) : Int128.max
        if bps <= Int128(c.limits.maxDriftBps) { return nil }
        return RiskAnswer(.priceDrift, value: Int64(clamping: bps), limit: Int64(c.limits.maxDriftBps))
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
        if beyond >= 0, intent.timeInForce != .postOnly, let refusal = fillCost(intent, c, best) { return refusal }
        let own = buys ? c.ownAsk : c.ownBid
        if buys ? intent.price >= own : intent.price <= own {
            return RiskAnswer(.selfTrade, value: intent.price.raw, limit: own.raw)
        }
        return nil
    }

    /// Expected fill of an order that takes, against the mid, in basis points, rounded up: the best level gives what it
    /// shows at its price, and all beyond it costs the order's limit price, since the core knows no deeper level.
    private static func fillCost(_ intent: Intent, _ c: RiskContext, _ best: Int128) -> RiskAnswer? {
        if c.limits.maxFillCostBps == .max { return nil }
        let quantity = Int128(intent.quantity.raw)
        let shown = Swift.min(quantity, Int128(intent.side == .buy ? c.top.askQuantity.raw : c.top.bidQuantity.raw))
        let value = best * shown + Int128(intent.price.raw) * (quantity - shown)
        let fair = (Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)) / 2 * quantity
        let (scaled, overflow) = (value < fair ? fair - value : value - fair).multipliedReportingOverflow(by: 10_000)
        let bps = overflow || fair <= 0 ? Int128.max : Rounding.up.divide(scaled, by: fair)
        if bps <= Int128(c.limits.maxFillCostBps) { return nil }
        return RiskAnswer(.slippage, value: Int64(clamping: bps), limit: Int64(c.limits.maxFillCostBps))
    }

    private static func exposure(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        let venues = c.instrument.maxOpenOrders > 0 ? c.instrument.maxOpenOrders : .max
        let most = Swift.min(c.limits.maxOpenOrders, venues)
        if c.openOrders >= most { return RiskAnswer(.openOrders, value: Int64(c.openOrders) + 1, limit: Int64(most)) }
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

    /// The account can pay for it: quote for a buy, with the fee allowance; base for a sale. The reserve in quote stays
    /// untouched but by what reduces. A balance that nobody has told is none: the limit is then shown as -1.
    private static func funds(_ intent: Intent, _ c: RiskContext) -> RiskAnswer? {
        var need = Int128(intent.quantity.raw)
        var available = c.available
        if intent.side == .buy {
            need = Rounding.ceiling.divide(need * Int128(intent.price.raw), by: Int128(fixedPointUnit))
            need += Rounding.ceiling.divide(need * Int128(c.limits.feeAllowanceBps), by: 10_000)
            if c.state != .reducing { available -= Int128(c.limits.quoteReserve.raw) }
        }
        if !c.hasBalance { return RiskAnswer(.insufficientBalance, value: Int64(clamping: need), limit: -1) }
        if need <= available { return nil }
        return RiskAnswer(
            .insufficientBalance, value: Int64(clamping: need), limit: Int64(clamping: Swift.max(0, available)))
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
        if let refusal = budget(.instrumentRate, c.instrumentLastSecond, c.limits.maxInstrumentOrdersPerSecond, c)
            ?? budget(.instrumentRate, c.instrumentLastMinute, c.limits.maxInstrumentOrdersPerMinute, c)
            ?? budget(.messageRate, c.messagesLastSecond, c.limits.maxMessagesPerSecond, c)
            ?? budget(.messageRate, c.messagesLastMinute, c.limits.maxMessagesPerMinute, c)
        { return refusal }
        if c.now < c.heldUntil { return RiskAnswer(.held, value: c.now.raw, limit: c.heldUntil.raw) }
        if let refusal = venue(c.venueWeight, c.venueWeightLimit, c) ?? venue(c.venueOrders, c.venueOrdersLimit, c)
            ?? venue(c.venueOrdersLong, c.venueOrdersLongLimit, c) { return refusal }
        if c.identicalOrders >= c.limits.maxIdenticalOrders {
            return RiskAnswer(
                .identicalOrders, value: Int64(c.identicalOrders) + 1, limit: Int64(c.limits.maxIdenticalOrders))
        }
        if c.limits.maxOrdersPerTrade != .max, c.state != .reducing {
            let allowed = Swift.max(
                Int64(c.limits.orderToTradeFloor), Int64(c.tradesInRatio) * Int64(c.limits.maxOrdersPerTrade))
            if Int64(c.ordersInRatio) >= allowed {
                return RiskAnswer(.orderToTrade, value: Int64(c.ordersInRatio) + 1, limit: allowed)
            }
        }
        // A limit that led to reducing must not hold the reducing up.
        if c.state != .reducing, c.dayResult.raw <= 0 - c.limits.maxDailyLoss.raw {
            return RiskAnswer(.dailyLoss, value: c.dayResult.raw, limit: 0 - c.limits.maxDailyLoss.raw)
        }
        if c.unknownOrders > 0 { return RiskAnswer(.unknownOrders, value: Int64(c.unknownOrders), limit: 0) }
        if !c.hasCapacity { return RiskAnswer(.capacity) }
        return nil
    }

    /// As `budget`, by the venue's own count.
    private static func venue(_ used: Int32, _ limit: Int32, _ c: RiskContext) -> RiskAnswer? {
        if limit <= 0 { return nil }
        let usable = Int64(limit) * Int64(100 - c.limits.cancelSharePercent) / 100
        return Int64(used) < usable ? nil : RiskAnswer(.venueRate, value: Int64(used) + 1, limit: usable)
    }

    /// New orders may use a budget of requests only up to the share kept for cancels.
    private static func budget(_ verdict: RiskVerdict, _ sent: Int32, _ limit: Int32, _ c: RiskContext) -> RiskAnswer? {
        if limit == .max { return nil }
        let usable = Int64(limit) * Int64(100 - c.limits.cancelSharePercent) / 100
        return Int64(sent) < usable ? nil : RiskAnswer(verdict, value: Int64(sent) + 1, limit: usable)
    }
}
