import Model
import StrategyKit
import Units

/// Two-sided post-only quotes around the mid, shifted against the inventory. It compares what it wants with what
/// rests and proposes only the difference: first the cancel, and the new quote once the old one is gone; with `amends`
/// an untouched quote is moved in one request, and one that has become larger than the inventory allows is reduced where
/// it rests. With `levels` above 1 it rests that many quotes a side (`Quoter+Levels`).
public struct Quoter: Strategy {
    /// Parameters, all required but `amends`, which is 0 or 1 and off where it is not given, and `levels` (1 where it is not
    /// given) with `levelStepTicks`. Quantities at scale 8, times in nanoseconds, ticks and basis points as plain counts.
    /// `skewTicks` is the shift of both quotes at `maxInventory`, linear below it.
    public static let parameterNames = [
        "orderQuantity", "halfSpreadTicks", "halfSpreadBps", "skewTicks", "maxInventory", "minReplaceInterval",
        "minPriceChangeTicks", "amends", "levels", "levelStepTicks",
    ]
    /// Most quotes a side.
    public static let mostLevels = 50
    /// Of its code, in every decision's version: raised with each change of what it may propose (StrategyVersionTests).
    public static let codeVersion: UInt32 = 2

    public let instrument: InstrumentID
    public let versionHash: UInt32
    let orderQuantity: Quantity
    private let halfSpreadTicks: Int64
    private let halfSpreadBps: Int64
    private let skewTicks: Int64
    private let maxInventory: Quantity
    let minReplaceInterval: Nanoseconds
    let minPriceChangeTicks: Int64
    private let amends: Bool
    /// Off where a quote is moved in one request; and in a test, which compares both.
    var isQuick: Bool
    let levels: Int
    let levelStepTicks: Int64
    var nextBidAt = Nanoseconds.zero
    var nextAskAt = Nanoseconds.zero
    /// Time alone changes what it wants only where a side waits for its interval; what was proposed may be refused, and is
    /// proposed again.
    public private(set) var nextTimer = Nanoseconds.zero

    /// From named raw values; an unknown, missing or impossible one is refused. The wider of `halfSpreadTicks` and
    /// `halfSpreadBps` counts.
    public init(instrument: InstrumentID, parameters: [String: Int64]) throws(ParameterError) {
        let reader = try ParameterReader(parameters, names: Self.parameterNames)
        self.instrument = instrument
        orderQuantity = Quantity(raw: try reader.value("orderQuantity", in: 1...ParameterReader.quantityMax))
        halfSpreadTicks = try reader.value("halfSpreadTicks", in: 0...ParameterReader.ticksMax)
        halfSpreadBps = try reader.value("halfSpreadBps", in: 0...10_000)
        skewTicks = try reader.value("skewTicks", in: 0...ParameterReader.ticksMax)
        maxInventory = Quantity(raw: try reader.value("maxInventory", in: 1...ParameterReader.quantityMax))
        minReplaceInterval = Nanoseconds(raw: try reader.value("minReplaceInterval", in: 0...ParameterReader.durationMax))
        minPriceChangeTicks = try reader.value("minPriceChangeTicks", in: 0...ParameterReader.ticksMax)
        amends = try reader.flag("amends")
        isQuick = !amends
        let isDeep = parameters["levels"] != nil || parameters["levelStepTicks"] != nil
        let mostOrders = ParameterReader.quantityMax / orderQuantity.raw
        levels = isDeep ? Int(try reader.value("levels", in: 1...Swift.min(Int64(Self.mostLevels), mostOrders))) : 1
        levelStepTicks = isDeep ? try reader.value("levelStepTicks", in: 1...ParameterReader.ticksMax) : 0
        // Several quotes a side are cancelled and placed, never moved.
        if isDeep, amends { throw .outOfRange("amends", value: 1, least: 0, most: 0) }
        let values = [
            orderQuantity.raw, halfSpreadTicks, halfSpreadBps, skewTicks, maxInventory.raw, minReplaceInterval.raw,
            minPriceChangeTicks,
        ]
        versionHash = strategyVersionHash(
            code: Self.codeVersion, isDeep ? values + [0, Int64(levels), levelStepTicks] : amends ? values + [1] : values)
    }

    public mutating func onStart(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        nextBidAt = .zero
        nextAskAt = .zero
        quote(context, &intents)
    }
    public mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        quote(context, &intents)
    }
    public mutating func onFill(_ fill: Fill, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        quote(context, &intents)
    }
    public mutating func onTimer(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        quote(context, &intents)
    }

    /// What one side may still add to the inventory, raw; negative when there is too much already.
    private func room(_ side: Side, _ context: borrowing StrategyContext) -> Int128 {
        Int128(maxInventory.raw) - (side == .buy ? Int128(context.position.raw) : 0 - Int128(context.position.raw))
    }

    /// What both sides are derived from, all doubled to stay whole: the shifted middle and half of the spread.
    struct Aim {
        var middle: Int128
        var half: Int128
    }

    func aim(_ context: borrowing StrategyContext) -> Aim {
        let twiceTick = Int128(context.instrument.tickSize.raw) &<< 1
        let twiceMid = Int128(context.top.bidPrice.raw) + Int128(context.top.askPrice.raw)
        // Counts of ticks and basis points have at most 20 bits, prices 63: these products fit.
        var half = twiceTick &* Int128(halfSpreadTicks)
        if halfSpreadBps > 0 {
            half = Swift.max(half, Rounding.up.divide(twiceMid &* Int128(halfSpreadBps), by: 10_000))
        }
        if skewTicks == 0 || context.position.isZero { return Aim(middle: twiceMid, half: half) }
        let skew = Rounding.halfEven.divide(
            twiceTick * Int128(skewTicks) * Int128(context.position.raw), by: Int128(maxInventory.raw))
        return Aim(middle: twiceMid - skew, half: half)
    }

    /// The wanted price of one side, or `nil` when that side should not quote `quantity`.
    @inline(__always) func wanted(
        _ side: Side, _ quantity: Quantity, _ aim: Aim, _ context: borrowing StrategyContext
    ) -> Price? {
        let buys = side == .buy
        if Int128(quantity.raw) > room(side, context) { return nil }
        let tick = Int128(context.instrument.tickSize.raw)
        // Away from the mid, to a tick, and never through the other side: the venue would refuse a post-only order. The
        // quotient times a tick is no larger than what was divided.
        let price = buys
            ? Swift.min(
                Rounding.floor.divide(aim.middle - aim.half, by: tick &<< 1) &* tick, Int128(context.top.askPrice.raw) - tick)
            : Swift.max(
                Rounding.ceiling.divide(aim.middle + aim.half, by: tick &<< 1) &* tick, Int128(context.top.bidPrice.raw) + tick)
        guard price > 0, let raw = Int64(exactly: price) else { return nil }
        return Price(raw: raw)
    }

    private mutating func quote(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        nextTimer = Nanoseconds(raw: .max)
        guard context.hasTop else { return }
        if levels > 1 {
            quoteLevels(context, &intents)
        } else {
            let aim = aim(context)
            if !stands(.buy, aim, context), quote(.buy, aim, after: nextBidAt, context, &intents) {
                nextBidAt = context.now + minReplaceInterval
            }
            if !stands(.sell, aim, context), quote(.sell, aim, after: nextAskAt, context, &intents) {
                nextAskAt = context.now + minReplaceInterval
            }
        }
        if nextBidAt > context.now { nextTimer = nextBidAt }
        if nextAskAt > context.now { nextTimer = Swift.min(nextTimer, nextAskAt) }
        if intents.count > 0 { nextTimer = .zero }
    }

    /// Whether a side's one quote surely stays, which most ticks leave it: told from the price before it is rounded to a tick,
    /// so that nothing is divided. `false` says nothing: `quote` looks closely then.
    @inline(__always) private func stands(_ side: Side, _ aim: Aim, _ context: borrowing StrategyContext) -> Bool {
        var found = -1
        for index in 0..<context.orderCount where context.order(index).side == side {
            if found >= 0 { return false }
            found = index
        }
        guard isQuick, found >= 0, Int128(orderQuantity.raw) <= room(side, context) else { return false }
        let twiceTick = Int128(context.instrument.tickSize.raw) &<< 1
        let twicePrice = side == .buy ? aim.middle - aim.half : aim.middle + aim.half
        // Rounded away from the mid it moves by less than a tick; it has to stay a price, and behind the other side.
        let isQuote = side == .buy
            ? twicePrice > twiceTick && twicePrice <= Int128(context.top.askPrice.raw) &<< 1 - twiceTick
            : twicePrice >= Int128(context.top.bidPrice.raw) &<< 1 + twiceTick && twicePrice < Int128(Int64.max)
        guard isQuote else { return false }
        let gap = twicePrice - Int128(context.order(found).price.raw) &<< 1
        return (gap < 0 ? 0 - gap : gap) + twiceTick <= twiceTick &* Int128(minPriceChangeTicks)
    }

    /// Moves or reduces a quote in one request, where that is possible; `true` when it was proposed.
    private func amend(
        _ order: OwnOrder, to price: Price?, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) -> Bool {
        if let price {
            guard order.state == .open, order.filled.isZero else { return false }
            let isWhole = Int128(orderQuantity.raw) <= room(order.side, context)
            return intents.amend(order, price: price, quantity: isWhole ? orderQuantity : order.remaining)
        }
        let lot = Int128(context.instrument.lotSize.raw)
        let left = room(order.side, context) / lot * lot
        guard left >= Int128(context.instrument.minQuantity.raw), left > 0, let raw = Int64(exactly: left),
            let quantity = order.filled.adding(Quantity(raw: raw)), raw < order.remaining.raw
        else { return false }
        return intents.amend(order, price: order.price, quantity: quantity)
    }

    /// One side; `true` when it proposed a placement or an amendment.
    private func quote(
        _ side: Side, _ aim: Aim, after earliest: Nanoseconds, _ context: borrowing StrategyContext,
        _ intents: inout IntentBuffer
    ) -> Bool {
        var price = wanted(side, orderQuantity, aim, context)
        let change = exactProduct(context.instrument.tickSize.raw, minPriceChangeTicks)
        var isBusy = false
        for index in 0..<context.orderCount {
            guard context.order(index).side == side else { continue }
            let order = context.order(index)
            if amends { price = wanted(side, order.remaining, aim, context) }
            let isKept = !isBusy && price.map { (Int128($0.raw) - Int128(order.price.raw)).magnitude <= change.magnitude } ?? false
            isBusy = true
            if amends, !isKept, order.isWorking, context.now >= earliest, amend(order, to: price, context, &intents) {
                return true
            }
            // A quote that is no longer wanted goes at once; one that should move waits for its interval.
            if !isKept, order.isWorking, price == nil || context.now >= earliest { intents.cancel(order) }
        }
        guard let price, !isBusy, context.now >= earliest else { return false }
        return intents.place(side, .postOnly, price: price, quantity: orderQuantity)
    }
}
