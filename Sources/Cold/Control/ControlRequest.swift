import Model
import Telemetry
import Units

/// What was wrong with a request: where, why, and what to do about it.
package struct ControlError: Error, Sendable, Equatable, CustomStringConvertible {
    package var place: String
    package var cause: String
    package var cure: String

    package init(place: String, cause: String, cure: String) {
        self.place = place
        self.cause = cause
        self.cure = cure
    }

    package var json: JSONValue { .make(["place": .string(place), "cause": .string(cause), "cure": .string(cure)]) }
    package var description: String { "\(place): \(cause)\n  cure: \(cure)" }
    package var sentence: String { "\(place): \(cause); \(cure)" }

    package init?(json: JSONValue) {
        guard let place = json["place"]?.string, let cause = json["cause"]?.string, let cure = json["cure"]?.string
        else { return nil }
        self.init(place: place, cause: cause, cure: cure)
    }
}

/// What an operator asks, typed.
package enum ControlVerb: Sendable, Equatable {
    case status
    /// Names the mandate that would be armed, for how long it lasts once live.
    case stage(lifetime: Nanoseconds)
    /// Repeats the hash; `within` is how long the confirmation is awaited.
    case arm(hash: UInt64, within: Nanoseconds)
    case confirm(hash: UInt64)
    case disarm
    case stop(reason: String)
    /// Enables the strategies again after a stop; never arms.
    case start
    case kill(reason: String)
    case flatten(reason: String)
    /// Another server for orders, by its number from 1; 0 is the next one.
    case failover(server: Int, reason: String)
    case orders
    case positions
    case fills(limit: Int)
    /// The newest messages that were not believed.
    case quarantine(limit: Int)
    case latency
    /// Who owns what of the process's memory.
    case memory
    /// A status now and then one per interval, until the client goes.
    case watch(interval: Nanoseconds)
    case unlatch(reason: String)
    /// The table of strategies or instruments.
    case switches(SwitchChange.Subject)
    /// Switches one of them off or on.
    case turn(SwitchChange.Subject, name: String, isOn: Bool, reason: String)
    /// What an incident was, and what was done about it.
    case incident(text: String)
    /// What must hold before anybody may arm.
    case checklist
    /// One order by hand, to be reviewed.
    case intent(side: Side, symbol: String, quantity: Quantity, price: Price, timeInForce: TimeInForce)
    /// Sends the order of a review.
    case confirmIntent(intent: UInt64, hash: UInt64)
    /// Cancels one order of ours.
    case cancel(clientID: String)
    case help
    /// Alerts that nobody acknowledged, and the newest others.
    case alerts
    /// Somebody knows of this alert, or of all of them.
    case acknowledge(alert: UInt64?, reason: String)
    /// The limits in force, each with where it comes from.
    case limits
    /// Sets a limit, of one instrument or of all; `lifetime` is how long a looser one lasts.
    case limit(name: String, value: String, symbol: String?, lifetime: Nanoseconds, reason: String)
    /// Says what became of an order that is unknown past its deadline.
    case resolve(client: String, Resolution, filled: Quantity, reason: String)
    /// Each feed and each instrument's market data, with what is thought of it.
    case feeds
    /// What the account holds of an instrument's base asset is taken as it is; what no fill explains is not ours.
    case accept(symbol: String, reason: String)

    /// The verb as it is typed.
    package var name: String {
        switch self {
        case .status: return "status"
        case .stage: return "stage"
        case .arm: return "arm"
        case .confirm: return "confirm"
        case .disarm: return "disarm"
        case .stop: return "stop"
        case .start: return "start"
        case .kill: return "kill"
        case .flatten: return "flatten"
        case .failover: return "failover"
        case .orders: return "orders"
        case .positions: return "positions"
        case .fills: return "fills"
        case .quarantine: return "quarantine"
        case .latency: return "latency"
        case .memory: return "memory"
        case .watch: return "watch"
        case .unlatch: return "unlatch"
        case .switches(let subject), .turn(let subject, _, _, _): return "\(subject)"
        case .incident: return "incident"
        case .checklist: return "checklist"
        case .intent: return "intent"
        case .confirmIntent: return "confirm"
        case .cancel: return "cancel"
        case .help: return "help"
        case .alerts: return "alerts"
        case .acknowledge: return "ack"
        case .limits: return "limits"
        case .limit: return "limit"
        case .resolve: return "resolve"
        case .feeds: return "feeds"
        case .accept: return "accept"
        }
    }
}

/// One line of a client: `{"id": …, "verb": "…", …arguments}`.
package struct ControlRequest: Sendable, Equatable {
    /// Repeated in the answer; a string, an integer or null.
    package var id: JSONValue
    package var verb: ControlVerb

    package init(id: JSONValue = .null, verb: ControlVerb) {
        self.id = id
        self.verb = verb
    }

    /// The request as the line a client sends, without the newline. Parsing it gives the request back.
    package var json: JSONValue {
        var members = [JSONMember("id", id), JSONMember("verb", .string(verb.name))]
        func add(_ key: String, _ value: JSONValue) { members.append(JSONMember(key, value)) }
        switch verb {
        case .status, .disarm, .start, .orders, .positions, .latency, .memory, .help, .limits, .switches, .checklist, .alerts, .feeds:
            break
        case .acknowledge(let alert, let reason):
            if let alert { add("alert", .count(alert)) }
            add("reason", .string(reason))
        case .limit(let name, let value, let symbol, let lifetime, let reason):
            add("name", .string(name))
            add("value", .string(value))
            if let symbol { add("symbol", .string(symbol)) }
            add("lifetime_s", .integer(lifetime.raw / 1_000_000_000))
            add("reason", .string(reason))
        case .stage(let lifetime): add("lifetime_s", .integer(lifetime.raw / 1_000_000_000))
        case .arm(let hash, let within):
            add("hash", .string(Mandate.display(hash)))
            add("within_s", .integer(within.raw / 1_000_000_000))
        case .confirm(let hash): add("hash", .string(Mandate.display(hash)))
        case .stop(let reason), .kill(let reason), .flatten(let reason), .unlatch(let reason):
            add("reason", .string(reason))
        case .failover(let server, let reason):
            add("server", .integer(Int64(server)))
            add("reason", .string(reason))
        case .resolve(let client, let resolution, let filled, let reason):
            add("client_id", .string(client))
            add("as", .string(resolution.name))
            add("filled", .money(filled))
            add("reason", .string(reason))
        case .incident(let text): add("text", .string(text))
        case .accept(let symbol, let reason):
            add("symbol", .string(symbol))
            add("reason", .string(reason))
        case .intent(let side, let symbol, let quantity, let price, let timeInForce):
            add("side", .string(side == .buy ? "BUY" : "SELL"))
            add("symbol", .string(symbol))
            add("quantity", .money(quantity))
            add("price", .money(price))
            add("time_in_force", .string(timeInForce.name))
        case .confirmIntent(let intent, let hash):
            add("intent", .integer(Int64(clamping: intent)))
            add("hash", .string(Mandate.display(hash)))
        case .cancel(let clientID): add("client_id", .string(clientID))
        case .fills(let limit), .quarantine(let limit): add("limit", .integer(Int64(limit)))
        case .turn(_, let name, let isOn, let reason):
            add("name", .string(name))
            add("to", .string(isOn ? "on" : "off"))
            add("reason", .string(reason))
        case .watch(let interval): add("interval_ms", .integer(interval.milliseconds))
        }
        return .object(members)
    }
}

extension TimeInForce {
    /// As an operator types it.
    package var name: String {
        switch self {
        case .goodTillCancel: return "GTC"
        case .immediateOrCancel: return "IOC"
        case .fillOrKill: return "FOK"
        case .postOnly: return "POST_ONLY"
        }
    }
}
