import Agents
import Model
import Telemetry
import Units

/// The beats of all threads as the cold side sees them, and what a silent one leads to. The trade thread's silence is the
/// guard's to act on, the cold side's the trade thread's; those of feed, parse and the control socket's door are this one's:
/// the core goes SAFE. Cold thread.
final class ThreadWatch {
    private let directory: String
    private var watch: SilenceWatch
    private var guardBeat: HeartbeatReader?
    private var guardSoughtAt = Nanoseconds.zero
    private static let doorName = "door"
    /// The door's turns at the last look that saw another number, and when that was.
    private var door = (turns: UInt64(0), seenAt: Nanoseconds.zero)

    /// `limit`: how long a thread may not turn.
    init(directory: String, limit: Nanoseconds) {
        self.directory = directory
        watch = SilenceWatch(limit: limit)
    }

    /// A row for each; the cold side's own is the time since its turn before this one.
    func lines(
        _ watches: [HotThreads.Watch], cold: Heartbeat, door: UInt64, now: Nanoseconds, coldLimit: Nanoseconds
    ) -> [ThreadLine] {
        seekGuard(now)
        seeDoor(door, now)
        let hot = watches.map { beat($0.plan.agents, $0.heartbeat.read()) }
        return hot.map { ThreadLine(name: $0.name, beat: $0, now: now, limit: watch.limit) } + [
            ThreadLine(name: Topology.cold, beat: beat([Topology.cold], cold), now: now, limit: coldLimit),
            ThreadLine(name: Self.doorName, beat: doorBeat, now: now, limit: watch.limit),
            ThreadLine(name: "guard", beat: guardBeat.map { beat(["guard"], $0.read()) }, now: now, limit: watch.limit),
        ]
    }

    /// Threads that have just fallen silent, and since when. A thread is told once, and again after it has turned.
    func newlySilent(
        _ watches: [HotThreads.Watch], guardRuns: Bool, door: UInt64, now: Nanoseconds
    ) -> [(agents: [String], age: Nanoseconds)] {
        seekGuard(now)
        seeDoor(door, now)
        var beats = watches.map { beat($0.plan.agents, $0.heartbeat.read()) }
        beats.append(doorBeat)
        if guardRuns, let guardBeat { beats.append(beat(["guard"], guardBeat.read())) }
        return watch.newlySilent(beats, now: now)
    }

    private func beat(_ agents: [String], _ heartbeat: Heartbeat) -> ThreadBeat {
        ThreadBeat(
            agents: agents, turns: heartbeat.turns, lastTurn: heartbeat.lastTurn,
            longestTurn: Nanoseconds(raw: heartbeat.longestTurnNs), isStopped: heartbeat.state == .stopped)
    }

    /// The door counts its turns and reads no clock.
    private func seeDoor(_ turns: UInt64, _ now: Nanoseconds) {
        if turns != door.turns { door = (turns, now) }
    }

    /// Whether the door's thread, which lets clients in, does not turn.
    func isDoorSilent(_ now: Nanoseconds) -> Bool { door.turns > 0 && now - door.seenAt > watch.limit }

    private var doorBeat: ThreadBeat {
        ThreadBeat(agents: [Self.doorName], turns: door.turns, lastTurn: door.seenAt, longestTurn: .zero, isStopped: false)
    }

    private func seekGuard(_ now: Nanoseconds) {
        guard guardBeat == nil, now - guardSoughtAt > Nanoseconds(seconds: 1) else { return }
        guardSoughtAt = now
        guardBeat = GuardBeat.reader(directory: directory)
    }
}
