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
        case .feeds: return .answer(success(request.id, .array(FeedLine.lines(handler.status()).map(\.json))))
        case .memory: return .answer(success(request.id, handler.memory().json))
        case .orders: return .answer(success(request.id, .array(handler.orders().map(\.json))))
        case .positions: return .answer(success(request.id, .array(handler.positions().map(\.json))))
        case .fills(let limit):
            return .answer(success(request.id, .array(handler.fills(limit: limit).map(\.json))))
        case .quarantine(let limit):
            return .answer(success(request.id, .array(handler.quarantine(limit: limit).map(\.json))))
        case .alerts: return .answer(success(request.id, .array(handler.alerts().map(\.json))))
        case .acknowledge(let alert, let reason):
            return action(request, handler.acknowledge(alert, reason: reason, operatorID: operatorID))
        case .help: return .answer(success(request.id, .array(help.map { .string($0) })))
        case .watch(let interval): return .watch(interval: interval)
        case .stage(let lifetime):
            let mandate = handler.mandate(lifetime: lifetime)
            let staged = command(.stage, hash: mandate.hash, lifetime: lifetime)
            return action(request, handler.submit(staged, reason: ""), mandate: mandate)
        case .arm(let hash, let within): return send(command(.arm, hash: hash, lifetime: within))
        case .confirm(let hash): return send(command(.confirm, hash: hash))
        case .incident(let text): return send(command(.incident), text)
        case .checklist: return .answer(success(request.id, ArmingChecklist(handler.status().engine).json))
        case .intent(let side, let symbol, let quantity, let price, let timeInForce):
            return action(
                request, handler.ask(side, symbol, quantity, at: price, timeInForce, operatorID: operatorID))
        case .confirmIntent(let intent, let hash):
            var confirmation = command(.confirmIntent, hash: hash)
            confirmation.subject = intent
            return send(confirmation)
        case .cancel(let clientID): return action(request, handler.cancel(clientID: clientID, operatorID: operatorID))
        case .disarm: return send(command(.disarm))
        case .stop(let reason): return send(command(.stop), reason)
        case .kill(let reason): return send(command(.kill), reason)
        case .flatten(let reason): return send(command(.flatten), reason)
        case .failover(let server, let reason): 
            var change = command(.failover)
            change.value = Int64(server)
            return send(change, reason)
        case .unlatch(let reason): return send(command(.unlatch), reason)
        case .limits: return .answer(success(request.id, .array(handler.limits().map(\.json))))
        case .limit(let name, let value, let symbol, let lifetime, let reason):
            let receipt = handler.changeLimit(
                name, to: value, symbol: symbol, lifetime: lifetime, reason: reason, operatorID: operatorID)
            return action(request, receipt)
        case .resolve(let client, let resolution, let filled, let reason):
            guard let id = handler.order(named: client) else {
                return .answer(
                    failure(
                        request.id,
                        ControlError(
                            place: "resolve.client_id", cause: "no order of this engine has that name",
                            cure: "orders lists them; type client_id as it stands there")))
            }
            var named = command(.resolve, hash: resolution.rawValue)
            named.subject = id.word
            named.value = filled.raw
            return send(named, "\(client) \(resolution.name) \(filled): \(reason)")
        case .accept(let symbol, let reason):
            do throws(ControlError) {
                var command = try accept(symbol, handler.status())
                command.operatorID = operatorID
                return send(command, "\(symbol): \(reason)")
            } catch {
                return .answer(failure(request.id, error))
            }
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

    /// The answer when the core has spoken. `refusal`: what the gate said to it.
    static func answer(
        _ id: JSONValue, _ result: CommandResult, mandate: Mandate?, review: IntentWords? = nil, refusal: String? = nil,
        kill: KillFacts? = nil
    ) -> JSONValue {
        guard result.accepted else { return failure(id, Self.refusal(result, review, refusal)) }
        var members = [JSONMember("accepted", .bool(true)), JSONMember("state", .string(result.state.name))]
        if result.command.hash != 0, result.command.kind != .resolve {
            members.append(JSONMember("hash", .string(Mandate.display(result.command.hash))))
        }
        if result.precedent != Command.engineOperator, result.precedent != result.command.operatorID {
            members.append(JSONMember("second_operator_after", .integer(Int64(result.precedent))))
        }
        if result.command.kind == .confirmIntent { members.append(JSONMember("intent", .count(result.command.subject))) }
        if let review { members += review.members }
        if result.command.kind == .kill, let kill { members += kill.members }
        if let mandate { members.append(JSONMember("words", .array(mandate.words.map { .string($0) }))) }
        return success(id, .object(members))
    }

    private static func refusal(_ result: CommandResult, _ review: IntentWords?, _ refusal: String?) -> ControlError {
        let place = result.command.kind.name
        if !result.missing.isEmpty {
            return ControlError(
                place: place,
                cause: "it needs what is missing in state \(result.state.name): \(result.missing.causes.joined(separator: "; "))",
                cure: result.missing.cures.joined(separator: "; "))
        }
        if let review, review.review.verdict != .passed {
            return ControlError(place: place, cause: review.refusal, cure: "change the order; the limits stand in ctl stage")
        }
        if let refusal {
            return ControlError(
                place: place, cause: "the gate refuses it now: \(refusal)", cure: "ask again with ctl intent, if you still want it")
        }
        return ControlError(place: place, cause: cause(result), cure: cure(result))
    }

    private static func cause(_ result: CommandResult) -> String {
        switch result.command.kind {
        case .confirmIntent: return "no review with this number and hash waits, or its time is over; each is good once"
        case .cancelOrder: return "no order of that name rests, the order link is down, or the venue has banned us"
        case .incident: return "no incident is open"
        case .acceptBalance: return "nothing differs there, or the engine may trade, or a mandate is staged"
        case .strategyOn: return "it is on already, or its cooldown is not over"
        case .instrumentOn: return "it is open already, its position is being closed, or its price still moves"
        case .flatten where result.state == .live: return "the engine is LIVE for one order by hand only"
        default: return "the engine refused it in state \(result.state.name)"
        }
    }

    private static func cure(_ result: CommandResult) -> String {
        switch result.command.kind {
        case .limit:
            return "lowering is taken at any moment; to raise a limit, disarm first, then set it, then stage, arm and "
                + "confirm with the hash that shows it; at most 16 limits are raised at once"
        case .strategyOn: return "nothing is to be done where it is on; needletail ctl strategy shows it and the end of a cooldown"
        case .instrumentOn:
            return "nothing is to be done where it is open; needletail ctl instrument shows it and why it is not"
        case .resolve:
            return "an order is resolved once it is unknown past its deadline, and never against what the venue has said"
        case .incident: return "nothing is to be done; see ctl checklist"
        case .acceptBalance: return "ctl checklist says whether a balance differs; ctl disarm takes a mandate away"
        case .confirmIntent: return "ask again with ctl intent; a state other than DISARMED takes none"
        case .cancelOrder: return "see ctl orders; an order on its way can be cancelled when it rests; ctl disarm cancels all"
        case .intent: return "an order by hand needs DISARMED: ctl disarm cancels everything and takes the mandate away"
        case .flatten where result.state == .live: return "ctl disarm cancels it; then stage, arm, confirm and flatten"
        default: break
        }
        switch result.state {
        case .disarmed: return "begin with stage, then arm and confirm with the hash it shows"
        case .staged: return "arm with the hash that stage showed, or disarm"
        case .armed: return "confirm with the hash that stage showed, in time, or disarm"
        case .live, .reducing: return "disarm first to change the mandate"
        case .safe: return "ctl checklist says what must hold; then begin with stage"
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
        "failover [server 0-64, 0] [reason]: ends the order connection and dials another server, 0 the next one",
        "orders, positions, fills [limit 1-1000, 50], latency: tables",
        "feeds: each feed, which of two is believed, and each instrument's market data, with verdict and age",
        "quarantine [limit 1-256, 50]: the newest messages that were not believed, each with its reason and first bytes",
        "memory: who owns what of the process's memory, now and when it had started",
        "watch [interval_ms 50-60000, 1000]: a status per interval until the client goes",
        "alerts: those that nobody acknowledged, behind the newest others; their outlet stands in status",
        "ack [alert] [reason]: somebody knows of that alert, or of all; it is told no more",
        "limits: the limits in force and where each comes from",
        "limit name value reason [symbol] [lifetime_s 1-86400, 3600]: sets a limit; a looser one only while disarmed, for a time",
        "strategy: the table; strategy name to=on|off reason: switches one, off cancels its orders",
        "instrument: the table; instrument name to=on|off reason: the same for one instrument",
        "resolve client_id as absent|cancelled|filled [filled] reason: what became of an order unknown past its deadline",
        "checklist: what must hold before anybody may arm, with the cure of each",
        "incident text: what the last SAFE or HALTED was and what was done; needed before the next stage",
        "intent side symbol quantity price [time_in_force GTC|IOC|FOK|POST_ONLY, GTC]: one order by hand, reviewed",
        "confirm intent hash: sends the order of that review, once, within 30 s",
        "cancel client_id: cancels one order",
        "unlatch reason: removes the latch; the engine is disarmed then",
        "accept symbol reason: what the account holds of its base asset is taken as it is; the position stays",
    ]
}
