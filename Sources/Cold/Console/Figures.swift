import Telemetry
import Units

/// Numbers as people read them in a narrow column. Exact where there is room, three digits and a unit where not.
package enum Figures {
    /// A span: `850 ns`, `12.3 µs`, `4.56 ms`, `1.20 s`, `2m05s`, `3h02m`, `12d03h`; negative is `never`. 7 characters at most.
    package static func span(_ time: Nanoseconds) -> String {
        if time.raw < 0 { return "never" }
        let ns = UInt64(time.raw)
        if ns < 1000 { return "\(ns) ns" }
        if ns < 1_000_000 { return "\(three(ns, 1000)) µs" }
        if ns < 1_000_000_000 { return "\(three(ns, 1_000_000)) ms" }
        let seconds = ns / 1_000_000_000
        if seconds < 60 { return "\(three(ns, 1_000_000_000)) s" }
        if seconds < 3600 { return "\(seconds / 60)m\(two(seconds % 60))s" }
        if seconds < 86_400 { return "\(seconds / 3600)h\(two(seconds / 60 % 60))m" }
        let days = seconds / 86_400
        return days < 1000 ? "\(days)d\(two(seconds / 3600 % 24))h" : "\(days)d"
    }

    /// `now - then`, never negative and never more than the type holds: figures from afar must not trap a screen.
    package static func elapsed(_ now: Nanoseconds, since then: Nanoseconds) -> Nanoseconds {
        if now <= then { return .zero }
        let (span, overflow) = now.raw.subtractingReportingOverflow(then.raw)
        return Nanoseconds(raw: overflow ? .max : span)
    }

    /// A count with thousands separated, shortened from ten million on: `1,234,567`, `12.3M`.
    package static func count(_ value: UInt64) -> String {
        if value < 10_000_000 { return grouped(String(value)) }
        let (scaled, unit) = scale(value)
        return scaled + unit
    }

    /// Exact money, thousands separated, with at least `decimals` digits after the point.
    package static func money(_ value: some FixedPoint, decimals: Int = 2) -> String {
        let parts = value.description.split(separator: ".")
        var whole = String(parts[0])
        let sign = whole.hasPrefix("-") ? "-" : ""
        if !sign.isEmpty { whole.removeFirst() }
        var fraction = parts.count > 1 ? String(parts[1]) : ""
        if fraction.count < decimals { fraction += String(repeating: "0", count: decimals - fraction.count) }
        return sign + grouped(whole) + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// Money of one column: the same number of decimals for all, signs shown where `signed`.
    package static func column(_ values: [Notional], signed: Bool = false) -> [String] {
        let decimals = values.map { value in
            value.description.split(separator: ".").dropFirst().first?.count ?? 0
        }.max() ?? 0
        return values.map { value in
            let text = money(value, decimals: max(2, decimals))
            return signed && value.isPositive ? "+" + text : text
        }
    }

    /// Money for a gauge: exact below a million, three digits and a unit above.
    package static func compact(_ value: some FixedPoint) -> String {
        let whole = value.raw.magnitude / UInt64(fixedPointUnit)
        if whole < 1_000_000 { return money(value, decimals: 0) }
        let (scaled, unit) = scale(whole)
        return (value.raw < 0 ? "-" : "") + scaled + unit
    }

    /// Bytes: `812 B`, `12.3 kB`, `4.56 MB`.
    package static func bytes(_ value: UInt64) -> String {
        if value < 1000 { return "\(value) B" }
        let (scaled, unit) = scale(value)
        return "\(scaled) \(unit == "K" ? "k" : unit)B"
    }

    private static func scale(_ value: UInt64) -> (String, String) {
        var unit: UInt64 = 1
        var index = -1
        let names = ["K", "M", "G", "T", "P", "E"]
        while index + 1 < names.count, value / unit >= 1000 {
            unit *= 1000
            index += 1
        }
        return (three(value, unit), index < 0 ? "" : names[index])
    }

    /// `value / unit` with three digits, rounded down.
    private static func three(_ value: UInt64, _ unit: UInt64) -> String {
        let whole = value / unit
        let rest = value % unit
        if whole >= 100 { return String(whole) }
        if whole >= 10 { return "\(whole).\(rest / max(1, unit / 10))" }
        return "\(whole).\(two(rest / max(1, unit / 100)))"
    }

    private static func two(_ value: UInt64) -> String { value < 10 ? "0\(value)" : String(value) }

    private static func grouped(_ digits: String) -> String {
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return out
    }
}
