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
    }
}
