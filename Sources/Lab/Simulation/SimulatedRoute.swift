import Gateway
import Model
import Units

/// The route of DRY_RUN and BACKTEST: a simulated venue behind a delay each way. It holds no key and no link. It comes up
/// at the first turn, and shows the core a complete snapshot of the account at the start and every few seconds, so that
/// a run of this kind is reconciled as a live one is. Engine thread only; never allocates after `init`.
public struct SimulatedRoute: OrderRoute, ~Copyable {
    private struct Timed<Value: BitwiseCopyable>: BitwiseCopyable {
        var due: Nanoseconds
        var value: Value
    }

    public private(set) var venue: SimulatedVenue
    private let venueID: VenueID
    private let requestDelay: Nanoseconds
    private let answerDelay: Nanoseconds
    private let snapshotInterval: Nanoseconds
    private var requests: FixedQueue<Timed<Output>>
    private var answers: FixedQueue<Timed<Input>>
    private var now = Nanoseconds.zero
    private var isUp = false
    private var nextSnapshotAt = Nanoseconds.zero
    private var snapshotID: UInt64 = 0
    /// When the first request arrives and the first answer is heard; `.max` while none is on its way.
    private var requestDue = Nanoseconds.zero
    private var answerDue = Nanoseconds(raw: .max)

    /// Takes all memory. Delays are of one way each.
    public init(
        _ settings: SimulatedVenueSettings, requestDelay: Nanoseconds = Nanoseconds(milliseconds: 1),
        answerDelay: Nanoseconds = Nanoseconds(milliseconds: 1),
        snapshotInterval: Nanoseconds = Nanoseconds(seconds: 5)
    ) {
        venue = SimulatedVenue(settings)
        venueID = settings.venue
        self.requestDelay = requestDelay
        self.answerDelay = answerDelay
        self.snapshotInterval = snapshotInterval
        requests = FixedQueue(capacity: 4096, filler: Timed(due: .zero, value: .cancelAll(InstrumentID(0))))
        answers = FixedQueue(capacity: 16_384, filler: Timed(due: .zero, value: .timer))
    }

    /// Before it `poll` and `takeEvent` have nothing to do.
    public var nextDue: Nanoseconds { Swift.min(Swift.min(requestDue, answerDue), nextSnapshotAt) }

    public mutating func poll(at now: Nanoseconds, wallNow: Nanoseconds) -> Int {
        self.now = now
        // Nothing is due, as nearly always.
        if now < requestDue, now < nextSnapshotAt { return 0 }
        return due(at: now)
    }

    private mutating func due(at now: Nanoseconds) -> Int {
        var work = 0
        if !isUp {
            isUp = true
            nextSnapshotAt = now
            say(.link(LinkChange(venue: venueID, role: .orders, state: .up, reason: 0)))
            work += 1
        }
        while let first = requests.first, first.due <= now, answers.room > venueEventsMax {
            _ = requests.removeFirst()
            venue.request(first.value, at: now)
            collect()
            work += 1
        }
        if venue.tick(at: now) { collect() }
        if now >= nextSnapshotAt, answers.room > venueEventsMax {
            nextSnapshotAt = now + snapshotInterval
            tellAccount()
            work += 1
        }
        requestDue = requests.first?.due ?? Nanoseconds(raw: .max)
        return work
    }

    /// More than one request or market event can bring about.
    private var venueEventsMax: Int { 4096 }

    public mutating func takeEvent() -> Input? {
        guard answerDue <= now, let first = answers.removeFirst() else { return nil }
        answerDue = answers.first?.due ?? Nanoseconds(raw: .max)
        return first.value
    }

    public mutating func perform(_ output: Output, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        switch output {
        case .place, .cancel, .cancelAll, .query, .amend, .refresh:
            precondition(requests.room > 0, "more requests on their way to the simulated venue than its queue holds")
            if requests.count == 0 { requestDue = now + requestDelay }
            requests.append(Timed(due: now + requestDelay, value: output))
            return true
        case .verdict, .order, .position, .state, .alert, .command, .switched, .review: return false
        }
    }

    public mutating func observe(_ market: Input, at now: Nanoseconds) {
        self.now = Swift.max(self.now, now)
        venue.market(market, at: now)
        collect()
    }

    private mutating func say(_ input: Input) {
        if answers.count == 0 { answerDue = now + answerDelay }
        answers.append(Timed(due: now + answerDelay, value: input))
    }

    private mutating func collect() {
        while let event = venue.takeEvent() { say(event) }
    }

    /// Open orders and balances as the venue has them now.
    private mutating func tellAccount() {
        snapshotID += 1
        say(.snapshot(SnapshotMark(id: snapshotID, venue: venueID, isEnd: false, isComplete: false, requestedAt: now)))
        for index in 0..<venue.openCount { say(venue.openOrder(index).update(.snapshot, at: now)) }
        for asset in 0..<venue.assetCount {
            say(.balance(venue.balance(AssetID(UInt16(truncatingIfNeeded: asset)), source: .snapshot, at: now)))
        }
        say(.snapshot(SnapshotMark(id: snapshotID, venue: venueID, isEnd: true, isComplete: true, requestedAt: now)))
    }

    /// Nothing is on its way in either direction.
    public var isQuiet: Bool { requests.count == 0 && answers.count == 0 }
}
