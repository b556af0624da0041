import Model
import Telemetry
import Units

/// Strategies, instruments and threads in a line each; none where the document has none.
extension Panes {
    func owned() -> [StyledLine] {
        [strategies(), instruments(), threads(), alerts()].compactMap { $0 }
    }

    private func strategies() -> StyledLine? {
        guard !document.strategies.isEmpty else { return nil }
        var line = StyledLine(" strategies", .dim)
        for strategy in document.strategies {
            line.add("  \(Columns.clean(strategy.name)) ")
            let style: Style = strategy.isOff ? .bad : strategy.state == "ON" ? .good : .warning
            line.add(strategy.state + (strategy.why.isEmpty ? "" : " \(Columns.clean(strategy.why))"), style)
            line.add(" \(Figures.money(strategy.net))", .dim)
        }
        return line
    }

    /// Only where there are several, or one is blocked: the first has a pane of its own.
    private func instruments() -> StyledLine? {
        guard document.instruments.count > 1 || document.instruments.contains(where: \.isBlocked) else { return nil }
        var line = StyledLine(" instruments", .dim)
        for instrument in document.instruments {
            line.add("  \(Columns.clean(instrument.symbol)) ")
            if instrument.isBlocked { line.add("\(instrument.state) \(Columns.clean(instrument.why)) ", .bad) }
            line.add("\(Figures.money(instrument.position, decimals: 0)) net \(Figures.money(instrument.net))", .dim)
        }
        return line
    }

    /// Who is told, whether that works, and what nobody has acknowledged.
    private func alerts() -> StyledLine? {
        let facts = document.alerts
        guard !facts.outlet.isEmpty || facts.open > 0 else { return nil }
        var line = StyledLine(" alerts", .dim)
        let style: Style = facts.state == "ok" ? .good : facts.state == "untried" ? .plain : .bad
        if facts.state == "none" {
            line.add("  to \(Columns.clean(facts.outlet.isEmpty ? "NOBODY" : facts.outlet))", .warning)
        } else {
            line.add("  \(facts.state)", style)
            line.add(" \(Columns.clean(facts.outlet))", .dim)
            if facts.state != "ok", !facts.lastFailure.isEmpty { line.add(" \(Columns.clean(facts.lastFailure))", .bad) }
        }
        if facts.open > 0 { line.add("  \(facts.open) open: needletail ctl alerts, ctl ack", .warning) }
        if facts.dropped > 0 { line.add("  \(facts.dropped) dropped", .bad) }
        return line
    }

    private func threads() -> StyledLine? {
        guard !document.threads.isEmpty else { return nil }
        var line = StyledLine(" threads", .dim)
        for thread in document.threads {
            line.add("  \(Columns.clean(thread.name)) ")
            let style: Style = thread.state == "beating" ? .plain : thread.state == "none" ? .warning : .bad
            line.add(thread.state == "beating" ? Figures.span(thread.age) : "\(thread.state) \(Figures.span(thread.age))", style)
        }
        return line
    }
}
