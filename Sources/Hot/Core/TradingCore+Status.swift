import Model
import Orders
import Units

/// What people may see.
extension TradingCore {
    /// The engine's state now, with the first instrument's figures, but all instruments' open and unknown orders; a plain
    /// copy, no allocation.
    public var status: EngineStatus {
        mutating get {
            var status = published
            let held = instruments[0]
            let position = ledger[held.instrument.id]
            let open = exposure(of: held.instrument.id)
            status.now = now
            if held.hasTop {
                status.bidPrice = held.top.bidPrice
                status.bidQuantity = held.top.bidQuantity
                status.askPrice = held.top.askPrice
                status.askQuantity = held.top.askQuantity
                status.topReceivedAt = held.top.receivedAt
                status.unrealised = position.unrealised(at: held.mid)
            }
            status.position = position.quantity
            status.averagePrice = position.averagePrice
            status.realised = position.realised
            status.fees = position.fees
            status.openOrders = Int32(orders.activeCount)
            status.unknownOrders = unknownCount
            status.worstLong = position.quantity.adding(open.buy) ?? .max
            status.worstShort = position.quantity.subtracting(open.sell) ?? Quantity(raw: .min + 1)
            status.ordersLastSecond = perSecond.count(at: now)
            status.ordersLastMinute = perMinute.count(at: now)
            status.decisionHash = hash.value
            showFeed(in: &status)
            return status
        }
    }

    /// Orders of every instrument whose outcome nobody knows.
    private var unknownCount: Int32 {
        var count: Int32 = 0
        for index in 0..<orders.activeCount where orders[orders.activeSlot(index)].state == .unknown { count += 1 }
        return count
    }

    /// Unsettled orders, oldest first; for people and for the end of a run.
    public var activeOrderCount: Int { orders.activeCount }
    /// The `index`th unsettled order. Precondition: `index < activeOrderCount`.
    public func activeOrder(_ index: Int) -> Order { orders[orders.activeSlot(index)] }
    /// An instrument's position. Precondition: a configured instrument.
    public func position(of instrument: InstrumentID) -> Position { ledger[instrument] }
}
