import Model
import Units

/// One line of what happened, for people: its code is stable, its text is not.
package struct EventLine: Sendable, Equatable {
    /// Engine clock; the last of `repeats`.
    package var time: Nanoseconds
    package var code: String
    package var severity: Severity
    package var text: String
    /// How often this line came in a row.
    package var repeats: Int

    package init(time: Nanoseconds, code: String, severity: Severity, text: String, repeats: Int = 1) {
        self.time = time
        self.code = code
        self.severity = severity
        self.text = text
        self.repeats = repeats
    }
}

/// The last events in order, oldest first; a bounded ring. One writer, the cold thread.
///
/// Consecutive lines with the same code and text are one line with a count, so that a burst of equal refusals does not
/// push out the line that explains it.
package struct EventLog: Sendable {
    package let capacity: Int
    package let symbols: [String]
    package let strategies: [String]
    package let orderIDs: ClientOrderIDFormat?
    /// Lines ever written, repeats included.
    package private(set) var written: UInt64 = 0
    private var ring: [EventLine] = []
    /// Lines for whoever tells people, until they are taken; empty where nobody takes them.
    private var news: [EventLine] = []
    private let keepsNews: Bool
    private var oldest = 0

    /// - Parameters:
    ///   - capacity: lines kept, at least 1.
    ///   - symbols: names of the instruments by index.
    ///   - strategies: names of the strategies by index.
    ///   - orderIDs: how client order ids are written; without it as `run-sequence`.
    ///   - keepsNews: whether lines are kept for `takeNews`, as many as `capacity`.
    package init(
        capacity: Int = 256, symbols: [String] = [], strategies: [String] = [], orderIDs: ClientOrderIDFormat? = nil,
        keepsNews: Bool = false
    ) {
        precondition(capacity > 0, "an event log keeps at least one line")
        self.capacity = capacity
        self.symbols = symbols
        self.strategies = strategies
        self.orderIDs = orderIDs
        self.keepsNews = keepsNews
    }

    package var count: Int { ring.count }

    /// Adds a line; the oldest goes when full.
    package mutating func append(_ line: EventLine) {
        written += UInt64(line.repeats)
        if keepsNews, line.severity != .info { note(news: line) }
        if !ring.isEmpty {
            let newest = (oldest + ring.count - 1) % ring.count
            if ring[newest].code == line.code, ring[newest].text == line.text, ring[newest].severity == line.severity {
                ring[newest].repeats += line.repeats
                ring[newest].time = line.time
                return
            }
        }
        if ring.count < capacity {
            ring.append(line)
        } else {
            ring[oldest] = line
            oldest = (oldest + 1) % capacity
        }
    }

    /// Where there is no room a warning makes some: the caller takes them every turn.
    private mutating func note(news line: EventLine) {
        if news.count == capacity {
            guard line.severity == .critical, let index = news.firstIndex(where: { $0.severity != .critical }) else { return }
            news.remove(at: index)
        }
        news.append(line)
    }

    /// Warnings and critical lines since the last call, repeats one by one, oldest first.
    package mutating func takeNews() -> [EventLine] {
        defer { news.removeAll(keepingCapacity: true) }
        return news
    }

    package mutating func append(_ time: Nanoseconds, _ code: String, _ severity: Severity, _ text: String) {
        append(EventLine(time: time, code: code, severity: severity, text: text))
    }

    /// The newest `limit` lines, oldest of them first.
    package func last(_ limit: Int) -> [EventLine] {
        let wanted = Swift.max(0, Swift.min(limit, ring.count))
        return (ring.count - wanted..<ring.count).map { ring[(oldest + $0) % ring.count] }
    }

    package var lines: [EventLine] { last(ring.count) }

    /// Adds the line of a decision of the core, if it is one that people should see: see `describe`. Returns whether.
    @discardableResult package mutating func note(_ output: Output, at time: Nanoseconds) -> Bool {
        guard let line = describe(output, at: time) else { return false }
        append(line)
        return true
    }

    package mutating func note(_ alert: Alert, at time: Nanoseconds) { note(.alert(alert), at: time) }
    package mutating func note(_ change: StateChange, at time: Nanoseconds) { note(.state(change), at: time) }
    package mutating func note(_ transition: OrderTransition, at time: Nanoseconds) { note(.order(transition), at: time) }
}
