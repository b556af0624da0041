import Model
import StrategyKit
import Units

/// Several quotes a side, `levelStepTicks` apart, the nearest where a single one would be.
///
/// A resting order stands for the first level that is still free and no further from it than `minPriceChangeTicks`; one
/// that stands for none is cancelled. What is missing is placed, but never so that more than `levels` of a side are on
/// their way or resting. As many levels are wanted as the inventory has room for if all of them are filled.
extension Quoter {
    mutating func quoteLevels(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        let aim = aim(context)
        if quoteLevels(.buy, aim, after: nextBidAt, context, &intents) { nextBidAt = context.now + minReplaceInterval }
        if quoteLevels(.sell, aim, after: nextAskAt, context, &intents) { nextAskAt = context.now + minReplaceInterval }
    }

    /// One side; `true` when it proposed a placement.
    private func quoteLevels(
        _ side: Side, _ aim: Aim, after earliest: Nanoseconds, _ context: borrowing StrategyContext,
        _ intents: inout IntentBuffer
    ) -> Bool {
        var prices = InlineArray<50, Int64>(repeating: 0)
        let step = Int128(context.instrument.tickSize.raw) * Int128(levelStepTicks) * 2
        for level in 0..<levels {
            // The product fits: `init` bounds it.
            let all = Quantity(raw: orderQuantity.raw * Int64(level + 1))
            let levelAim = Aim(middle: aim.middle, half: aim.half + step * Int128(level))
            prices[level] = wanted(side, all, levelAim, context)?.raw ?? 0
        }
        let change = exactProduct(context.instrument.tickSize.raw, minPriceChangeTicks).magnitude
        let mayMove = context.now >= earliest
        var isTaken: UInt64 = 0
        var resting = 0
        for index in 0..<context.orderCount where context.order(index).side == side {
            let order = context.order(index)
            resting += 1
            var match = -1
            for level in 0..<levels where match < 0 && prices[level] > 0 && isTaken & 1 << UInt64(level) == 0 {
                if (Int128(prices[level]) - Int128(order.price.raw)).magnitude <= change { match = level }
            }
            if match >= 0 {
                isTaken |= 1 << UInt64(match)
            } else if order.isWorking, mayMove {
                intents.cancel(order)
            }
        }
        guard mayMove else { return false }
        var hasPlaced = false
        for level in 0..<levels where resting < levels && prices[level] > 0 && isTaken & 1 << UInt64(level) == 0 {
            guard intents.place(side, .postOnly, price: Price(raw: prices[level]), quantity: orderQuantity) else { break }
            resting += 1
            hasPlaced = true
        }
        return hasPlaced
    }
}
