import Model
import Orders
import Units

/// Breakers that watch what was done rather than what is asked: churn, repeated executions, errors in a row. Each leads
/// to SAFE; only a person arms again, and a restart is disarmed by itself.
extension TradingCore {
    /// Found wrong in this step; the first finding names the reason.
    mutating func fail(_ error: ErrorCode, trip: Trip = .none, value: Int64 = 0, limit: Int64 = 0) {
        guard fault == .none else { return }
        fault = error
        faultTrip = trip
        faultValue = value
        faultLimit = limit
    }

    /// After an order changed its state.
    mutating func noteTransition(_ order: Order, _ from: OrderState, _ outputs: inout OutputBuffer) {
        let instrument = order.instrument.index
        if order.state.isTerminal { trails[order.instrument.index].ended(order, at: now) }
        if from == .pendingNew, order.state != .unknown, order.state != .pendingCancel {
            noteAnswer(order, isRefused: order.state == .rejected, &outputs)
        }
        switch order.state {
        case .open, .partiallyFilled, .filled: errorsInRow = 0
        case .rejected, .unknown:
            guard from == .pendingNew else { break }
            errorsInRow = errorsInRow < .max ? errorsInRow + 1 : .max
            let most = instruments[instrument].limits.maxConsecutiveErrors
            if errorsInRow >= most {
                fail(.orderRejected, trip: .errorsInRow, value: Int64(errorsInRow), limit: Int64(most))
            }
        case .cancelled:
            guard order.filled.isZero, order.claimed.isZero, order.strategy.index < accounts.count else { break }
            let count = activity.cycled(order.strategy, at: now)
            let most = instruments[instrument].limits.maxOrderCycles
            if count >= most {
                fail(.flipflopDetected, trip: .orderCycles, value: Int64(count), limit: Int64(most))
            }
        case .created, .riskRejected, .pendingNew, .pendingCancel, .pendingAmend, .expired, .failed: break
        }
    }

    /// What the engine closes was held by strategies: taken from those of the instrument, in the order of their numbers, each
    /// with its part of the fee, rounded up. What none of them holds was nobody's.
    private mutating func shareClosing(_ fill: Fill) {
        let index = fill.instrument.index
        let (base, quote) = (instruments[index].instrument.base, instruments[index].instrument.quote)
        var left = fill.quantity
        for place in traders.places(index) {
            let strategy = traders.member(at: place)
            let held = accounts[strategy].position.quantity
            guard left.isPositive, !held.isZero, held.isPositive == (fill.side == .sell) else { continue }
            var part = fill
            part.quantity = Swift.min(held.magnitude, left)
            part.fee = Int64(
                clamping: Rounding.ceiling.divide(exactProduct(fill.fee, part.quantity.raw), by: Int128(fill.quantity.raw)))
            _ = accounts[strategy].position.apply(part, base: base, quote: quote, feePrice: feePrice(fill))
            dueStrategies.insert(strategy)
            left = left - part.quantity
        }
    }

    /// After a fill was counted. `isClosing`: of an order of the engine's own in this run.
    mutating func noteFill(_ fill: Fill, of strategy: StrategyID, isClosing: Bool = false) {
        isRepriced = true
        let index = fill.instrument.index
        notePosition(index)
        ratios.record(instruments.count + index, at: now)
        let held = instruments[index]
        if strategy.index < accounts.count {
            dueStrategies.insert(strategy.index)
            _ = accounts[strategy.index].position.apply(
                fill, base: held.instrument.base, quote: held.instrument.quote, feePrice: feePrice(fill))
            let count = activity.executed(strategy, fill.side, at: now)
            if count >= held.limits.maxExecutions {
                fail(.flipflopDetected, trip: .executions, value: Int64(count), limit: Int64(held.limits.maxExecutions))
            }
        } else if isClosing {
            shareClosing(fill)
        }
        let quantity = ledger[fill.instrument].quantity
        guard !quantity.isZero else { return }
        let direction: Int8 = quantity.isPositive ? 1 : -1
        instruments[index].direction = direction
        guard held.direction != 0, held.direction != direction else { return }
        let count = activity.flipped(fill.instrument, at: now)
        if count >= held.limits.maxDirectionFlips {
            fail(.flipflopDetected, trip: .directionFlips, value: Int64(count), limit: Int64(held.limits.maxDirectionFlips))
        }
    }

    /// A person armed again: counts start anew, strategies may propose again, everything is judged in this step.
    mutating func resetBreakers(_ outputs: inout OutputBuffer) {
        activity.clear(instruments: instruments.count)
        errorsInRow = 0
        dayLoss.clear()
        let result = runResult
        runFall.begin(at: result)
        dayFall.begin(at: result)
        isRepriced = true
        // A pause after a slow answer that nothing else would end.
        if promptAt.raw == .max { promptAt = now }
        for index in 0..<instruments.count {
            instruments[index].stop.clear()
            instruments[index].profit.clear()
            instruments[index].exitSince = now
        }
        armStrategies(&outputs)
        lookAtAll()
    }
}
