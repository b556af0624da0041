import Units

/// What a failing history needs at least: found by leaving things out and playing again.
package struct Shrunk: Sendable {
    package var span: Nanoseconds
    package var faults: FaultSettings
    package var violation: Violation
    /// Histories played.
    package var trials: Int
}

/// Cuts a failing seed down: the shortest span, the fewest classes of faults and the fewest occurrences that still break
/// the same invariant. Every cut is tried, and kept only when the same invariant breaks.
package struct Shrinker {
    /// Plays a history; what broke first, and which faults had struck.
    package typealias Play = (_ span: Nanoseconds, _ faults: FaultSettings) throws -> (Violation?, [FaultOccurrence])

    private let invariant: Invariant
    private let play: Play
    private var left: Int
    private var trials = 0
    private var best: Shrunk

    /// `violation` is what a history of `span` with these faults broke; at most `limit` histories are played.
    package init(
        span: Nanoseconds, faults: FaultSettings, violation: Violation, limit: Int = 400, play: @escaping Play
    ) {
        invariant = violation.invariant
        left = limit
        self.play = play
        best = Shrunk(span: span, faults: faults, violation: violation, trials: 0)
    }

    package mutating func shrink() throws -> Shrunk {
        try script()
        if !best.faults.script.isEmpty || !best.faults.rates.isEmpty { _ = try attempt(best.span, FaultSettings()) }
        try dropRates()
        try shorten()
        try dropClasses()
        try dropOccurrences()
        try shorten()
        best.trials = trials
        return best
    }

    /// Whether it still breaks; then it is the best so far, without what lies behind its end.
    private mutating func attempt(_ span: Nanoseconds, _ faults: FaultSettings) throws -> Bool {
        guard left > 0 else { return false }
        left -= 1
        trials += 1
        let (violation, _) = try play(span, faults)
        guard let violation, violation.invariant == invariant else { return false }
        best = Shrunk(span: span, faults: faults, violation: violation, trials: trials)
        return true
    }

    /// From rates to the occurrences that they gave: the same history, told one by one.
    private mutating func script() throws {
        guard !best.faults.rates.isEmpty else { return }
        trials += 1
        let (_, history) = try play(best.span, best.faults)
        _ = try attempt(best.span, FaultSettings(script: history))
    }

    /// Only where the history could not be told one by one.
    private mutating func dropRates() throws {
        for fault in FaultClass.allCases where best.faults.rates[fault] != nil {
            var faults = best.faults
            faults.rates[fault] = nil
            _ = try attempt(best.span, faults)
        }
    }

    /// To just behind the violation; where it is found only at the end, by halves.
    private mutating func shorten() throws {
        let end = Nanoseconds(milliseconds: Int64(best.violation.seconds * 1000) + 1000)
        if end < best.span, try attempt(end, trimmed(end)) { return try shortenMore() }
        try shortenMore()
    }

    private mutating func shortenMore() throws {
        var low: Int64 = 0
        while best.span.milliseconds - low > 1000, left > 0 {
            let middle = Nanoseconds(milliseconds: (low + best.span.milliseconds) / 2)
            if !(try attempt(middle, trimmed(middle))) { low = middle.milliseconds }
        }
    }

    private func trimmed(_ span: Nanoseconds) -> FaultSettings {
        var faults = best.faults
        faults.script.removeAll { $0.at > span }
        return faults
    }

    private mutating func dropClasses() throws {
        let count = { (faults: FaultSettings, fault: FaultClass) in faults.script.filter { $0.fault == fault }.count }
        let order = FaultClass.allCases.sorted { count(best.faults, $0) > count(best.faults, $1) }
        for fault in order where count(best.faults, fault) > 0 {
            var faults = best.faults
            faults.script.removeAll { $0.fault == fault }
            _ = try attempt(best.span, faults)
        }
    }

    /// Runs of occurrences, long ones first, down to single ones.
    private mutating func dropOccurrences() throws {
        var size = Swift.max(1, best.faults.script.count / 2)
        while !best.faults.script.isEmpty, left > 0 {
            var from = 0
            var cut = false
            while from < best.faults.script.count, left > 0 {
                var faults = best.faults
                faults.script.removeSubrange(from..<Swift.min(from + size, faults.script.count))
                if try attempt(best.span, faults) { cut = true } else { from += size }
            }
            if size == 1 && !cut { return }
            if size > 1 { size /= 2 }
        }
    }
}
