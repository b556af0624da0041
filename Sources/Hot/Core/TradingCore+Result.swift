import Model
import Orders
import Units

/// What all instruments make together, scale 8, kept by `revalue`: results, and the worth of positions as the gate counts
/// it, with and without their signs.
struct RunSums: BitwiseCopyable {
    var result: Int128 = 0
    var net: Int128 = 0
    var gross: Int128 = 0
}

/// Profit and loss of the run and of its trading day, and what its limits lead to.
extension TradingCore {
    /// Realised plus unrealised minus fees of all instruments since the start of the run, at the last known mids.
    /// Instruments share a quote asset. Fees in a third asset are in it at the price that the run has for them.
    var runResult: Int128 {
        assert(sums.result == summedResult, "the run's result is kept up to date")
        return Int128(funding.raw) + sums.result
    }

    /// The slow way, to check the other.
    private var summedResult: Int128 {
        var sum: Int128 = 0
        for index in 0..<instruments.count {
            let id = instruments[index].instrument.id
            sum += Int128(ledger[id].realised.raw) - Int128(ledger[id].fees.raw)
            let mark = instruments[index].mark
            if mark.isPositive { sum += Int128(ledger[id].unrealised(at: mark).raw) }
        }
        return sum
    }

    /// What one unit of the asset that a fill's fee was taken in counts as; zero where nobody said.
    func feePrice(_ fill: Fill) -> Price {
        let asset = Int(fill.feeAsset.raw)
        return asset < feePrices.count ? feePrices[asset] : .zero
    }

    /// A fee in a third asset. Without a price for it no limit of loss sees what trading costs: SAFE, and nobody can arm.
    mutating func noteThirdFee(_ fill: Fill, _ outputs: inout OutputBuffer) {
        if isTraded(fill.feeAsset) { payElsewhere(fill) }
        guard !feePrice(fill).isPositive else { return }
        isFeeUnpriced = true
        alert(.critical, .feeUnpriced, instrument: fill.instrument, client: fill.client, value: fill.fee,
            limit: Int64(fill.feeAsset.raw), &outputs)
        fail(.feeUnpriced, value: fill.fee, limit: Int64(fill.feeAsset.raw))
    }

    /// The fee of a fill was taken from what another instrument trades: that one's balance is lower by it.
    private mutating func payElsewhere(_ fill: Fill) {
        assets[Int(fill.feeAsset.raw)].elsewhere += Int128(fill.fee)
        for place in bases.places(Int(fill.feeAsset.raw)) {
            let index = bases.member(at: place)
            if fill.source != .downtime { instruments[index].lastFillAt = now }
            if instruments[index].hasSuspect { weigh(index, 0 - Int128(fill.fee)) }
        }
    }

    /// Funding received less paid. A spot venue has none, and no input brings any yet: zero.
    var funding: Notional { .zero }

    /// The run's result since the trading day began.
    var dayResult: Notional { Notional(raw: Int64(clamping: runResult - dayOpening)) }

    /// Begins a trading day when the last one is over: its result counts from here.
    mutating func rollDay() {
        if published.inputs == 0 {
            dayEnds = configuration.firstDayEnds ?? later(configuration.dayLength)
            beginReconciling()
        }
        guard now >= dayEnds else { return }
        let length = configuration.dayLength.raw
        let passed = (now.raw - dayEnds.raw) / length + 1
        let (ends, overflow) = dayEnds.raw.addingReportingOverflow(passed * length)
        dayEnds = Nanoseconds(raw: overflow ? .max : ends)
        dayOpening = runResult
        dayLoss.clear()
        dayFall.begin(at: dayOpening)
        for index in accounts.indices { accounts[index].opening = strategyResult(index) }
        lookAtAll()
    }

    /// Whether the last public trade is fresh and near the mid: the second source of an instrument's price.
    mutating func isPriceConfirmed(_ index: Int) -> Bool {
        let most = instruments[index].limits.maxPriceGapBps
        if most == .max { return true }
        let trade = instruments[index].lastTrade
        guard trade.isPositive,
            (now - instruments[index].lastTradeAt).raw.magnitude <= instruments[index].limits.maxTradeAge.raw.magnitude
        else { return false }
        let gap = Int128(instruments[index].mark.raw) - Int128(trade.raw)
        return (gap < 0 ? 0 - gap : gap) &* 10_000 <= exactProduct(Int64(most), trade.raw)  // 64 bits by 14
    }

    /// Whether the price of everything that is held is confirmed.
    private mutating func isResultConfirmed() -> Bool {
        var from = 0
        while let index = holding.next(from: from) {
            if !isPriceConfirmed(index) { return false }
            from = index + 1
        }
        return true
    }

    /// One evaluation of everything that may be lost: after each new price or fill, and once a second without. What is calm and
    /// did not change since is left out: to look at it again would change nothing (`TradingCore+Due`).
    mutating func judgeResults(_ outputs: inout OutputBuffer) {
        evaluatedAt = now
        if isRunDue {
            judgeRun(&outputs)
            guard isTrading else { return }
        }
        if !dueStrategies.isEmpty { judgeStrategies(&outputs) }
        if isFlattening || dueStops.isEmpty { return }
        var from = 0
        while let index = dueStops.next(from: from) {
            dueStops.remove(index)
            judgeStops(index, &outputs)
            from = index + 1
        }
    }

    private mutating func judgeRun(_ outputs: inout OutputBuffer) {
        let result = runResult
        let patience = Patience(instruments[0].limits)
        let most = instruments[0].limits.maxDrawdown
        let mostOfDay = instruments[0].limits.maxDayDrawdown
        let day = result - dayOpening
        let limit = lossLimit
        assert(limit == instruments.indices.map { instruments[$0].limits.maxDailyLoss }.min(), "kept by limitsChanged")
        let isLoss = day <= 0 - Int128(limit.raw)
        // Who is not asked does not look at every position's price.
        let isAsked = isLoss || runFall.asks(result, limit: most) || dayFall.asks(result, limit: mostOfDay)
        let isConfirmed = !isAsked || isResultConfirmed()
        isRunDue = false
        defer {
            if isLoss || runFall.asks(result, limit: most) || dayFall.asks(result, limit: mostOfDay) { isRunDue = true }
        }
        if dayLoss.judge(isLoss, isConfirmed: isConfirmed, patience) {
            act(instruments[0].limits.onDailyLoss, trip: .dailyLoss, value: day, limit: limit, &outputs)
        }
        if runFall.judge(result, limit: most, isConfirmed: isConfirmed, patience) {
            act(instruments[0].limits.onDrawdown, trip: .drawdown, value: result - runFall.peak, limit: most, &outputs)
        }
        if dayFall.judge(result, limit: mostOfDay, isConfirmed: isConfirmed, patience) {
            act(instruments[0].limits.onDrawdown, trip: .drawdown, value: result - dayFall.peak, limit: mostOfDay, &outputs)
        }
        if dayLoss.isFirstDoubt || runFall.finding.isFirstDoubt || dayFall.finding.isFirstDoubt {
            alert(.warning, .priceUnconfirmed, value: Int64(clamping: day), limit: Int64(clamping: result), &outputs)
        }
    }

    /// What a confirmed loss leads to. Twice is once: a run that is reduced or over already stays so.
    private mutating func act(
        _ action: LossAction, trip: Trip, value: Int128, limit: Notional, _ outputs: inout OutputBuffer
    ) {
        let value = Int64(clamping: value)
        // One confirmed order is not a right to send others.
        let action = published.isByHand && action != .halt ? .safe : action
        switch action {
        case .halt: halt(.riskBlocked, trip: trip, value: value, limit: 0 - limit.raw, &outputs)
        case .safe: enterSafe(.riskBlocked, trip: trip, value: value, limit: 0 - limit.raw, &outputs)
        case .reduce, .flatten:
            guard state == .live || (state == .reducing && action == .flatten && !isFlattening) else { return }
            alert(.critical, .riskBlocked, value: value, limit: 0 - limit.raw, &outputs)
            cancelAll(&outputs)
            enter(.reducing, .riskBlocked, nil, &outputs)
            if action == .flatten { beginFlattening() }
        }
    }

    /// At the start and after limits changed.
    mutating func limitsChanged() {
        for index in 0..<instruments.count { orders.setFee(instruments[index].limits.feeAllowanceBps, index) }
        watchAll()
        lookAtAll()
        lossLimit = instruments[0].limits.maxDailyLoss
        for index in 0..<instruments.count { lossLimit = Swift.min(lossLimit, instruments[index].limits.maxDailyLoss) }
    }
}
