import Telemetry
import Units

/// Where the time goes: the engine's stages with a bar each, and the venue's answers.
extension Panes {
    private var isWide: Bool { rightWidth >= 60 }
    private var figuresWidth: Int { 8 * (isWide ? 4 : 3) }
    private var stageWidth: Int { min(15, max(6, rightWidth - figuresWidth - 1)) }
    private var barWidth: Int { max(0, min(20, rightWidth - stageWidth - figuresWidth - 1)) }

    /// With the heads of the columns in it.
    func latencyTitle() -> String {
        let names = isWide ? ["p50", "p99", "p99.9", "max"] : ["p50", "p99", "max"]
        let heads = names.map { Columns.right($0, 8) }.joined()
        return Columns.left("TICK TO ORDER", stageWidth + barWidth) + heads
    }

    /// At most `rows` stages; the last, which is the whole way, is always among them. A bar is the stage's median against the
    /// longest of the others'. Where there is no room for all stages and percentiles, `ctl latency` has them.
    func latency(_ rows: Int) -> [StyledLine] {
        let shown = stages(atMost: rows)
        let longest = shown.dropLast().map(\.p50).max() ?? 0
        return shown.enumerated().map { index, stage in
            let isSum = index == shown.count - 1
            let style: Style = isSum ? .bold : .plain
            var line = StyledLine(Columns.left(Columns.clean(stage.stage), stageWidth) + " ", style)
            line.add(bar(isSum ? 0 : stage.p50, of: longest, barWidth), .good)
            for time in isWide ? [stage.p50, stage.p99, stage.p999, stage.max] : [stage.p50, stage.p99, stage.max] {
                line.add(Columns.right(stage.count == 0 ? "-" : Figures.span(Nanoseconds(raw: time)), 8), style)
            }
            return line
        }
    }

    /// What is left out first: the shortest stages, and the one that others add up to.
    private func stages(atMost rows: Int) -> [LatencySummary] {
        var stages = document.latencies.own
        for name in ["submit", "receive_to_step", "journal"] where stages.count > rows {
            stages.removeAll { $0.stage == name }
        }
        return stages.count <= rows ? stages : Array(stages.prefix(max(0, rows - 1))) + stages.suffix(1)
    }

    /// In eighths of a character, so that small stages show.
    private func bar(_ value: Int64, of longest: Int64, _ width: Int) -> String {
        guard value > 0, longest > 0, width > 0 else { return String(repeating: " ", count: width) }
        let eighths = max(1, Int(Int128(min(value, longest)) * Int128(width * 8) / Int128(longest)))
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return Columns.left(String(repeating: "█", count: eighths / 8) + partial, width)
    }

    /// What the venue takes to answer: the kinds of request that were answered, in at most `rows` lines.
    func roundTrips(_ rows: Int) -> [StyledLine] {
        document.latencies.roundTrips.filter { $0.count > 0 }.prefix(max(0, rows)).map { kind in
            let name = Columns.clean(String(kind.stage.dropLast("_round_trip".count)))
            var line = StyledLine(Columns.left(name, 6) + " answered ", .dim)
            for (title, time) in [("p50", kind.p50), ("p99", kind.p99), ("max", kind.max)] {
                if title == "max", leftWidth < 52 { continue }
                line.add(Columns.right(Figures.span(Nanoseconds(raw: time)), 8))
                line.add(" \(title)", .dim)
            }
            return line
        }
    }
}
