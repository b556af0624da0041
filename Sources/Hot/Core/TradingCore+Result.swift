import Model
import Orders
import Units

/// Profit and loss of the run and of its trading day.
extension TradingCore {
    /// Realised plus unrealised minus fees of all instruments since the start of the run, at the last known mids.
    /// Instruments must share a quote asset to be added; fees in a third asset are not in it.
    var runResult: Int128 {
        var sum: Int128 = 0
        for index in 0..<instruments.count {  // by index: an iterator would count a reference
            let held = instruments[index]
            let position = ledger[held.instrument.id]
            sum += Int128(position.realised.raw) - Int128(position.fees.raw)
            if held.mark.isPositive { sum += Int128(position.unrealised(at: held.mark).raw) }
        }
        return sum
    }

    /// The run's result since the trading day began.
    var dayResult: Notional { Notional(raw: Int64(clamping: runResult - dayOpening)) }

    /// Begins a trading day when the last one is over: its result counts from here.
    mutating func rollDay() {
        if published.inputs == 0 { dayEnds = configuration.firstDayEnds ?? later(configuration.dayLength) }
        guard now >= dayEnds else { return }
        let length = configuration.dayLength.raw
        let passed = (now.raw - dayEnds.raw) / length + 1
        let (ends, overflow) = dayEnds.raw.addingReportingOverflow(passed * length)
        dayEnds = Nanoseconds(raw: overflow ? .max : ends)
        dayOpening = runResult
        for index in accounts.indices { accounts[index].opening = strategyResult(index) }
    }

    /// The fall from the highest result since the engine went live; it counts when it is found several times in a row.
    mutating func judgeDrawdown(_ result: Int128, _ outputs: inout OutputBuffer) {
        peakResult = Swift.max(peakResult, result)
        let limits = instruments[0].limits
        guard peakResult - result >= Int128(limits.maxDrawdown.raw) else {
            drawdownCount = 0
            return
        }
        drawdownCount += 1
        if drawdownCount >= limits.drawdownConfirmations {
            halt(.riskBlocked, value: Int64(clamping: result - peakResult), limit: 0 - limits.maxDrawdown.raw, &outputs)
        }
    }

    /// One strategy's result since the start, scale 8.
    func strategyResult(_ index: Int) -> Int128 {
        accounts[index].result(at: instruments[strategies.instrument(of: index).index].mark)
    }

    /// Switches off a strategy that lost too much: its orders are cancelled, the others go on.
    mutating func judgeStrategies(_ outputs: inout OutputBuffer) {
        for index in accounts.indices where !accounts[index].isOff {
            let limit = instruments[strategies.instrument(of: index).index].limits.maxStrategyLoss
            let made = strategyResult(index) - accounts[index].opening
            guard made <= 0 - Int128(limit.raw) else { continue }
            accounts[index].isOff = true
            alert(.critical, .riskBlocked, instrument: strategies.instrument(of: index), value: Int64(clamping: made),
                limit: 0 - limit.raw, &outputs)
            for at in 0..<orders.activeCount {
                let slot = orders.activeSlot(at)
                let order = orders[slot]
                guard order.strategy.index == index, order.state == .open || order.state == .partiallyFilled,
                    mayCancel
                else { continue }
                requestCancel(slot, &outputs)
            }
        }
    }
}
