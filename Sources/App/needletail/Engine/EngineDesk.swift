import Control
import Guard
import Model
import Telemetry
import Units

/// What the control socket's requests mean in this process. A thin face of `EngineHost`; cold thread.
struct EngineDesk: ControlHandler {
    let host: EngineHost

    func status() -> StatusDocument { host.statusDocument() }

    func mandate(lifetime: Nanoseconds) -> Mandate {
        var mandate = host.plan.mandate(host.configuration, lifetime: lifetime)
        mandate.changedLimits = host.changedLimits
        return mandate
    }

    func submit(_ command: Command, reason: String) -> CommandReceipt {
        switch command.kind {
        case .limit: break
        case .stage:
            if host.lastLimitCommand > 0, host.result(of: host.lastLimitCommand) == nil {
                return .refused(
                    ControlError(
                        place: "stage", cause: "a change of a limit is under way", cure: "try again, and read what it shows"))
            }
            if let stopped = host.stopped {
                return .refused(
                    ControlError(
                        place: "stage", cause: "the strategies were stopped \(stopped)",
                        cure: "needletail ctl start enables them again; then stage, arm and confirm"))
            }
        case .stop: host.noteStop(reason: reason, operatorID: command.operatorID)
        case .kill:
            do {
                try host.kill(reason: reason.isEmpty ? "operator" : reason, operatorID: command.operatorID)
            } catch {
                host.view.append(host.clock.now(), "LATCH_FAILED", .critical, "\(error)")
            }
        case .unlatch:
            do {
                try host.unlatch(reason: reason, operatorID: command.operatorID)
            } catch {
                return .refused(Self.refusal(of: error))
            }
        case .strategyOff, .instrumentOff: host.keepOff(command, reason: reason)
        case .arm, .confirm, .disarm, .flatten, .strategyOn, .instrumentOn, .stalled: break
        }
        if !reason.isEmpty, command.kind != .unlatch {
            let subject = command.kind.rawValue >= 50 ? " \(host.switchName(command))" : ""
            host.note(.reason, command.operatorID, "\(command.kind.name)\(subject): \(reason)")
        }
        guard let sequence = host.submit(command) else {
            return .refused(
                ControlError(
                    place: "core", cause: "its input ring is full",
                    cure: "try again; if it stays full, use `needletail ctl kill` or end the process"))
        }
        return .submitted(sequence: sequence)
    }

    private static func refusal(of error: any Error) -> ControlError {
        guard case .notSet? = error as? LatchError else {
            return ControlError(
                place: "unlatch", cause: "the latch could not be removed: \(error)",
                cure: "give a reason with --reason, and look at the latch file")
        }
        return ControlError(place: "unlatch", cause: "no latch is set", cure: "nothing is to be done; see the status")
    }

    func result(of sequence: UInt64) -> CommandResult? { host.result(of: sequence) }

    func start(operatorID: UInt32) -> CommandReceipt {
        guard host.start(operatorID: operatorID) else {
            return .done("the strategies are enabled already; the engine is \(host.status.state.name)")
        }
        return .done(
            "the strategies are enabled; the engine is \(host.status.state.name) and sends nothing before stage, arm and confirm")
    }

    func limits() -> [LimitLine] { host.limitLines() }

    func changeLimit(
        _ name: String, to value: String, symbol: String?, lifetime: Nanoseconds, reason: String, operatorID: UInt32
    ) -> CommandReceipt {
        host.changeLimit(name, to: value, symbol: symbol, lifetime: lifetime, reason: reason, operatorID: operatorID)
    }

    func orders() -> [OrderLine] { host.view.orderLines(now: host.clock.now()) }

    func positions() -> [PositionLine] { host.view.positionLines() }

    func quarantine(limit: Int) -> [QuarantineLine] { host.quarantine.last(limit, now: host.clock.now()) }

    func fills(limit: Int) -> [FillLine] {
        let now = host.clock.now()
        return host.view.recentFills.suffix(limit).map { line in
            var line = line
            line.age = now - line.time
            return line
        }
    }
}
