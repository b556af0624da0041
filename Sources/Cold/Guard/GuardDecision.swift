import Model
import Units

/// Why the guard cancels everything.
package enum GuardReason: Sendable, Equatable, CustomStringConvertible {
    case killFile
    /// No beat for so long.
    case silence(Nanoseconds)
    /// The page has had no readable beat for so long.
    case unreadable(Nanoseconds)

    package var description: String {
        switch self {
        case .killFile: return "the kill file is present"
        case .silence(let span): return "the engine's heartbeat stopped \(span.milliseconds) ms ago"
        case .unreadable(let span): return "the heartbeat page was not readable for \(span.milliseconds) ms"
        }
    }
}

/// What the guard does after a look.
package enum GuardStep: Sendable, Equatable {
    /// Look again.
    case wait
    /// Cancel all orders of the engine's prefix and write the latch, now.
    case act(GuardReason)
}

/// Decides from what was seen whether the engine is in command of its orders. No clock and no I/O of its own: time,
/// page and kill file are arguments.
///
/// It acts once for each cause: a page that stays silent after the act is waited on, and the next beat arms it again. A
/// page that no longer beats when the guard starts is acted on at once, because orders may rest from before.
package struct GuardDecision: Sendable {
    private let silence: Nanoseconds
    private var actedOnKillFile = false
    private var actedOnBeat: UInt64?
    private var actedOnUnreadable = false
    private var lastSample: EngineBeat?
    /// When `lastSample` was first seen, by the guard's clock.
    private var seenAt = Nanoseconds.zero
    private var unreadableSince: Nanoseconds?

    /// `silence`: how old the last beat may become.
    package init(silence: Nanoseconds) {
        precondition(silence.raw > 0, "the silence must be above zero")
        self.silence = silence
    }

    /// One look at the world. `now` is CLOCK_MONOTONIC, as in the page.
    package mutating func observe(_ reading: HeartbeatReading, killFile: Bool, now: Nanoseconds) -> GuardStep {
        let pulse = pulse(reading, now)
        if killFile {
            if actedOnKillFile { return pulse }
            actedOnKillFile = true
            return .act(.killFile)
        }
        actedOnKillFile = false
        return pulse
    }

    private mutating func pulse(_ reading: HeartbeatReading, _ now: Nanoseconds) -> GuardStep {
        switch reading {
        case .absent: return lastSample == nil ? .wait : unreadable(now)
        case .unreadable: return unreadable(now)
        case .sample(let sample):
            unreadableSince = nil
            actedOnUnreadable = false
            return judge(sample, now)
        }
    }

    private mutating func judge(_ sample: EngineBeat, _ now: Nanoseconds) -> GuardStep {
        if sample != lastSample {
            lastSample = sample
            seenAt = now
        }
        if sample.hasEnded { return .wait }
        if actedOnBeat == sample.beats { return .wait }
        // A stamp from the future (damage, or a page from before a reboot) is no sign of life: count from first sight.
        let beatAt = sample.beatAt <= now ? sample.beatAt : seenAt
        guard now - beatAt > silence else { return .wait }
        actedOnBeat = sample.beats
        return .act(.silence(now - beatAt))
    }

    private mutating func unreadable(_ now: Nanoseconds) -> GuardStep {
        // An engine that ended in order may take its page away.
        if lastSample?.hasEnded == true || actedOnUnreadable { return .wait }
        if let beats = lastSample?.beats, beats == actedOnBeat { return .wait }
        let since = unreadableSince ?? now
        unreadableSince = since
        guard now - since > silence else { return .wait }
        actedOnUnreadable = true
        return .act(.unreadable(now - since))
    }
}
