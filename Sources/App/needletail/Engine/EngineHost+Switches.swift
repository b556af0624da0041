import Control
import Foundation
import Guard
import Model
import Telemetry
import Units

/// Strategies, instruments and `stop`: what stays off, and who took it off; the latch's removal.
extension EngineHost {
    /// Puts the core to where the last one was, before anybody can arm it.
    func restoreSwitches() {
        let (commands, problem) = switches.restore(wall: clock.wall(), journalled: carried?.switches ?? [])
        if let problem { view.append(clock.now(), "SWITCHES_UNREADABLE", .critical, problem) }
        for command in commands { push(.command(command)) }
        hot.coldBeat.enter(.running)
    }

    func keepSwitches() {
        for change in view.takeSwitches() {
            do { try switches.take(change, now: clock.now(), wall: clock.wall()) } catch { switchesFailed(error) }
        }
    }

    /// A person's `off`: on disk before the core is told.
    func keepOff(_ command: Command, reason: String) {
        do {
            try switches.keep(command, why: "uid \(command.operatorID): \(reason)")
        } catch {
            switchesFailed(error)
        }
    }

    func switchesFailed(_ error: SwitchFileError) {
        view.append(clock.now(), "SWITCHES_FAILED", .critical, "a switch is not kept over a restart: \(error)")
    }

    /// What a command of the switches is about, for the record.
    func switchName(_ command: Command) -> String {
        let isStrategy = command.kind == .strategyOff || command.kind == .strategyOn
        return switches.name(isStrategy ? .strategy : .instrument, Int(clamping: command.subject)) ?? "\(command.subject)"
    }

    /// What the operator's `stop` means beside the core's: no mandate until `start`; and the venue is asked at once, so that
    /// the proof does not wait.
    func noteStop(reason: String, operatorID: UInt32) {
        stopped = "by uid \(operatorID)" + (reason.isEmpty ? "" : ": \(reason)")
        truthSchedule.hurry()
    }

    /// Enables the strategies again; `false` when they were.
    func start(operatorID: UInt32) -> Bool {
        guard let stopped else { return false }
        note(.start, operatorID, "strategies enabled again; they were stopped \(stopped)")
        view.append(clock.now(), "START", .info, "strategies enabled by uid \(operatorID); the ceremony comes next")
        self.stopped = nil
        return true
    }

    /// Removes the latch; the core is told afterwards.
    func unlatch(reason: String, operatorID: UInt32) throws {
        let latch = KillLatch(path: configuration.latchFile)
        let was = latch.read()
        // A halt whose latch could not be written is lifted all the same.
        if was != nil || status.state != .halted {
            try latch.remove(reason: reason, by: "uid \(operatorID)", time: clock.wall())
        }
        note(.unlatch, operatorID, "\(reason) | set by \(was?.by ?? "?"): \(was?.reason ?? "?")")
    }
}
