import Model
import Telemetry
import Units

/// What happened, before it is anybody's alert.
package struct AlertNews: Sendable, Equatable {
    package var kind: String
    package var level: Severity
    package var cause: String

    package init(_ kind: String, _ level: Severity, _ cause: String) {
        self.kind = kind
        self.level = level
        self.cause = cause
    }
}

/// The alerts that nobody has acknowledged: which are the same, which is to be told next, and when again. Bounded; no
/// clock, no I/O. Owner's thread only.
///
/// Two are the same while the first is open and they differ in nothing but figures: the later one is counted, its text is
/// what the next delivery says. The first delivery is due at once, the next `repeats` after one that succeeded; one that
/// failed is tried again after a second, then after twice as long each time, up to `repeats`.
package struct AlertBook: Sendable {
    package struct Entry: Sendable, Equatable {
        package var id: UInt64
        package var news: AlertNews
        package var count: UInt64 = 1
        /// Engine clock, and UTC.
        package var firstAt: Nanoseconds
        package var lastAt: Nanoseconds
        package var firstWall: Nanoseconds
        package var lastWall: Nanoseconds
        /// Closed by its first delivery: it asks for nothing.
        package var isOnce: Bool
        package var deliveries: UInt64 = 0
        /// In a row.
        package var failures: UInt64 = 0
        package var due: Nanoseconds
        fileprivate var sameness: String
    }

    package static var capacity: Int { 64 }
    private let repeats: Nanoseconds
    private var nextID: UInt64 = 1
    /// Oldest first.
    package private(set) var open: [Entry] = []
    /// The newest of those that somebody acknowledged, or that asked for nothing, oldest first.
    package private(set) var closed: [(entry: Entry, by: String, at: Nanoseconds)] = []
    /// Alerts that found no room.
    package private(set) var dropped: UInt64 = 0

    package init(repeats: Nanoseconds) { self.repeats = repeats }

    /// Takes one; the entry it belongs to now, `nil` when there is no room.
    @discardableResult
    package mutating func raise(
        _ news: AlertNews, isOnce: Bool = false, now: Nanoseconds, wall: Nanoseconds
    ) -> UInt64? {
        let sameness = Self.sameness(news)
        if let index = open.firstIndex(where: { $0.sameness == sameness && $0.news.level == news.level }) {
            open[index].count += 1
            open[index].news = news
            open[index].lastAt = now
            open[index].lastWall = wall
            return open[index].id
        }
        if open.count == Self.capacity, !makeRoom(for: news.level) {
            dropped += 1
            return nil
        }
        defer { nextID += 1 }
        open.append(
            Entry(
                id: nextID, news: news, firstAt: now, lastAt: now, firstWall: wall, lastWall: wall, isOnce: isOnce, due: now,
                sameness: sameness))
        return nextID
    }

    /// A critical one takes the place of the oldest that is not.
    private mutating func makeRoom(for level: Severity) -> Bool {
        guard level == .critical, let index = open.firstIndex(where: { $0.news.level != .critical }) else { return false }
        open.remove(at: index)
        dropped += 1
        return true
    }

    /// What is to be told now: critical before the others, then whoever waits longest. `nil` when nothing is due.
    package func next(now: Nanoseconds) -> Entry? {
        open.filter { $0.due <= now }.min { a, b in
            let (isCritical, other) = (a.news.level == .critical, b.news.level == .critical)
            return isCritical != other ? isCritical : (a.due, a.id) < (b.due, b.id)
        }
    }

    /// A delivery of this entry succeeded.
    package mutating func delivered(_ id: UInt64, now: Nanoseconds) {
        guard let index = open.firstIndex(where: { $0.id == id }) else { return }
        open[index].deliveries += 1
        open[index].failures = 0
        open[index].due = now + repeats
        if open[index].isOnce { close(index, by: "itself", now: now) }
    }

    /// A delivery of this entry failed.
    package mutating func failed(_ id: UInt64, now: Nanoseconds) {
        guard let index = open.firstIndex(where: { $0.id == id }) else { return }
        open[index].failures += 1
        let pause = Nanoseconds(seconds: 1 << Int64(min(open[index].failures - 1, 12)))
        open[index].due = now + min(pause, repeats)
    }

    /// Somebody knows: these are told no more. All of them without an id; what was closed, for the record.
    package mutating func acknowledge(_ id: UInt64?, by person: String, now: Nanoseconds) -> [Entry] {
        let known = open.filter { id == nil || $0.id == id }
        for entry in known {
            if let index = open.firstIndex(where: { $0.id == entry.id }) { close(index, by: person, now: now) }
        }
        return known
    }

    private mutating func close(_ index: Int, by person: String, now: Nanoseconds) {
        closed.append((open.remove(at: index), person, now))
        if closed.count > 32 { closed.removeFirst() }
    }

    /// Kind and text with every figure taken out: two losses of different size are the same alert, two strategies are not.
    private static func sameness(_ news: AlertNews) -> String {
        var text = news.kind + " "
        var wasFigure = false
        for character in news.cause {
            let isFigure = character.isASCII && (character.isNumber || (wasFigure && character == "."))
            if !isFigure { text.append(character) } else if !wasFigure { text.append("#") }
            wasFigure = isFigure
        }
        return text
    }
}
