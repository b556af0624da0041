import Model
import Telemetry
import Units

/// The parts of the live screen.
struct Panes {
    let document: StatusDocument
    let width: Int
    var engine: EngineStatus { document.engine }
    var leftWidth: Int { (width - 3) / 2 }
    var rightWidth: Int { width - 3 - leftWidth }

    /// Two panes side by side under their titles, exactly `rows` lines each.
    func pair(_ leftTitle: String, _ left: [StyledLine], _ rightTitle: String, _ right: [StyledLine], rows: Int) -> [StyledLine] {
        var title = rule(leftTitle, leftWidth)
        title.add("─┬─", .dim)
        title.add(rule(rightTitle, rightWidth))
        return [title] + (0..<rows).map { row in
            var line = (row < left.count ? left[row] : StyledLine()).fitted(leftWidth)
            line.add(" │ ", .dim)
            line.add((row < right.count ? right[row] : StyledLine()).fitted(rightWidth))
            return line
        }
    }

    func rule(_ title: String, _ width: Int) -> StyledLine {
        var line = StyledLine("\(title) ", .heading)
        line.add(String(repeating: "─", count: max(0, width - line.width)), .dim)
        return line
    }

    func names() -> StyledLine {
        let names = document.names
        var line = StyledLine(" \(Columns.cut(Columns.clean(names.symbol), 24))", .bold)
        let rest = [
            Columns.clean(names.venue), names.account.isEmpty ? "" : "account \(Columns.clean(names.account))",
            Columns.clean(names.strategies.joined(separator: ", ")),
            names.build.isEmpty ? "" : "build \(Columns.clean(names.build))", "up \(Figures.span(document.uptime))",
        ]
        line.add("  " + rest.filter { !$0.isEmpty }.joined(separator: " · "), .dim)
        return line
    }

    func links() -> [StyledLine] {
        // Where there is no room for all, those in trouble come first.
        let links = document.links.count <= 3
            ? document.links : document.links.filter { $0.state != .up } + document.links.filter { $0.state == .up }
        return links.map { link in
            let style: Style = link.state == .up ? .good : link.state == .connecting ? .warning : .bad
            var line = StyledLine(Columns.left(Columns.clean(link.name), 13) + " ")
            line.add(Columns.left(link.state.name, 10) + " ", style)
            line.add(Columns.left(Columns.clean(link.verdict), max(0, leftWidth - 34)) + " ")
            line.add(Columns.right(Figures.span(link.age), 8), .dim)
            return line
        }
    }

    func book() -> [StyledLine] {
        guard engine.bidPrice.isPositive, engine.askPrice.isPositive else {
            return [StyledLine("no book yet", .warning)]
        }
        func row(_ label: String, _ price: Price, _ quantity: Quantity, _ style: Style) -> StyledLine {
            var line = StyledLine(Columns.left(label, 8))
            line.add(Columns.right(Figures.money(price), 18), style)
            line.add(Columns.right(Figures.money(quantity, decimals: 0), max(0, rightWidth - 26)))
            return line
        }
        let spread = engine.askPrice.subtracting(engine.bidPrice) ?? .zero
        let age = Figures.elapsed(engine.now, since: engine.topReceivedAt)
        var middle = StyledLine(Columns.left("spread", 8), .dim)
        middle.add(Columns.right(Figures.money(spread), 18), .dim)
        middle.add(
            Columns.right("age \(Figures.span(age))", max(0, rightWidth - 26)),
            age > document.limits.maxDataAge ? .bad : .dim)
        return [
            row("ask", engine.askPrice, engine.askQuantity, .bad), middle,
            row("bid", engine.bidPrice, engine.bidQuantity, .good),
        ]
    }

    func position() -> [StyledLine] {
        let quote = Columns.cut(Columns.clean(document.names.quote), 6)
        let base = Columns.cut(Columns.clean(document.names.base), 6)
        let money = Figures.column([engine.realised, engine.unrealised, document.net], signed: true)
        let fees = Figures.column([engine.fees])[0]
        let room = max(0, leftWidth - 13 - 7)
        var first = StyledLine(Columns.left("position", 13), .dim)
        let held = Figures.money(engine.position, decimals: 0)
        let at = engine.position.isZero ? "" : " @ \(Figures.money(engine.averagePrice))"
        first.add(Columns.right("\(held)\(at)", room), .bold)
        first.add(" \(base)", .dim)
        func row(_ label: String, _ text: String, _ style: Style) -> StyledLine {
            var line = StyledLine(Columns.left(label, 13), .dim)
            line.add(Columns.right(text, room), style)
            line.add(" \(quote)", .dim)
            return line
        }
        func tint(_ value: Notional) -> Style { value.isZero ? .plain : value.isNegative ? .bad : .good }
        return [
            first, row("realised", "\(money[0])  fees \(fees)", tint(engine.realised)),
            row("unrealised", money[1], tint(engine.unrealised)), row("net", money[2], tint(document.net)),
        ]
    }

    func orders() -> [StyledLine] {
        func cell(_ label: String, _ value: String, _ style: Style = .plain) -> StyledLine {
            let half = rightWidth / 2
            var line = StyledLine(Columns.left(label, 13), .dim)
            line.add(Columns.right(value, max(0, half - 15)) + "  ", style)
            return line
        }
        func row(_ a: StyledLine, _ b: StyledLine) -> StyledLine {
            var line = a
            line.add(b)
            return line
        }
        let unknown = engine.unknownOrders
        return [
            row(cell("open", Figures.count(UInt64(max(0, engine.openOrders))), .bold), cell("unknown", Figures.count(UInt64(max(0, unknown))), unknown > 0 ? .bad : .plain)),
            row(cell("sent", Figures.count(engine.ordersSent)), cell("cancels", Figures.count(engine.cancelsSent))),
            row(cell("fills", Figures.count(engine.fills)), cell("venue rejects", Figures.count(engine.venueRejects), engine.venueRejects > 0 ? .warning : .plain)),
            row(cell("ticks", Figures.count(engine.ticks)), cell("risk rejects", Figures.count(engine.riskRejects), engine.riskRejects > 0 ? .warning : .plain)),
        ]
    }

    func keepers() -> StyledLine {
        let facts = document.keepers
        var line = facts.latched ? StyledLine(" LATCHED ", .onRed) : StyledLine()
        line.add(" journal ", .dim)
        line.add(facts.journalFailed ? "FAILED" : "writing", facts.journalFailed ? .bad : .good)
        line.add(" \(Figures.count(facts.journalRecords)) records \(Figures.bytes(facts.journalBytes))")
        if facts.journalBacklog > 0 { line.add(" (\(Figures.count(facts.journalBacklog)) waiting)", .dim) }
        line.add("  guard ", .dim)
        if facts.heartbeatAge.raw < 0 {
            line.add("none", .warning)
        } else {
            line.add(facts.guardRunning ? "watching" : "GONE", facts.guardRunning ? .good : .bad)
            line.add(" beat \(Figures.span(facts.heartbeatAge))")
        }
        line.add("  reconciled ", .dim)
        let last = engine.lastReconciledAt == .zero ? "never" : Figures.span(Figures.elapsed(engine.now, since: engine.lastReconciledAt)) + " ago"
        let breaks = engine.reconcileBreaks
        line.add("\(last)\(breaks > 0 ? ", \(breaks) breaks" : "")", breaks > 0 ? .bad : .plain)
        return line
    }

    /// What of the feed did not reach the core as it came, with the commonest refusal, and the venue's count of our orders.
    func feed() -> StyledLine {
        let facts = document.feed
        var line = StyledLine(" feed refused ", .dim)
        let commonest = facts.refusals.max { ($0.value, $1.key) < ($1.value, $0.key) }
        let named = commonest.map { " (\(Columns.clean($0.key)) \(Figures.count($0.value)))" } ?? ""
        line.add(Figures.count(facts.refused) + named, facts.refused > 0 ? .warning : .plain)
        line.add("  conflated ", .dim)
        line.add(Figures.count(facts.conflated))
        line.add("  dropped ", .dim)
        let dropped = facts.droppedFrames.addingReportingOverflow(facts.droppedTrades).partialValue
        line.add("\(Figures.count(dropped))", dropped > 0 ? .bad : .plain)
        line.add("  venue shows ", .dim)
        let keepers = document.keepers
        line.add(keepers.venueOrders < 0 ? "unknown" : "\(keepers.venueOrders) orders \(Figures.span(keepers.venueAge)) ago")
        return line
    }

    func events(_ rows: Int) -> [StyledLine] {
        document.events.suffix(rows).map { event in
            let style: Style = event.severity == .critical ? .bad : event.severity == .warning ? .warning : .plain
            var line = StyledLine(Columns.right("\(Figures.span(Figures.elapsed(engine.now, since: event.time))) ago", 12) + "  ", .dim)
            line.add(Columns.left(Columns.clean(event.code), 22) + " ", style)
            line.add(Columns.clean(event.text) + (event.repeats > 1 ? " (x\(event.repeats))" : ""))
            return line
        }
    }
}
