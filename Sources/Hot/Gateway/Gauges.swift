import Rings
import Transport

/// What the thread of a link shows of it, as indices into its board. Written by that thread only.
public enum LinkGauge: Int, CaseIterable, Sendable {
    /// Engine time of the last bytes; 0 before any.
    case received
    /// How often it was opened, and closed.
    case opened
    case closed
    /// `LinkCloseReason.code` of the last end.
    case lastEnd
    /// Events of the private stream that were told again.
    case duplicates

    public static func board() -> GaugeBoard { GaugeBoard(count: allCases.count) }
}

extension GaugeBoard {
    func show(_ value: Int64, _ gauge: LinkGauge) { show(value, at: gauge.rawValue) }
    public func read(_ gauge: LinkGauge) -> Int64 { read(gauge.rawValue) }
}

/// Counts a link's openings and ends. Its thread only.
struct LinkEnds {
    private var openings: Int64 = 0
    private var closings: Int64 = 0

    mutating func opened(on gauges: GaugeBoard) {
        openings += 1
        gauges.show(openings, .opened)
    }

    mutating func closed(_ reason: LinkCloseReason, on gauges: GaugeBoard) {
        closings += 1
        gauges.show(Int64(reason.code), .lastEnd)
        gauges.show(closings, .closed)
    }
}
