import Agents
import Units

/// The trade thread's eye on the cold side, which writes the journal to disk and hears the operator: one that hangs is not
/// noticed by a full ring for most of a minute. Trade thread only; two loads a look, never allocates.
public struct ColdWatch: ~Copyable {
    /// How the core is told which thread stood still.
    public static var threadNumber: UInt64 { 4 }

    private let beat: HeartbeatReader?
    private let limit: Nanoseconds
    private var lookedAt = Nanoseconds.zero
    private var isTold = false
    private let interval = Nanoseconds(milliseconds: 100)

    /// Watches nobody.
    public init() {
        beat = nil
        limit = .zero
    }

    /// `limit`: how long the cold side may not turn. Watched from its first turn on.
    public init(_ beat: HeartbeatReader, limit: Nanoseconds) {
        self.beat = beat
        self.limit = limit
    }

    /// How long the cold side has been silent, once for each silence.
    mutating func newSilence(at now: Nanoseconds) -> Nanoseconds? {
        guard beat != nil, now - lookedAt >= interval else { return nil }
        lookedAt = now
        let read = beat!.read()
        guard read.turns > 0, read.state == .running else { return nil }
        let age = now - read.lastTurn
        guard age > limit else {
            isTold = false
            return nil
        }
        defer { isTold = true }
        return isTold ? nil : age
    }
}
