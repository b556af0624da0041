import Model
import Rings
import Units
import VenueKit

/// Where the parser's events leave for the trade thread. When the ring is full, tops of book conflate to the latest of
/// each instrument and trades are dropped and counted; link changes wait and are never lost. Feed thread only.
public struct MarketOutlet: ~Copyable, MarketSink {
    private var events: RingProducer<Input>
    private var requests: RingProducer<SnapshotRequest>
    private var waiting: ContiguousArray<TopOfBook?>
    private var waitingCount = 0
    /// The oldest link change that waits, and the newest where there are more: those between say nothing.
    private var waitingLink: LinkChange?
    private var waitingLastLink: LinkChange?
    /// Set when the adapter asks for a new connection; the feed agent clears it.
    var reconnectReason: FeedRefusal?
    public private(set) var counters = FeedParseCounters()

    public init(
        events: consuming RingProducer<Input>, requests: consuming RingProducer<SnapshotRequest>, instruments: Int
    ) {
        self.events = events
        self.requests = requests
        waiting = ContiguousArray(repeating: nil, count: instruments)
    }

    public mutating func market(_ input: Input) {
        if waitingCount == 0, waitingLink == nil, events.tryPush(input) { return }
        switch input {
        case .topOfBook(let top):
            if waiting[top.instrument.index] == nil { waitingCount += 1 } else { counters.conflated &+= 1 }
            waiting[top.instrument.index] = top
        case .link(let change): wait(for: change)
        default: counters.droppedTrades &+= 1
        }
    }

    /// A link that came or went makes what waits older than it, and every book anew: those tops are given up.
    private mutating func wait(for change: LinkChange) {
        if waitingLink == nil { waitingLink = change } else { waitingLastLink = change }
        guard waitingCount > 0 else { return }
        counters.conflated &+= UInt64(waitingCount)
        for index in waiting.indices { waiting[index] = nil }
        waitingCount = 0
    }

    public mutating func requestSnapshot(_ instrument: InstrumentID) {
        counters.snapshotRequests &+= 1
        _ = requests.tryPush(SnapshotRequest(instrument: instrument.raw))
    }

    public mutating func refused(_ reason: FeedRefusal) { counters.refusals.count(reason) }

    public mutating func reconnect(_ reason: FeedRefusal) {
        counters.refusals.count(reason)
        reconnectReason = reason
    }

    /// Hands over what had to wait; how many went.
    mutating func flush() -> Int {
        var moved = 0
        while let change = waitingLink {
            guard events.tryPush(.link(change)) else { return moved }
            waitingLink = waitingLastLink
            waitingLastLink = nil
            moved += 1
        }
        guard waitingCount > 0 else { return moved }
        for index in waiting.indices {
            guard let top = waiting[index] else { continue }
            guard events.tryPush(.topOfBook(top)) else { return moved }
            waiting[index] = nil
            waitingCount -= 1
            moved += 1
        }
        return moved
    }
}
