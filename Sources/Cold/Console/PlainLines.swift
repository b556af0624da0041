import Model
import Telemetry
import Units

/// Output where there is no terminal: new events, then one line per interval. No escape codes, ever.
package struct PlainLines: Sendable {
    private var lastEvent: EventLine?

    package init() {}

    /// The lines for this document: the events since the last call, then the state of things.
    package mutating func lines(for document: StatusDocument) -> [String] {
        let fresh = newEvents(document.events)
        lastEvent = document.events.last ?? lastEvent
        return fresh.map { Self.event($0, document) } + [Self.line(document)]
    }

    private func newEvents(_ events: [EventLine]) -> ArraySlice<EventLine> {
        guard let last = lastEvent else { return events[...] }
        // The last shown line may have gained repeats since: it is the same line by code and text.
        let known = events.lastIndex {
            $0.code == last.code && $0.text == last.text && $0.repeats >= last.repeats
                && ($0.time == last.time || $0.repeats > last.repeats)
        }
        if let known { return events[(known + 1)...] }
        return events.drop { $0.time <= last.time }
    }

    /// One event: `+12.3 s WARNING RATE_LIMITED text`.
    package static func event(_ event: EventLine, _ document: StatusDocument) -> String {
        let ago = Figures.elapsed(document.engine.now, since: event.time)
        let at = Figures.span(Figures.elapsed(document.uptime, since: ago))
        let times = event.repeats > 1 ? " (x\(event.repeats))" : ""
        return "+\(at) \(event.severity.name) \(Columns.clean(event.code)) \(Columns.clean(event.text))\(times)"
    }

    /// Everything that matters in one line.
    package static func line(_ document: StatusDocument) -> String {
        let engine = document.engine
        var parts = ["+\(Figures.span(document.uptime)) \(engine.mode.name) \(engine.state.name)"]
        if engine.state == .live, engine.mandateExpires != .zero {
            parts.append("mandate \(Figures.span(document.mandateLeft))")
        }
        if engine.stateReason != .none { parts.append(engine.stateReason.name) }
        parts.append("bid \(engine.bidPrice) ask \(engine.askPrice)")
        parts.append("position \(engine.position) net \(document.net)")
        parts.append("open \(engine.openOrders) unknown \(engine.unknownOrders)")
        parts.append("ticks \(engine.ticks) sent \(engine.ordersSent) cancels \(engine.cancelsSent) fills \(engine.fills)")
        parts.append("rejects venue \(engine.venueRejects) risk \(engine.riskRejects)")
        if let stage = document.latencies.stages.last, stage.count > 0 {
            parts.append(
                "\(Columns.clean(stage.stage)) p50 \(Figures.span(Nanoseconds(raw: stage.p50))) "
                    + "p99 \(Figures.span(Nanoseconds(raw: stage.p99)))")
        }
        parts += document.links.map { "\(Columns.clean($0.name)) \($0.state.name)" }
        return parts.joined(separator: " | ")
    }
}
