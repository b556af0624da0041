import Agents
import Model
import Rings
import Units
import Uring
import VenueKit
import Wire

/// A second feed of the same market as the parser has it: its own adapter with its own books, its own rings.
public struct FeedTwin<Adapter: MarketDataAdapter & ~Copyable>: ~Copyable {
    var adapter: Adapter
    var frames: ByteRingConsumer
    var outgoing: RingFrameSink
    /// Until the parser takes it.
    var selector: FeedSelector?

    public init(
        adapter: consuming Adapter, frames: consuming ByteRingConsumer, outgoing: consuming RingFrameSink,
        selector: consuming FeedSelector
    ) {
        self.adapter = adapter
        self.frames = frames
        self.outgoing = outgoing
        self.selector = consume selector
    }

    mutating func take(_ frame: ByteFrame, _ now: Nanoseconds, _ pair: inout FeedPair<MarketOutlet>) {
        FeedParseAgent<Adapter>.take(frame, now, &adapter, &outgoing, &pair)
    }
}

/// Turns a venue's frames into market events: decodes, keeps the books, checks integrity. No I/O; frames come from and go
/// to byte rings, so it runs beside the link's agent or on a thread of its own. With a twin it keeps two feeds of the same
/// market, of which one is believed.
public struct FeedParseAgent<Adapter: MarketDataAdapter & ~Copyable>: Agent, ~Copyable {
    private var adapter: Adapter
    private var frames: ByteRingConsumer
    private var snapshots: ByteRingConsumer
    private var outgoing: RingFrameSink
    private var twin: FeedTwin<Adapter>?
    private var pair: FeedPair<MarketOutlet>
    private var counters: LatestWriter<FeedParseCounters>
    private var lastTimer = Nanoseconds.zero
    private var decode: LatencyHistogram
    private var scale = TickScale(ticksEachSecond: 1_000_000_000)
    private var shows = 0
    /// Frames of a feed taken in one turn at most, so that a burst does not keep the thread from its other agents.
    private let batch = 64

    public init(
        adapter: consuming Adapter, frames: consuming ByteRingConsumer, snapshots: consuming ByteRingConsumer,
        outgoing: consuming RingFrameSink, outlet: consuming MarketOutlet,
        counters: consuming LatestWriter<FeedParseCounters>, twin: consuming FeedTwin<Adapter>? = nil,
        decode: consuming LatencyHistogram = LatencyHistogram()
    ) {
        self.decode = decode
        self.adapter = adapter
        self.frames = frames
        self.snapshots = snapshots
        self.outgoing = outgoing
        self.twin = twin
        pair = FeedPair(outlet, selector: self.twin?.selector.take())
        self.counters = counters
    }

    public var name: StaticString { "parse" }
    public mutating func onStart() { scale = TickScale(EngineClock()) }
    public mutating func onStop() { decode.publish() }

    public mutating func doWork(now: Nanoseconds) -> Int {
        pair.now = now
        var work = pair.outlet.flush()
        if pair.outlet.isCongested { pair.outlet.countCongestion() }
        work += takeFrames(now)
        while let body = snapshots.peek() {
            take(snapshot: body)
            snapshots.release()
            work += 1
        }
        if (now - lastTimer).raw >= 20_000_000 {
            lastTimer = now
            tick(now)
        }
        reconnectIfWanted()
        return work
    }

    private mutating func takeFrames(_ now: Nanoseconds) -> Int {
        var taken = 0
        pair.lane = 0
        while taken < batch, !pair.outlet.isCongested, let frame = frames.peek() {
            let began = ProcessorTicks.now()
            Self.take(frame, now, &adapter, &outgoing, &pair)
            decode.record(scale.ns(began, ProcessorTicks.now()))
            frames.release()
            taken += 1
        }
        guard twin != nil else { return taken }
        var ofTwin = 0
        pair.lane = 1
        while ofTwin < batch, !pair.outlet.isCongested, let frame = twin!.frames.peek() {
            twin!.take(frame, now, &pair)
            twin!.frames.release()
            ofTwin += 1
        }
        return taken + ofTwin
    }

    private mutating func take(snapshot body: ByteFrame) {
        let view = Self.view(body)
        let instrument = InstrumentID(UInt16(truncatingIfNeeded: body.tag))
        pair.lane = SnapshotRequest.lane(ofTag: body.tag)
        if pair.lane == 0 {
            adapter.snapshot(instrument, view, receivedAt: Nanoseconds(raw: body.time), sink: &pair)
        } else if twin != nil {
            twin!.adapter.snapshot(instrument, view, receivedAt: Nanoseconds(raw: body.time), sink: &pair)
        }
    }

    private mutating func tick(_ now: Nanoseconds) {
        pair.lane = 0
        adapter.timer(at: now, sink: &pair)
        if twin != nil {
            pair.lane = 1
            twin!.adapter.timer(at: now, sink: &pair)
            pair.judge(at: now)
        }
        pair.outlet.show(pair.standing)
        counters.publish(pair.outlet.counters)
        shows &+= 1
        if shows % 8 == 0 { decode.publish() }
    }

    /// A record where it lies; the ring's zeros behind it are what a padded view promises.
    private static func view(_ record: ByteFrame) -> ByteView {
        precondition(ByteFrame.padding >= PaddedCursor.padding, "the ring leaves less room than the readers read")
        return unsafe ByteView(padded: record.bytes)
    }

    /// An adapter gave its connection up, after a message, a snapshot or by the clock.
    private mutating func reconnectIfWanted() {
        if pair.outlet.reconnectReason != nil, outgoing.requestReconnect() { pair.outlet.reconnectReason = nil }
        guard pair.outlet.secondReconnectReason != nil else { return }
        if twin == nil || twin!.outgoing.requestReconnect() { pair.outlet.secondReconnectReason = nil }
    }

    fileprivate static func take(
        _ frame: ByteFrame, _ now: Nanoseconds, _ adapter: inout Adapter, _ outgoing: inout RingFrameSink,
        _ pair: inout FeedPair<MarketOutlet>
    ) {
        switch FrameMessage(rawValue: frame.tag) {
        case .text: adapter.message(view(frame), receivedAt: Nanoseconds(raw: frame.time), sink: &pair)
        case .opened: adapter.linkOpened(at: now, sink: &outgoing)
        case .closed: adapter.linkClosed(at: now, sink: &pair)
        case .proof: adapter.linkProof(at: Nanoseconds(raw: frame.time))
        case nil: preconditionFailure("frame ring holds a record of no known kind")
        }
    }
}
