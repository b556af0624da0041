import Books
import Memory
import Model
import Units
import VenueKit

/// One symbol's local book and the rules that keep it true (reference: Binance Spot "how to manage a local order book").
///
///     waiting ── first diff: kept, snapshot asked for ──▶ buffering ── snapshot bridges ──▶ live
///        ▲                                                  │  ▲ │ too old, failed, timed out: asked again, later
///        └────────────── link opened ───────────────────────┘  └─┴── gap, crossed book, full buffer ◀── live
///
/// Ids: a diff covers `U...u` and follows `p`: on Spot `U - 1`, elsewhere what it says itself. The first applied after a
/// snapshot with id `L` has `p <= L < u`, each later one `p == previous u`.
struct SymbolFeed: ~Copyable {
    enum State: UInt8 { case waiting, buffering, live }

    /// A diff kept until the snapshot comes; its levels lie in `levels` from `start`, bids first.
    struct Buffered: BitwiseCopyable {
        var previousUpdate: Int64 = 0
        var lastUpdate: Int64 = 0
        var eventTime: Int64 = 0
        var start: Int32 = 0
        var bidCount: Int32 = 0
        var askCount: Int32 = 0
    }

    let instrument: InstrumentID
    private(set) var state = State.waiting
    private(set) var book = Book(capacity: Quirks.bookCapacity)
    /// Update id of the book, while live.
    private(set) var lastUpdate: Int64 = 0
    private(set) var bookTime: Int64 = 0
    private var buffered = SlabList(capacity: Quirks.bufferedDiffs, filler: Buffered())
    private var levels = SlabList(capacity: Quirks.bufferedLevels, filler: Level(price: .zero, quantity: .zero))

    private var snapshotOutstanding = false
    private var snapshotAskedAt = Nanoseconds.zero
    private var snapshotNotBefore = Nanoseconds.zero
    private var backoff = Quirks.snapshotBackoffMin
    private(set) var snapshotRequests: UInt64 = 0

    var lastTicker: Int64 = 0
    var lastTrade: Int64 = -1
    var published: TopOfBook?
    var lastReceived = Nanoseconds.zero
    var silenceReported = false
    /// The verdict that was told last; of the instrument, not of a connection.
    var toldVerdict = StreamVerdict.live
    var toldReason = StreamReason.none
    /// Whether the book was said to be whole; of a connection.
    var toldWhole = false

    init(instrument: InstrumentID) {
        self.instrument = instrument
    }

    /// A new connection: nothing of the old one is carried over.
    mutating func restart(at now: Nanoseconds) {
        state = .waiting
        clearBook()
        snapshotOutstanding = false
        snapshotNotBefore = .zero
        backoff = Quirks.snapshotBackoffMin
        lastTicker = 0
        lastTrade = -1
        published = nil
        lastReceived = now
        silenceReported = false
        toldWhole = false
    }

    private mutating func clearBook() {
        book.reset()
        buffered.removeAll()
        levels.removeAll()
        lastUpdate = 0
        bookTime = 0
    }

    /// Throws the book away and begins to gather diffs again; the snapshot is asked for with the next diff or timer.
    mutating func resynchronise(at now: Nanoseconds) {
        clearBook()
        state = .buffering
        if !snapshotOutstanding { delaySnapshot(at: now) }
    }

    /// The decoder has refused every level that a book cannot hold.
    private mutating func set(_ side: Side, _ level: Level) {
        let isTaken = book.apply(side, price: level.price, quantity: level.quantity)
        precondition(isTaken, "a level passed the decoder that no book can hold")
    }

    private mutating func set(_ bids: LevelView, _ asks: LevelView) {
        let isTaken = book.apply(.buy, bids) && book.apply(.sell, asks)
        precondition(isTaken, "a level passed the decoder that no book can hold")
    }

    private mutating func delaySnapshot(at now: Nanoseconds) {
        snapshotNotBefore = now + backoff
        let doubled = Nanoseconds(raw: backoff.raw * 2)
        backoff = doubled < Quirks.snapshotBackoffMax ? doubled : Quirks.snapshotBackoffMax
    }

    /// Whether a snapshot is to be asked for now; marks it as asked.
    mutating func wantsSnapshot(at now: Nanoseconds) -> Bool {
        guard state == .buffering, !snapshotOutstanding, now >= snapshotNotBefore, buffered.count > 0 else { return false }
        snapshotOutstanding = true
        snapshotAskedAt = now
        snapshotRequests &+= 1
        return true
    }

    /// A snapshot request is without an answer for too long: given up.
    mutating func expireSnapshot(at now: Nanoseconds) -> Bool {
        guard snapshotOutstanding, now - snapshotAskedAt > Quirks.snapshotTimeout else { return false }
        snapshotOutstanding = false
        delaySnapshot(at: now)
        return true
    }

    /// One diff whose levels are in the two lists; the refusal when it did not reach the book or the buffer.
    mutating func diff(
        _ message: MarketMessage, bids newBids: LevelView,
        asks newAsks: LevelView, at now: Nanoseconds
    ) -> FeedRefusal? {
        switch state {
        case .waiting, .buffering:
            state = .buffering
            return buffer(message, newBids, newAsks, at: now)
        case .live:
            if message.lastUpdate <= lastUpdate {
                return message.lastUpdate == lastUpdate ? .duplicate : .outOfOrder
            }
            let bridges = buffered.count == 0 && awaitsBridge && message.previousUpdate <= lastUpdate
            guard message.previousUpdate == lastUpdate || bridges else {
                resynchronise(at: now)
                _ = buffer(message, newBids, newAsks, at: now)
                return .gap
            }
            awaitsBridge = false
            set(newBids, newAsks)
            lastUpdate = message.lastUpdate
            bookTime = message.eventTime
            return checkCrossed(at: now)
        }
    }

    /// Live straight from a snapshot, no diff applied yet.
    private var awaitsBridge = false

    private mutating func checkCrossed(at now: Nanoseconds) -> FeedRefusal? {
        guard book.isCrossed else { return nil }
        resynchronise(at: now)
        return .crossedBook
    }

    private mutating func buffer(
        _ message: MarketMessage, _ newBids: LevelView,
        _ newAsks: LevelView, at now: Nanoseconds
    ) -> FeedRefusal? {
        if buffered.count > 0, message.previousUpdate != buffered[buffered.count - 1].lastUpdate {
            let last = buffered[buffered.count - 1].lastUpdate
            if message.lastUpdate <= last {
                return message.lastUpdate == last ? .duplicate : .outOfOrder
            }
            buffered.removeAll()
            levels.removeAll()
            keep(message, newBids, newAsks)
            return .gap
        }
        let full = buffered.count == Quirks.bufferedDiffs
            || levels.count + newBids.count + newAsks.count > Quirks.bufferedLevels
        if full {
            buffered.removeAll()
            levels.removeAll()
        }
        keep(message, newBids, newAsks)
        return full ? .bufferFull : nil
    }

    private mutating func keep(
        _ message: MarketMessage, _ newBids: LevelView,
        _ newAsks: LevelView
    ) {
        buffered.append(
            Buffered(
                previousUpdate: message.previousUpdate, lastUpdate: message.lastUpdate, eventTime: message.eventTime,
                start: Int32(levels.count), bidCount: Int32(newBids.count), askCount: Int32(newAsks.count)))
        for index in 0..<newBids.count { levels.append(newBids[index]) }
        for index in 0..<newAsks.count { levels.append(newAsks[index]) }
    }

    /// Whether a snapshot's body is awaited.
    var awaitsSnapshot: Bool { state == .buffering && snapshotOutstanding }

    /// The snapshot could not be had or read.
    mutating func snapshotFailed(at now: Nanoseconds) {
        snapshotOutstanding = false
        delaySnapshot(at: now)
    }

    /// Joins the snapshot (levels in the two lists) with the diffs kept; afterwards the book is live, or the refusal
    /// says why not.
    mutating func join(
        snapshot id: Int64, bids newBids: LevelView,
        asks newAsks: LevelView, at now: Nanoseconds
    ) -> FeedRefusal? {
        snapshotOutstanding = false
        if buffered.count > 0, buffered[0].previousUpdate > id {
            delaySnapshot(at: now)
            return .snapshotTooOld
        }
        book.reset()
        set(newBids, newAsks)
        lastUpdate = id
        awaitsBridge = true
        for place in 0..<buffered.count where buffered[place].lastUpdate > id {
            let entry = buffered[place]
            // Continuity inside the buffer was kept when it was filled; only the first can overlap the snapshot.
            awaitsBridge = false
            let asksStart = Int(entry.start) + Int(entry.bidCount)
            for index in Int(entry.start)..<asksStart { set(.buy, levels[index]) }
            for index in asksStart..<asksStart + Int(entry.askCount) { set(.sell, levels[index]) }
            lastUpdate = entry.lastUpdate
            bookTime = entry.eventTime
        }
        buffered.removeAll()
        levels.removeAll()
        state = .live
        if let problem = checkCrossed(at: now) { return problem }
        backoff = Quirks.snapshotBackoffMin
        return nil
    }
}
