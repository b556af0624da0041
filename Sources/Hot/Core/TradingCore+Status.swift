import Model
import Orders
import Units

/// What people may see.
extension TradingCore {
    /// The engine's state now: book and position of the first instrument, profit, loss and orders of all; a plain copy,
    /// no allocation.
    public var status: EngineStatus {
        mutating get { status(from: 0) }
    }

    /// The same with the rows from this one on; what the run does not have stays empty.
    public mutating func status(from first: Int) -> EngineStatus {
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
        }
        status.position = position.quantity
        status.averagePrice = position.averagePrice
        addResults(&status, from: first)
        status.openOrders = Int32(orders.activeCount)
        status.unknownOrders = unknownCount
        status.worstLong = position.quantity.adding(open.buy) ?? .max
        status.worstShort = position.quantity.subtracting(open.sell) ?? Quantity(raw: .min + 1)
        status.ordersLastSecond = perSecond.count(at: now)
        status.ordersLastMinute = perMinute.count(at: now)
        status.decisionHash = hash.value
        status.missing = missing
        if published.incident.isOpen, state != .staged, state != .armed { status.missing.insert(.staged) }
        status.reviewID = now < pending.expires ? pending.id : 0
        status.reviewExpires = pending.expires
        showFeed(in: &status)
        showSwitch(in: &status)
        return status
    }

    /// Profit and loss of the run, and a row for each strategy and instrument that has room.
    private func addResults(_ status: inout EngineStatus, from first: Int) {
        for index in 0..<instruments.count {
            let held = instruments[index]
            let position = ledger[held.instrument.id]
            var row = InstrumentStatus()
            let isPaused = held.isMoving && now < held.calmAt
            row.isBlocked = held.isBlocked || isPaused
            row.reason = held.isBlocked ? held.blockReason : isPaused ? .volatilityHalt : .none
            row.until = held.isBlocked ? held.blockedUntil : isPaused ? held.calmAt : .zero
            row.isExiting = held.isExiting
            row.position = position.quantity
            row.averagePrice = position.averagePrice
            row.mark = held.mark
            row.lastTrade = held.lastTrade
            row.realised = position.realised
            row.fees = position.fees
            if held.mark.isPositive { row.unrealised = position.unrealised(at: held.mark) }
            status.realised = status.realised.adding(row.realised) ?? .max
            status.unrealised = status.unrealised.adding(row.unrealised) ?? .max
            status.fees = status.fees.adding(row.fees) ?? .max
            row.feed = held.feed
            row.feedReason = held.feedReason
            row.feedSince = held.feedSince
            if held.hasTop { row.topReceivedAt = held.top.receivedAt }
            if index >= first, index - first < EngineStatus.rows { status.instruments[index - first] = row }
        }
        status.funding = funding
        let result = runResult
        status.dayResult = dayResult
        status.drawdown = Notional(raw: Int64(clamping: runFall.depth(result)))
        status.dayDrawdown = Notional(raw: Int64(clamping: dayFall.depth(result)))
        status.instrumentCount = Int32(clamping: instruments.count)
        status.strategyCount = Int32(clamping: accounts.count)
        status.firstRow = Int32(clamping: first)
        var index = first
        while index < accounts.count, index - first < EngineStatus.rows {
            status.strategies[index - first] = strategyStatus(index)
            index += 1
        }
    }

    private func strategyStatus(_ index: Int) -> StrategyStatus {
        let account = accounts[index]
        let instrument = strategies.instrument(of: index)
        let mark = instruments[instrument.index].mark
        var row = StrategyStatus()
        row.instrument = instrument
        row.version = strategies.versionHash(of: index)
        row.isShadow = account.isShadow
        row.isOff = account.isOff
        row.reason = account.isOff ? account.reason : .none
        row.offSince = account.offSince
        row.resumableAt = account.resumableAt
        row.position = account.position.quantity
        row.realised = account.position.realised
        row.fees = account.position.fees
        if mark.isPositive { row.unrealised = account.position.unrealised(at: mark) }
        row.drawdown = Notional(raw: Int64(clamping: account.fall.depth(strategyResult(index))))
        row.made = Notional(raw: Int64(clamping: strategyResult(index) - account.opening))
        row.intents = account.intents
        row.refused = account.refused
        row.orders = account.orders
        row.traded = account.traded
        row.fills = account.fills
        row.rejects = account.rejected
        row.rejectPercent = account.rejects.percent
        row.slippageBps = slippages[index].bps
        return row
    }

    /// Orders of every instrument whose outcome nobody knows.
    private var unknownCount: Int32 {
        var count: Int32 = 0
        for index in 0..<instruments.count { count += orders[open: index].unknown }
        return count
    }

    /// Unsettled orders, oldest first; for people and for the end of a run.
    public var activeOrderCount: Int { orders.activeCount }
    /// The `index`th unsettled order. Precondition: `index < activeOrderCount`. O(index).
    public func activeOrder(_ index: Int) -> Order { orders[orders.activeSlot(index)] }
    /// An instrument's position. Precondition: a configured instrument.
    public func position(of instrument: InstrumentID) -> Position { ledger[instrument] }
}
