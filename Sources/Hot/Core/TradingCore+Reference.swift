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
        for at in 0..<orders.activeCount {
            let order = orders[orders.activeSlot(at)]
            guard order.instrument == trade.instrument else { continue }
            if order.side == .buy ? order.price >= trade.price : order.price <= trade.price { return }
        }
        drifts[index].record(trade.price, at: now)
    }

    /// Whether a level holds more than all of ours that may be in it, filled parts included: the display may be older
    /// than a fill we know.
    private func isOthers(_ side: Side, _ price: Price, _ displayed: Quantity, _ index: Int) -> Bool {
        var own = trails[index].quantity(side, at: price, now)
        for at in 0..<orders.activeCount {
            let order = orders[orders.activeSlot(at)]
            if order.instrument.index == index, order.side == side, order.price == price { own += Int128(order.quantity.raw) }
        }
        return Int128(displayed.raw) > own
    }
}
