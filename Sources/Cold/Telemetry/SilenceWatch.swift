import Units

/// One thread's beat, as whoever watches reads it.
package struct ThreadBeat: Sendable {
    /// What turns on it.
    package var agents: [String]
    /// 0 before the first.
    package var turns: UInt64
    /// When the last turn began, engine clock.
    package var lastTurn: Nanoseconds
    package var longestTurn: Nanoseconds
    /// It ended in order: its silence means nothing.
    package var isStopped: Bool

    package init(agents: [String], turns: UInt64, lastTurn: Nanoseconds, longestTurn: Nanoseconds, isStopped: Bool) {
        self.agents = agents
        self.turns = turns
        self.lastTurn = lastTurn
        self.longestTurn = longestTurn
        self.isStopped = isStopped
    }

    package var name: String { agents.joined(separator: "+") }
}

/// Which threads have fallen silent, told once each until they turn again. No clock, no I/O.
package struct SilenceWatch: Sendable {
    /// How a command names a thread, and an alert after it.
    package static let names = ["feed", "parse", "trade", "cold", "guard", "door"]
    package static func number(_ agent: String) -> UInt64 { names.firstIndex(of: agent).map { UInt64($0 + 1) } ?? 0 }
    package static func name(_ number: Int64) -> String? {
        number > 0 && number <= Int64(names.count) ? names[Int(number) - 1] : nil
    }

    /// How long a thread may not turn.
    package let limit: Nanoseconds
    /// Threads whose silence was told.
    private var told: Set<String> = []

    package init(limit: Nanoseconds) { self.limit = limit }

    /// Threads that have just fallen silent, and for how long they are. One that never turned is not silent yet.
    package mutating func newlySilent(_ beats: [ThreadBeat], now: Nanoseconds) -> [(agents: [String], age: Nanoseconds)] {
        var silent: [(agents: [String], age: Nanoseconds)] = []
        for beat in beats where beat.turns > 0 && !beat.isStopped {
            let age = now - beat.lastTurn
            if age <= limit {
                told.remove(beat.name)
            } else if told.insert(beat.name).inserted {
                silent.append((beat.agents, age))
            }
        }
        return silent
    }
}

extension ThreadLine {
    /// `nil`: a thread that was never there.
    package init(name: String, beat: ThreadBeat?, now: Nanoseconds, limit: Nanoseconds) {
        guard let beat, beat.turns > 0 else {
            self.init(name: name, age: Nanoseconds(raw: -1), longestTurn: .zero, limit: limit)
            return
        }
        self.init(name: name, age: max(.zero, now - beat.lastTurn), longestTurn: beat.longestTurn, limit: limit)
    }
}
