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
        let mandate = host.mandate(lifetime: lifetime)
        host.show(mandate)
        return mandate
    }

    func submit(_ command: Command, reason: String) -> CommandReceipt {
        switch command.kind {
        case .limit: break
        case .stage: if let error = refusal("stage") { return .refused(error) }
        case .confirmIntent:
            if let error = refusal(command.kind.name) ?? otherAccount("confirm", host.accountOfReview) { return .refused(error) }
        case .arm, .confirm:
            let shown = host.shown.last { $0.hash == command.hash }?.account
            if let error = doubt(command.kind.name) ?? otherAccount(command.kind.name, shown) { return .refused(error) }
        case .incident: host.writeIncident(reason, operatorID: command.operatorID)
        case .stop: host.noteStop(reason: reason, operatorID: command.operatorID)
        case .kill: return receipt(host.kill(command, reason: reason))
        case .unlatch:
            do {
                try host.unlatch(reason: reason, operatorID: command.operatorID)
            } catch {
                return .refused(Self.refusal(of: error))
            }
        case .strategyOff, .instrumentOff: host.keepOff(command, reason: reason)
        case .failover: if let error = failoverRefusal(command.value) { return .refused(error) }
        case .disarm, .flatten, .cancelOrder, .recall, .intent, .strategyOn, .instrumentOn, .stalled, .resolve, .seed,
            .carryPosition, .carryDay, .carryBalance, .carried, .acceptBalance, .carryStrategy, .carryStrategyResult:
            break
        }
        if !reason.isEmpty, command.kind != .unlatch, command.kind != .incident {
            let subject = (50...53).contains(command.kind.rawValue) ? " \(host.switchName(command))" : ""
            host.note(.reason, command.operatorID, "\(command.kind.name)\(subject): \(reason)")
        }
        return submit(.command(command))
    }

    private func failoverRefusal(_ number: Int64) -> ControlError? {
        let venue = host.configuration.venue
        let count = venue.failover.count + 1
        if count == 1 {
            return ControlError(
                place: "failover", cause: "the configuration names one server for orders",
                cure: "list others under venue.failover and start again")
        }
        if host.configuration.mode != .live {
            return ControlError(
                place: "failover", cause: "mode \(host.configuration.mode.name) has no order link", cure: "nothing is to be done")
        }
        guard number > Int64(count) else { return nil }
        return ControlError(
            place: "failover", cause: "there is no server \(number)", cure: "servers are numbered 1 to \(count)")
    }

    /// What keeps a ceremony from beginning on this side of the core.
    private func refusal(_ place: String) -> ControlError? {
        if host.lastLimitCommand > 0, host.result(of: host.lastLimitCommand) == nil {
            return ControlError(
                place: place, cause: "a change of a limit is under way", cure: "try again, and read what it shows")
        }
        if let stopped = host.stopped {
            return ControlError(
                place: place, cause: "the strategies were stopped \(stopped)",
                cure: "needletail ctl start enables them again; then stage, arm and confirm")
        }
        return doubt(place)
    }

    /// What no word of a ceremony passes: something here is not what was read or shown.
    private func doubt(_ place: String) -> ControlError? {
        host.carryRefusal(place) ?? host.drift.refusal(place) ?? host.rules.refusal(place) ?? host.account.refusal(place)
    }

    /// What was shown for one account is not confirmed for another.
    private func otherAccount(_ place: String, _ shown: String?) -> ControlError? {
        guard let shown, shown != host.accountWords else { return nil }
        return ControlError(
            place: place, cause: "it was shown for the account of \(shown); now it is that of \(host.accountWords)",
            cure: "find out why the account is another one; then begin anew and read the account's line")
    }

    private func submit(_ input: Input) -> CommandReceipt { receipt(host.submit(input)) }

    private func receipt(_ sequence: UInt64?) -> CommandReceipt {
        guard let sequence else {
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

    func order(named name: String) -> ClientOrderID? {
        let bytes = Array(name.utf8)
        return host.plan.identifiers.parse(count: bytes.count) { bytes[$0] }
    }

    func result(of sequence: UInt64) -> CommandResult? {
        guard let result = host.result(of: sequence) else { return nil }
        return result.command.kind != .kill || host.areKillsDone ? result : nil
    }

    func lastKill() -> KillFacts? { host.takeKillFacts() }

    /// How long a review may be confirmed.
    private static let intentLifetime = Nanoseconds(seconds: 30)

    func ask(
        _ side: Side, _ symbol: String, _ quantity: Quantity, at price: Price, _ timeInForce: TimeInForce, operatorID: UInt32
    ) -> CommandReceipt {
        if let error = refusal("intent") { return .refused(error) }
        guard let instrument = host.plan.instruments.first(where: { $0.symbol.string == symbol }) else {
            return .refused(
                ControlError(
                    place: "intent.symbol", cause: "\(symbol) is no instrument of this run",
                    cure: "use one of \(host.plan.instruments.map { $0.symbol.string }.joined(separator: ", "))"))
        }
        // Under what it is asked: build, configuration, account, limits. The review's own hash covers this one.
        let under = host.mandate(lifetime: Self.intentLifetime).hash
        host.accountOfReview = host.accountWords
        return submit(
            .intent(
                ManualIntent(
                    operatorID: operatorID, instrument: instrument.id, side: side, timeInForce: timeInForce, price: price,
                    quantity: quantity, hash: under, lifetime: Self.intentLifetime)))
    }

    func cancel(clientID: String, operatorID: UInt32) -> CommandReceipt {
        guard let client = host.plan.identifiers.parse(clientID) else {
            return .refused(
                ControlError(
                    place: "cancel.client_id", cause: "it does not name an order of this engine",
                    cure: "copy it from needletail ctl orders"))
        }
        return submit(
            .command(
                Command(kind: .cancelOrder, operatorID: operatorID, hash: 0, lifetime: .zero, subject: client.word)))
    }

    func review(of sequence: UInt64) -> IntentWords? {
        guard let review = host.view.reviews[Int(sequence) - 1] else { return nil }
        let verdict = Verdict(
            intent: review.intent, verdict: review.verdict, value: review.value, limit: review.limit, strategyVersion: 0)
        let index = review.intent.instrument.index
        let known = index < host.plan.instruments.count ? host.plan.instruments[index] : nil
        func asset(_ id: AssetID?) -> String { id.map { host.plan.assets[Int($0.raw)] } ?? "?" }
        return IntentWords(
            review: review, symbol: known?.symbol.string ?? "?", base: asset(known?.base), quote: asset(known?.quote),
            numbers: EventLog.numbers(verdict), lifetime: Self.intentLifetime)
    }

    func refusal(of sequence: UInt64) -> String? {
        host.view.refusals[Int(sequence) - 1].map { "\($0.verdict.name)\(EventLog.numbers($0))" }
    }

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

    func alerts() -> [AlertLine] { host.alerts.lines(now: host.clock.now()) }

    func acknowledge(_ alert: UInt64?, reason: String, operatorID: UInt32) -> CommandReceipt {
        host.acknowledge(alert, reason: reason, operatorID: operatorID)
    }

    func memory() -> MemoryTable { ProcessMemory.table(atStart: host.residentAtStart) ?? MemoryTable(smaps: "") }

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
