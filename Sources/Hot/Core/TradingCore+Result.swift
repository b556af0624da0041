import Model
import Orders
import Units

/// Profit and loss of the run and of its trading day, and what its limits lead to.
extension TradingCore {
    /// Realised plus unrealised minus fees of all instruments since the start of the run, at the last known mids.
    /// Instruments must share a quote asset to be added; fees in a third asset are not in it.
    var runResult: Int128 {
        var sum = Int128(funding.raw)
        for index in 0..<instruments.count {  // by index: an iterator would count a reference
            let held = instruments[index]
            let position = ledger[held.instrument.id]
            sum += Int128(position.realised.raw) - Int128(position.fees.raw)
            if held.mark.isPositive { sum += Int128(position.unrealised(at: held.mark).raw) }
        }
        return sum
    }

    /// Funding received less paid. A spot venue has none, and no input brings any yet: zero.
    var funding: Notional { .zero }

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
        dayLoss.clear()
        dayFall.begin(at: dayOpening)
        for index in accounts.indices { accounts[index].opening = strategyResult(index) }
    }

    /// Whether the last public trade is fresh and near the mid: the second source of an instrument's price.
    func isPriceConfirmed(_ index: Int) -> Bool {
        let held = instruments[index]
        if held.limits.maxPriceGapBps == .max { return true }
        guard held.lastTrade.isPositive,
            (now - held.lastTradeAt).raw.magnitude <= held.limits.maxTradeAge.raw.magnitude
        else { return false }
        let gap = Int128(held.mark.raw) - Int128(held.lastTrade.raw)
        return (gap < 0 ? -gap : gap) * 10_000 <= Int128(held.limits.maxPriceGapBps) * Int128(held.lastTrade.raw)
    }

    /// Whether the price of everything that is held is confirmed.
    private var isResultConfirmed: Bool {
        for index in 0..<instruments.count
        where !ledger[instruments[index].instrument.id].quantity.isZero && !isPriceConfirmed(index) {
            return false
        }
        return true
    }

    /// One evaluation of everything that may be lost: after each new price or fill, and once a second without.
    mutating func judgeResults(_ outputs: inout OutputBuffer) {
        evaluatedAt = now
        let isConfirmed = isResultConfirmed
        judgeRun(isConfirmed, &outputs)
        guard isTrading else { return }
        judgeStrategies(&outputs)
        if isFlattening { return }
        for index in 0..<instruments.count { judgeStops(index, &outputs) }
    }

    private mutating func judgeRun(_ isConfirmed: Bool, _ outputs: inout OutputBuffer) {
        let result = runResult
        let limits = instruments[0].limits
        let day = result - dayOpening
        let limit = lossLimit
        if dayLoss.judge(day <= 0 - Int128(limit.raw), isConfirmed: isConfirmed, limits) {
            act(limits.onDailyLoss, value: day, limit: limit, &outputs)
        }
        if runFall.judge(result, limit: limits.maxDrawdown, isConfirmed: isConfirmed, limits) {
            act(limits.onDrawdown, value: result - runFall.peak, limit: limits.maxDrawdown, &outputs)
        }
        if dayFall.judge(result, limit: limits.maxDayDrawdown, isConfirmed: isConfirmed, limits) {
            act(limits.onDrawdown, value: result - dayFall.peak, limit: limits.maxDayDrawdown, &outputs)
        }
        if dayLoss.isFirstDoubt || runFall.finding.isFirstDoubt || dayFall.finding.isFirstDoubt {
            alert(.warning, .priceUnconfirmed, value: Int64(clamping: day), limit: Int64(clamping: result), &outputs)
        }
    }

    /// What a confirmed loss leads to. Twice is once: a run that is reduced or over already stays so.
    private mutating func act(_ action: LossAction, value: Int128, limit: Notional, _ outputs: inout OutputBuffer) {
        let value = Int64(clamping: value)
        switch action {
        case .halt: halt(.riskBlocked, value: value, limit: 0 - limit.raw, &outputs)
        case .safe: enterSafe(.riskBlocked, value: value, limit: 0 - limit.raw, &outputs)
        case .reduce, .flatten:
            guard state == .live || (state == .reducing && action == .flatten && !isFlattening) else { return }
            alert(.critical, .riskBlocked, value: value, limit: 0 - limit.raw, &outputs)
            cancelAll(&outputs)
            enter(.reducing, .riskBlocked, nil, &outputs)
            if action == .flatten { beginFlattening() }
        }
    }

    /// The tightest daily loss limit of the run.
    private var lossLimit: Notional {
        var limit = instruments[0].limits.maxDailyLoss
        for index in 0..<instruments.count { limit = Swift.min(limit, instruments[index].limits.maxDailyLoss) }
        return limit
    }
}
