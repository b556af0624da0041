import Control
import Model
import Telemetry
import Units

/// Program and configuration on disk, looked at while a mandate runs; the ceremony's words look by themselves.
extension EngineHost {
    private static let driftInterval = Nanoseconds(seconds: 1)

    /// Tells a person what changed, and takes the mandate: as any command, so that a replay disarms at the same input.
    func watchDrift(_ now: Nanoseconds) {
        guard now - driftSeenAt >= Self.driftInterval else { return }
        driftSeenAt = now
        let answer = driftWatch.look(drift.change(), state: status.state)
        if let news = answer.news {
            let isChange = driftWatch.told != nil
            let isTrading = ![.disarmed, .staged].contains(status.state)
            view.append(now, "CHANGED_ON_DISK", !isChange ? .info : isTrading ? .critical : .warning, news)
            note(.reason, Command.engineOperator, answer.disarms ? "disarm: \(news)" : news)
        }
        if answer.disarms {
            _ = hot.cold.tryPush(
                .command(Command(kind: .disarm, operatorID: Command.engineOperator, hash: 0, lifetime: .zero)))
        }
    }
}
