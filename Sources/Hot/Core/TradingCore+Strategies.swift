import Model
import Orders
import Units

/// Strategies as owned, judged things: what each made, what switches it off by itself, and a person's hand on it.
///
/// Off means: its intents are refused by `STRATEGY_OFF`, its resting orders are cancelled in the same step, and those on
/// their way as soon as they rest. Switched off by a person it comes back by a person only; by a limit, by arming as well,
/// but by neither before its cooldown is over.
extension TradingCore {
    /// One strategy's result, scale 8.
    func strategyResult(_ index: Int) -> Int128 {
        accounts[index].result(at: instruments[traders.group(of: index)].mark)
    }

    /// One evaluation of every strategy that is on and may have changed.
    mutating func judgeStrategies(_ outputs: inout OutputBuffer) {
        var from = 0
        while let index = dueStrategies.next(from: from) {
            dueStrategies.remove(index)
            from = index + 1
            if accounts[index].isOff { continue }
            let instrument = traders.group(of: index)
            let (mostLoss, mostFall) = (
                instruments[instrument].limits.maxStrategyLoss, instruments[instrument].limits.maxStrategyDrawdown)
            let patience = Patience(instruments[instrument].limits)
            let result = strategyResult(index)
            let made = result - accounts[index].opening
            let isLoss = made <= 0 - Int128(mostLoss.raw)
            let isAsked = isLoss || accounts[index].fall.asks(result, limit: mostFall)
            let isConfirmed = !isAsked || accounts[index].position.quantity.isZero || isPriceConfirmed(instrument)
            if isLoss { dueStrategies.insert(index) }
            if accounts[index].loss.judge(isLoss, isConfirmed: isConfirmed, patience) {
                switchOff(index, .strategyLoss, value: Int64(clamping: made), limit: 0 - mostLoss.raw, &outputs)
                continue
            }
            if accounts[index].fall.judge(result, limit: mostFall, isConfirmed: isConfirmed, patience) {
                switchOff(
                    index, .strategyDrawdown, value: Int64(clamping: result - accounts[index].fall.peak),
                    limit: 0 - mostFall.raw, &outputs)
            }
            if accounts[index].fall.asks(result, limit: mostFall) { dueStrategies.insert(index) }
        }
    }

    /// The venue answered a strategy's order.
    mutating func noteAnswer(_ order: Order, isRefused: Bool, _ outputs: inout OutputBuffer) {
        let index = order.strategy.index
        guard index < accounts.count else { return }
        if isRefused { accounts[index].rejected &+= 1 }
        accounts[index].rejects.record(isRefused: isRefused)
        let limits = instruments[order.instrument.index].limits
        let window = accounts[index].rejects
        guard isRefused, window.count >= limits.minStrategySamples, window.percent > limits.maxRejectPercent else { return }
        switchOff(index, .strategyRejects, value: Int64(window.percent), limit: Int64(limits.maxRejectPercent), &outputs)
    }

    /// A fill of a strategy's order was counted: how far from the mid at its decision?
    mutating func noteExecution(_ order: Order, _ fill: Fill, _ outputs: inout OutputBuffer) {
        let index = order.strategy.index
        guard index < accounts.count else { return }
        accounts[index].fills &+= 1
        if order.filled == fill.quantity { accounts[index].traded &+= 1 }
        guard order.decidedAt.isPositive else { return }
        slippages[index].record(order.side, at: fill.price, expected: order.decidedAt, quantity: fill.quantity)
        let limits = instruments[order.instrument.index].limits
        let bps = slippages[index].bps
        guard slippages[index].count >= limits.minStrategySamples, bps > Int64(limits.maxStrategySlippageBps) else { return }
        switchOff(index, .strategySlippage, value: bps, limit: Int64(limits.maxStrategySlippageBps), &outputs)
    }

    /// By a limit: told, its orders taken back, no return before the cooldown is over.
    private mutating func switchOff(
        _ index: Int, _ reason: ErrorCode, value: Int64, limit: Int64, _ outputs: inout OutputBuffer
    ) {
        guard !accounts[index].isOff else { return }
        let instrument = strategies.instrument(of: index)
        alert(.critical, reason, instrument: instrument, value: value, limit: limit, &outputs)
        turnOff(
            index, reason, by: Command.engineOperator, until: later(instruments[instrument.index].limits.strategyCooldown),
            value: value, limit: limit, &outputs)
    }

    private mutating func turnOff(
        _ index: Int, _ reason: ErrorCode, by operatorID: UInt32, until: Nanoseconds, value: Int64, limit: Int64,
        _ outputs: inout OutputBuffer
    ) {
        accounts[index].isOff = true
        accounts[index].reason = reason
        accounts[index].offSince = now
        accounts[index].resumableAt = until
        watchAll()
        tellStrategy(index, isOn: false, by: operatorID, value: value, limit: limit, &outputs)
        // What may not be cancelled now, `watch` cancels when it may.
        guard mayCancel else { return }
        var at = orders.first(of: StrategyID(UInt8(truncatingIfNeeded: index)))
        while let slot = at {
            if orders[slot].state == .open || orders[slot].state == .partiallyFilled { requestCancel(slot, &outputs) }
            at = orders.next(ofStrategyAfter: slot)
        }
    }

    private mutating func turnOn(_ index: Int, by operatorID: UInt32, _ outputs: inout OutputBuffer) {
        accounts[index].isOff = false
        accounts[index].begin(at: strategyResult(index))
        dueStrategies.insert(index)
        watchAll()
        slippages[index] = SlippageWindow()
        tellStrategy(index, isOn: true, by: operatorID, value: 0, limit: 0, &outputs)
    }

    private func tellStrategy(
        _ index: Int, isOn: Bool, by operatorID: UInt32, value: Int64, limit: Int64, _ outputs: inout OutputBuffer
    ) {
        outputs.append(
            .switched(
                SwitchChange(
                    subject: .strategy, index: UInt16(truncatingIfNeeded: index), isOn: isOn, reason: accounts[index].reason,
                    operatorID: operatorID, until: accounts[index].resumableAt, value: value, limit: limit,
                    version: strategies.versionHash(of: index))))
    }

    /// `strategyOff`: a person's word over a limit's. From the engine at its start: as it was before.
    mutating func strategyOff(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard let index = Int(exactly: command.subject), index < accounts.count else { return false }
        var reason = ErrorCode.none
        // A person's switch sets no cooldown and does not shorten one.
        var until = accounts[index].isOff ? Swift.max(now, accounts[index].resumableAt) : now
        if command.operatorID == Command.engineOperator {
            reason = UInt16(exactly: command.value).flatMap(ErrorCode.init(rawValue:)) ?? .none
            until = Swift.max(until, later(command.lifetime))
        }
        turnOff(index, reason, by: command.operatorID, until: until, value: command.value, limit: 0, &outputs)
        return true
    }

    mutating func strategyOn(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard let index = Int(exactly: command.subject), index < accounts.count, accounts[index].isOff,
            now >= accounts[index].resumableAt
        else { return false }
        accounts[index].reason = .none
        turnOn(index, by: command.operatorID, &outputs)
        return true
    }

    /// A person armed again: limits count anew, but for the day's loss of a strategy that stayed on; what a limit switched
    /// off comes back if its cooldown is over.
    mutating func armStrategies(_ outputs: inout OutputBuffer) {
        for index in accounts.indices {
            let account = accounts[index]
            if account.isOff, account.reason != .none, now >= account.resumableAt {
                turnOn(index, by: Command.engineOperator, &outputs)
            } else {
                accounts[index].arm(at: strategyResult(index))
                dueStrategies.insert(index)
            }
        }
    }
}
