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
///
/// Rules take the context in place: it is a thousand bytes, and each call would copy it. Nothing is divided on the way to
/// a pass. A quotient is compared with its limit by multiplication, which for whole numbers is the same: `ceiling(a / b) > n`
/// where `a > n * b`, `floor(a / b) < n` where `a < n * b`. A refusal then divides for its figure. Products are unchecked
/// (`&*`) where their factors' widths prove that they fit 128 bits; the widths are said there.
public enum RiskGate {
    /// Judges one new order. Pure; tens of nanoseconds, never allocates.
    public static func evaluate(_ intent: Intent, _ context: RiskContext) -> RiskAnswer {
        var context = context
        return judge(intent, &context)
    }

    /// As `evaluate`, of a context in place: it is read only, and not copied.
    public static func judge(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer {
        if c.state == .halted { return RiskAnswer(.killed) }
        if c.state != .live && c.state != .reducing { return RiskAnswer(.notLive, value: Int64(c.state.rawValue)) }
        if c.state == .reducing, let refusal = reduceOnly(intent, &c) { return refusal }
        if !c.isAllowed { return RiskAnswer(.instrumentNotAllowed, value: Int64(intent.instrument.raw)) }
        if !c.hasTop { return RiskAnswer(.noMarketData) }
        let age = c.now - c.top.receivedAt
        // Another thread may stamp a frame a moment after this step's clock was read: ahead is as suspect as behind.
        if age.raw.magnitude > c.limits.maxDataAge.raw.magnitude {
            return RiskAnswer(.staleMarketData, value: age.raw, limit: c.limits.maxDataAge.raw)
        }
        if let refusal = feed(age, &c) { return refusal }
        if !c.linksUp { return RiskAnswer(.linkDown) }
        if c.isDirty { return RiskAnswer(.dirtyPosition) }
        if c.unreconciledFor > c.limits.maxUnreconciled {
            return RiskAnswer(.unreconciled, value: c.unreconciledFor.raw, limit: c.limits.maxUnreconciled.raw)
        }
        if c.isStrategyOff { return RiskAnswer(.strategyOff, value: Int64(intent.strategy.raw)) }
        if c.isBlocked { return RiskAnswer(.instrumentBlocked, value: Int64(intent.instrument.raw)) }
        // What reduces the position does not wait for calm.
        if c.state != .reducing {
            if !c.limits.isOpen(atSecond: c.secondOfDay) {
                return RiskAnswer(.outsideWindow, value: Int64(c.secondOfDay), limit: Int64(c.limits.windowStart))
            }
            if c.now < c.calmAt { return RiskAnswer(.volatility, value: c.now.raw, limit: c.calmAt.raw) }
            if c.now < c.promptAt { return RiskAnswer(.latency, value: c.now.raw, limit: c.promptAt.raw) }
            if c.switchAge > c.switchLimit {
                return RiskAnswer(.cancelSwitch, value: c.switchAge.raw, limit: c.switchLimit.raw)
            }
        }
        if !c.isAmendable { return RiskAnswer(.notAmendable) }
        if let refusal = form(intent, &c) { return refusal }
        if let refusal = size(intent, &c) { return refusal }
        if let refusal = taking(intent, &c) { return refusal }
        if let refusal = exposure(intent, &c) { return refusal }
        if let refusal = worth(intent, &c) { return refusal }
        if let refusal = funds(intent, &c) { return refusal }
        if let refusal = pace(intent, &c) { return refusal }
        return RiskAnswer(.passed)
    }

    /// What is thought of the feed, and its age by the venue's own time.
    @inline(__always) private static func feed(_ age: Nanoseconds, _ c: inout RiskContext) -> RiskAnswer? {
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
    @inline(__always) private static func reduceOnly(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        let open = intent.side == .buy ? c.openBuy : c.openSell
        let reducible = intent.side == .buy ? 0 - Int128(c.position.raw) : Int128(c.position.raw)
        let wanted = Int128(intent.quantity.raw) + Int128(open.raw)
        if wanted <= reducible { return nil }
        return RiskAnswer(
            .reduceOnly, value: Int64(clamping: wanted), limit: Int64(clamping: Swift.max(reducible, 0)))
    }

    /// The venue's own rules for price, quantity and notional.
    private static func form(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        if !intent.price.isPositive || !intent.price.isMultiple(of: c.instrument.tickSize) {
            return RiskAnswer(.invalidPrice, value: intent.price.raw, limit: c.instrument.tickSize.raw)
        }
        if intent.quantity < c.instrument.minQuantity || !intent.quantity.isPositive {
            return RiskAnswer(.invalidQuantity, value: intent.quantity.raw, limit: c.instrument.minQuantity.raw)
        }
        if intent.quantity > c.instrument.maxQuantity {
            return RiskAnswer(.invalidQuantity, value: intent.quantity.raw, limit: c.instrument.maxQuantity.raw)
        }
        if !intent.quantity.isMultiple(of: c.instrument.lotSize) {
            return RiskAnswer(.invalidQuantity, value: intent.quantity.raw, limit: c.instrument.lotSize.raw)
        }
        let exact = exactProduct(intent.price.raw, intent.quantity.raw)
        if exact < exactProduct(c.instrument.minNotional.raw, fixedPointUnit) {
            let notional = intent.price.times(intent.quantity, rounding: .down) ?? .max
            return RiskAnswer(.belowMinNotional, value: notional.raw, limit: c.instrument.minNotional.raw)
        }
        return percent(intent, &c)
    }

    /// The venue's percent-price rule. It compares with an average of its own, of which the public trades tell most and
    /// the mid the rest: both must allow the price.
    private static func percent(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        let buys = intent.side == .buy
        let up = Int128(buys ? c.instrument.bidMultiplierUp.raw : c.instrument.askMultiplierUp.raw)
        let down = Int128(buys ? c.instrument.bidMultiplierDown.raw : c.instrument.askMultiplierDown.raw)
        if up == 0, down == 0 { return nil }
        let mid = (Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)) / 2
        let average = c.average.isPositive ? Int128(c.average.raw) : mid
        let price = Int128(intent.price.raw)
        let unit = Int128(fixedPointUnit)
        let highest = Swift.min(mid, average) * up
        if up > 0, price * unit > highest {
            return RiskAnswer(
                .percentPrice, value: intent.price.raw, limit: Int64(clamping: Rounding.floor.divide(highest, by: unit)))
        }
        let lowest = Swift.max(mid, average) * down
        if price * unit < lowest {
            return RiskAnswer(
                .percentPrice, value: intent.price.raw, limit: Int64(clamping: Rounding.ceiling.divide(lowest, by: unit)))
        }
        return nil
    }

    private static func size(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        if intent.quantity > c.limits.maxOrderQuantity {
            return RiskAnswer(.orderSize, value: intent.quantity.raw, limit: c.limits.maxOrderQuantity.raw)
        }
        if c.state != .reducing, c.drawdown >= Int128(c.limits.throttleDrawdown.raw) {
            let most = exactProduct(c.limits.maxOrderQuantity.raw, Int64(c.limits.throttlePercent)) / 100
            if Int128(intent.quantity.raw) > most {
                return RiskAnswer(.drawdownThrottle, value: intent.quantity.raw, limit: Int64(clamping: most))
            }
        }
        let exact = exactProduct(intent.price.raw, intent.quantity.raw)
        if exact > exactProduct(c.limits.maxOrderNotional.raw, fixedPointUnit) {
            let notional = intent.price.times(intent.quantity, rounding: .ceiling) ?? .max
            return RiskAnswer(.orderNotional, value: notional.raw, limit: c.limits.maxOrderNotional.raw)
        }
        // Distance from the mid in basis points, rounded up; twice the mid keeps it exact.
        let twiceMid = Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)
        let distance = (Int128(intent.price.raw) &<< 1) - twiceMid
        if isBeyond(distance, twiceMid, c.limits.priceCollarBps) {
            return RiskAnswer(.priceCollar, value: bps(distance, twiceMid), limit: Int64(c.limits.priceCollarBps))
        }
        return drift(intent, &c)
    }

    /// Distance from what others said the price has been, in basis points, rounded up. What reduces is held back by the
    /// collar around the mid alone: it must get out where the price is now.
    @inline(__always) private static func drift(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        if c.limits.maxDriftBps == .max || c.state == .reducing { return nil }
        let reference = Int128(c.reference.raw)
        let distance = Int128(intent.price.raw) - reference
        if !isBeyond(distance, reference, c.limits.maxDriftBps) { return nil }
        return RiskAnswer(.priceDrift, value: bps(distance, reference), limit: Int64(c.limits.maxDriftBps))
    }

    /// Whether `distance`, signs dropped, is more than so many basis points of `whole`, rounded up; true where that cannot
    /// be said. Precondition: both fit 66 bits, so that the products fit 98.
    @inline(__always) static func isBeyond(_ distance: Int128, _ whole: Int128, _ limit: Int32) -> Bool {
        whole <= 0 || (distance < 0 ? 0 &- distance : distance) &* 10_000 > whole &* Int128(limit)
    }

    /// The figure that `isBeyond` compares.
    @inline(never) private static func bps(_ distance: Int128, _ whole: Int128) -> Int64 {
        if whole <= 0 { return .max }
        return Int64(clamping: Rounding.up.divide((distance < 0 ? -distance : distance) * 10_000, by: whole))
    }

    /// What an order would take at once: from the book, or from ourselves.
    private static func taking(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        let buys = intent.side == .buy
        let best = Int128(buys ? c.top.askPrice.raw : c.top.bidPrice.raw)
        let beyond = buys ? Int128(intent.price.raw) - best : best - Int128(intent.price.raw)
        if beyond > 0, intent.timeInForce != .postOnly, isBeyond(beyond, best, c.limits.maxSlippageBps) {
            return RiskAnswer(.slippage, value: bps(beyond, best), limit: Int64(c.limits.maxSlippageBps))
        }
        if beyond >= 0, intent.timeInForce != .postOnly, let refusal = fillCost(intent, &c, best) { return refusal }
        let own = buys ? c.ownAsk : c.ownBid
        if buys ? intent.price >= own : intent.price <= own {
            return RiskAnswer(.selfTrade, value: intent.price.raw, limit: own.raw)
        }
        return nil
    }

    /// Expected fill of an order that takes, against the mid, in basis points, rounded up: the best level gives what it
    /// shows at its price, and all beyond it costs the order's limit price, since the core knows no deeper level.
    private static func fillCost(_ intent: Intent, _ c: inout RiskContext, _ best: Int128) -> RiskAnswer? {
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

    private static func exposure(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
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
    private static func worth(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        let twiceMid = Int128(c.top.bidPrice.raw) + Int128(c.top.askPrice.raw)
        // Rounded up; prices are positive.
        let mid = (twiceMid + 1) &>> 1
        let buys = intent.side == .buy
        let position = Int128(c.position.raw)
        let order = Int128(intent.quantity.raw)
        let net = buys ? position + Int128(c.openBuy.raw) + order : Int128(c.openSell.raw) + order - position
        if let refusal = above(c.limits.maxNetExposure, exact(net, mid), .zero, .netExposure) { return refusal }
        let reduces = reduceOnly(intent, &c) == nil
        let gross = (position < 0 ? -position : position) + Int128(c.openBuy.raw) + Int128(c.openSell.raw) + order
        if !reduces, let refusal = above(c.limits.maxGrossExposure, exact(gross, mid), .zero, .grossExposure) {
            return refusal
        }
        let worth = exact(order, mid)
        let held = buys ? c.portfolioLong : 0 - c.portfolioShort
        if let refusal = above(c.limits.maxPortfolioNet, worth, held, .portfolioNet) { return refusal }
        if reduces { return nil }
        return above(c.limits.maxPortfolioGross, worth, c.portfolioGross, .portfolioGross)
    }

    /// A quantity of at most 66 bits in quote, scale 16; it saturates so that the product fits. Precondition: the mid is
    /// below 2^63.
    @inline(__always) private static func exact(_ quantity: Int128, _ mid: Int128) -> Int128 {
        Swift.max(Swift.min(quantity, Int128(Int64.max)), Int128(Int64.min)) &* mid
    }

    /// Refuses where `worth` (scale 16), in quote rounded up, and `held` (scale 8) are together above a limit.
    @inline(__always) private static func above(
        _ limit: Notional, _ worth: Int128, _ held: Int128, _ verdict: RiskVerdict
    ) -> RiskAnswer? {
        if fits(worth, Int128(limit.raw) - held) { return nil }
        return RiskAnswer(verdict, value: Int64(clamping: held + quote(worth)), limit: limit.raw)
    }

    /// Whether a worth (scale 16), rounded up to scale 8, is at most `room`.
    @inline(__always) private static func fits(_ worth: Int128, _ room: Int128) -> Bool {
        // Beyond 64 bits the product below might not fit, and the worth itself is below 126 bits.
        if let small = Int64(exactly: room) { return worth <= exactProduct(small, fixedPointUnit) }
        return quote(worth) <= room
    }

    @inline(never) private static func quote(_ worth: Int128) -> Int128 {
        Rounding.ceiling.divide(worth, by: Int128(fixedPointUnit))
    }

    /// The account can pay for it: quote for a buy, with the fee allowance; base for a sale. The reserve in quote stays
    /// untouched but by what reduces. A balance that nobody has told is none: the limit is then shown as -1.
    private static func funds(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        var need = Int128(intent.quantity.raw)
        var available = c.available
        if intent.side == .buy {
            if c.state != .reducing { available -= Int128(c.limits.quoteReserve.raw) }
            let worth = exactProduct(intent.quantity.raw, intent.price.raw)
            // Never less than the need, without a division: 10^8 is more than 2^26 and 10,000 more than 2^13. At most 100
            // bits by 31.
            let most = (worth &>> 26) + 1
            let fee = most &* Int128(Swift.max(0, c.limits.feeAllowanceBps))
            if c.hasBalance, worth >= 0, most + (fee &>> 13) + 1 <= available { return nil }
            need = Rounding.ceiling.divide(worth, by: Int128(fixedPointUnit))
            need += Rounding.ceiling.divide(need * Int128(c.limits.feeAllowanceBps), by: 10_000)
        }
        if !c.hasBalance { return RiskAnswer(.insufficientBalance, value: Int64(clamping: need), limit: -1) }
        if need <= available { return nil }
        return RiskAnswer(
            .insufficientBalance, value: Int64(clamping: need), limit: Int64(clamping: Swift.max(0, available)))
    }

    private static func pace(_ intent: Intent, _ c: inout RiskContext) -> RiskAnswer? {
        if c.ordersLastSecond >= c.limits.maxOrdersPerSecond {
            return RiskAnswer(
                .orderRate, value: Int64(c.ordersLastSecond) + 1, limit: Int64(c.limits.maxOrdersPerSecond))
        }
        if c.ordersLastMinute >= c.limits.maxOrdersPerMinute {
            return RiskAnswer(
                .orderRate, value: Int64(c.ordersLastMinute) + 1, limit: Int64(c.limits.maxOrdersPerMinute))
        }
        if let refusal = budget(.instrumentRate, c.instrumentLastSecond, c.limits.maxInstrumentOrdersPerSecond, &c)
            ?? budget(.instrumentRate, c.instrumentLastMinute, c.limits.maxInstrumentOrdersPerMinute, &c)
            ?? budget(.messageRate, c.messagesLastSecond, c.limits.maxMessagesPerSecond, &c)
            ?? budget(.messageRate, c.messagesLastMinute, c.limits.maxMessagesPerMinute, &c)
        { return refusal }
        if c.now < c.heldUntil { return RiskAnswer(.held, value: c.now.raw, limit: c.heldUntil.raw) }
        if let refusal = venue(c.venueWeight, c.venueWeightLimit, &c) ?? venue(c.venueOrders, c.venueOrdersLimit, &c)
            ?? venue(c.venueOrdersLong, c.venueOrdersLongLimit, &c) { return refusal }
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
    @inline(__always) private static func venue(_ used: Int32, _ limit: Int32, _ c: inout RiskContext) -> RiskAnswer? {
        if limit <= 0 { return nil }
        let usable = Int64(limit) * Int64(100 - c.limits.cancelSharePercent) / 100
        return Int64(used) < usable ? nil : RiskAnswer(.venueRate, value: Int64(used) + 1, limit: usable)
    }

    /// New orders may use a budget of requests only up to the share kept for cancels.
    @inline(__always) private static func budget(
        _ verdict: RiskVerdict, _ sent: Int32, _ limit: Int32, _ c: inout RiskContext
    ) -> RiskAnswer? {
        if limit == .max { return nil }
        let usable = Int64(limit) * Int64(100 - c.limits.cancelSharePercent) / 100
        return Int64(sent) < usable ? nil : RiskAnswer(verdict, value: Int64(sent) + 1, limit: usable)
    }
}
