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
        case "orders", "fills", "positions", "limits", "quarantine": return Tables.table(readable(answer))
        case "strategy", "instrument":
            return answer.array == nil ? command(verb, answer) : Tables.table(readable(answer))
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
        case "confirm": return ["the engine is \(state): orders may be sent. To end it at any moment: needletail ctl stop"]
        case "stop":
            return ["the engine is \(state): the strategies are disabled and everything is being cancelled; "
                + "needletail ctl status shows the proof"]
        case "kill":
            return ["the engine is \(state): everything is being cancelled, and the latch is set until "
                + "needletail ctl unlatch --reason 'WHY'"]
        default: return ["accepted; the engine is \(state)"]
        }
    }

    /// Times as spans under a name without its unit; the engine's own clock means nothing to people and is left out.
    private static func readable(_ rows: JSONValue) -> JSONValue {
        guard let items = rows.array else { return rows }
        return .array(items.map { item in
            guard case .object(let members) = item else { return item }
            return .object(members.compactMap { member in
                guard member.key.hasSuffix("_ns") else { return member }
                guard ["age_ns", "cooldown_ns", "left_ns"].contains(member.key), let raw = member.value.integer else { return nil }
                return JSONMember(String(member.key.dropLast(3)), .string(Figures.span(Nanoseconds(raw: raw))))
            })
        })
    }
}
