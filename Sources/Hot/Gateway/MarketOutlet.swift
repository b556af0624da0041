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
    private var waitingLink: LinkChange?
    /// Set when the adapter asks for a new connection; the feed agent clears it.
    var reconnectReason: FeedRefusal?
    /// Tops of book that a newer one replaced before the trade thread took them.
    public private(set) var conflated: UInt64 = 0
    /// Public trades dropped because the ring was full.
    public private(set) var droppedTrades: UInt64 = 0
    public private(set) var refusals = FeedRefusalCounts()

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
            if waiting[top.instrument.index] == nil { waitingCount += 1 } else { conflated &+= 1 }
            waiting[top.instrument.index] = top
        case .link(let change): waitingLink = change
        default: droppedTrades &+= 1
        }
    }

    public mutating func requestSnapshot(_ instrument: InstrumentID) {
        _ = requests.tryPush(SnapshotRequest(instrument: instrument.raw))
    }

    public mutating func refused(_ reason: FeedRefusal) { refusals.count(reason) }

    public mutating func reconnect(_ reason: FeedRefusal) {
        refusals.count(reason)
        reconnectReason = reason
    }

    /// Hands over what had to wait; how many went.
    mutating func flush() -> Int {
        var moved = 0
        if let change = waitingLink {
            guard events.tryPush(.link(change)) else { return 0 }
            waitingLink = nil
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
