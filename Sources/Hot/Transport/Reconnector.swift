public import Units

/// When to connect again: jittered exponential back-off, a budget of attempts per window, and a planned reconnect
/// before the venue's own cut of old connections. A pure value: time and randomness are given.
public struct Reconnector: BitwiseCopyable, Sendable {
    /// The rules; all spans in nanoseconds of the engine clock.
    public struct Rules: BitwiseCopyable, Sendable {
        /// First delay; doubles per failure up to `longestDelay`.
        public var firstDelay = Nanoseconds(milliseconds: 100)
        public var longestDelay = Nanoseconds(seconds: 30)
        /// A link open this long counts as healthy: the next delay is the first one again.
        public var healthyAfter = Nanoseconds(seconds: 30)
        /// An open link is replaced when it is this old; zero: never. Binance cuts at 24 h.
        public var maximumAge = Nanoseconds(seconds: 23 * 3600 + 1800)
        /// At most `attempts` connection attempts per `window`.
        public var attempts = 300
        public var window = Nanoseconds(seconds: 300)

        public init() {}
    }

    public let rules: Rules
    public private(set) var failures = 0
    private var windowStart = Nanoseconds.zero
    private var attemptsInWindow = 0
    private var attemptsBefore = 0
    private var openedAt: Nanoseconds?

    public init(_ rules: Rules = Rules()) {
        precondition(rules.firstDelay.raw > 0 && rules.longestDelay >= rules.firstDelay)
        precondition(rules.attempts > 0 && rules.window.raw > 0)
        self.rules = rules
    }

    /// An attempt is being made. It counts whatever becomes of it.
    public mutating func attempted(at now: Nanoseconds) {
        roll(to: now)
        attemptsInWindow += 1
    }

    public mutating func opened(at now: Nanoseconds) { openedAt = now }

    /// The link is closed or the attempt failed: the time of the next attempt. The delay is drawn evenly from the
    /// upper half of the back-off step, so that many clients cut together do not return together.
    public mutating func closed(at now: Nanoseconds, random: UInt64) -> Nanoseconds {
        if let since = openedAt, now - since >= rules.healthyAfter { failures = 0 }
        openedAt = nil
        let doublings = min(failures, 40)
        let step = min(rules.firstDelay.raw.saturatingProduct(1 << Int64(doublings)), rules.longestDelay.raw)
        failures += 1
        let jitter = Int64(random % UInt64(step / 2 + 1))
        return max(now + Nanoseconds(raw: step - jitter), budgetAllows(after: now))
    }

    /// The open link is old enough to be replaced now, before the peer cuts it.
    public func shouldReplace(at now: Nanoseconds) -> Bool {
        guard rules.maximumAge.raw > 0, let since = openedAt else { return false }
        return now - since >= rules.maximumAge
    }

    /// The budget has room for an attempt at `now`.
    public mutating func mayAttempt(at now: Nanoseconds) -> Bool { budgetAllows(after: now) <= now }

    /// Two fixed windows are kept and both count in full, so that no sliding window of the same length, wherever it
    /// starts, can hold more than the budget.
    private mutating func budgetAllows(after now: Nanoseconds) -> Nanoseconds {
        roll(to: now)
        if attemptsInWindow >= rules.attempts { return windowStart + rules.window + rules.window }
        if attemptsInWindow + attemptsBefore >= rules.attempts { return windowStart + rules.window }
        return now
    }

    private mutating func roll(to now: Nanoseconds) {
        let age = now - windowStart
        guard age >= rules.window else { return }
        attemptsBefore = age < rules.window + rules.window ? attemptsInWindow : 0
        attemptsInWindow = 0
        windowStart = age < rules.window + rules.window ? windowStart + rules.window : now
    }
}

extension Int64 {
    /// The product, or `Int64.max` where it does not fit.
    fileprivate func saturatingProduct(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
