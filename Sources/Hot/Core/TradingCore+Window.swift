import Model
import Units

/// The hours in which an instrument is traded, in UTC. What reduces a position is not bound to them.
extension TradingCore {
    /// Second of the UTC day; -1 where the run was not told when its first day ends: then no window can be judged.
    var secondOfDay: Int32 {
        mutating get {
            guard configuration.firstDayEnds != nil else { return -1 }
            let left = (dayEnds.raw - now.raw) / 1_000_000_000 + ((dayEnds.raw - now.raw) % 1_000_000_000 == 0 ? 0 : 1)
            return Int32(clamping: configuration.dayLength.raw / 1_000_000_000 - left)
        }
    }

    /// At a timer: the end of the hours takes an instrument's resting orders back; asked again only for what still rests
    /// after the time a request may take.
    mutating func judgeWindow(_ index: Int, _ outputs: inout OutputBuffer) {
        let limits = instruments[index].limits
        guard limits.windowStart != limits.windowEnd else { return }
        let wasOpen = instruments[index].isOpen
        let isOpen = limits.isOpen(atSecond: secondOfDay)
        instruments[index].isOpen = isOpen
        guard !isOpen, state == .live else { return }
        let held = instruments[index]
        if wasOpen {
            alert(.info, .riskBlocked, instrument: held.instrument.id, value: Int64(secondOfDay),
                limit: Int64(limits.windowEnd), &outputs)
        } else if now - held.sweptAt <= configuration.timeouts.cancel {
            return
        }
        if restsAny(held.instrument.id) { cancelAll(in: index, &outputs) }
    }
}
