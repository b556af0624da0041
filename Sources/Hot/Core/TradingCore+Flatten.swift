import Model
import Units

/// Flattening: the engine's own immediate-or-cancel orders, against the position only, within a bounded distance of the
/// mid, one at a time, through the same gate; then disarmed.
extension TradingCore {
    mutating func beginFlattening() {
        isFlattening = true
        flattenSince = now
    }

    mutating func flatten(_ outputs: inout OutputBuffer) {
        guard state == .reducing else { return }
        var isDone = true
        var progressAt = flattenSince
        for index in 0..<instruments.count { progressAt = Swift.max(progressAt, instruments[index].lastFillAt) }
        // Nothing leaves in the step that gives up.
        let isOver = now - progressAt > configuration.flattenDeadline
        for index in 0..<instruments.count where !isFlat(index, mayAct: !isOver, &outputs) { isDone = false }
        guard isDone, orders.activeCount == 0 else {
            if isOver { giveUp(&outputs) }
            return
        }
        for index in 0..<instruments.count {
            let held = instruments[index]
            if ledger[held.instrument.id].quantity.isZero { continue }
            // What is left is too small for the venue's rules.
            alert(.info, .invalidOrder, instrument: held.instrument.id,
                value: ledger[held.instrument.id].quantity.raw, limit: held.instrument.minQuantity.raw, &outputs)
        }
        enter(.disarmed, .none, .flatten, &outputs)
    }

    /// Nothing was filled for too long: no more orders, everything cancelled, and a person is told what is left.
    private mutating func giveUp(_ outputs: inout OutputBuffer) {
        for index in 0..<instruments.count where !ledger[instruments[index].instrument.id].quantity.isZero {
            let id = instruments[index].instrument.id
            alert(.critical, .cannotFlatten, instrument: id, value: ledger[id].quantity.raw,
                limit: configuration.flattenDeadline.raw, &outputs)
        }
        enterSafe(.cannotFlatten, value: Int64(orders.activeCount), limit: configuration.flattenDeadline.raw, &outputs)
    }

    /// Whether nothing more can be done in an instrument; otherwise takes the next step in it, if it may.
    mutating func isFlat(_ index: Int, mayAct: Bool, _ outputs: inout OutputBuffer) -> Bool {
        let held = instruments[index]
        let id = held.instrument.id
        let position = ledger[id].quantity
        if position.isZero { return true }
        guard held.hasTop else { return false }
        let side: Side = position.isPositive ? .sell : .buy
        guard let price = flattenPrice(side, held),
            let quantity = Swift.min(closable(position, held), Swift.min(held.limits.maxOrderQuantity, affordable(price, held)))
                .snapped(to: held.instrument.lotSize, rounding: .down)
        else { return false }
        let notional = price.times(quantity, rounding: .down) ?? .max
        if quantity < held.instrument.minQuantity || quantity.isZero || notional < held.instrument.minNotional {
            return true
        }
        guard mayAct, orders[open: index].open == 0, now >= held.nextFlattenAt else { return false }
        instruments[index].nextFlattenAt = now + configuration.flattenInterval
        published.intents &+= 1
        let intent = Intent(
            kind: .place, strategy: .engine, instrument: id, side: side, timeInForce: .immediateOrCancel,
            price: price, quantity: quantity, client: .none)
        place(intent, version: 0, &outputs)
        return false
    }

    /// How much of a position an order can close. Fees taken in base were never received: of a long position only what
    /// is held can be sold, which is more than our fills gave where the account held some before.
    private mutating func closable(_ position: Quantity, _ held: InstrumentState) -> Quantity {
        guard position.isPositive else { return position.magnitude }
        let holding = explained(held.instrument.base) + (held.hasBaseline ? held.baseline : 0)
        return Quantity(raw: Int64(clamping: Swift.max(0, Swift.min(Int128(position.raw), holding))))
    }

    /// The largest quantity that the notional limit allows at a price.
    private func affordable(_ price: Price, _ held: InstrumentState) -> Quantity {
        let most = Int128(held.limits.maxOrderNotional.raw) * Int128(fixedPointUnit) / Int128(price.raw)
        return Quantity(raw: Int64(clamping: most))
    }

    /// The limit price: the slippage, or the collar where that is tighter, from the mid, on a tick, rounded inward.
    private mutating func flattenPrice(_ side: Side, _ held: InstrumentState) -> Price? {
        let ofTaking = Swift.min(held.limits.maxSlippageBps, held.limits.maxFillCostBps)
        let bps = Int128(Swift.min(configuration.flattenSlippageBps, Swift.min(held.limits.priceCollarBps, ofTaking)))
        let mid = Int128(held.mid.raw)
        let raw = side == .sell
            ? Rounding.ceiling.divide(mid * (10_000 - bps), by: 10_000)
            : Rounding.floor.divide(mid * (10_000 + bps), by: 10_000)
        guard let price = Int64(exactly: raw).map(Price.init(raw:)), price.isPositive else { return nil }
        return price.snapped(to: held.instrument.tickSize, rounding: side == .sell ? .ceiling : .floor)
    }
}
