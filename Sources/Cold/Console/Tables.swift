import Telemetry
import Units

/// Tables for the end of a run and for `ctl`. Plain text, no escape codes.
package enum Tables {
    /// A table with a header; the columns in `right` are aligned to the right, the last one is never padded.
    package static func table(_ header: [String], _ rows: [[String]], right: Set<Int> = []) -> [String] {
        let all = [header] + rows.map { $0.map(Columns.clean) }
        let count = all.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        func text(_ row: [String]) -> String {
            let cells = (0..<count).map { column -> String in
                let cell = column < row.count ? row[column] : ""
                return right.contains(column) ? Columns.right(cell, widths[column]) : Columns.left(cell, widths[column])
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        let line = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return [text(all[0]), line] + all.dropFirst().map(text)
    }

    /// A table of a JSON array of objects, as `ctl orders` gets it; columns are the keys of the first.
    package static func table(_ json: JSONValue) -> [String] {
        guard let items = json.array, case .object(let first)? = items.first else { return ["(none)"] }
        let keys = first.map(\.key)
        let numeric = keys.indices.filter { column in
            items.allSatisfy { item in
                guard let value = item[keys[column]] else { return true }
                if case .integer = value { return true }
                return value.string.map { (try? Notional($0)) != nil } ?? false
            }
        }
        return table(keys, items.map { item in keys.map { item[$0].map(cell) ?? "" } }, right: Set(numeric))
    }

    private static func cell(_ value: JSONValue) -> String { value.string ?? value.text() }

    /// Percentiles by stage.
    package static func latencies(_ table: LatencyTable) -> [String] {
        if table.stages.isEmpty { return ["(no latencies were taken)"] }
        return Self.table(
            ["stage", "count", "p50", "p99", "p99.9", "max"],
            table.stages.map { stage in
                [stage.stage, Figures.count(stage.count)]
                    + [stage.p50, stage.p99, stage.p999, stage.max].map { Figures.span(Nanoseconds(raw: $0)) }
            }, right: [1, 2, 3, 4, 5])
    }

    /// The summary at the end of a run: what was done, what it earned, what was proved, how fast.
    package static func summary(_ run: RunSummary) -> [String] {
        var lines = ["RUN  \(run.mode.name) \(Columns.clean(run.symbol)), \(run.durationText) s, seed \(run.seed)", ""]
        let counts = [
            ("ticks", run.ticks), ("intents", run.intents), ("orders sent", run.ordersSent), ("cancels", run.cancels),
            ("fills", run.fills),
        ].map { ($0.0, Figures.count($0.1)) }
        lines += pairs(counts) + [""]
        let money = Figures.column([run.realised, run.fees, run.net])
        lines += pairs([
            ("position", run.position.description), ("P&L realised", money[0]), ("fees", money[1]), ("P&L net", money[2]),
        ])
        if run.instruments.count > 1 {
            lines += [""] + table(
                ["instrument", "position", "realised", "unrealised", "fees", "net"],
                run.instruments.map { row in
                    [row.symbol, row.position.description] + [row.realised, row.unrealised, row.fees, row.net].map { Figures.money($0) }
                }, right: [1, 2, 3, 4, 5])
        }
        lines += rejects("rejects by the venue", run.rejects) + rejects("rejects by the risk gate", run.riskRejects)
        lines += ["", "latency by stage"] + latencies(run.latencies) + [""]
        lines += proofs(run)
        lines.append("")
        lines.append(run.failures.isEmpty ? "OK" : "FAILED: " + run.failures.joined(separator: "; "))
        return lines
    }

    private static func proofs(_ run: RunSummary) -> [String] {
        func mark(_ good: Bool) -> String { good ? "ok  " : "FAIL" }
        var untouched: [String] = []
        if let nothing = run.venueUntouched { untouched = ["\(mark(nothing))  the venue saw no order, no trade, no change"] }
        return untouched + [
            "\(mark(run.openOrdersAtEnd == 0))  open orders at the venue: \(run.openOrdersAtEnd.map { "\($0)" } ?? "it could not be asked")",
            "\(mark(run.positionMatchesVenue))  position equals the venue's",
            "\(mark(run.balancesMatchVenue))  balances equal the venue's",
            "\(mark(run.journalVerified))  journal verifies: \(Figures.count(run.journalRecords)) records",
            "\(mark(run.hashesMatch))  decision hash live   \(hexText(run.decisionHashLive))",
            "      decision hash replay \(hexText(run.decisionHashReplay))",
            "      hot allocations: \(run.hotAllocations.map { Figures.count($0) } ?? "not counted")",
        ]
    }

    private static func rejects(_ title: String, _ counts: [String: UInt64]) -> [String] {
        if counts.isEmpty { return ["", "\(title): none"] }
        return ["", title] + pairs(counts.sorted { $0.key < $1.key }.map { ("  \($0.key)", Figures.count($0.value)) })
    }

    private static func pairs(_ items: [(String, String)]) -> [String] {
        let name = items.map(\.0.count).max() ?? 0
        let value = items.map(\.1.count).max() ?? 0
        return items.map { "\(Columns.left($0.0, name))  \(Columns.right($0.1, value))" }
    }
}
