import Telemetry

/// This run beside an older one's JSON.
///
/// A series' change is the median over all pairs of repetitions, new over old, so that one disturbed repetition moves
/// nothing. It counts as worse when that is beyond the tolerance and three quarters of the pairs say the same direction.
package struct BenchCompare {
    package struct Row {
        package let name: String
        package let old: Double
        package let new: Double
        package let ratio: Double
        package let isWorse: Bool
    }
    package private(set) var rows: [Row] = []
    package var isWorse: Bool { rows.contains { $0.isWorse } }

    /// `tolerance`: 0.1 lets a median be a tenth higher.
    package init(_ reports: [(name: String, report: BenchReport)], old: JSONValue, tolerance: Double) {
        for item in reports {
            let before = old["benchmarks"]?[item.name]
            for series in item.report.series {
                let past = before?["series"]?[series.name]?["repetition_p50"]?.array?.compactMap(Self.number) ?? []
                let pairs = past.flatMap { old in series.medians.map { $0 / old } }.filter(\.isFinite)
                guard !pairs.isEmpty else { continue }
                let middle = median(pairs)
                let above = pairs.count { $0 > 1 }
                rows.append(
                    Row(
                        name: "\(item.name): \(series.name)", old: median(past), new: median(series.medians), ratio: middle,
                        isWorse: middle > 1 + tolerance && above * 4 >= pairs.count * 3))
            }
        }
    }

    package var lines: [String] {
        func line(_ cells: [String]) -> String {
            zip(cells, [52, 12, 12, 10, 8]).enumerated().map { index, pair in
                let space = String(repeating: " ", count: max(1, pair.1 - pair.0.count))
                return index == 0 ? pair.0 + space : space + pair.0
            }.joined()
        }
        return [line(["ns, p50", "old", "new", "new/old", ""])]
            + rows.map {
                line([
                    $0.name, BenchOutput.figure($0.old), BenchOutput.figure($0.new), BenchOutput.ratio($0.ratio),
                    $0.isWorse ? "WORSE" : "",
                ])
            }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let whole): return Double(whole)
        case .number(let text): return Double(text)
        default: return nil
        }
    }
}
