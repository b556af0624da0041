import Model
import Units

/// Which of a venue's servers the order link dials: the next one after so many failed attempts in a row, after the breaker
/// for errors in a row, or when a person says so. Only servers of the configuration, in a ring. Nothing is ever sent
/// again because of a switch: the old connection ends first, and its end makes every request in flight unknown.
///
/// A pure value: what became of connections goes in, the switch comes out once the link is closed. Trade thread only.
public struct ServerFailover: Sendable {
    private let venue: VenueID
    public let count: Int
    /// Attempts in a row that led to no connection, or to one that ended at once.
    private let limit: Int
    public private(set) var current = 0
    private var failures = 0
    /// Since when the connection is logged on and subscribed.
    private var usableSince: Nanoseconds?
    private var wanted: (server: Int, reason: SourceSwitch.Reason, value: Int64, at: Nanoseconds)?
    /// When it was switched, the newest of a minute.
    private var switches: ContiguousArray<Nanoseconds> = []

    /// A connection that ends sooner after its log-on is no better than one that never came to it.
    private var provenAfter: Nanoseconds { Nanoseconds(seconds: 5) }

    /// What is in flight when the breaker opens, cancels above all, has as long to be answered on the old connection.
    private var breakerGrace: Nanoseconds { Nanoseconds(seconds: 1) }

    /// Precondition: at least one server, and one attempt that may fail.
    public init(venue: VenueID, count: Int, limit: Int) {
        precondition(count > 0 && limit > 0, "there is a server, and it may fail once")
        self.venue = venue
        self.count = count
        self.limit = limit
        switches.reserveCapacity(128)
    }

    /// The connection is logged on and subscribed.
    public mutating func usable(at now: Nanoseconds) { usableSince = now }

    /// A connection ended, or an attempt did.
    public mutating func ended(at now: Nanoseconds) {
        let wasProven = now - (usableSince ?? now) >= provenAfter
        usableSince = nil
        guard !wasProven else {
            failures = 0
            return
        }
        failures += 1
        guard failures >= limit, count > 1, wanted == nil else { return }
        wanted = ((current + 1) % count, .unreachable, Int64(failures), now)
    }

    /// Too many errors in a row: the engine is SAFE.
    public mutating func breakerOpened(at now: Nanoseconds) {
        guard count > 1, wanted == nil else { return }
        wanted = ((current + 1) % count, .errorsInRow, 0, now + breakerGrace)
    }

    /// A person wants a server, counted from 1; 0 is the next one.
    public mutating func asked(for number: Int64, at now: Nanoseconds) {
        guard number >= 0, number <= Int64(count) else { return }
        let server = number == 0 ? (current + 1) % count : Int(number) - 1
        guard server != current else { return }
        wanted = (server, .byHand, number, now)
    }

    /// Whether the connection has to end now, so that another server can be dialled.
    public func mustClose(at now: Nanoseconds) -> Bool { wanted.map { now >= $0.at } ?? false }

    /// The switch that is due; the link is closed.
    public mutating func take(at now: Nanoseconds) -> SourceSwitch? {
        guard let wish = wanted, now >= wish.at else { return nil }
        wanted = nil
        let from = current
        current = wish.server
        failures = 0
        while let oldest = switches.first, switches.count == 128 || now - oldest >= Nanoseconds(seconds: 60) {
            switches.removeFirst()
        }
        switches.append(now)
        return SourceSwitch(
            venue: venue, role: .orders, from: UInt8(from), to: UInt8(current), reason: wish.reason, value: wish.value,
            limit: wish.reason == .unreachable ? Int64(limit) : Int64(count), recent: UInt32(switches.count))
    }
}
