import Units

/// When the venue is asked for its truth: every few seconds whatever happens, and sooner when something leaves or is
/// executed after a quiet time, since a quiet time is when a lost stream goes unseen.
package struct TruthSchedule: Sendable {
    package let interval: Nanoseconds
    package let quiet: Nanoseconds
    package let soon: Nanoseconds
    private var askedAt = Nanoseconds(raw: .min / 2)
    private var activity: UInt64 = 0
    private var activeAt: Nanoseconds?
    private var wokeAt: Nanoseconds?

    /// `quiet`: for how long nothing may have happened for it to count; `soon`: how long after the first activity then.
    package init(
        interval: Nanoseconds = Nanoseconds(seconds: 5), quiet: Nanoseconds = Nanoseconds(seconds: 10),
        soon: Nanoseconds = Nanoseconds(milliseconds: 1000)
    ) {
        self.interval = interval
        self.quiet = quiet
        self.soon = soon
    }

    /// Whether to ask now. `activity` is any count that rises with requests and executions.
    package mutating func isDue(at now: Nanoseconds, activity count: UInt64) -> Bool {
        if count != activity {
            if now - (activeAt ?? Nanoseconds(raw: .min / 2)) > quiet { wokeAt = now }
            activity = count
            activeAt = now
        }
        if let wokeAt, askedAt >= wokeAt + soon { self.wokeAt = nil }
        if let wokeAt, now >= wokeAt + soon { return true }
        return now - askedAt > interval
    }

    /// A question leaves.
    package mutating func asked(at now: Nanoseconds) { askedAt = now }
    /// The next look is due at once.
    package mutating func hurry() { askedAt = Nanoseconds(raw: .min / 2) }
}
