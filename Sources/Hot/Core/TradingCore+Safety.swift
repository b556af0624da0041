import Model
import Orders
import Units

/// Links, time-outs, breakers: what makes the core stop by itself.
extension TradingCore {
    mutating func link(_ change: LinkChange, _ outputs: inout OutputBuffer) {
        guard change.venue == configuration.venue else { return }
        switch change.role {
        case .marketData:
            if change.state != published.marketLink { published.marketLinkSince = now }
            published.marketLink = change.state
            // Whatever book we had is not continued by the next one.
            for index in 0..<instruments.count { instruments[index].hasTop = false }
            if change.state != .up { enterSafe(.wsStale, value: Int64(change.reason), &outputs) }
        case .orders:
            // A link that comes up twice was lost in between.
            let isLost = change.state != .up || published.orderLink == .up
            if change.state == .up || change.state != published.orderLink { published.orderLinkSince = now }
            published.orderLink = change.state
            isReconciled = false
            snapshotOpen = false
            forgetBalances()
            if isLost {
                doubtAll(&outputs)
                if maySend { enterSafe(.venueUnavailable, value: Int64(change.reason), &outputs) }
            }
        case .rest: break
        }
    }

    /// Requests in flight may or may not have arrived, and events of resting orders may have been lost.
    private mutating func doubtAll(_ outputs: inout OutputBuffer) {
        var at = orders.first
        while let slot = at {
            if !orders[slot].state.isTerminal { apply(.doubted, to: slot, error: .venueUnavailable, &outputs) }
            at = orders.next(after: slot)
        }
    }

    mutating func timer(_ outputs: inout OutputBuffer) {
        if usesSwitch { watchSwitch(&outputs) }
        if now >= nextWatch { watchOrders(&outputs) }
        takeBack(&outputs)
        if now >= nextWake { wakeInstruments(&outputs) }
    }

    private mutating func watchOrders(_ outputs: inout OutputBuffer) {
        // Whatever changes on the way makes it sooner again.
        nextWatch = Nanoseconds(raw: .max)
        var at = orders.first
        while let slot = at {
            if now >= watchTimes[slot] {
                watch(slot, &outputs)
                watchTimes[slot] = watchTime(slot)
            }
            nextWatch = Swift.min(nextWatch, watchTimes[slot])
            at = orders.next(after: slot)
        }
    }

    private mutating func wakeInstruments(_ outputs: inout OutputBuffer) {
        nextWake = Nanoseconds(raw: .max)
        for index in 0..<wakeTimes.count {
            if now >= wakeTimes[index] {
                wakeTimes[index] = Nanoseconds(raw: .max)
                sweep(index, &outputs)
                resumeInstrument(index, &outputs)
                judgeSuspect(index, &outputs)
                judgeDirty(index, &outputs)
                judgeUnreconciled(index, &outputs)
                judgeWindow(index, &outputs)
                runTimers(index, &outputs)
                wakeTimes[index] = Swift.min(wakeTimes[index], wakeTime(index))
            }
            nextWake = Swift.min(nextWake, wakeTimes[index])
        }
    }

    /// The timer of every strategy of an instrument that wants one now.
    private mutating func runTimers(_ index: Int, _ outputs: inout OutputBuffer) {
        for place in traders.places(index) {
            guard isTrading, !isFlattening, !published.isByHand else { return }
            let strategy = traders.member(at: place)
            if now >= strategyTimers[strategy] { runStrategy(.timer, strategy, isTimer: true, &outputs) }
        }
    }

    /// Time-outs of one unsettled order, and its look-up: an unknown order is asked about, never sent again.
    mutating func watch(_ slot: Int, _ outputs: inout OutputBuffer) {
        judgeOwed(slot, &outputs)
        var order = orders[slot]
        switch order.state {
        case .pendingNew, .pendingCancel, .pendingAmend:
            if now - order.requestedAt > configuration.timeouts.of(order) {
                if order.state == .pendingNew { judgeLatency(order, &outputs) }
                apply(.doubted, to: slot, error: .venueUnavailable, &outputs)
            }
        case .unknown:
            if now - order.changedAt > configuration.unknownDeadline {
                enterSafe(.unknownOrder, value: (now - order.changedAt).raw, limit: configuration.unknownDeadline.raw, &outputs)
            }
        // Unsettled and terminal: a claimed fill is missing, as judged above.
        case .filled, .cancelled, .expired, .rejected, .failed, .riskRejected: break
        case .open, .partiallyFilled:
            // Too old to rest, or of a strategy that was switched off while it was on its way.
            let isTooOld = now - order.sentAt > instruments[order.instrument.index].limits.maxOrderAge
            let isOff = order.strategy.index < accounts.count && accounts[order.strategy.index].isOff
            if order.cancels > 0 {
                cancelAgain(slot, &outputs)
            } else if mayCancel, isTooOld || isOff {
                requestCancel(slot, &outputs)
            }
            // A reduction that the venue did not carry out while it could.
            if !order.amendedQuantity.isZero, now - order.requestedAt >= configuration.absenceGrace {
                var kept = orders[slot]
                kept.amendedQuantity = .zero
                store(slot, kept)
            }
        case .created: break
        }
        order = orders[slot]
        guard mayQuery, order.state == .unknown, now >= order.lookUpAt else { return }
        order.lookUpAt = nextLookUp(order)
        order.lookUps = order.lookUps < .max ? order.lookUps + 1 : .max
        store(slot, order)
        countMessage(order.instrument)
        outputs.append(
            .query(OrderReference(client: order.client, instrument: order.instrument, venueOrder: order.venueOrder)))
    }

    /// The venue claims more than its fills told, in whatever state, for too long: a fill is missing.
    private mutating func judgeOwed(_ slot: Int, _ outputs: inout OutputBuffer) {
        guard owedSince[slot].raw != .max, now - owedSince[slot] > configuration.unknownDeadline else { return }
        enterSafe(
            .fillSeqGap, instrument: orders[slot].instrument, value: (orders[slot].claimed - orders[slot].filled).raw,
            limit: configuration.unknownDeadline.raw, &outputs)
    }

    /// The next rung of the look-up ladder: intervals double up to the longest, each with up to a quarter more, drawn from
    /// the order's name so that a replay draws the same. One rung stands where absence first is proof.
    private mutating func nextLookUp(_ order: Order) -> Nanoseconds {
        let first = configuration.queryInterval.raw
        let longest = Swift.max(first, configuration.queryIntervalMax.raw)
        let interval = order.lookUps < 16 ? Swift.min(first << Int64(order.lookUps), longest) : longest
        let draw = SlotIndex.mix(order.client.word ^ UInt64(order.lookUps) << 48 ^ seed)
        let due = now + Nanoseconds(raw: interval + Int64(draw % UInt64(interval / 4 + 1)))
        let provable = order.sentAt + configuration.absenceGrace
        return provable > now && provable < due ? provable : due
    }

    /// Cancels what must not rest: everything while the engine does not trade, and quotes on stale data while it does.
    private mutating func sweep(_ index: Int, _ outputs: inout OutputBuffer) {
        let held = instruments[index]
        guard restsAny(held.instrument.id) else { return instruments[index].sweeps = 0 }
        guard mayCancel, now - held.sweptAt > sweepPause(index) else { return }
        if isTrading {
            guard !held.isFresh(at: now) || held.feed >= .suspect else { return }
            // What was taken back once and yet rests had its cancel lost or refused.
            guard !held.isSwept || restsUntouched(index) else { return }
            if !held.isSwept {
                let error: ErrorCode = held.feed >= .suspect ? .feedHealth : .marketDataStale
                alert(.warning, error, instrument: held.instrument.id,
                    value: held.hasTop ? (now - held.top.receivedAt).raw : 0, limit: held.limits.maxDataAge.raw, &outputs)
            }
            instruments[index].isSwept = true
        }
        countSweep(index, &outputs)
        cancelAll(in: index, &outputs)
    }

    func restsAny(_ instrument: InstrumentID) -> Bool { orders.restsAny(instrument.index) }

    /// Whether an order of an instrument rests for which no cancel is under way. O(orders).
    mutating func restsUntouched(_ index: Int) -> Bool {
        var at = orders.first
        while let slot = at {
            if orders[slot].instrument.index == index, orders[slot].state == .open || orders[slot].state == .partiallyFilled {
                return true
            }
            at = orders.next(after: slot)
        }
        return false
    }

    /// At the start of every step: nothing leaves in the step in which a right has run out.
    mutating func expire(_ outputs: inout OutputBuffer) {
        if state == .armed, now >= armedUntil { enter(.disarmed, .safeMode, nil, &outputs) }
        if isTrading, now >= published.mandateExpires {
            alert(.warning, .safeMode, value: published.mandateExpires.raw, &outputs)
            cancelAll(&outputs)
            enter(.disarmed, .safeMode, nil, &outputs)
        }
    }

    /// What was found wrong on the way leads to SAFE before any strategy is asked again.
    @inline(__always) mutating func takeFault(_ outputs: inout OutputBuffer) {
        if fault != .none { carryFault(&outputs) }
    }

    @inline(never) private mutating func carryFault(_ outputs: inout OutputBuffer) {
        // Nobody may confirm a mandate that was staged before the fault was known.
        if state == .staged || state == .armed { enter(.disarmed, fault, nil, &outputs) }
        pending = PendingIntent()
        enterSafe(fault, trip: faultTrip, value: faultValue, limit: faultLimit, &outputs)
        fault = .none
        faultTrip = .none
        faultValue = 0
        faultLimit = 0
    }

    /// At the end of every step: faults found on the way, the limits of loss.
    mutating func safeguards(_ outputs: inout OutputBuffer) {
        takeFault(&outputs)
        guard isTrading else { return }
        guard isRepriced || now - evaluatedAt >= configuration.evaluationInterval else { return }
        judgeResults(&outputs)
    }
}
