import Console
import Model
import Telemetry
import Units

/// How a stress run went.
struct StressReport {
    /// A load, as the recording had it at its busiest, as it was asked for, and as the engine saw it.
    struct Load {
        var name: String
        var recorded: Int
        var asked: Int
        var seen: Int
    }

    struct Check {
        var isGood: Bool
        var what: String
    }

    var symbol = ""
    var factor = 2
    var loads: [Load] = []
    var facts: [(name: String, value: String)] = []
    var checks: [Check] = []

    var isGood: Bool { checks.allSatisfy(\.isGood) }

    mutating func check(_ isGood: Bool, _ what: String) { checks.append(Check(isGood: isGood, what: what)) }

    /// As people read it.
    var lines: [String] {
        let rows = loads.map { load in
            [load.name] + [load.recorded, load.asked, load.seen].map { Figures.count(UInt64(max(0, $0))) }
        }
        return ["STRESS  \(symbol) at \(factor) times its busiest", ""]
            + Tables.table(["messages within", "busiest recorded", "asked", "seen by the engine"], rows, right: [1, 2, 3])
            + [""]
            + Tables.table(["", ""], facts.map { [$0.name, $0.value] }).dropFirst(2) + [""]
            + checks.map { "\($0.isGood ? "ok  " : "FAIL")  \($0.what)" } + ["", isGood ? "OK" : "FAILED"]
    }

    var json: JSONValue {
        .make([
            "symbol": .string(symbol), "factor": .integer(Int64(factor)), "ok": .bool(isGood),
            "loads": .array(
                loads.map {
                    .make([
                        "within": .string($0.name), "recorded": .integer(Int64($0.recorded)),
                        "asked": .integer(Int64($0.asked)), "seen": .integer(Int64($0.seen)),
                    ])
                }),
            "facts": .object(facts.map { JSONMember($0.name, .string($0.value)) }),
            "checks": .array(checks.map { .make(["ok": .bool($0.isGood), "what": .string($0.what)]) }),
        ])
    }
}
