import Model
import Telemetry
import Units

/// A refused line: the error, and the id to answer to where the line had one.
package struct ControlRefusal: Error, Sendable, Equatable {
    package var id: JSONValue
    package var error: ControlError
}

extension ControlRequest {
    /// Longest line a client may send, without its newline.
    package static var maximumLineBytes: Int { 64 * 1024 }
    /// Longest reason or name.
    package static var maximumTextBytes: Int { 512 }

    /// Reads one line. Pure: bytes in, request or refusal out. Unknown keys are refused, so that a misspelt argument
    /// never means a default.
    package init(line: [UInt8]) throws(ControlRefusal) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line)
        } catch {
            throw ControlRefusal(
                id: .null,
                error: ControlError(
                    place: "byte \(error.offset)", cause: error.cause,
                    cure: "send one JSON object per line, for example {\"id\":1,\"verb\":\"status\"}"))
        }
        guard case .object(let members) = json else {
            throw ControlRefusal(
                id: .null,
                error: ControlError(
                    place: "the line", cause: "it is not a JSON object",
                    cure: "send for example {\"id\":1,\"verb\":\"status\"}"))
        }
        let id = json["id"] ?? .null
        do {
            var arguments = try Arguments(members)
            self.init(id: id, verb: try arguments.verb())
        } catch {
            throw ControlRefusal(id: Arguments.isID(id) ? id : .null, error: error)
        }
    }
}

/// The members of a request; what no verb took is refused at the end.
private struct Arguments {
    var members: [JSONMember]
    var verbName = ""

    static func isID(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .integer: return true
        case .string(let text): return text.utf8.count <= 64
        case .bool, .number, .array, .object: return false
        }
    }

    init(_ members: [JSONMember]) throws(ControlError) {
        self.members = members
        if let id = take("id"), !Self.isID(id) {
            throw ControlError(
                place: "id", cause: "it is neither an integer nor a string of up to 64 bytes",
                cure: "number the requests 1, 2, 3")
        }
    }

    mutating func take(_ key: String) -> JSONValue? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        return members.remove(at: index).value
    }

    mutating func verb() throws(ControlError) -> ControlVerb {
        guard let name = take("verb")?.string else {
            throw ControlError(place: "verb", cause: "it is missing or not a string", cure: Self.verbs)
        }
        verbName = name
        let verb = try typed(name)
        if let extra = members.first {
            throw ControlError(
                place: "\(name).\(extra.key)", cause: "\(name) has no such argument",
                cure: "leave it out; {\"verb\":\"help\"} lists the arguments")
        }
        return verb
    }

    private static let verbs =
        "use one of status, stage, arm, confirm, disarm, stop, start, kill, flatten, failover, orders, positions, fills, "
        + "latency, watch, unlatch, quarantine, limits, limit, strategy, instrument, resolve, incident, checklist, intent, "
        + "cancel, alerts, ack, feeds, memory, accept, help"

    private mutating func typed(_ name: String) throws(ControlError) -> ControlVerb {
        switch name {
        case "status": return .status
        case "stage": return .stage(lifetime: try seconds("lifetime_s", 1...86_400, otherwise: 3600))
        case "arm": return .arm(hash: try hash(), within: try seconds("within_s", 1...3600, otherwise: 60))
        case "confirm":
            guard members.contains(where: { $0.key == "intent" }) else { return .confirm(hash: try hash()) }
            return .confirmIntent(intent: UInt64(try number("intent", 1...Int64.max, otherwise: 0)), hash: try hash())
        case "incident": return .incident(text: try text("text", required: true))
        case "checklist": return .checklist
        case "accept":
            return .accept(symbol: try text("symbol", required: true), reason: try text("reason", required: true))
        case "intent": return try intent()
        case "cancel": return .cancel(clientID: try text("client_id", required: true))
        case "disarm": return .disarm
        case "stop": return .stop(reason: try text("reason", required: false))
        case "start": return .start
        case "kill": return .kill(reason: try text("reason", required: false))
        case "flatten": return .flatten(reason: try text("reason", required: false))
        case "failover":
            return .failover(
                server: Int(try number("server", 0...64, otherwise: 0)), reason: try text("reason", required: false))
        case "orders": return .orders
        case "positions": return .positions
        case "fills": return .fills(limit: Int(try number("limit", 1...1000, otherwise: 50)))
        case "quarantine": return .quarantine(limit: Int(try number("limit", 1...256, otherwise: 50)))
        case "latency": return .latency
        case "memory": return .memory
        case "watch":
            return .watch(interval: Nanoseconds(milliseconds: try number("interval_ms", 50...60_000, otherwise: 1000)))
        case "unlatch": return .unlatch(reason: try text("reason", required: true))
        case "strategy": return try switching(.strategy)
        case "instrument": return try switching(.instrument)
        case "help": return .help
        case "alerts": return .alerts
        case "feeds": return .feeds
        case "ack":
            let alert = try number("alert", 1...Int64.max, otherwise: 0)
            return .acknowledge(alert: alert == 0 ? nil : UInt64(alert), reason: try text("reason", required: false))
        case "limits": return .limits
        case "limit":
            let symbol = try text("symbol", required: false)
            return .limit(
                name: try text("name", required: true), value: try text("value", required: true),
                symbol: symbol.isEmpty ? nil : symbol, lifetime: try seconds("lifetime_s", 1...86_400, otherwise: 3600),
                reason: try text("reason", required: true))
        case "resolve":
            return .resolve(
                client: try text("client_id", required: true), try resolution(), filled: try quantity("filled"),
                reason: try text("reason", required: true))
        default:
            throw ControlError(place: "verb", cause: "there is no verb \"\(name.prefix(32))\"", cure: Self.verbs)
        }
    }

    /// Without arguments the table; with `name`, `to` and `reason` a switch.
    private mutating func switching(_ subject: SwitchChange.Subject) throws(ControlError) -> ControlVerb {
        if members.isEmpty { return .switches(subject) }
        let name = try text("name", required: true)
        let isOn: Bool
        switch take("to")?.string {
        case "on": isOn = true
        case "off": isOn = false
        default:
            throw ControlError(
                place: "\(verbName).to", cause: "it is neither on nor off", cure: "write \(verbName) NAME off REASON, or on")
        }
        return .turn(subject, name: name, isOn: isOn, reason: try text("reason", required: true))
    }

    private mutating func intent() throws(ControlError) -> ControlVerb {
        let side = try word("side", [("BUY", Side.buy), ("SELL", .sell)], otherwise: nil)
        let symbol = try text("symbol", required: true)
        let quantity = Quantity(raw: try amount("quantity"))
        let price = Price(raw: try amount("price"))
        let kinds = TimeInForce.allCases.map { ($0.name, $0) }
        return .intent(
            side: side, symbol: symbol, quantity: quantity, price: price,
            timeInForce: try word("time_in_force", kinds, otherwise: .goodTillCancel))
    }

    private mutating func word<T>(_ key: String, _ words: [(String, T)], otherwise: T?) throws(ControlError) -> T {
        guard let json = take(key) else {
            if let otherwise { return otherwise }
            throw ControlError(
                place: "\(verbName).\(key)", cause: "it is missing", cure: "write \(words.map(\.0).joined(separator: " or "))")
        }
        guard let text = json.string, let found = words.first(where: { $0.0 == text.uppercased() }) else {
            throw ControlError(
                place: "\(verbName).\(key)", cause: "it is not one of the choices",
                cure: "write \(words.map(\.0).joined(separator: " or "))")
        }
        return found.1
    }

    /// A decimal above zero, as text so that no digit is lost on the way.
    private mutating func amount(_ key: String) throws(ControlError) -> Int64 {
        let place = "\(verbName).\(key)"
        guard let json = take(key) else {
            throw ControlError(place: place, cause: "it is missing", cure: "write a plain decimal number, such as \"0.01\"")
        }
        guard let text = json.string, !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
            let value = try? Quantity(text), value.isPositive
        else {
            throw ControlError(
                place: place, cause: "it is not a plain decimal number above zero with at most 8 digits after the point",
                cure: "write it as text, such as \"0.01\"")
        }
        return value.raw
    }

    private mutating func number(
        _ key: String, _ range: ClosedRange<Int64>, otherwise: Int64
    ) throws(ControlError) -> Int64 {
        guard let json = take(key) else { return otherwise }
        guard let value = json.integer, range.contains(value) else {
            throw ControlError(
                place: "\(verbName).\(key)", cause: "it is not an integer from \(range.lowerBound) to \(range.upperBound)",
                cure: "give one, or leave it out for \(otherwise)")
        }
        return value
    }

    private mutating func seconds(
        _ key: String, _ range: ClosedRange<Int64>, otherwise: Int64
    ) throws(ControlError) -> Nanoseconds {
        Nanoseconds(seconds: try number(key, range, otherwise: otherwise))
    }

    private mutating func text(_ key: String, required: Bool) throws(ControlError) -> String {
        guard let json = take(key) else {
            if !required { return "" }
            throw ControlError(
                place: "\(verbName).\(key)", cause: "it is missing", cure: "say it in a few words: it is kept for the record")
        }
        guard let text = json.string, text.utf8.count <= ControlRequest.maximumTextBytes,
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }),
            !required || text.contains(where: { !$0.isWhitespace })
        else {
            throw ControlError(
                place: "\(verbName).\(key)",
                cause: "it is not plain text of \(required ? 1 : 0) to \(ControlRequest.maximumTextBytes) bytes",
                cure: "use printable characters only")
        }
        return text
    }

    private mutating func resolution() throws(ControlError) -> Resolution {
        let word = take("as")?.string
        guard let found = Resolution.allCases.first(where: { $0.name == word }) else {
            throw ControlError(
                place: "\(verbName).as", cause: "it is missing or none of absent, cancelled, filled",
                cure: "say what the venue's own page shows of the order")
        }
        return found
    }

    /// Zero when it is left out.
    private mutating func quantity(_ key: String) throws(ControlError) -> Quantity {
        guard let json = take(key) else { return .zero }
        guard let text = json.string, let value = try? Quantity(text), !value.isNegative else {
            throw ControlError(
                place: "\(verbName).\(key)", cause: "it is not a decimal number in quotes",
                cure: "write the executed quantity, for example \"0.25\"")
        }
        return value
    }

    private mutating func hash() throws(ControlError) -> UInt64 {
        guard let text = take("hash")?.string, let value = Mandate.parse(text) else {
            throw ControlError(
                place: "\(verbName).hash", cause: "it is missing or not 16 hex digits",
                cure: "type the hash that stage showed, for example 0123 4567 89ab cdef")
        }
        return value
    }
}
