import Foundation

/// The run as one HTML page: table, curves, bars, the machine. No script, no file beside it; light and dark.
package struct BenchPage {
    let reports: [(name: String, report: BenchReport)]
    private let plan: BenchPlan
    private let facts = MachineFacts.read()

    package init(_ reports: [(name: String, report: BenchReport)], _ plan: BenchPlan) {
        self.reports = reports
        self.plan = plan
    }

    package var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>Needletail: what the hot path costs</title>
        <style>\(Self.style)</style></head>
        <body><main>
        <header><h1>Needletail</h1><p>What the hot path costs, measured on this machine\
        \(plan.quick ? " <strong>in a smoke run: the figures mean nothing</strong>" : "").</p></header>
        \(summary)
        \(table)
        \(bars)
        <h2>From the median to the last hundred-thousandth</h2>
        <p class="note">Time below which a share of all samples lies, both axes logarithmic. A curve ends where it has no \
        sample left to tell.</p>
        <div class="charts">\(reports.map(chart).joined(separator: "\n"))</div>
        \(machine)
        </main></body></html>

        """
    }

    private var summary: String {
        let rows = reports.flatMap(\.report.rows)
        let reached = rows.count { $0.verdict == .reached }
        let tiles = [
            ("\(reached) of \(rows.count)", "targets reached"), ("\(plan.repeats)", "interleaved repetitions"),
            (facts["load"] ?? "?", "load when this was written"),
        ]
        return "<div class=\"tiles\">"
            + tiles.map { "<div class=\"tile\"><b>\(Self.escape($0.0))</b><span>\(Self.escape($0.1))</span></div>" }.joined()
            + "</div>"
    }

    private var table: String {
        var out = "<h2>Targets</h2><table><thead><tr><th>figure</th><th>measured</th><th>target</th><th>ratio</th>"
            + "<th class=\"gauge\"></th><th>verdict</th></tr></thead><tbody>"
        for item in reports {
            for goal in item.report.rows {
                // The bar shows how much of twice the target is used up; the line is the target.
                let share = Swift.min(goal.isFloor ? 1 / Swift.max(goal.ratio, 0.01) : goal.ratio, 2) / 2 * 100
                let used = goal.verdict == .notMeasurable ? 0 : share
                let verdict = goal.verdict == .reached ? "reached" : goal.verdict == .missed ? "missed" : "unknown"
                out += "<tr><td><span class=\"group\">\(item.name)</span> \(Self.escape(goal.name))</td>"
                    + "<td class=\"n\">\(BenchOutput.measured(goal.measured, goal.unit))</td>"
                    + "<td class=\"n\">\(goal.isFloor ? "≥" : "≤") \(BenchOutput.measured(goal.target, goal.unit))</td>"
                    + "<td class=\"n\">\(BenchOutput.ratio(goal.ratio))</td>"
                    + "<td class=\"gauge\"><i class=\"\(verdict)\" style=\"width:\(Self.text(used))%\"></i></td>"
                    + "<td class=\"\(verdict)\">\(verdict == "unknown" ? "not measurable" : verdict)</td></tr>"
            }
        }
        return out + "</tbody></table>"
    }

    var allStages: [StageBar] { reports.flatMap(\.report.stages) }

    private var machine: String {
        var out = "<h2>The machine</h2><dl>"
        for fact in facts.list { out += "<dt>\(Self.escape(fact.name))</dt><dd>\(Self.escape(fact.value))</dd>" }
        out += "<dt>build</dt><dd>\(Self.escape(plan.build))</dd></dl><h2>Method</h2><dl class=\"method\">"
        for series in reports.flatMap(\.report.series) {
            out += "<dt>\(Self.escape(series.name))</dt><dd>\(Self.escape(series.method))</dd>"
        }
        return out + "</dl>"
    }

    static func escape(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }

    static func text(_ value: Double) -> String { String(format: "%.1f", value) }

    private static let style = """
        :root{color-scheme:light dark;--bg:#fbfaf7;--card:#fff;--ink:#1c2430;--soft:#69727f;--line:#e2dfd7;--good:#1d7d4f;\
        --bad:#b8402c;--c0:#1f5fa8;--c1:#d07a1c;--c2:#2a8f76;--c3:#8a4fa3;--c4:#b33a5b;--c5:#6b7a2a;--c6:#4a6572;--c7:#a0713d}
        @media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2028;--ink:#e6e9ee;--soft:#95a0ae;--line:#2c3440;\
        --good:#4fc78b;--bad:#f0806a;--c0:#6aa9f0;--c1:#f0a552;--c2:#55c9ab;--c3:#c190dc;--c4:#ee7f9d;--c5:#b5c65c;\
        --c6:#9bb4c0;--c7:#d6a873}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}h1{font-size:34px;margin:0;letter-spacing:-.02em}
        header p{margin:4px 0 0;color:var(--soft)}h2{font-size:19px;margin:44px 0 10px}.note{color:var(--soft);margin:0 0 14px}
        .tiles{display:flex;gap:14px;flex-wrap:wrap;margin-top:24px}.tile{background:var(--card);border:1px solid var(--line);\
        border-radius:10px;padding:12px 20px;min-width:170px}.tile b{display:block;font-size:26px}.tile span{color:var(--soft)}
        table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);border-radius:10px}
        th,td{padding:7px 12px;text-align:left;border-bottom:1px solid var(--line)}tr:last-child td{border-bottom:0}
        th{color:var(--soft);font-weight:500;font-size:13px}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .group{display:inline-block;min-width:62px;color:var(--soft)}td.reached{color:var(--good)}td.missed{color:var(--bad)}
        .gauge{width:120px;position:relative;padding-left:0;padding-right:0}td.gauge:after{content:"";position:absolute;left:50%;\
        top:6px;bottom:6px;border-left:1px solid var(--soft)}.gauge i{display:block;height:9px;border-radius:3px}
        i.reached{background:var(--good)}i.missed{background:var(--bad)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:16px}
        figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
        figcaption{font-weight:600;margin-bottom:6px}svg{display:block;width:100%;height:auto;font:11px system-ui,sans-serif}
        svg text{fill:var(--soft)}.grid{stroke:var(--line);stroke-width:1}.curve{fill:none;stroke-width:2;stroke-linejoin:round}
        .legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0 0;font-size:12.5px}.legend i{display:inline-block;width:11px;\
        height:11px;border-radius:3px;margin-right:6px}svg .value{fill:var(--ink)}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 22px;margin:0}dt{color:var(--soft)}dd{margin:0}
        .method{font-size:13.5px}@media(max-width:560px){.charts{grid-template-columns:1fr}.gauge{display:none}}
        """
}
