import Foundation
import Model
import Telemetry
import Units

/// Watches a load through the engine's own status: how many frames came when, and whether it is time to kill or to end. A
/// machine that is busy with other work brings the load later: then both wait for it, for a while.
struct LoadWatch {
    private struct Sample {
        var at: Nanoseconds
        var frames: UInt64
    }

    private let began: Date
    private let killAt: Nanoseconds
    private let ends: Nanoseconds
    private static let patience = Nanoseconds(seconds: 15)
    /// How long the load is watched after the kill.
    private static let after = Nanoseconds(seconds: 3)
    private var samples: [Sample] = []
    private var killedAt: Nanoseconds?
    private(set) var worstBacklog: UInt64 = 0
    private(set) var feed = FeedFacts()
    /// In which state the kill found the engine.
    private(set) var stateAtKill = SystemState.disarmed
    private var state = SystemState.disarmed

    init(began: Date, killAt: Nanoseconds, ends: Nanoseconds) {
        self.began = began
        self.killAt = killAt
        self.ends = ends
    }

    private var elapsed: Nanoseconds { Nanoseconds(raw: Int64(Date().timeIntervalSince(began) * 1e9)) }

    mutating func take(_ document: StatusDocument) {
        samples.append(Sample(at: document.engine.now, frames: document.feed.frames))
        worstBacklog = max(worstBacklog, document.keepers.journalBacklog)
        feed = document.feed
        state = document.engine.state
    }

    /// At half-time, and with the load there.
    func mayKill(_ asked: Int) -> Bool {
        guard killedAt == nil, elapsed >= killAt else { return false }
        return most(within: 1_000_000_000) >= asked || elapsed >= killAt + Self.patience
    }

    mutating func killed() {
        killedAt = elapsed
        stateAtKill = state
    }

    var isOver: Bool {
        guard let killedAt else { return false }
        return elapsed >= ends && elapsed >= killedAt + Self.after
    }

    /// Most frames between two looks that are at most so far apart: never more than came within that time.
    func most(within span: Int64) -> Int {
        var most: UInt64 = 0
        var first = 0
        for sample in samples {
            while (sample.at - samples[first].at).raw > span { first += 1 }
            most = max(most, sample.frames - samples[first].frames)
        }
        return Int(clamping: most)
    }
}
