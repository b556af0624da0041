import Telemetry
import Units

/// How much of each limit is used.
struct Gauge {
    var label: String
    /// Used and limit in the same unit.
    var used: Int64
    var limit: Int64
    var text: String

    /// Used per mille of the limit, 0 to 1000; a limit of nothing is full as soon as anything is used.
    var perMille: Int {
        if used <= 0 { return 0 }
        if limit <= 0 || used >= limit { return 1000 }
        return Int(Int128(used) * 1000 / Int128(limit))
    }

    func line(barWidth: Int) -> StyledLine {
        let full = used <= 0 ? 0 : max(1, perMille * barWidth / 1000)
        let style: Style = perMille >= 850 ? .bad : perMille >= 600 ? .warning : .good
        var line = StyledLine(Columns.left(label, 13), .dim)
        line.add(String(repeating: "█", count: full), style)
        line.add(String(repeating: "░", count: barWidth - full) + " ", .dim)
        line.add(text, style == .good ? .plain : style)
        return line
    }
}

extension Panes {
    func gauges() -> [StyledLine] {
        let limits = document.limits
        func amount<Value: FixedPoint>(_ label: String, _ used: Value, _ limit: Value) -> Gauge {
            let shown = used.isNegative ? Value.zero : used
            return Gauge(
                label: label, used: shown.raw, limit: limit.raw,
                text: "\(Figures.compact(shown)) / \(Figures.compact(limit))")
        }
        func count(_ label: String, _ used: Int32, _ limit: Int32) -> Gauge {
            Gauge(label: label, used: Int64(used), limit: Int64(limit), text: "\(used) / \(limit)")
        }
        func size(_ quantity: Quantity) -> Quantity { quantity.raw == .min ? .max : quantity.magnitude }
        let day = engine.dayResult
        let loss = day.isNegative ? Notional(raw: day.raw == .min ? .max : -day.raw) : Notional.zero
        let age = engine.topReceivedAt == .zero ? Nanoseconds.zero : Figures.elapsed(engine.now, since: engine.topReceivedAt)
        let gauges = [
            amount("worst long", engine.worstLong, limits.maxPosition),
            amount("worst short", size(engine.worstShort), limits.maxPosition),
            count("open orders", engine.openOrders, limits.maxOpenOrders),
            count("orders/s", engine.ordersLastSecond, limits.maxOrdersPerSecond),
            count("orders/min", engine.ordersLastMinute, limits.maxOrdersPerMinute),
            amount("day's loss", loss, limits.maxDailyLoss),
            Gauge(
                label: "data age", used: age.raw, limit: limits.maxDataAge.raw,
                text: "\(Figures.span(age)) / \(Figures.span(limits.maxDataAge))"),
        ]
        return gauges.map { $0.line(barWidth: 14) }
    }
}
