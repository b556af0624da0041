import Agents
import Model
import Telemetry
import Units

/// The beats of all threads as the cold side sees them, and what a silent one leads to. The trade thread's silence is the
/// guard's to act on, the cold side's the trade thread's; feed and parse are this one's: the core goes SAFE. Cold thread.
final class ThreadWatch {
    /// How the core is told which thread stood still.
    private static let numbers = ["feed": 1, "parse": 2, "trade": 3, Topology.cold: 4, "guard": 5]
    static func number(_ agent: String) -> UInt64 { UInt64(numbers[agent] ?? 0) }

    private let directory: String
    private let limit: Nanoseconds
    private var guardBeat: HeartbeatReader?
    private var guardSoughtAt = Nanoseconds.zero
    /// Threads whose silence was told.
    private var told: Set<String> = []

    /// `limit`: how long a thread may not turn.
    init(directory: String, limit: Nanoseconds) {
        self.directory = directory
        self.limit = limit
    }

    /// A row for each; the cold side's own is the time since its turn before this one.
    func lines(_ watches: [HotThreads.Watch], cold: Heartbeat, now: Nanoseconds, coldLimit: Nanoseconds) -> [ThreadLine] {
        seekGuard(now)
        return watches.map { row($0.plan.agents.joined(separator: "+"), $0.heartbeat.read(), now, limit) }
            + [row(Topology.cold, cold, now, coldLimit), row("guard", guardBeat?.read(), now, limit)]
    }

    private func row(_ name: String, _ beat: Heartbeat?, _ now: Nanoseconds, _ limit: Nanoseconds) -> ThreadLine {
        guard let beat, beat.turns > 0 else {
            return ThreadLine(name: name, age: Nanoseconds(raw: -1), longestTurn: .zero, limit: limit)
        }
        return ThreadLine(
            name: name, age: max(.zero, now - beat.lastTurn), longestTurn: Nanoseconds(raw: beat.longestTurnNs), limit: limit)
    }

    /// Threads that have just fallen silent, and since when. A thread is told once, and again after it has turned.
    func newlySilent(_ watches: [HotThreads.Watch], guardRuns: Bool, now: Nanoseconds) -> [(agents: [String], age: Nanoseconds)] {
        seekGuard(now)
        var beats = watches.map { ($0.plan.agents, $0.heartbeat.read()) }
        if guardRuns, let guardBeat { beats.append((["guard"], guardBeat.read())) }
        var silent: [(agents: [String], age: Nanoseconds)] = []
        for (agents, beat) in beats where beat.turns > 0 && beat.state != .stopped {
            let name = agents.joined(separator: "+")
            let age = now - beat.lastTurn
            if age <= limit {
                told.remove(name)
            } else if told.insert(name).inserted {
                silent.append((agents, age))
            }
        }
        return silent
    }

    private func seekGuard(_ now: Nanoseconds) {
        guard guardBeat == nil, now - guardSoughtAt > Nanoseconds(seconds: 1) else { return }
        guardSoughtAt = now
        guardBeat = GuardBeat.reader(directory: directory)
    }
}
