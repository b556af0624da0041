import Model
import Telemetry
import Units

/// The control socket's answers as people read them; the same facts as the JSON.
package enum Answers {
    /// The lines for an answer to `verb`.
    package static func lines(_ verb: String, _ answer: JSONValue, width: Int, color: Bool) -> [String] {
        switch verb {
        case "status":
            guard let document = StatusDocument(json: answer) else { return [answer.text(pretty: true)] }
            return LiveScreen.render(document, width: width, height: 30, color: color)
        case "orders", "fills", "positions", "limits", "quarantine", "alerts", "feeds": return Tables.table(readable(answer))
        case "strategy", "instrument":
            return answer.array == nil ? command(verb, answer) : Tables.table(readable(answer))
        case "memory":
            guard let table = MemoryTable(json: answer) else { return [answer.text(pretty: true)] }
            return table.lines
        case "latency":
            guard let table = LatencyTable(json: answer) else { return [answer.text(pretty: true)] }
            return Tables.latencies(table)
        default: return command(verb, answer)
        }
    }

    /// What an accepted command led to, and what comes next.
    private static func command(_ verb: String, _ answer: JSONValue) -> [String] {
        if let text = answer["text"]?.string { return [text] }
        let words = (answer["words"]?.array ?? []).compactMap(\.string)
        let state = answer["state"]?.string ?? "?"
        let hash = answer["hash"]?.string
        switch verb {
        case "stage":
            guard let hash else { return words }
            return words + ["hash \(hash)", "", "read it; if it is what you want: needletail ctl arm \"\(hash)\""]
        case "arm":
            guard let hash else { return ["the engine is \(state)"] }
            return ["the engine is \(state); nothing is sent yet. Now: needletail ctl confirm \"\(hash)\""]
        case "checklist": return checklist(answer)
        case "incident":
            return ["the note is in the journal; the engine is \(state). What else must hold: needletail ctl checklist"]
        case "intent":
            guard let hash, let number = answer["intent"]?.integer else { return words }
            return words + ["hash \(hash)", "", "nothing is sent yet. To send exactly this: needletail ctl confirm \(number) \"\(hash)\""]
        case "confirm" where answer["intent"] != nil:
            return ["sent; the engine is \(state) and DISARMED when the order has settled. needletail ctl orders shows it, "
                + "needletail ctl cancel CLIENT_ID takes it back"]
        case "cancel": return ["the cancel is on its way; needletail ctl orders shows what came of it"]
        case "confirm": return ["the engine is \(state): orders may be sent. To end it at any moment: needletail ctl stop"]
        case "stop":
            return ["the engine is \(state): the strategies are disabled and everything is being cancelled; "
                + "needletail ctl status shows the proof"]
        case "kill":
            return ["the engine is \(state): everything is being cancelled, and the latch is set until "
                + "needletail ctl unlatch --reason 'WHY'"] + killed(answer)
        default: return ["accepted; the engine is \(state)"]
        }
    }

    /// How long it took to be safe, where something could be cancelled.
    private static func killed(_ answer: JSONValue) -> [String] {
        guard let orders = answer["orders"]?.integer, let cancels = answer["cancels"]?.integer else { return [] }
        let rested = "\(orders) \(orders == 1 ? "order was" : "orders were") not settled"
        guard let span = answer["time_to_safe_ns"]?.integer else {
            return ["\(rested); no cancel has left: the order link is down, and what rests is cancelled when it is back. "
                + "Look at the venue."]
        }
        return ["\(rested); time to safe \(Figures.span(Nanoseconds(raw: span))): from the command at the socket to the last of "
            + "\(cancels) \(cancels == 1 ? "cancel" : "cancels") given to the kernel"]
    }

    private static func checklist(_ answer: JSONValue) -> [String] {
        let items = answer["items"]?.array ?? []
        let rows = items.map { item in
            [
                item["ok"] == .bool(true) ? "ok" : "MISSING", item["item"]?.string ?? "", item["detail"]?.string ?? "",
                item["cure"]?.string ?? "",
            ]
        }
        let isReady = answer["ready"] == .bool(true)
        return (answer["incident"]?.string.map { ["incident: \($0)", ""] } ?? [])
            + Tables.table(["", "", "what is known", "cure"], rows)
            + ["", isReady ? "nothing stands in the way of arming" : "an arming would be refused"]
    }

    /// Times as spans under a name without its unit; the engine's own clock means nothing to people and is left out.
    private static func readable(_ rows: JSONValue) -> JSONValue {
        guard let items = rows.array else { return rows }
        return .array(items.map { item in
            guard case .object(let members) = item else { return item }
            return .object(members.compactMap { member in
                guard member.key.hasSuffix("_ns") else { return member }
                guard ["age_ns", "last_age_ns", "cooldown_ns", "left_ns", "for_ns", "book_age_ns"].contains(member.key), let raw = member.value.integer else { return nil }
                return JSONMember(String(member.key.dropLast(3)), .string(Figures.span(Nanoseconds(raw: raw))))
            })
        })
    }
}
