import Glibc
import Model
import Telemetry
import Units

/// Alerts from where they are raised to the person: the book and the courier, stepped by their owner's loop, on its thread only. Never waits.
package final class AlertDesk {
    /// What is the same in every message of this process.
    package struct Sender: Sendable {
        package var run = ""
        package var mode = ""
        package var owner = ""
        package var deputy = ""
        /// How to acknowledge, before the number: `needletail ctl --socket PATH ack`; empty where nobody can.
        package var acknowledge = ""
        package init() {}
    }

    let courier: AlertCourier?
    private let sender: Sender
    private let host: String
    private let timeout: Nanoseconds
    private let outletText: String
    private var book: AlertBook
    private var carried: (id: UInt64, since: Nanoseconds)?
    private var deliveries: UInt64 = 0
    private var failures: UInt64 = 0
    private var lastFailure = ""
    private var succeededAt: Nanoseconds?
    private var isFailing = false

    /// Without an outlet alerts are kept and shown, and nobody is told. `text`: the outlet in words.
    package init(_ outlet: AlertOutlet?, text: String, timeout: Nanoseconds, repeats: Nanoseconds, sender: Sender) {
        courier = outlet.map { AlertCourier($0, timeout: timeout) }
        outletText = text
        self.timeout = timeout
        self.sender = sender
        book = AlertBook(repeats: repeats)
        host = Self.hostName()
    }

    /// `isOnce`: told once and not asked about again.
    package func raise(_ news: AlertNews, isOnce: Bool = false, now: Nanoseconds, wall: Nanoseconds) {
        book.raise(news, isOnce: isOnce, now: now, wall: wall)
    }

    /// One turn: what came of the last delivery, and the next one. `numbers`: where the engine stands, asked only when
    /// something is told. The work done.
    package func turn(now: Nanoseconds, numbers: () -> JSONValue) -> Int {
        guard let courier else {
            // Nobody is to be told: what asks for nothing is done.
            if let once = book.open.first(where: \.isOnce) { book.delivered(once.id, now: now) }
            return 0
        }
        var work = 0
        if let (id, _) = carried, let outcome = courier.outcome() {
            carried = nil
            work += 1
            if let why = outcome {
                failures += 1
                lastFailure = why
                isFailing = true
                book.failed(id, now: now)
            } else {
                deliveries += 1
                succeededAt = now
                isFailing = false
                book.delivered(id, now: now)
            }
        }
        if carried == nil, let entry = book.next(now: now) {
            carried = (entry.id, now)
            courier.carry(message(entry, now: now, numbers()).text())
            work += 1
        }
        return work
    }

    /// Whether everything that can be told has been told once.
    package var isTold: Bool {
        guard courier != nil else { return true }
        return carried == nil && book.open.allSatisfy { $0.deliveries > 0 || $0.failures > 0 }
    }

    /// The kinds that were acknowledged now; all open ones without an id.
    package func acknowledge(_ id: UInt64?, by person: String, now: Nanoseconds) -> [AlertBook.Entry] {
        book.acknowledge(id, by: person, now: now)
    }

    package func facts(now: Nanoseconds) -> AlertFacts {
        var facts = AlertFacts()
        facts.outlet = outletText
        facts.open = UInt64(book.open.count)
        facts.delivered = deliveries
        facts.failed = failures
        facts.dropped = book.dropped
        facts.lastFailure = lastFailure
        if let succeededAt { facts.successAge = now - succeededAt }
        // Past its time, and a second for ending it.
        let isHanging = carried.map { now - $0.since > timeout + Nanoseconds(seconds: 1) } ?? false
        facts.state = courier == nil ? "none" : isHanging ? "HANGING" : isFailing ? "FAILING" : deliveries > 0 ? "ok" : "untried"
        return facts
    }

    /// Those that are open, oldest first, behind the newest that are not.
    package func lines(now: Nanoseconds) -> [AlertLine] {
        book.closed.map { closed in
            var line = line(closed.entry, now)
            line.state = closed.by == "itself" ? "told" : "acknowledged by \(closed.by)"
            return line
        } + book.open.map { entry in
            var line = line(entry, now)
            line.state = courier == nil ? "nobody is told" : entry.failures > 0 ? "FAILING" : entry.deliveries > 0 ? "told" : "waits"
            return line
        }
    }

    private func line(_ entry: AlertBook.Entry, _ now: Nanoseconds) -> AlertLine {
        var line = AlertLine()
        line.id = entry.id
        line.kind = entry.news.kind
        line.level = entry.news.level
        line.cause = entry.news.cause
        line.cure = AlertCure.of(entry.news.kind)
        line.count = entry.count
        line.age = now - entry.firstAt
        line.lastAge = now - entry.lastAt
        line.deliveries = entry.deliveries
        return line
    }

    /// What a person or a program gets: one object, under 16 KiB.
    private func message(_ entry: AlertBook.Entry, now: Nanoseconds, _ numbers: JSONValue) -> JSONValue {
        .make([
            "alert": .count(entry.id), "kind": .string(entry.news.kind), "level": .string(entry.news.level.name),
            "cause": .string(String(entry.news.cause.prefix(2000))), "cure": .string(AlertCure.of(entry.news.kind)),
            "count": .count(entry.count), "delivery": .count(entry.deliveries + 1),
            "time": .string(Self.utc(entry.lastWall)), "time_ns": .time(entry.lastWall), "first_time_ns": .time(entry.firstWall),
            "run": .string(sender.run), "mode": .string(sender.mode), "host": .string(host), "owner": .string(sender.owner),
            "deputy": .string(sender.deputy), "numbers": numbers, "other_alerts_open": .integer(Int64(max(0, book.open.count - 1))),
            "alerts_dropped": .count(book.dropped),
            "acknowledge": .string(sender.acknowledge.isEmpty || entry.isOnce ? "" : "\(sender.acknowledge) \(entry.id)"),
        ])
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, 255) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `2026-01-02T03:04:05Z`, by the civil calendar that `gmtime` follows.
    static func utc(_ wall: Nanoseconds) -> String {
        let seconds = wall.raw / 1_000_000_000
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        // Years begin in March here, so that the leap day is a year's last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let day = shifted % 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let ofYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (number, dayOfMonth) = (month < 10 ? month + 3 : month - 9, ofYear - (153 * month + 2) / 5 + 1)
        return "\(era * 400 + year + (number <= 2 ? 1 : 0))-\(two(number))-\(two(dayOfMonth))T"
            + "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }
}
