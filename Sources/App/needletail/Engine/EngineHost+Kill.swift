import Control
import Foundation
import Gateway
import Guard
import Model
import Telemetry
import Units

/// The kill: the core first, the latch right behind it, the answer after both.
///
/// A cancel that waits for a disk is a cancel too late, so the trade thread is told before the latch is written. Between the
/// two the stop is kept by the journal: the core's halt is in shared memory before its cancels leave, and the next start
/// latches a halt that no `latched` note follows (`KillTrail`). Whatever is lost, every start is DISARMED.
extension EngineHost {
    /// Lets a thread of its own hear the control socket, so that a kill goes ahead of what this loop does. Once.
    func openDoor() throws {
        guard let ring = hot.urgent.take() else { return }
        let lane = KillLane(ring)
        door = try control.openDoor(ringing: bell) { lane.kill(by: $0) }
        // It hardly ever runs, and then nothing on its core is more urgent.
        for _ in 0..<1000 where door?.thread == 0 { usleep(100) }
        if let thread = door?.thread { ColdThreads.raise(thread) }
    }

    /// An operator's kill. The latch is written although the core's ring is full.
    func kill(_ command: Command, reason: String) -> UInt64? {
        var command = command
        command.value = clock.now().raw
        let sequence = submit(command)
        killDelivered = sequence != nil
        latch(reason: reason.isEmpty ? "operator" : reason, operatorID: command.operatorID)
        if !reason.isEmpty { note(.reason, command.operatorID, "\(command.kind.name): \(reason)") }
        return sequence
    }

    /// The engine's own kill, of itself.
    func killOwn(reason: String) {
        let command = Command(kind: .kill, operatorID: 0, hash: 0, lifetime: .zero, value: clock.now().raw)
        killDelivered = submit(command) != nil
        latch(reason: reason, operatorID: Command.engineOperator)
    }

    /// Writes the latch and journals that it is there.
    func latch(reason: String, operatorID: UInt32) {
        do {
            try KillLatch(path: configuration.latchFile).set(
                LatchRecord(reason: reason, time: clock.wall(), by: "uid \(operatorID)"))
            note(.latched, operatorID, reason)
        } catch {
            view.append(clock.now(), "LATCH_FAILED", .critical, "\(error)")
            print("engine: the kill latch could not be written: \(error)")
            fflush(nil)
        }
    }

    /// A latch, whoever wrote it, kills this engine; tried every turn until the core's ring has taken the command.
    func obeyLatch() {
        let kill = KillLatch(path: configuration.latchFile)
        let wasLatched = latched
        latched = kill.isSet
        guard latched else { return killDelivered = false }
        if !wasLatched { view.append(clock.now(), "LATCHED", .critical, "the kill latch is set: the engine is killed") }
        guard !killDelivered else { return }
        let command = Command(kind: .kill, operatorID: UInt32(getuid()), hash: 0, lifetime: .zero, value: clock.now().raw)
        killDelivered = submit(command) != nil
        if killDelivered { note(.latched, UInt32(getuid()), kill.read()?.reason ?? "by hand") }
    }

    /// A core that halted by itself (a loss limit) stays so over a restart: the latch says why.
    func latchOwnHalt() {
        guard let error = view.takeOwnHalt() else { return }
        latch(reason: "the core halted by itself: \(error.name)", operatorID: Command.engineOperator)
    }

    /// Keeps how long a kill took, once its last cancel has left.
    func noteKills() {
        let made = hot.kills.read(.made)
        guard made != killsMade else { return }
        killsMade = made
        if let span = killFacts?.timeToSafe { killTimes.append(span) }
    }

    /// The last kill that found the engine not halted; `nil` before one.
    private var killFacts: KillFacts? {
        let (asked, taken) = (hot.kills.read(.asked), hot.kills.read(.taken))
        guard taken > 0 else { return nil }
        let safe = hot.kills.read(.safe)
        return KillFacts(
            timeToSafe: safe > 0 ? Nanoseconds(raw: safe - (asked > 0 ? asked : taken)) : nil,
            safeAt: safe > 0 ? Nanoseconds(raw: safe) : nil, cancels: hot.kills.read(.cancels), orders: hot.kills.read(.orders))
    }

    /// For the answer to a kill, and for one answer only: a second kill did nothing.
    func takeKillFacts() -> KillFacts? {
        let taken = hot.kills.read(.taken)
        guard taken != killShown else { return nil }
        killShown = taken
        return killFacts
    }

    /// Whether the trade thread has carried out every kill whose result is known.
    var areKillsDone: Bool { hot.kills.read(.kills) >= Int64(view.killResults) }
}
