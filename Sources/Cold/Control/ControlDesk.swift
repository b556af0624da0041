import Model
import Telemetry
import Units

/// Turns requests into answers, without a socket: what `ControlServer` does per line.
struct ControlDesk {
    /// What a request leads to.
    enum Action {
        case answer(JSONValue)
        /// The core is asked; the answer follows. `mandate` is what `stage` shows then.
        case wait(sequence: UInt64, mandate: Mandate?)
        case watch(interval: Nanoseconds)
    }

    static func handle(
        _ request: ControlRequest, operatorID: UInt32, handler: inout some ControlHandler
    ) -> Action {
        func command(_ kind: CommandKind, hash: UInt64 = 0, lifetime: Nanoseconds = .zero) -> Command {
            Command(kind: kind, operatorID: operatorID, hash: hash, lifetime: lifetime)
        }
        func send(_ command: Command, _ reason: String = "") -> Action {
            action(request, handler.submit(command, reason: reason))
        }
        switch request.verb {
        case .status: return .answer(success(request.id, handler.status().json))
        case .latency: return .answer(success(request.id, handler.status().latencies.json))
        case .orders: return .answer(success(request.id, .array(handler.orders().map(\.json))))
        case .positions: return .answer(success(request.id, .array(handler.positions().map(\.json))))
        case .fills(let limit):
            return .answer(success(request.id, .array(handler.fills(limit: limit).map(\.json))))
        case .quarantine(let limit):
            return .answer(success(request.id, .array(handler.quarantine(limit: limit).map(\.json))))
        case .help: return .answer(success(request.id, .array(help.map { .string($0) })))
        case .watch(let interval): return .watch(interval: interval)
        case .stage(let lifetime):
            let mandate = handler.mandate(lifetime: lifetime)
            let staged = command(.stage, hash: mandate.hash, lifetime: lifetime)
            return action(request, handler.submit(staged, reason: ""), mandate: mandate)
        case .arm(let hash, let within): return send(command(.arm, hash: hash, lifetime: within))
        case .confirm(let hash): return send(command(.confirm, hash: hash))
        case .disarm: return send(command(.disarm))
        case .stop(let reason): return send(command(.stop), reason)
        case .kill(let reason): return send(command(.kill), reason)
        case .flatten(let reason): return send(command(.flatten), reason)
        case .unlatch(let reason): return send(command(.unlatch), reason)
        case .limits: return .answer(success(request.id, .array(handler.limits().map(\.json))))
        case .limit(let name, let value, let symbol, let lifetime, let reason):
            let receipt = handler.changeLimit(
                name, to: value, symbol: symbol, lifetime: lifetime, reason: reason, operatorID: operatorID)
            return action(request, receipt)
        case .start: return action(request, handler.start(operatorID: operatorID))
        case .switches(.strategy): return .answer(success(request.id, .array(handler.status().strategies.map(\.json))))
        case .switches(.instrument): return .answer(success(request.id, .array(handler.status().instruments.map(\.json))))
        case .turn(let subject, let name, let isOn, let reason):
            do throws(ControlError) {
                var command = try turn(subject, name, isOn, handler.status())
                command.operatorID = operatorID
                return send(command, reason)
            } catch {
                return .answer(failure(request.id, error))
            }
        }
    }

    private static func action(
        _ request: ControlRequest, _ receipt: CommandReceipt, mandate: Mandate? = nil
    ) -> Action {
        switch receipt {
        case .submitted(let sequence): return .wait(sequence: sequence, mandate: mandate)
        case .done(let text): return .answer(success(request.id, .make(["accepted": .bool(true), "text": .string(text)])))
        case .refused(let error): return .answer(failure(request.id, error))
        }
    }

    /// The answer when the core has spoken.
    static func answer(_ id: JSONValue, _ result: CommandResult, mandate: Mandate?) -> JSONValue {
        guard result.accepted else {
            return failure(
                id,
                ControlError(
                    place: result.command.kind.name, cause: "the engine refused it in state \(result.state.name)",
                    cure: cure(result)))
        }
        var members = [JSONMember("accepted", .bool(true)), JSONMember("state", .string(result.state.name))]
        if result.command.hash != 0 {
            members.append(JSONMember("hash", .string(Mandate.display(result.command.hash))))
        }
        if let mandate { members.append(JSONMember("words", .array(mandate.words.map { .string($0) }))) }
        return success(id, .object(members))
    }

    private static func cure(_ result: CommandResult) -> String {
        switch result.command.kind {
        case .limit:
            return "lowering is taken at any moment; to raise a limit, disarm first, then set it, then stage, arm and "
                + "confirm with the hash that shows it; at most 16 limits are raised at once"
        case .strategyOn: return "see needletail ctl strategy: it is on already, or its cooldown is not over"
        case .instrumentOn:
            return "see needletail ctl instrument: it is open already, its position is being closed, or its price still moves"
        default: break
        }
        switch result.state {
        case .disarmed: return "begin with stage, then arm and confirm with the hash it shows"
        case .staged: return "arm with the hash that stage showed, or disarm"
        case .armed: return "confirm with the hash that stage showed, in time, or disarm"
        case .live, .reducing: return "disarm first to change the mandate"
        case .safe: return "see the events for the reason, then disarm and begin with stage"
        case .halted: return "see the events for the reason, then unlatch with a reason"
        }
    }

    static func success(_ id: JSONValue, _ result: JSONValue) -> JSONValue {
        .make(["id": id, "ok": .bool(true), "result": result])
    }

    static func failure(_ id: JSONValue, _ error: ControlError) -> JSONValue {
        .make(["id": id, "ok": .bool(false), "error": error.json])
    }

    static let help = [
        "status: everything there is to see",
        "stage [lifetime_s 1-86400, 3600]: shows the mandate in words and its hash",
        "arm hash [within_s 1-3600, 60]: arms for the confirmation, which must come in time",
        "confirm hash: goes live",
        "disarm: takes the right to trade away; cancels all",
        "stop [reason]: disables the strategies until start and cancels all; needs no ceremony",
        "start: enables the strategies again after a stop; never arms",
        "kill [reason]: cancels all, halts and leaves a latch",
        "flatten [reason]: cancels all and closes the position",
        "orders, positions, fills [limit 1-1000, 50], latency: tables",
        "quarantine [limit 1-256, 50]: the newest messages that were not believed, each with its reason and first bytes",
        "watch [interval_ms 50-60000, 1000]: a status per interval until the client goes",
        "limits: the limits in force and where each comes from",
        "limit name value reason [symbol] [lifetime_s 1-86400, 3600]: sets a limit; a looser one only while disarmed, for a time",
        "strategy: the table; strategy name to=on|off reason: switches one, off cancels its orders",
        "instrument: the table; instrument name to=on|off reason: the same for one instrument",
        "unlatch reason: removes the latch; the engine is disarmed then",
    ]
}
