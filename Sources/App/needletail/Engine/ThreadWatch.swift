import Agents
import Model
import Telemetry
import Units

/// The beats of all threads as the cold side sees them, and what a silent one leads to. The trade thread's silence is the
/// guard's to act on, the cold side's the trade thread's; feed and parse are this one's: the core goes SAFE. Cold thread.
final class ThreadWatch {
    private let directory: String
    private var watch: SilenceWatch
    private var guardBeat: HeartbeatReader?
    private var guardSoughtAt = Nanoseconds.zero

    /// `limit`: how long a thread may not turn.
    init(directory: String, limit: Nanoseconds) {
        self.directory = directory
        watch = SilenceWatch(limit: limit)
    }

    /// A row for each; the cold side's own is the time since its turn before this one.
    func lines(
        _ watches: [HotThreads.Watch], cold: Heartbeat, now: Nanoseconds, coldLimit: Nanoseconds
    ) -> [ThreadLine] {
        seekGuard(now)
        let hot = watches.map { beat($0.plan.agents, $0.heartbeat.read()) }
        return hot.map { ThreadLine(name: $0.name, beat: $0, now: now, limit: watch.limit) } + [
            ThreadLine(name: Topology.cold, beat: beat([Topology.cold], cold), now: now, limit: coldLimit),
            ThreadLine(name: "guard", beat: guardBeat.map { beat(["guard"], $0.read()) }, now: now, limit: watch.limit),
        ]
    }

    /// Threads that have just fallen silent, and since when. A thread is told once, and again after it has turned.
    func newlySilent(
        _ watches: [HotThreads.Watch], guardRuns: Bool, now: Nanoseconds
    ) -> [(agents: [String], age: Nanoseconds)] {
        seekGuard(now)
        var beats = watches.map { beat($0.plan.agents, $0.heartbeat.read()) }
        if guardRuns, let guardBeat { beats.append(beat(["guard"], guardBeat.read())) }
        return watch.newlySilent(beats, now: now)
    }

    private func beat(_ agents: [String], _ heartbeat: Heartbeat) -> ThreadBeat {
        ThreadBeat(
            agents: agents, turns: heartbeat.turns, lastTurn: heartbeat.lastTurn,
            longestTurn: Nanoseconds(raw: heartbeat.longestTurnNs), isStopped: heartbeat.state == .stopped)
    }

    private func seekGuard(_ now: Nanoseconds) {
        guard guardBeat == nil, now - guardSoughtAt > Nanoseconds(seconds: 1) else { return }
        guardSoughtAt = now
        guardBeat = GuardBeat.reader(directory: directory)
    }
}
