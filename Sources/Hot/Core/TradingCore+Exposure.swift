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

    /// From the sums that the order table keeps; `asset` is what the order in question pays with. O(1) but for own prices
    /// after the best of them went.
    @inline(__always) mutating func exposure(of instrument: InstrumentID, paying asset: AssetID = .unknown) -> Exposure {
        let index = instrument.index
        var sum = Exposure()
        sum.buy = Quantity(raw: Int64(clamping: orders[open: index].buy))
        sum.sell = Quantity(raw: Int64(clamping: orders[open: index].sell))
        sum.open = orders[open: index].open
        sum.unknown = orders[open: index].unknown
        (sum.ownBid, sum.ownAsk) = orders.ownPrices(index)
        sum.runBuys = orders.worth(.buy)
        sum.runSells = orders.worth(.sell)
        if asset != .unknown { sum.reserved = orders.reserved(asset) }
        return sum
    }

    /// The same without one order of the instrument, which is judged anew. O(unsettled orders of the instrument).
    mutating func exposure(of instrument: InstrumentID, paying asset: AssetID, without excluded: ClientOrderID) -> Exposure {
        var sum = exposure(of: instrument, paying: asset)
        guard let slot = orders.find(client: excluded), orders[slot].instrument == instrument else { return sum }
        let (stake, side, index) = (orders.stake(slot), orders[slot].side, instrument.index)
        if stake.isCounted { sum.open -= 1 }
        if stake.isUnknown { sum.unknown -= 1 }
        let least = Int128(stake.quantity.raw)
        if side == .buy {
            sum.buy = Quantity(raw: Int64(clamping: orders[open: index].buy - least))
        } else {
            sum.sell = Quantity(raw: Int64(clamping: orders[open: index].sell - least))
        }
        (sum.runBuys, sum.runSells) = orders.worth(without: slot)
        (sum.ownBid, sum.ownAsk) = orders.ownPrices(index, without: excluded)
        if asset != .unknown, orders.paidAsset(side, index) == asset { sum.reserved -= stake.cost }
        return sum
    }

    /// In quote, scale 8, rounded away from zero; the largest amount where there has been no price yet.
    private func worth(_ quantity: Quantity, _ mark: Price) -> Int128 {
        if quantity.isZero { return 0 }
        if !mark.isPositive { return quantity.isNegative ? -Int128(Int64.max) : Int128(Int64.max) }
        return Rounding.up.divide(exactProduct(quantity.raw, mark.raw), by: Int128(fixedPointUnit))
    }

    /// After an instrument's mark or position changed: its result and worth, and with them the run's sums.
    mutating func revalue(_ index: Int) {
        let mark = instruments[index].mark
        let id = InstrumentID(UInt16(truncatingIfNeeded: index))
        isRunDue = true
        var result = Int128(ledger[id].realised.raw) - Int128(ledger[id].fees.raw)
        if mark.isPositive { result += Int128(ledger[id].unrealised(at: mark).raw) }
        let worth = worth(ledger[id].quantity, mark)
        let (oldResult, oldWorth) = (instruments[index].result, instruments[index].worth)
        sums.result += result - oldResult
        sums.net += worth - oldWorth
        sums.gross += (worth < 0 ? -worth : worth) - (oldWorth < 0 ? -oldWorth : oldWorth)
        instruments[index].result = result
        instruments[index].worth = worth
    }

    /// Judges an order as the gate sees it now.
    mutating func judge(_ intent: Intent) -> RiskAnswer {
        fillContext(intent)
        return RiskGate.judge(intent, &instruments[intent.instrument.index].gate)
    }

    /// As the gate sees an order now, to be changed before it is judged. `without`: the order that the intent would change.
    mutating func riskContext(_ intent: Intent, without excluded: ClientOrderID = .none) -> RiskContext {
        fillContext(intent, without: excluded)
        return instruments[intent.instrument.index].gate
    }

    private mutating func fillContext(_ intent: Intent, without excluded: ClientOrderID = .none) {
        let index = intent.instrument.index
        let pays = orders.paidAsset(intent.side, index)
        let open = excluded.isNone
            ? exposure(of: intent.instrument, paying: pays)
            : exposure(of: intent.instrument, paying: pays, without: excluded)
        let isOurs = intent.strategy == .engine
        instruments[index].gate.now = now
        instruments[index].gate.state = state == .live && isOurs ? .reducing : state
        instruments[index].gate.linksUp = linksUp
        instruments[index].gate.position = ledger[intent.instrument].quantity
        instruments[index].gate.openOrders = open.open
        instruments[index].gate.unknownOrders = open.unknown
        instruments[index].gate.openBuy = open.buy
        instruments[index].gate.openSell = open.sell
        instruments[index].gate.ordersLastSecond = perSecond.count(at: now)
        instruments[index].gate.ordersLastMinute = perMinute.count(at: now)
        let result = runResult
        instruments[index].gate.dayResult = Notional(raw: Int64(clamping: result - dayOpening))
        instruments[index].gate.hasCapacity = orders.hasRoom && nextSequence < .max
        instruments[index].gate.isStrategyOff = intent.strategy.index < accounts.count && accounts[intent.strategy.index].isOff
        instruments[index].gate.isBlocked = instruments[index].isBlocked && !isOurs
        instruments[index].gate.venueAge = instruments[index].limits.maxVenueAge.raw == .max ? nil : venueAge(of: index)
        if hasAccount { instruments[index].gate.unreconciledFor = unreconciledFor(index) }
        instruments[index].gate.promptAt = promptAt
        if let rule = configuration.cancelSwitch, maySend {
            instruments[index].gate.switchAge = switchAge
            instruments[index].gate.switchLimit = rule.maxAge
        }
        instruments[index].gate.drawdown = runFall.depth(result)
        instruments[index].gate.ownBid = open.ownBid
        instruments[index].gate.ownAsk = open.ownAsk
        instruments[index].gate.portfolioLong = sums.net + open.runBuys
        instruments[index].gate.portfolioShort = sums.net - open.runSells
        instruments[index].gate.portfolioGross = sums.gross + open.runBuys + open.runSells
        instruments[index].gate.messagesLastSecond = messagesPerSecond.count(at: now)
        instruments[index].gate.messagesLastMinute = messagesPerMinute.count(at: now)
        if hasAccount {
            instruments[index].gate.hasBalance = assets[Int(pays.raw)].isKnown
            instruments[index].gate.available = assets[Int(pays.raw)].spendable - open.reserved
        }
        instruments[index].gate.reference = drifts[index].mean(at: now)
        instruments[index].gate.average = averages[index].average(at: now)
        let hasHours = instruments[index].limits.windowStart != instruments[index].limits.windowEnd
        instruments[index].gate.secondOfDay = hasHours ? secondOfDay : -1
        instruments[index].gate.instrumentLastSecond = instrumentSeconds.count(index, at: now)
        instruments[index].gate.instrumentLastMinute = instrumentMinutes.count(index, at: now)
        instruments[index].gate.ordersInRatio = ratios.count(index, at: now)
        instruments[index].gate.tradesInRatio = ratios.count(instruments.count + index, at: now)
        instruments[index].gate.identicalOrders = recent.same(as: intent, at: now)
        instruments[index].gate.heldUntil = published.hold == .none ? Nanoseconds(raw: .min) : published.heldUntil
        instruments[index].gate.venueWeight = usage.weight.count(at: now)
        instruments[index].gate.venueWeightLimit = usage.weight.limit
        instruments[index].gate.venueOrders = usage.orders.count(at: now)
        instruments[index].gate.venueOrdersLimit = usage.orders.limit
        instruments[index].gate.venueOrdersLong = usage.ordersLong.count(at: now)
        instruments[index].gate.venueOrdersLongLimit = usage.ordersLong.limit
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
