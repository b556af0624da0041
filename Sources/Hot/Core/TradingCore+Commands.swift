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
/// `-` is refused; `*` the hash must equal the staged one; `**` and the confirmation must be in time, the links up, the
/// data fresh and not in doubt, the account reconciled since the order link came up, and nothing may be unsettled. Every stop cancels
/// all. Nothing but `confirm` leads to `live`.
extension TradingCore {
    mutating func command(_ command: Command, _ outputs: inout OutputBuffer) {
        let accepted: Bool
        switch command.kind {
        case .stage: accepted = stage(command, &outputs)
        case .arm: accepted = arm(command, &outputs)
        case .confirm: accepted = confirm(command, &outputs)
        case .disarm, .stop:
            accepted = state != .halted
            cancelAll(&outputs)
            if accepted { enter(.disarmed, .none, command.kind, &outputs) }
        case .kill:
            accepted = true
            cancelAll(&outputs)
            enter(.halted, .none, .kill, &outputs)
        case .flatten:
            accepted = isTrading && maySend
            if accepted {
                cancelAll(&outputs)
                enter(.reducing, .none, .flatten, &outputs)
                beginFlattening()
            }
        case .limit: accepted = changeLimit(command)
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
        }
        outputs.append(.command(CommandResult(command: command, accepted: accepted, state: state)))
    }

    private mutating func stage(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        switch state {
        case .disarmed, .staged, .armed, .safe: break
        case .live, .reducing, .halted: return false
        }
        guard command.hash != 0, command.lifetime.raw > 0 else { return false }
        stagedHash = command.hash
        stagedLifetime = command.lifetime
        enter(.staged, .none, .stage, &outputs)
        return true
    }

    private mutating func arm(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard state == .staged, command.hash == stagedHash, command.lifetime.raw > 0 else { return false }
        armedUntil = later(command.lifetime)
        enter(.armed, .none, .arm, &outputs)
        return true
    }

    private mutating func confirm(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard state == .armed, now < armedUntil, command.hash == stagedHash, linksUp else { return false }
        for index in 0..<instruments.count where !isSound(index) { return false }
        if maySend {
            guard isReconciled, orders.activeCount == 0 else { return false }
            for index in 0..<instruments.count where instruments[index].breaks > 0 || instruments[index].hasSuspect {
                return false
            }
        }
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
        _ next: SystemState, _ error: ErrorCode, _ command: CommandKind? = nil, _ outputs: inout OutputBuffer
    ) {
        let from = state
        let wasTrading = isTrading
        if next != .reducing { isFlattening = false }
        if next == from { return }
        published.state = next
        published.stateReason = error
        published.stateSince = now
        outputs.append(.state(StateChange(from: from, to: next, error: error, command: command?.rawValue ?? 0)))
        if wasTrading && !isTrading {
            published.mandateHash = 0
            published.mandateExpires = .zero
            endRaises(all: true, &outputs)
            for index in 0..<strategies.count { runStrategy(.stop, index, &outputs) }
        }
        if next != .staged && next != .armed { stagedHash = 0 }
    }

    /// Beyond doubt wrong: everything is cancelled and only `unlatch` leads out, from whatever state.
    mutating func halt(_ error: ErrorCode, value: Int64 = 0, limit: Int64 = 0, _ outputs: inout OutputBuffer) {
        guard state != .halted else { return }
        alert(.critical, error, value: value, limit: limit, &outputs)
        cancelAll(&outputs)
        enter(.halted, error, nil, &outputs)
    }

    /// In doubt: cancels what can be cancelled and stays so until a person re-arms.
    mutating func enterSafe(_ error: ErrorCode, value: Int64 = 0, limit: Int64 = 0, _ outputs: inout OutputBuffer) {
        guard isTrading else { return }
        alert(.critical, error, value: value, limit: limit, &outputs)
        cancelAll(&outputs)
        enter(.safe, error, nil, &outputs)
    }
}
