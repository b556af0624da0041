import Foundation
import Telemetry

/// Benchmarks as a table for people and as JSON.
package enum BenchOutput {
    /// What the figures were taken on, in a line.
    package static var machine: String {
        let facts = MachineFacts.read()
        return "\(facts["processor"] ?? "?"), \(facts["cores"] ?? "?") cores, Linux \(facts["kernel"] ?? "?"), load "
            + (facts["load"] ?? "?")
    }

    package static func lines(_ report: BenchReport) -> [String] {
        var lines: [String] = []
        if !report.series.isEmpty {
            lines.append(row(["ns", "best", "p50", "p99", "p99.9", "p99.99", "max", "samples"]))
            for series in report.series {
                lines.append(
                    row(
                        [series.name, figure(series.best)] + [0.5, 0.99, 0.999, 0.9999].map { figure(series.percentile($0)) }
                            + [figure(series.max), String(series.count)]))
            }
        }
        for pair in report.comparisons {
            lines.append(
                "  \(pair.name): p50 \(ratio(pair.medianRatio)), p99 \(ratio(pair.tailRatio)), best against best "
                    + "\(ratio(pair.bestRatio))" + verdict(pair))
            if let disturbance = pair.disturbance { lines.append("    \(disturbance)") }
        }
        for item in report.figures { lines.append("  \(item.name): \(figure(item.value)) \(item.unit)") }
        lines += report.remarks.map { "  " + $0 }
        for series in report.series { lines.append("  \(series.name): \(series.method)") }
        return lines
    }

    private static func row(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let width = index == 0 ? 28 : 12
            let padding = String(repeating: " ", count: Swift.max(1, width - cell.count))
            return index == 0 ? cell + padding : padding + cell
        }.joined()
    }

    /// Nanoseconds with as many decimals as they deserve.
    package static func figure(_ value: Double) -> String {
        String(format: value < 100 ? "%.1f" : "%.0f", value)
    }

    private static func verdict(_ pair: Comparison) -> String {
        guard let aim = pair.aim else { return "" }
        return "; aim \(ratio(aim)) or less: " + Goal("", pair.medianRatio, target: aim, unit: "x").verdict.rawValue
    }

    package static func ratio(_ value: Double) -> String { value.isFinite ? String(format: "%.2fx", value) : "-" }

    /// Figure, measured, target, measured over target, verdict: the table at the end.
    package static func table(_ reports: [(name: String, report: BenchReport)]) -> [String] {
        func line(_ cells: [String]) -> String {
            let widths = [66, 14, 16, 9, 16]
            return zip(cells, widths).enumerated().map { index, pair in
                let space = String(repeating: " ", count: Swift.max(1, pair.1 - pair.0.count))
                return index == 0 ? pair.0 + space : space + pair.0
            }.joined()
        }
        let rows = reports.flatMap { item in item.report.rows.map { (item.name, $0) } }
        guard !rows.isEmpty else { return [] }
        return [line(["figure", "measured", "target", "ratio", "verdict"])]
            + rows.map { group, goal in
                line([
                    "\(group): \(goal.name)", measured(goal.measured, goal.unit),
                    (goal.isFloor ? "at least " : "at most ") + measured(goal.target, goal.unit), ratio(goal.ratio),
                    goal.verdict.rawValue,
                ])
            }
    }

    /// A value with its unit.
    package static func measured(_ value: Double, _ unit: String) -> String {
        guard value.isFinite else { return "-" }
        switch unit {
        case "x": return ratio(value)
        case "": return String(format: "%.0f", value)
        case "/s": return String(format: "%.2f M/s", value / 1e6)
        default: return figure(value) + " " + unit
        }
    }

    package static func json(_ reports: [(name: String, report: BenchReport)], plan: BenchPlan) -> JSONValue {
        func number(_ value: Double) -> JSONValue { value.isFinite ? .number(String(format: "%.3f", value)) : .null }
        let groups = reports.map { item in
            JSONMember(
                item.name,
                .make([
                    "series": .object(
                        item.report.series.map { series in
                            JSONMember(
                                series.name,
                                .make([
                                    "unit": .string("ns"), "method": .string(series.method),
                                    "samples": .count(UInt64(series.count)), "best": number(series.best),
                                    "p50": number(series.percentile(0.5)), "p99": number(series.percentile(0.99)),
                                    "p999": number(series.percentile(0.999)), "p9999": number(series.percentile(0.9999)),
                                    "max": number(series.max),
                                    "repetition_p50": .array(series.medians.map(number)),
                                    "repetition_p99": .array(series.tails.map(number)),
                                    "repetition_switches": .array(series.switches.map { .count(UInt64(max(0, $0))) }),
                                ]))
                        }),
                    "ratios": .object(
                        item.report.comparisons.map {
                            JSONMember(
                                $0.name,
                                .make([
                                    "p50": number($0.medianRatio), "p99": number($0.tailRatio),
                                    "best": number($0.bestRatio), "aim": $0.aim.map(number) ?? .null,
                                ]))
                        }),
                    "figures": .object(item.report.figures.map { JSONMember($0.name, number($0.value)) }),
                    "goals": .array(
                        item.report.rows.map {
                            .make([
                                "name": .string($0.name), "measured": number($0.measured), "target": number($0.target),
                                "unit": .string($0.unit), "ratio": number($0.ratio), "reached": .bool($0.verdict == .reached),
                                "verdict": .string($0.verdict.rawValue),
                            ])
                        }),
                ]))
        }
        return .make([
            "machine": .string(machine), "build": .string(plan.build),
            "facts": .object(MachineFacts.read().list.map { JSONMember($0.name, .string($0.value)) }),
            "repetitions": .count(UInt64(plan.repeats)), "quick": .bool(plan.quick), "benchmarks": .object(groups),
        ])
    }
}
