import Agents
import Model
import Rings
import Units
import VenueKit
import Wire

/// Turns a venue's frames into market events: decodes, keeps the books, checks integrity. No I/O; frames come from and go
/// to byte rings, so it runs beside the link's agent or on a thread of its own.
public struct FeedParseAgent<Adapter: MarketDataAdapter & ~Copyable>: Agent, ~Copyable {
    private var adapter: Adapter
    private var frames: ByteRingConsumer
    private var snapshots: ByteRingConsumer
    private var outgoing: RingFrameSink
    private var outlet: MarketOutlet
    private var counters: LatestWriter<FeedParseCounters>
    private var lastTimer = Nanoseconds.zero
    /// Frames taken in one turn at most, so that a burst does not keep the thread from its other agents.
    private let batch = 64

    public init(
        adapter: consuming Adapter, frames: consuming ByteRingConsumer, snapshots: consuming ByteRingConsumer,
        outgoing: consuming RingFrameSink, outlet: consuming MarketOutlet,
        counters: consuming LatestWriter<FeedParseCounters>
    ) {
        self.adapter = adapter
        self.frames = frames
        self.snapshots = snapshots
        self.outgoing = outgoing
        self.outlet = outlet
        self.counters = counters
    }

    public var name: StaticString { "parse" }

    public mutating func doWork(now: Nanoseconds) -> Int {
        var work = outlet.flush()
        if outlet.isCongested { outlet.countCongestion() }
        while work < batch, !outlet.isCongested, let frame = frames.peek() {
            take(frame, now)
            frames.release()
            work += 1
        }
        while let body = snapshots.peek() {
            let view = Self.view(body)
            adapter.snapshot(
                InstrumentID(UInt16(truncatingIfNeeded: body.tag)), view, receivedAt: Nanoseconds(raw: body.time),
                sink: &outlet)
            snapshots.release()
            work += 1
        }
        if (now - lastTimer).raw >= 20_000_000 {
            lastTimer = now
            adapter.timer(at: now, sink: &outlet)
            counters.publish(outlet.counters)
        }
        reconnectIfWanted()
        return work
    }

    /// A record where it lies; the ring's zeros behind it are what a padded view promises.
    private static func view(_ record: ByteFrame) -> ByteView {
        precondition(ByteFrame.padding >= PaddedCursor.padding, "the ring leaves less room than the readers read")
        return unsafe ByteView(padded: record.bytes)
    }

    /// The adapter gave the connection up, after a message, a snapshot or by the clock.
    private mutating func reconnectIfWanted() {
        guard outlet.reconnectReason != nil else { return }
        if outgoing.requestReconnect() { outlet.reconnectReason = nil }
    }

    private mutating func take(_ frame: ByteFrame, _ now: Nanoseconds) {
        switch FrameMessage(rawValue: frame.tag) {
        case .text:
            let view = Self.view(frame)
            adapter.message(view, receivedAt: Nanoseconds(raw: frame.time), sink: &outlet)
        case .opened: adapter.linkOpened(at: now, sink: &outgoing)
        case .closed: adapter.linkClosed(at: now, sink: &outlet)
        case .proof: adapter.linkProof(at: Nanoseconds(raw: frame.time))
        case nil: preconditionFailure("frame ring holds a record of no known kind")
        }
    }
}
