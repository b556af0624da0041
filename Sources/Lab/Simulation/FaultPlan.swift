import Matching
import Units

/// One fault at one time: at the first opportunity from `at` on (since the world began), `skips` opportunities left alone.
package struct FaultOccurrence: Sendable, Equatable {
    package var fault: FaultClass
    package var at: Nanoseconds
    package var skips: Int

    package init(_ fault: FaultClass, at: Nanoseconds, skips: Int = 0) {
        self.fault = fault
        self.at = at
        self.skips = skips
    }
}

/// Which faults a world has: rates by the hour, and single ones at their times. A class that is not named never happens.
package struct FaultSettings: Sendable, Equatable {
    /// Times an hour, by class.
    package var rates: [FaultClass: Double]
    package var script: [FaultOccurrence]

    package init(rates: [FaultClass: Double] = [:], script: [FaultOccurrence] = []) {
        self.rates = rates
        self.script = script
    }

    /// A seed's own rates: a quiet seed, an ordinary one or a stormy one; about a third of the classes is off in it, so
    /// that others are seen alone. With `only`, just these classes, and none of them off.
    package static func drawn(seed: UInt64, only: Set<FaultClass>? = nil) -> FaultSettings {
        var random = SeededRandom(seed: seed &* 0x9E37_79B9 &+ 0xFA17)
        let storm = [0.2, 1.0, 1.0, 3.0][Int(random.next() % 4)]
        var settings = FaultSettings()
        for fault in FaultClass.allCases {
            let isOff = random.next() % 10 < 3
            let spread = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0][Int(random.next() % 7)]
            if let only, !only.contains(fault) { continue }
            if isOff && only == nil { continue }
            settings.rates[fault] = (fault.ordinaryRate * storm * spread * 1000).rounded() / 1000
        }
        return settings
    }
}

/// When each fault is due in one world, and what struck. Each class draws from a stream of its own, and each occurrence's
/// circumstances follow from the seed, its class and its time alone: taking one away leaves the others as they were.
package struct FaultPlan {
    private struct Clock {
        var rate: Double
        var random: SeededRandom
        var script: [FaultOccurrence]
        var drawn: FaultOccurrence?
    }
    private let seed: UInt64
    private var clocks: [Clock]
    /// The next occurrence of each class, and when it is due; `.max` for never.
    private var next: [FaultOccurrence?]
    private var due: [Int64]
    package private(set) var counts: [Int]
    /// What struck, in order: as a script it repeats the history.
    package private(set) var history: [FaultOccurrence] = []
    /// No further fault once false.
    var isOn = true
    /// The circumstances of the fault that struck last.
    var dice = SeededRandom(seed: 0)

    package init(seed: UInt64, _ settings: FaultSettings) {
        self.seed = seed
        clocks = FaultClass.allCases.map { fault in
            Clock(
                rate: settings.rates[fault] ?? 0,
                random: SeededRandom(seed: seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(fault.rawValue) &* 0x9E37_79B9_7F4A_7C15),
                script: settings.script.filter { $0.fault == fault }.sorted { $0.at > $1.at })
        }
        counts = FaultClass.allCases.map { _ in 0 }
        next = FaultClass.allCases.map { _ in nil }
        due = FaultClass.allCases.map { _ in .max }
        for fault in FaultClass.allCases {
            draw(fault, after: .zero)
            advance(fault)
        }
    }

    /// The next occurrence by the rate: a distance of a tenth to nearly four times the mean, so that nothing waits for ever.
    private mutating func draw(_ fault: FaultClass, after now: Nanoseconds) {
        let index = fault.rawValue
        guard clocks[index].rate > 0 else { return }
        let factor = 0.1 + clocks[index].random.unit() * clocks[index].random.unit() * 3.6
        let distance = Swift.min(3600 / clocks[index].rate * factor * 1e9, 1e17)
        // Every other opportunity is passed over, so that the second of a burst is as likely as the first.
        let skips = Swift.min(clocks[index].random.next().trailingZeroBitCount, 6)
        clocks[index].drawn = FaultOccurrence(fault, at: now + Nanoseconds(raw: 1 + Int64(distance)), skips: skips)
    }

    private mutating func advance(_ fault: FaultClass) {
        let index = fault.rawValue
        let scripted = clocks[index].script.last
        if let drawn = clocks[index].drawn, scripted.map({ drawn.at < $0.at }) ?? true {
            next[index] = drawn
        } else {
            next[index] = scripted
        }
        due[index] = next[index]?.at.raw ?? .max
    }

    /// Whether a fault befalls this opportunity, `now` after the world began. Counted when it does.
    mutating func strikes(_ fault: FaultClass, at now: Nanoseconds) -> Bool {
        let index = fault.rawValue
        guard now.raw >= due[index], isOn, let occurrence = next[index] else { return false }
        if occurrence.skips > 0, leavesAlone(index) { return false }
        let isScripted = clocks[index].drawn.map { $0.at != occurrence.at } ?? true
        if isScripted {
            clocks[index].script.removeLast()
        } else {
            draw(fault, after: now)
        }
        skipped[index] = 0
        advance(fault)
        counts[index] += 1
        history.append(occurrence)
        dice = SeededRandom(seed: seed ^ (UInt64(bitPattern: occurrence.at.raw) &* 0xD134_2543_DE82_EF95) ^ UInt64(index))
        return true
    }

    private var skipped = FaultClass.allCases.map { _ in 0 }

    private mutating func leavesAlone(_ index: Int) -> Bool {
        guard let occurrence = next[index], skipped[index] < occurrence.skips else { return false }
        skipped[index] += 1
        return true
    }

    /// A length of time around `mean` seconds, drawn for the fault that struck last.
    mutating func pause(_ mean: Double) -> Nanoseconds { Nanoseconds(raw: Int64(mean * dice.spread() * 1e9)) }

    package func count(_ fault: FaultClass) -> Int { counts[fault.rawValue] }
    package var total: Int { counts.reduce(0, +) }
}

extension SeededRandom {
    /// An exponential-like factor with mean 1, from 0.1 to 3.7.
    mutating func spread() -> Double { 0.1 + unit() * unit() * 3.6 }
}
