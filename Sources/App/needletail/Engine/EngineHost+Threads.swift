import Control
import Guard
import Model
import Telemetry
import Units

/// Who has not turned for too long, as the cold side sees it.
extension EngineHost {
    /// A silent feed or parse thread takes the mandate, and so does the door's at the control socket: nobody trades without a
    /// way to be stopped at once. The trade thread's silence is the guard's to act on.
    func watchThreads(_ now: Nanoseconds) {
        guard now - threadsSeenAt > Nanoseconds(milliseconds: 100) else { return }
        threadsSeenAt = now
        let guardRuns = GuardPresence(directory: configuration.directory).isRunning
        control.isDoorSilent = threadWatch.isDoorSilent(now)
        for thread in threadWatch.newlySilent(hot.threads.watches, guardRuns: guardRuns, door: door?.turns ?? 0, now: now) {
            view.append(
                now, "THREAD_STALLED", .critical,
                "\(thread.agents.joined(separator: "+")) has not turned for \(thread.age.milliseconds) ms")
            guard thread.agents != ["guard"] else { continue }
            _ = hot.cold.tryPush(
                .command(
                    Command(
                        kind: .stalled, operatorID: Command.engineOperator, hash: 0, lifetime: thread.age,
                        subject: SilenceWatch.number(thread.agents[0]))))
        }
    }
}
