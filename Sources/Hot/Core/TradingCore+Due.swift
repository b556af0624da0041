import Model
import Orders
import Units

/// What has to be looked at, so that an event costs the same however many instruments, strategies and orders there are.
///
/// Evaluations: a strategy, an instrument's stop and the run are calm when their last evaluation found nothing: no loss at
/// its limit, no fall at its limit and no result above the peak. A calm one has no count running, so to evaluate it
/// again with the same position, price, limits and opening changes nothing. It is due when one of these changed; what is not
/// calm is due at every evaluation. So "N evaluations in a row" means what it says: an evaluation of the run is one of all.
///
/// Timers: each order and each instrument has a time before which a timer finds nothing to do for it. It is never later than
/// what it stands for: every change of an order, a block, a state makes it sooner, to the next timer, which finds the new
/// one. What waits for a link alone stays due.
extension TradingCore {
    /// The earliest time at which a timer may change anything or lead to an output, if no other input comes before. A timer
    /// before it may be left out: every decision stays the same. O(1).
    public var nextTimer: Nanoseconds {
        mutating get { soonestTimer() }
    }

    private mutating func soonestTimer() -> Nanoseconds {
        if published.inputs == 0 || usesSwitch || isFlattening || exiting > 0 || lowered.bits != 0 { return Nanoseconds(raw: .min) }
        var time = Swift.min(Swift.min(nextWatch, nextWake), Swift.min(dayEnds, nextRaiseEnds))
        if published.hold != .none { time = Swift.min(time, published.heldUntil) }
        if state == .armed { time = Swift.min(time, armedUntil) }
        guard isTrading else { return time }
        return Swift.min(time, Swift.min(published.mandateExpires, evaluatedAt + configuration.evaluationInterval))
    }

    /// Everything, at the next evaluation and the next timer. O(instruments).
    mutating func lookAtAll() {
        isRunDue = true
        dueStrategies.insertAll()
        dueStops.insertAll()
        for index in wakeTimes.indices { wakeTimes[index] = Nanoseconds(raw: .min) }
        for index in strategyTimers.indices { strategyTimers[index] = Nanoseconds(raw: .min) }
        nextWake = Nanoseconds(raw: .min)
        if looksAtAll { watchAll() }
    }

    /// Every order, at the next timer. O(orders).
    mutating func watchAll() {
        var at = orders.first
        while let slot = at {
            watchTimes[slot] = Nanoseconds(raw: .min)
            at = orders.next(after: slot)
        }
        nextWatch = Nanoseconds(raw: .min)
    }

    /// An instrument, at the next timer and the next evaluation.
    mutating func rouse(_ index: Int) {
        wakeTimes[index] = Nanoseconds(raw: .min)
        nextWake = Nanoseconds(raw: .min)
        dueStops.insert(index)
    }

    /// An instrument has a new mid: what is held in it is worth something else.
    mutating func noteMark(_ index: Int) {
        if holding.contains(index) { dueStops.insert(index) }
        for place in traders.places(index) {
            let strategy = traders.member(at: place)
            if !accounts[strategy].position.quantity.isZero { dueStrategies.insert(strategy) }
        }
    }

    /// An instrument's position changed.
    mutating func notePosition(_ index: Int) {
        if ledger[InstrumentID(UInt16(truncatingIfNeeded: index))].quantity.isZero { holding.remove(index) } else { holding.insert(index) }
        // Each of its strategies is shown the whole position.
        for place in traders.places(index) { strategyTimers[traders.member(at: place)] = Nanoseconds(raw: .min) }
        rouse(index)
    }

    /// A strategy said when it wants its next timer. What it is owed, since something changed that it was not called for, it
    /// is owed until a timer was delivered.
    mutating func setStrategyTimer(_ strategy: Int, _ wanted: Nanoseconds, isAnswered: Bool) {
        let time = isAnswered ? wanted : Swift.min(wanted, strategyTimers[strategy])
        strategyTimers[strategy] = time
        let index = traders.group(of: strategy)
        if time < wakeTimes[index] { wakeTimes[index] = time }
        if time < nextWake { nextWake = time }
    }

    /// Stores a changed order: the only way there is.
    mutating func store(_ slot: Int, _ order: Order) {
        orders.update(slot, order)
        noteOrder(slot)
    }

    /// Adds an order: the only way there is. `nil` when there is no room.
    mutating func enlist(_ order: Order) -> Int? {
        guard let slot = orders.insert(order) else { return nil }
        noteOrder(slot)
        return slot
    }

    private mutating func noteOrder(_ slot: Int) {
        contextOwner = .engine
        noteOwed(slot)
        let time = watchTime(slot)
        watchTimes[slot] = time
        if time < nextWatch { nextWatch = time }
        let index = orders[slot].instrument.index
        wakeTimes[index] = Nanoseconds(raw: .min)
        nextWake = Nanoseconds(raw: .min)
        let strategy = orders[slot].strategy.index
        if strategy < strategyTimers.count { strategyTimers[strategy] = Nanoseconds(raw: .min) }
    }

    /// A gap counts from its first sight until every claimed fill has come.
    private mutating func noteOwed(_ slot: Int) {
        if orders[slot].claimed <= orders[slot].filled {
            owedSince[slot] = Nanoseconds(raw: .max)
        } else if owedSince[slot].raw == .max {
            owedSince[slot] = now
        }
    }

    /// From when on `watch` may find something to do for an unsettled order while nothing about it changes.
    mutating func watchTime(_ slot: Int) -> Nanoseconds {
        Swift.min(past(owedSince[slot], configuration.unknownDeadline), watchTimeOfState(slot))
    }

    private mutating func watchTimeOfState(_ slot: Int) -> Nanoseconds {
        let never = Nanoseconds(raw: .max)
        switch orders[slot].state {
        case .pendingNew, .pendingCancel, .pendingAmend:
            return past(orders[slot].requestedAt, configuration.timeouts.of(orders[slot]))
        case .unknown:
            return Swift.min(orders[slot].lookUpAt, past(orders[slot].changedAt, configuration.unknownDeadline))
        case .filled, .cancelled, .expired, .rejected, .failed, .riskRejected: return never
        case .open, .partiallyFilled:
            var time = never
            if orders[slot].cancels > 0 {
                if !orders[slot].isCancelGivenUp { time = orders[slot].cancelAt }
            } else if orders[slot].strategy.index < accounts.count && accounts[orders[slot].strategy.index].isOff {
                return Nanoseconds(raw: .min)
            } else {
                time = past(orders[slot].sentAt, instruments[orders[slot].instrument.index].gate.limits.maxOrderAge)
            }
            if orders[slot].amendedQuantity.isZero { return time }
            return Swift.min(time, past(orders[slot].requestedAt, configuration.absenceGrace))
        case .created: return never
        }
    }

    /// From when on a timer may find something to do for an instrument while nothing about it changes.
    mutating func wakeTime(_ index: Int) -> Nanoseconds {
        var time = sweepTime(index)
        if instruments[index].isBlocked {
            if !instruments[index].isExiting, instruments[index].blockReason != .none {
                time = Swift.min(time, instruments[index].blockedUntil)
            }
        } else if instruments[index].isMoving {
            time = Swift.min(time, instruments[index].gate.calmAt)
        }
        if instruments[index].hasSuspect {
            time = Swift.min(time, past(instruments[index].suspectSince, configuration.reconcileGrace))
        }
        if instruments[index].gate.isDirty {
            time = Swift.min(time, past(instruments[index].dirtySince, instruments[index].gate.limits.maxUnconfirmed))
        }
        if needsComparing(index) {
            time = Swift.min(time, past(instruments[index].comparedAt, instruments[index].gate.limits.maxUnreconciled))
        }
        if instruments[index].gate.limits.windowStart != instruments[index].gate.limits.windowEnd {
            time = Swift.min(time, windowTime(index))
        }
        guard isTrading, !isFlattening, !published.isByHand else { return time }
        for place in traders.places(index) { time = Swift.min(time, strategyTimers[traders.member(at: place)]) }
        return time
    }

    private mutating func sweepTime(_ index: Int) -> Nanoseconds {
        guard orders.restsAny(index) else {
            return Nanoseconds(raw: instruments[index].sweeps == 0 ? .max : .min)
        }
        let pause = past(instruments[index].sweptAt, sweepPause(index))
        if !isTrading { return pause }
        if instruments[index].isSwept { return restsUntouched(index) ? pause : Nanoseconds(raw: .max) }
        guard instruments[index].isFresh(at: now), instruments[index].gate.feed < .suspect else { return pause }
        return Swift.max(pause, past(instruments[index].gate.top.receivedAt, instruments[index].gate.limits.maxDataAge))
    }

    /// Hours are judged by the second; outside them what still rests is asked for again.
    private mutating func windowTime(_ index: Int) -> Nanoseconds {
        if !instruments[index].isOpen, state == .live, orders.restsAny(index) { return Nanoseconds(raw: .min) }
        guard configuration.firstDayEnds != nil else { return Nanoseconds(raw: .max) }
        let left = dayEnds.raw - now.raw
        return Nanoseconds(raw: left <= 0 ? .min : now.raw + (left % 1_000_000_000 == 0 ? 1_000_000_000 : left % 1_000_000_000))
    }
}

/// The first moment at which more than `span` has passed since `start`; no later, where that is the end of time.
private func past(_ start: Nanoseconds, _ span: Nanoseconds) -> Nanoseconds {
    let (sum, overflow) = start.raw.addingReportingOverflow(span.raw)
    return Nanoseconds(raw: overflow ? (span.raw < 0 ? .min : .max) : sum)
}
