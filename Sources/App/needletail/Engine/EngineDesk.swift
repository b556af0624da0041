import Control
import Model
import Telemetry
import Units

/// What the control socket's requests mean in this process. A thin face of `EngineHost`; cold thread.
struct EngineDesk: ControlHandler {
    let host: EngineHost

    func status() -> StatusDocument { host.statusDocument() }

    func mandate(lifetime: Nanoseconds) -> Mandate { host.plan.mandate(host.configuration, lifetime: lifetime) }

    func submit(_ command: Command, reason: String) -> CommandReceipt {
        if command.kind == .kill {
            do {
                try host.kill(reason: reason.isEmpty ? "operator" : reason, operatorID: command.operatorID)
            } catch {
                host.view.append(host.clock.now(), "LATCH_FAILED", .critical, "\(error)")
            }
        }
        if command.kind == .unlatch {
            do {
                try host.unlatch(reason: reason, operatorID: command.operatorID)
            } catch {
                return .refused(
                    ControlError(
                        place: "unlatch", cause: "the latch could not be removed: \(error)",
                        cure: "give a reason with --reason, and look at the latch file"))
            }
        }
        guard let sequence = host.submit(command) else {
            return .refused(
                ControlError(
                    place: "core", cause: "its input ring is full",
                    cure: "try again; if it stays full, use `needletail ctl kill` or end the process"))
        }
        return .submitted(sequence: sequence)
    }

    func result(of sequence: UInt64) -> CommandResult? { host.result(of: sequence) }

    func start(operatorID: UInt32) -> CommandReceipt {
        .refused(
            ControlError(
                place: "start", cause: "a stop takes the mandate away, and only a new one lets strategies trade",
                cure: "stage, arm and confirm"))
    }

    func quarantine(strategy: String, reason: String, operatorID: UInt32) -> CommandReceipt {
        .refused(
            ControlError(
                place: "quarantine", cause: "single strategies cannot be set aside yet",
                cure: "stop the engine, or leave the strategy out of the configuration"))
    }

    func orders() -> [OrderLine] { host.view.orderLines(now: host.clock.now()) }

    func positions() -> [PositionLine] {
        let now = host.status
        return [
            PositionLine(
                symbol: host.plan.instruments[0].symbol.string, quantity: now.position, averagePrice: now.averagePrice,
                realised: now.realised, unrealised: now.unrealised, fees: now.fees)
        ]
    }

    func fills(limit: Int) -> [FillLine] { Array(host.view.recentFills.suffix(limit)) }
}
