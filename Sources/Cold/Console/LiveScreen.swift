import Model
import Telemetry
import Units

/// The live screen: a pure picture of a status document.
///
///     banner (3 rows)                 state, mode, mandate or reason; its colour is the state
///     names                           venue, symbol, account, strategies, build, uptime
///     LINKS            | TOP OF BOOK
///     POSITION AND P&L | ORDERS
///     LIMITS (gauges), | TICK TO ORDER (bars and percentiles by stage)
///     venue's answers  |
///     KEEPERS                         journal, guard, latch, reconciliation; what of the feed was refused or dropped
///     EVENTS                          the newest, in what is left of the height
package struct LiveScreen: Sendable {
    /// Exactly `height` lines of exactly `width` characters; escape codes only with `color`. Made for 100x30; a lower
    /// screen loses events first, a narrower one the ends of its columns.
    package static func render(
        _ document: StatusDocument, width: Int = 100, height: Int = 30, color: Bool = true
    ) -> [String] {
        let width = max(20, width)
        let panes = Panes(document: document, width: width)
        var lines = Banner.lines(document, width: width, color: color)
        lines.append(panes.names())
        lines += panes.pair("LINKS", panes.links(), "TOP OF BOOK", panes.book(), rows: 3)
        lines += panes.pair("POSITION AND P&L", panes.position(), "ORDERS", panes.orders(), rows: 4)
        // Where there is no room for every stage, the events keep two lines.
        let room = max(7, min(11, height - lines.count - 5 - panes.owned().count - 2))
        lines += panes.pair(
            "LIMITS", panes.gauges() + panes.roundTrips(room - 7), panes.latencyTitle(), panes.latency(room), rows: room)
        lines.append(panes.rule("KEEPERS", width))
        lines.append(panes.keepers())
        lines.append(panes.feed())
        lines += panes.owned()
        lines.append(panes.rule("EVENTS", width))
        lines += panes.events(max(0, height - lines.count))
        while lines.count < height { lines.append(StyledLine()) }
        return lines.prefix(max(0, height)).map { $0.fitted(width).text(color: color) }
    }
}

/// The state, so that it cannot be missed: three full rows in its colour, or framed with its own sign without colour.
enum Banner {
    static func lines(_ document: StatusDocument, width: Int, color: Bool) -> [StyledLine] {
        let engine = document.engine
        let style = style(engine.state)
        let since = "for \(Figures.span(Figures.elapsed(engine.now, since: engine.stateSince)))"
        let name = engine.state.name.map(String.init).joined(separator: " ")
        let mode = "mode \(engine.mode.name)"
        guard color else {
            let edge = String(repeating: sign(engine.state), count: 6)
            func framed(_ text: String) -> StyledLine {
                StyledLine("\(edge) \(Columns.center(text, max(0, width - 14))) \(edge)")
            }
            return [framed("\(mode), \(since)"), framed(name), framed(detail(document))]
        }
        let side = max(0, width / 2 - 2)
        let top = "  " + Columns.left(mode, side) + Columns.right(since, max(0, width - side - 4)) + "  "
        return [
            StyledLine(Columns.left(top, width), style), StyledLine(Columns.center(name, width), style),
            StyledLine(Columns.center(detail(document), width), style),
        ]
    }

    private static func style(_ state: SystemState) -> Style {
        switch state {
        case .disarmed: return .onGrey
        case .staged: return .onBlue
        case .armed: return .onMagenta
        case .live: return .onGreen
        case .reducing: return .onAmber
        case .safe, .halted: return .onRed
        }
    }

    private static func sign(_ state: SystemState) -> String {
        switch state {
        case .disarmed: return "-"
        case .staged: return "~"
        case .armed: return "+"
        case .live: return "="
        case .reducing: return "<"
        case .safe, .halted: return "!"
        }
    }

    static func detail(_ document: StatusDocument) -> String {
        let engine = document.engine
        let left = Figures.span(document.mandateLeft)
        let hash = engine.mandateHash == 0 ? "" : ", mandate \(hexText(engine.mandateHash))"
        let why = engine.stateReason == .none ? "" : ": \(engine.stateReason.name)"
        switch engine.state {
        case .disarmed:
            let stopped = Columns.clean(document.keepers.stopped)
            let left = engine.incident.isOpen ? "; incident \(engine.incident.trip.name) open (ctl checklist)" : ""
            return stopped.isEmpty ? "nothing may be sent\(why)\(left)" : "stopped \(stopped) (ctl start enables the strategies)"
        case .staged: return "nothing may be sent; waiting for arm\(hash)"
        case .armed: return "nothing may be sent; waiting for confirm\(hash)"
        case .live where engine.isByHand: return "one order by hand, no strategy runs; DISARMED when it has settled"
        case .live:
            let ends = engine.mandateExpires == .zero ? "no end set" : "\(left) left"
            let what = engine.mode == .live ? "orders may be sent" : "decisions only, nothing reaches a venue"
            return "\(what), \(ends)\(hash)"
        case .reducing: return "only orders that reduce the position\(why)"
        case .safe: return "in doubt: all cancelled, a person must re-arm\(why)"
        case .halted: return "stopped hard: all cancelled, the latch is set\(why)"
        }
    }
}
