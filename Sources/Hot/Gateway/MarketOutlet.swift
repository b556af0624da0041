import Model
import Rings
import Units
import VenueKit
import Wire

/// Where the parser's events leave for the trade thread. What is a state conflates to the latest when the ring is full:
/// tops of book and verdicts, of each instrument. What happened does not: trades and link changes wait in order, and
/// before there is no room for a trade the parser takes no more frames (`isCongested`). Feed thread only.
public struct MarketOutlet: ~Copyable, MarketSink {
    private var events: RingProducer<Input>
    private var requests: RingProducer<SnapshotRequest>
    private var quarantined: RingProducer<QuarantinedMessage>
    private var waiting: ContiguousArray<TopOfBook?>
    private var waitingCount = 0
    /// The newest verdict of each instrument that waits.
    private var waitingHealth: ContiguousArray<FeedHealth?>
    private var waitingHealthCount = 0
    /// Trades that wait, oldest first from `tradesFrom`.
    private var trades: ContiguousArray<PublicTrade> = []
    private var tradesFrom = 0
    /// The oldest link change that waits, and the newest where there are more: those between say nothing.
    private var waitingLink: LinkChange?
    private var waitingLastLink: LinkChange?
    /// Switches between feeds that wait, oldest first; as many as two minutes may bring.
    private var switches: ContiguousArray<SourceSwitch> = []
    /// Set when the adapter asks for a new connection; the feed agent clears it.
    var reconnectReason: FeedRefusal?
    /// The same of the second of two feeds.
    var secondReconnectReason: FeedRefusal?
    public private(set) var counters = FeedParseCounters()
    private let tradeCapacity: Int

    /// `trades`: how many wait at most beside the ring.
    public init(
        events: consuming RingProducer<Input>, requests: consuming RingProducer<SnapshotRequest>,
        quarantined: consuming RingProducer<QuarantinedMessage>, instruments: Int, trades tradeCapacity: Int = 1024
    ) {
        self.events = events
        self.requests = requests
        self.quarantined = quarantined
        self.tradeCapacity = tradeCapacity
        waiting = ContiguousArray(repeating: nil, count: instruments)
        waitingHealth = ContiguousArray(repeating: nil, count: instruments)
        trades.reserveCapacity(tradeCapacity)
        switches.reserveCapacity(Self.switchCapacity)
    }

    /// No room for another trade: frames wait in their own ring meanwhile, and what that loses is seen as a gap.
    var isCongested: Bool { trades.count == tradeCapacity }

    mutating func countCongestion() { counters.congestedTurns &+= 1 }

    private static var switchCapacity: Int { 128 }

    private var isFree: Bool {
        waitingCount == 0 && waitingLink == nil && waitingHealthCount == 0 && trades.isEmpty && switches.isEmpty
    }

    public mutating func market(_ input: Input) {
        if isFree, events.tryPush(input) { return }
        switch input {
        case .topOfBook(let top):
            if waiting[top.instrument.index] == nil { waitingCount += 1 } else { counters.conflated &+= 1 }
            waiting[top.instrument.index] = top
        case .health(let health):
            if waitingHealth[health.instrument.index] == nil { waitingHealthCount += 1 }
            waitingHealth[health.instrument.index] = health
        case .link(let change): wait(for: change)
        case .trade(let trade): wait(for: trade)
        case .source(let change):
            // A trade thread that stands still for minutes is told of the newest switches only.
            if switches.count == Self.switchCapacity { switches.removeFirst() }
            switches.append(change)
        default: preconditionFailure("an adapter gives no other market event")
        }
    }

    /// A trade after a link change that waits is of the next connection and would come too early: it is dropped.
    private mutating func wait(for trade: PublicTrade) {
        guard waitingLink == nil, switches.isEmpty, !isCongested else {
            counters.droppedTrades &+= 1
            return
        }
        counters.delayedTrades &+= 1
        trades.append(trade)
    }

    /// A link that came or went makes what waits older than it, and every book anew: those tops are given up.
    private mutating func wait(for change: LinkChange) {
        if waitingLink == nil { waitingLink = change } else { waitingLastLink = change }
        guard waitingCount > 0 else { return }
        counters.conflated &+= UInt64(waitingCount)
        for index in waiting.indices { waiting[index] = nil }
        waitingCount = 0
    }

    public mutating func requestSnapshot(_ instrument: InstrumentID) { requestSnapshot(instrument, lane: 0) }

    public mutating func requestSnapshot(_ instrument: InstrumentID, lane: Int) {
        counters.snapshotRequests &+= 1
        _ = requests.tryPush(SnapshotRequest(instrument: instrument.raw, lane: UInt16(lane)))
    }

    /// Both feeds as they are now, into the counters.
    mutating func show(_ standing: FeedPairStanding) { counters.pair = standing }

    public mutating func refused(_ reason: FeedRefusal) { refused(reason, of: .none, lane: 0) }

    public mutating func refused(_ reason: FeedRefusal, of stream: MarketStream, lane: Int) {
        counters.refusals.count(reason)
        counters.streams.count(reason, lane, stream)
    }

    public mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds
    ) {
        let message = QuarantinedMessage(.marketData, reason, bytes, offset: offset, receivedAt: receivedAt)
        if !quarantined.tryPush(message) { counters.quarantineOverflow &+= 1 }
    }

    public mutating func reconnect(_ reason: FeedRefusal) { reconnect(reason, lane: 0) }

    public mutating func reconnect(_ reason: FeedRefusal, lane: Int) {
        counters.refusals.count(reason)
        if lane == 0 { reconnectReason = reason } else { secondReconnectReason = reason }
    }

    /// Hands over what had to wait; how many went.
    mutating func flush() -> Int {
        var moved = 0
        if isFree { return 0 }
        while tradesFrom < trades.count {
            guard events.tryPush(.trade(trades[tradesFrom])) else { return moved }
            tradesFrom += 1
            moved += 1
        }
        trades.removeAll(keepingCapacity: true)
        tradesFrom = 0
        while let change = switches.first {
            guard events.tryPush(.source(change)) else { return moved }
            switches.removeFirst()
            moved += 1
        }
        while let change = waitingLink {
            guard events.tryPush(.link(change)) else { return moved }
            waitingLink = waitingLastLink
            waitingLastLink = nil
            moved += 1
        }
        if waitingHealthCount > 0 { moved += flushHealth() }
        guard waitingCount > 0, waitingHealthCount == 0 else { return moved }
        for index in waiting.indices {
            guard let top = waiting[index] else { continue }
            guard events.tryPush(.topOfBook(top)) else { return moved }
            waiting[index] = nil
            waitingCount -= 1
            moved += 1
        }
        return moved
    }

    private mutating func flushHealth() -> Int {
        var moved = 0
        for index in waitingHealth.indices {
            guard let health = waitingHealth[index] else { continue }
            guard events.tryPush(.health(health)) else { return moved }
            waitingHealth[index] = nil
            waitingHealthCount -= 1
            moved += 1
        }
        return moved
    }
}
