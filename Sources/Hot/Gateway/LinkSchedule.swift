import Transport
import Units

/// When one link is opened and when it is replaced: the back-off of `Reconnector`, and a new connection, without a delay,
/// before the venue cuts the old one at its age limit. A pure value: the link's state and the time go in.
struct LinkSchedule: BitwiseCopyable, Sendable {
    enum Step: Sendable { case none, open, close }

    private var reconnector: Reconnector
    private var random: SplitMix
    /// When the next attempt is due; `nil` while there is a link or an attempt.
    private var due: Nanoseconds?
    private var isPlanned = false
    private var wasOpen = false
    /// The venue has banned us until then: who knocks meanwhile is banned for longer.
    private var bannedUntil = Nanoseconds(raw: .min)
    /// How often the link came to be open.
    private(set) var connections: UInt64 = 0
    /// How many of its ends were replacements before the venue's cut.
    private(set) var replacements: UInt64 = 0

    /// Links made together get different ages, so that market data and orders are not replaced at the same time.
    init(_ rules: Reconnector.Rules, seed: UInt64) {
        var rules = rules
        random = SplitMix(seed: seed)
        let spread = UInt64(max(1, rules.maximumAge.raw / 24))
        rules.maximumAge = rules.maximumAge - Nanoseconds(raw: Int64(random.next() % spread))
        reconnector = Reconnector(rules)
    }

    /// What to do with the link in this state now. Called every turn.
    mutating func step(_ state: LinkState, at now: Nanoseconds) -> Step {
        switch state {
        case .connecting, .securing, .upgrading, .closing, .draining: return .none
        case .open: return watch(at: now)
        case .idle, .closed: return reopen(state, at: now)
        }
    }

    /// The next attempt is due now, as far as the budget of attempts allows. The link is closed.
    mutating func expedite(at now: Nanoseconds) {
        if due == nil { _ = reconnector.closed(at: now, random: random.next()) }
        due = now
        (isPlanned, wasOpen) = (false, false)
    }

    /// No attempt before this time, and no connection given up that still holds. The longest one told counts.
    mutating func banned(until time: Nanoseconds) { bannedUntil = Swift.max(bannedUntil, time) }

    private mutating func watch(at now: Nanoseconds) -> Step {
        if !wasOpen {
            wasOpen = true
            connections &+= 1
            reconnector.opened(at: now)
        }
        guard now >= bannedUntil, reconnector.shouldReplace(at: now) else { return .none }
        isPlanned = true
        return .close
    }

    private mutating func reopen(_ state: LinkState, at now: Nanoseconds) -> Step {
        if due == nil {
            let delayed = state == .idle ? now : reconnector.closed(at: now, random: random.next())
            due = isPlanned ? now : delayed
            if isPlanned { replacements &+= 1 }
            (isPlanned, wasOpen) = (false, false)
        }
        guard let time = due, now >= time, now >= bannedUntil, reconnector.mayAttempt(at: now) else { return .none }
        due = nil
        reconnector.attempted(at: now)
        return .open
    }
}
