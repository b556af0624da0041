import Model
import Orders
import Risk
import Units

/// What is at stake when one more order is judged.
extension TradingCore {
    /// Worst case of an instrument's unsettled orders, and the run's in quote.
    struct Exposure {
        var buy = Quantity.zero
        var sell = Quantity.zero
        var open: Int32 = 0
        var unknown: Int32 = 0
        /// Best prices of our own that may trade.
        var ownBid = Price.zero
        var ownAsk = Price.max
        /// All instruments, in quote, scale 8.
        var runBuys: Int128 = 0
        var runSells: Int128 = 0
        /// What unsettled orders of the run may still take of the asset that is asked about.
        var reserved: Int128 = 0
    }

    /// One pass over the unsettled orders, without `excluded`, an order that is judged anew; `asset` is what the order in
    /// question pays with. O(active orders).
    func exposure(
        of instrument: InstrumentID, paying asset: AssetID = .unknown, without excluded: ClientOrderID = .none
    ) -> Exposure {
        var sum = Exposure()
        for index in 0..<orders.activeCount {
            let order = orders[orders.activeSlot(index)]
            if order.client == excluded, !excluded.isNone { continue }
            let (atStake, isCounted) = stake(order)
            if asset != .unknown, paidAsset(order.side, order.instrument) == asset {
                sum.reserved += cost(order.side, order.price, atStake, order.instrument)
            }
            let worth = worth(atStake, instruments[order.instrument.index].mark)
            if order.side == .buy { sum.runBuys += worth } else { sum.runSells += worth }
            guard order.instrument == instrument else { continue }
            if isCounted { sum.open += 1 }
            if order.state == .unknown { sum.unknown += 1 }
            if order.side == .buy {
                sum.buy = sum.buy.adding(atStake) ?? .max
                if !order.state.isTerminal { sum.ownBid = Swift.max(sum.ownBid, order.price) }
            } else {
                sum.sell = sum.sell.adding(atStake) ?? .max
                if !order.state.isTerminal { sum.ownAsk = Swift.min(sum.ownAsk, order.price) }
            }
        }
        return sum
    }

    /// The worst case of an order. Of two generations only one can trade, since the venue takes the new one only after the
    /// old one ended without an execution: together they count as the worse of both, with the older one while that is
    /// unsettled. Answers too whether it counts as an order of its own.
    private func stake(_ order: Order) -> (Quantity, Bool) {
        if let next = orders.find(client: order.successor), orders[next].parent == order.client {
            return (together(order, orders[next]), true)
        }
        if let before = orders.find(client: order.parent), orders[before].successor == order.client {
            if !orders[before].isSettled { return (.zero, false) }
            return (together(orders[before], order), true)
        }
        return (order.exposure, true)
    }

    private func together(_ older: Order, _ newer: Order) -> Quantity {
        let most = Swift.max(older.worst, newer.worst)
        let filled = older.filled.adding(newer.filled) ?? .max
        return most > filled ? most - filled : .zero
    }

    /// In quote, scale 8, rounded away from zero; the largest amount where there has been no price yet.
    private func worth(_ quantity: Quantity, _ mark: Price) -> Int128 {
        if quantity.isZero { return 0 }
        if !mark.isPositive { return quantity.isNegative ? -Int128(Int64.max) : Int128(Int64.max) }
        return Rounding.up.divide(Int128(quantity.raw) * Int128(mark.raw), by: Int128(fixedPointUnit))
    }

    /// `without`: the order that the intent would change.
    mutating func riskContext(_ intent: Intent, without excluded: ClientOrderID = .none) -> RiskContext {
        let held = instruments[intent.instrument.index]
        let pays = paidAsset(intent.side, intent.instrument)
        let open = exposure(of: intent.instrument, paying: pays, without: excluded)
        var context = RiskContext(
            now: now, state: state == .live && intent.strategy == .engine ? .reducing : state, isAllowed: true, instrument: held.instrument, limits: held.limits,
            hasTop: held.hasTop, top: held.top, linksUp: linksUp, position: ledger[intent.instrument].quantity,
            openOrders: open.open, unknownOrders: open.unknown, openBuy: open.buy, openSell: open.sell,
            ordersLastSecond: perSecond.count(at: now), ordersLastMinute: perMinute.count(at: now),
            dayResult: dayResult, hasCapacity: orders.hasRoom && nextSequence < .max)
        context.isDirty = held.isDirty
        context.isStrategyOff = intent.strategy.index < accounts.count && accounts[intent.strategy.index].isOff
        context.isBlocked = held.isBlocked && intent.strategy != .engine
        context.calmAt = held.calmAt
        context.feed = held.feed
        context.feedReason = held.feedReason
        context.venueAge = venueAge(of: held)
        context.promptAt = promptAt
        context.drawdown = runFall.depth(runResult)
        context.ownBid = open.ownBid
        context.ownAsk = open.ownAsk
        var net: Int128 = 0
        var gross = open.runBuys + open.runSells
        for index in 0..<instruments.count {  // by index: an iterator would count a reference
            let other = instruments[index]
            let value = worth(ledger[other.instrument.id].quantity, other.mark)
            net += value
            gross += value < 0 ? -value : value
        }
        context.portfolioLong = net + open.runBuys
        context.portfolioShort = net - open.runSells
        context.portfolioGross = gross
        context.messagesLastSecond = messagesPerSecond.count(at: now)
        context.messagesLastMinute = messagesPerMinute.count(at: now)
        if hasAccount {
            let account = assets[Int(pays.raw)]
            context.hasBalance = account.isKnown
            context.available = account.spendable - open.reserved
        }
        let index = intent.instrument.index
        context.reference = drifts[index].mean(at: now)
        context.average = averages[index].average(at: now)
        if held.limits.windowStart != held.limits.windowEnd { context.secondOfDay = secondOfDay }
        context.instrumentLastSecond = instrumentSeconds.count(index, at: now)
        context.instrumentLastMinute = instrumentMinutes.count(index, at: now)
        context.ordersInRatio = ratios.count(index, at: now)
        context.tradesInRatio = ratios.count(instruments.count + index, at: now)
        context.identicalOrders = recent.same(as: intent, at: now)
        context.heldUntil = published.hold == .none ? Nanoseconds(raw: .min) : published.heldUntil
        context.venueWeight = usage.weight.count(at: now)
        context.venueWeightLimit = usage.weight.limit
        context.venueOrders = usage.orders.count(at: now)
        context.venueOrdersLimit = usage.orders.limit
        context.venueOrdersLong = usage.ordersLong.count(at: now)
        context.venueOrdersLongLimit = usage.ordersLong.limit
        return context
    }

    /// A strategy's cancel may use every request budget whole; the engine's own cancels are never held back.
    mutating func judgeCancel(_ intent: Intent) -> RiskAnswer {
        guard published.orderLink == .up else { return RiskAnswer(.linkDown) }
        if isBanned { return RiskAnswer(.held, value: now.raw, limit: published.heldUntil.raw) }
        let limits = instruments[intent.instrument.index].limits
        let second = messagesPerSecond.count(at: now)
        let minute = messagesPerMinute.count(at: now)
        if second >= limits.maxMessagesPerSecond {
            return RiskAnswer(.messageRate, value: Int64(second) + 1, limit: Int64(limits.maxMessagesPerSecond))
        }
        if minute >= limits.maxMessagesPerMinute {
            return RiskAnswer(.messageRate, value: Int64(minute) + 1, limit: Int64(limits.maxMessagesPerMinute))
        }
        let ofSecond = instrumentSeconds.count(intent.instrument.index, at: now)
        let ofMinute = instrumentMinutes.count(intent.instrument.index, at: now)
        if ofSecond >= limits.maxInstrumentOrdersPerSecond {
            return RiskAnswer(.instrumentRate, value: Int64(ofSecond) + 1, limit: Int64(limits.maxInstrumentOrdersPerSecond))
        }
        if ofMinute >= limits.maxInstrumentOrdersPerMinute {
            return RiskAnswer(.instrumentRate, value: Int64(ofMinute) + 1, limit: Int64(limits.maxInstrumentOrdersPerMinute))
        }
        return RiskAnswer(.passed)
    }

    /// One more request to the venue, about this instrument.
    mutating func countMessage(_ instrument: InstrumentID) {
        messagesPerSecond.record(at: now)
        messagesPerMinute.record(at: now)
        instrumentSeconds.record(instrument.index, at: now)
        instrumentMinutes.record(instrument.index, at: now)
    }
}
