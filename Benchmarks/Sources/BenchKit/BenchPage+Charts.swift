import Foundation

/// The drawings: inline SVG, colours from the page's style.
extension BenchPage {
    private static let width = 560.0, height = 300.0, left = 52.0, right = 12.0, top = 10.0, bottom = 30.0
    private static let shares: [(share: Double, name: String)] = [
        (0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %"), (0.99999, "99.999 %"),
    ]

    /// Percentile curves of one benchmark.
    func chart(_ item: (name: String, report: BenchReport)) -> String {
        let drawn = item.report.series.filter { $0.count >= 20 }
        guard !drawn.isEmpty else { return "" }
        let curves = drawn.map { series in (series, Self.points(series)) }
        let values = curves.flatMap { $0.1.map(\.ns) }
        let low = floor(log10(Swift.max(values.min() ?? 1, 0.1)))
        let high = Swift.max(ceil(log10(values.max() ?? 10)), low + 1)
        func y(_ ns: Double) -> Double {
            let part = (log10(Swift.max(ns, 0.1)) - low) / (high - low)
            return Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom)
        }
        var out = "<figure><figcaption>\(Self.escape(item.name))</figcaption>"
            + "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
            + "aria-label=\"percentiles of \(Self.escape(item.name))\">"
        for power in Int(low)...Int(high) {
            let at = Self.text(y(pow(10, Double(power))))
            out += "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(at)\" y2=\"\(at)\"/>"
                + "<text x=\"\(Self.left - 6)\" y=\"\(at)\" text-anchor=\"end\" dominant-baseline=\"middle\">"
                + "\(Self.duration(pow(10, Double(power))))</text>"
        }
        for (share, name) in Self.shares {
            let at = Self.text(Self.x(share))
            out += "<line class=\"grid\" x1=\"\(at)\" x2=\"\(at)\" y1=\"\(Self.top)\" y2=\"\(Self.height - Self.bottom)\"/>"
                + "<text x=\"\(at)\" y=\"\(Self.height - 10)\" text-anchor=\"\(share > 0.9999 ? "end" : "middle")\">\(name)</text>"
        }
        for (index, curve) in curves.enumerated() {
            let path = curve.1.map { "\(Self.text(Self.x($0.share))),\(Self.text(y($0.ns)))" }.joined(separator: " ")
            out += "<polyline class=\"curve\" style=\"stroke:var(--c\(index % 8))\" points=\"\(path)\"/>"
        }
        out += "</svg>" + Self.legend(curves.map { "\($0.0.name) · \(Self.duration($0.0.percentile(0.5)))" })
        return out + "</figure>"
    }

    /// Where time goes: one bar of parts each, on one scale.
    var bars: String {
        let bars = allStages
        guard let longest = bars.map({ $0.parts.reduce(0) { $0 + $1.ns } }).max(), longest > 0 else { return "" }
        var names: [String] = []
        for bar in bars { for part in bar.parts where !names.contains(part.name) { names.append(part.name) } }
        let row = 40.0, wide = 1040.0, begin = 190.0
        var out = "<h2>Where the time goes</h2><p class=\"note\">Medians. Kernel and rig: TCP on both sides, and the venue's "
            + "side of TLS.</p><figure><svg viewBox=\"0 0 \(Int(wide)) \(Int(Double(bars.count) * row + 8))\" role=\"img\" "
            + "aria-label=\"stages\">"
        for (index, bar) in bars.enumerated() {
            let at = Double(index) * row + 6
            out += "<text class=\"value\" x=\"0\" y=\"\(at + 18)\">\(Self.escape(bar.name))</text>"
            var x = begin
            for part in bar.parts {
                let size = part.ns / longest * (wide - begin - 90)
                let colour = (names.firstIndex(of: part.name) ?? 0) % 8
                out += "<rect x=\"\(Self.text(x))\" y=\"\(at)\" width=\"\(Self.text(size))\" height=\"27\" rx=\"3\" "
                    + "style=\"fill:var(--c\(colour))\"><title>\(Self.escape(part.name)): \(Self.duration(part.ns))</title></rect>"
                x += size
            }
            out += "<text class=\"value\" x=\"\(Self.text(x + 8))\" y=\"\(at + 18)\">"
                + "\(Self.duration(bar.parts.reduce(0) { $0 + $1.ns }))</text>"
        }
        return out + "</svg>" + Self.legend(names) + "</figure>"
    }

    private static func points(_ series: Series) -> [(share: Double, ns: Double)] {
        // 5 points a decade of what is left out, as far as there are samples that can tell.
        var out: [(Double, Double)] = []
        for step in 0...24 {
            let left = 0.5 * pow(10, -Double(step) / 5)
            guard left >= 0.00001, left * Double(series.count) >= 1 else { break }
            out.append((1 - left, series.percentile(1 - left)))
        }
        return out
    }

    private static func x(_ share: Double) -> Double {
        let part = log10(0.5 / (1 - share)) / log10(0.5 / 0.00001)
        return left + part * (width - left - right)
    }

    private static func legend(_ names: [String]) -> String {
        "<div class=\"legend\">"
            + names.enumerated().map { "<span><i style=\"background:var(--c\($0 % 8))\"></i>\(escape($1))</span>" }.joined()
            + "</div>"
    }

    static func duration(_ ns: Double) -> String {
        if ns >= 1e9 { return String(format: "%g s", (ns / 1e8).rounded() / 10) }
        if ns >= 1e6 { return String(format: "%g ms", (ns / 1e5).rounded() / 10) }
        if ns >= 1e3 { return String(format: "%g µs", (ns / 1e2).rounded() / 10) }
        return String(format: "%g ns", (ns * 10).rounded() / 10)
    }
}
