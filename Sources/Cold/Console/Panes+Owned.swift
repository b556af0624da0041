import Model
import Telemetry
import Units

/// Strategies, instruments and threads in a line each; none where the document has none.
extension Panes {
    func owned() -> [StyledLine] {
        [strategies(), instruments(), threads(), cancelSwitch(), alerts()].compactMap { $0 }
    }

    /// A title and as many items as the width takes, in their order; how many are not shown, and where they are.
    private func list(_ title: String, _ items: [StyledLine], all verb: String) -> StyledLine {
        var line = StyledLine(" \(title)", .dim)
        for (index, item) in items.enumerated() {
            let rest = "  … \(index) of \(items.count) shown: ctl \(verb)"
            let room = index + 1 == items.count ? width : width - rest.count
            guard line.width + 2 + item.width <= room else {
                line.add(rest, .warning)
                return line
            }
            line.add("  ")
            line.add(item)
        }
        return line
    }

    /// Those that are off come first where not all have room.
    private func strategies() -> StyledLine? {
        guard !document.strategies.isEmpty else { return nil }
        let rows = document.strategies.count <= 3
            ? document.strategies : document.strategies.filter(\.isOff) + document.strategies.filter { !$0.isOff }
        let items = rows.map { strategy in
            var item = StyledLine("\(Columns.clean(strategy.name)) ")
            let style: Style = strategy.isOff ? .bad : strategy.state == "ON" ? .good : .warning
            item.add(strategy.state + (strategy.why.isEmpty ? "" : " \(Columns.clean(strategy.why))"), style)
            item.add(" \(Figures.money(strategy.net))", .dim)
            return item
        }
        return list("strategies", items, all: "strategy")
    }

    /// Only where there are several, or one is blocked: the first has a pane of its own. Those that are blocked, or whose
    /// market data is in doubt, come first.
    private func instruments() -> StyledLine? {
        guard document.instruments.count > 1 || document.instruments.contains(where: \.isBlocked) else { return nil }
        let rows = document.instruments.filter(\.isInTrouble) + document.instruments.filter { !$0.isInTrouble }
        let items = rows.map { instrument in
            var item = StyledLine("\(Columns.clean(instrument.symbol)) ")
            if instrument.isBlocked { item.add("\(instrument.state) \(Columns.clean(instrument.why)) ", .bad) }
            if instrument.isFeedInDoubt { item.add("\(Columns.clean(instrument.feed)) ", .bad) }
            item.add("\(Figures.money(instrument.position, decimals: 0)) net \(Figures.money(instrument.net))", .dim)
            return item
        }
        return list("instruments", items, all: "instrument")
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

    /// The venue's dead-man's switch, where the run keeps one.
    private func cancelSwitch() -> StyledLine? {
        let engine = document.engine
        guard engine.switchAge.raw >= 0 else { return nil }
        var line = StyledLine(" dead-man's switch", .dim)
        let age = engine.switchAge.raw == .max ? "never confirmed" : "confirmed \(Figures.span(engine.switchAge)) ago"
        line.add("  \(age)", engine.switchAge > engine.switchLimit ? .bad : .good)
        line.add("  no new risk past \(Figures.span(engine.switchLimit))", .dim)
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
