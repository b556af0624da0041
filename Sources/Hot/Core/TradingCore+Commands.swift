import Model
import StrategyKit
import Units

/// The arming ceremony and the stops.
///
///     from \ command   stage    arm      confirm   disarm, stop   flatten    kill     unlatch
///     disarmed         staged   -        -         disarmed       -          halted   -
///     staged           staged   armed*   -         disarmed       -          halted   -
///     armed            staged   -        live**    disarmed       -          halted   -
///     live             -        -        -         disarmed       reducing   halted   -
///     reducing         -        -        -         disarmed       reducing   halted   -
///     safe             staged   -        -         disarmed       -          halted   -
///     halted           -        -        -         -              -          halted   disarmed
///
/// `limit` changes no state: see `TradingCore+Limits`.
/// Strategies and instruments are switched in every state; that moves none. `stalled` leads from staged and armed to
/// disarmed, from live and reducing to safe.
///
/// `-` is refused; `*` the hash must equal the staged one; `**` and the confirmation must be in time and nothing missing
/// (`TradingCore+Incident`). Every stop cancels all. With an incident open `stage` waits for its note. Nothing but
/// `confirm` leads to `live`, and, for one order without any strategy, `confirmIntent` (`TradingCore+ByHand`). `resolve`
/// changes one order and no state. `failover` is carried out by the order link.
extension TradingCore {
    mutating func command(_ command: Command, _ outputs: inout OutputBuffer) {
        let accepted: Bool
        refusedFor = ArmingChecks()
        precedent = Command.engineOperator
        switch command.kind {
        case .stage: accepted = stage(command, &outputs)
        case .arm: accepted = arm(command, &outputs)
        case .confirm: accepted = confirm(command, &outputs)
        case .disarm, .stop:
            accepted = state != .halted
            pending = PendingIntent()
            cancelAll(&outputs)
            if accepted { enter(.disarmed, .none, command.kind, &outputs) }
        case .kill:
            accepted = true
            cancelAll(&outputs)
            enter(.halted, .none, .kill, trip: .kill, &outputs)
        case .flatten:
            // One confirmed order is not a right to send others.
            accepted = isTrading && maySend && !published.isByHand
            if accepted {
                cancelAll(&outputs)
                enter(.reducing, .none, .flatten, &outputs)
                beginFlattening()
            }
        case .limit:
            accepted = changeLimit(command)
            takeBack(&outputs)
        case .unlatch:
            accepted = state == .halted
            if accepted { enter(.disarmed, .none, .unlatch, &outputs) }
        case .strategyOff: accepted = strategyOff(command, &outputs)
        case .strategyOn: accepted = strategyOn(command, &outputs)
        case .instrumentOff: accepted = instrumentOff(command, &outputs)
        case .instrumentOn: accepted = instrumentOn(command, &outputs)
        case .stalled:
            accepted = command.operatorID == Command.engineOperator
            if accepted { fail(.threadStalled, value: command.lifetime.raw, limit: Int64(clamping: command.subject)) }
            takeFault(&outputs)
        case .resolve: accepted = resolve(command, &outputs)
        case .incident: accepted = noteIncident(command)
        case .recall: accepted = recall(command)
        case .confirmIntent: accepted = confirmIntent(command, &outputs)
        case .cancelOrder: accepted = cancelOrder(command, &outputs)
        case .intent: accepted = false
        // The link's end, which follows, is what changes the state.
        case .failover: accepted = maySend && command.value >= 0
        case .seed: accepted = takeSeed(command)
        case .carryPosition: accepted = carryPosition(command, &outputs)
        case .carryDay: accepted = carryDay(command)
        case .carryBalance: accepted = carryBalance(command)
        case .carried:
            accepted = mayCarry(command)
            isCarried = isCarried || accepted
        case .acceptBalance: accepted = acceptBalance(command)
        case .carryStrategy: accepted = carryStrategy(command)
        case .carryStrategyResult: accepted = carryStrategyResult(command)
        }
        outputs.append(
            .command(
                CommandResult(
                    command: command, accepted: accepted, state: state, missing: accepted ? ArmingChecks() : refusedFor,
                    precedent: precedent)))
    }

    private mutating func stage(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        switch state {
        case .disarmed, .staged, .armed, .safe: break
        case .live, .reducing, .halted: return false
        }
        guard command.hash != 0, command.lifetime.raw > 0 else { return false }
        guard !published.incident.isOpen || published.incident.isNoted else {
            refusedFor = .note
            return false
        }
        stagedBy = command.operatorID
        stagedHash = command.hash
        stagedLifetime = command.lifetime
        enter(.staged, .none, .stage, &outputs)
        return true
    }

    private mutating func arm(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard state == .staged, command.hash == stagedHash, command.lifetime.raw > 0 else { return false }
        precedent = stagedBy
        armedBy = command.operatorID
        armedUntil = later(command.lifetime)
        enter(.armed, .none, .arm, &outputs)
        return true
    }

    private mutating func confirm(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard state == .armed, now < armedUntil, command.hash == stagedHash else { return false }
        precedent = armedBy
        refusedFor = missing
        guard refusedFor.isEmpty else { return false }
        published.incident.isOpen = false
        resetBreakers(&outputs)
        published.mandateHash = stagedHash
        published.mandateExpires = later(stagedLifetime)
        enter(.live, .none, .confirm, &outputs)
        for index in 0..<strategies.count { runStrategy(.start, index, &outputs) }
        return true
    }

    /// `now` plus a span; a span that does not fit ends at the end of time.
    func later(_ span: Nanoseconds) -> Nanoseconds {
        let (sum, overflow) = now.raw.addingReportingOverflow(span.raw)
        return Nanoseconds(raw: overflow ? .max : sum)
    }

    /// Changes the system state. Leaving the trading states stops the strategies and voids the mandate.
    mutating func enter(
        _ next: SystemState, _ error: ErrorCode, _ command: CommandKind? = nil, trip: Trip = .none,
        _ outputs: inout OutputBuffer
    ) {
        let from = state
        let wasTrading = isTrading
        if next != .reducing { isFlattening = false }
        lookAtAll()
        if next == from { return }
        pending = PendingIntent()
        let cause = next == .safe || next == .halted ? (trip == .none ? Trip(error) : trip) : .none
        if cause != .none { openIncident(cause, error) }
        published.state = next
        published.stateReason = error
        published.stateSince = now
        outputs.append(.state(StateChange(from: from, to: next, error: error, command: command?.rawValue ?? 0, trip: cause)))
        if wasTrading && !isTrading {
            published.mandateHash = 0
            published.mandateExpires = .zero
            endRaises(all: true, &outputs)
            let ran = !published.isByHand
            published.isByHand = false
            if ran { for index in 0..<strategies.count { runStrategy(.stop, index, &outputs) } }
        }
        if next != .staged && next != .armed { stagedHash = 0 }
    }

    /// Beyond doubt wrong: everything is cancelled and only `unlatch` leads out, from whatever state.
    mutating func halt(
        _ error: ErrorCode, trip: Trip = .none, value: Int64 = 0, limit: Int64 = 0, _ outputs: inout OutputBuffer
    ) {
        guard state != .halted else { return }
        alert(.critical, error, value: value, limit: limit, &outputs)
        cancelAll(&outputs)
        enter(.halted, error, nil, trip: trip, &outputs)
    }

    /// In doubt: cancels what can be cancelled and stays so until a person re-arms.
    mutating func enterSafe(
        _ error: ErrorCode, trip: Trip = .none, instrument: InstrumentID = InstrumentID(0), value: Int64 = 0,
        limit: Int64 = 0, _ outputs: inout OutputBuffer
    ) {
        guard isTrading else { return }
        alert(.critical, error, instrument: instrument, value: value, limit: limit, &outputs)
        cancelAll(&outputs)
        enter(.safe, error, nil, trip: trip, &outputs)
    }
}
