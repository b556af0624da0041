import Model
import Orders
import Units

/// The slow reference of the collar over time: what others say the price has been over the last minute. A mid counts
/// where both best levels hold more than our own orders at that price could show; a public trade counts where none of
/// our orders could have been part of it. So our own quotes cannot walk the reference, alone or against each other.
extension TradingCore {
    /// After a new top of book.
    mutating func observeMid(_ index: Int) {
        guard drifts[index].wants(at: now) else { return }
        let top = instruments[index].top
        guard !trails[index].isBlind(at: now), isOthers(.buy, top.bidPrice, top.bidQuantity, index),
            isOthers(.sell, top.askPrice, top.askQuantity, index)
        else { return }
        drifts[index].record(instruments[index].mid, at: now)
    }

    /// After a public trade.
    mutating func observeTrade(_ trade: PublicTrade) {
        let index = trade.instrument.index
        averages[index].record(trade.price, trade.quantity, at: now)
        guard drifts[index].wants(at: now), !trails[index].isBlind(at: now), !trails[index].reaches(trade.price, now)
        else { return }
        var at = orders.first(in: trade.instrument)
        while let slot = at {
            let price = orders[slot].price
            if orders[slot].side == .buy ? price >= trade.price : price <= trade.price { return }
            at = orders.next(inInstrumentAfter: slot)
        }
        drifts[index].record(trade.price, at: now)
    }

    /// Whether a level holds more than all of ours that may be in it, filled parts included: the display may be older
    /// than a fill we know.
    private func isOthers(_ side: Side, _ price: Price, _ displayed: Quantity, _ index: Int) -> Bool {
        var own = trails[index].quantity(side, at: price, now)
        var at = orders.first(in: InstrumentID(UInt16(truncatingIfNeeded: index)))
        while let slot = at {
            if orders[slot].side == side, orders[slot].price == price { own += Int128(orders[slot].quantity.raw) }
            at = orders.next(inInstrumentAfter: slot)
        }
        return Int128(displayed.raw) > own
    }
}
