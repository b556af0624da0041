import Model
import Orders
import Units

/// The account: what each asset holds, and what an order would have to pay. A venue without margin: a buy pays quote, a
/// sale pays base, nothing is lent. A venue with margin would answer `spendable` and `cost` in another way here and
/// nothing else would change.
extension TradingCore {
    /// Whether this mode has an account at all: SHADOW has none, so nothing is asked of it.
    var hasAccount: Bool { maySend }

    /// Whether an instrument trades this asset. One that none does is nobody's business.
    func isTraded(_ asset: AssetID) -> Bool { Int(asset.raw) < assets.count }

    /// The venue's word about one asset. A statement that may be older than a fill of ours proves nothing.
    mutating func stateBalance(_ balance: VenueBalance) {
        guard isTraded(balance.asset), !balance.free.isNegative, !balance.locked.isNegative else { return }
        let held = assets[Int(balance.asset.raw)]
        switch balance.source {
        case .stream:
            if balance.venueTime < held.touchedVenueTime { return }
        case .snapshot:
            guard snapshotOpen, snapshotRequestedAt >= published.orderLinkSince, held.touchedAt < snapshotRequestedAt,
                held.statedAt <= snapshotRequestedAt
            else { return }
        case .query, .tradeHistory, .downtime: return
        }
        var next = held
        next.isKnown = true
        next.total = Int128(balance.free.raw) + Int128(balance.locked.raw)
        next.foreign = Swift.max(0, Int128(balance.locked.raw) - resting(in: balance.asset))
        next.paid = 0
        next.statedAt = now
        assets[Int(balance.asset.raw)] = next
    }

    /// The order link went or came: what was said over the old one may be out of date.
    mutating func forgetBalances() {
        for index in 0..<assets.count {
            assets[index].isKnown = false
            assets[index].statedAt = Nanoseconds(raw: .min)
        }
    }

    /// A fill was counted: what it paid is gone at once.
    mutating func payFill(_ fill: Fill, _ instrument: Instrument) {
        let value = quoteValue(fill.price, Int128(fill.quantity.raw))
        pay(fill.side == .buy ? instrument.quote : instrument.base, fill.side == .buy ? value : Int128(fill.quantity.raw), fill)
        pay(fill.side == .buy ? instrument.base : instrument.quote, 0, fill)
        if fill.fee > 0 { pay(fill.feeAsset, Int128(fill.fee), fill) }
    }

    private mutating func pay(_ asset: AssetID, _ amount: Int128, _ fill: Fill) {
        guard isTraded(asset) else { return }
        let index = Int(asset.raw)
        assets[index].paid += amount
        assets[index].touchedAt = now
        assets[index].touchedVenueTime = Swift.max(assets[index].touchedVenueTime, fill.venueTime)
    }

    private func quoteValue(_ price: Price, _ quantity: Int128) -> Int128 {
        Rounding.ceiling.divide(Int128(price.raw) * quantity, by: Int128(fixedPointUnit))
    }

    /// What our orders that certainly rest lock of an asset at the venue.
    private mutating func resting(in asset: AssetID) -> Int128 {
        var sum: Int128 = 0
        var at = orders.first
        while let slot = at {
            at = orders.next(after: slot)
            let order = orders[slot]
            guard order.state == .open || order.state == .partiallyFilled || order.state == .pendingCancel,
                orders.paidAsset(order.side, order.instrument.index) == asset
            else { continue }
            sum += order.side == .sell ? Int128(order.exposure.raw) : quoteValue(order.price, Int128(order.exposure.raw))
        }
        return sum
    }
}
