import Agents
import Rings
import Transport
import Units
import Uring

/// Keeps the market-data link and moves whole frames: from the link to the parser's ring, from the adapter's ring to the
/// link. Knows no venue. Feed thread only.
public struct FeedIOAgent: Agent, ~Copyable {
    private let plan: LinkPlan
    private var keeper: LinkKeeper?
    private var handler: FeedLinkHandler
    private var outgoing: ByteRingConsumer
    private var counters: LatestWriter<FeedLinkCounters>
    private var lastPublish = Nanoseconds.zero

    public init(
        plan: LinkPlan, frames: consuming ByteRingProducer, outgoing: consuming ByteRingConsumer,
        counters: consuming LatestWriter<FeedLinkCounters>
    ) {
        self.plan = plan
        self.counters = counters
        self.outgoing = outgoing
        handler = FeedLinkHandler(frames, gauges: plan.gauges)
    }

    public var name: StaticString { "feed" }

    public mutating func onStart() {
        do {
            keeper = try LinkKeeper(plan)
        } catch {
            fatalError("market data link: \(error.reason)")
        }
    }

    public mutating func onStop() { keeper?.shutDown(at: SystemInputs.monotonicNow(), &handler) }

    public mutating func doWork(now: Nanoseconds) -> Int {
        handler.flush()
        var work = keeper!.poll(at: now, &handler)
        while let frame = outgoing.peek() {
            switch FrameMessage(rawValue: frame.tag) {
            case .text: _ = unsafe keeper!.link.sendText(frame.bytes)
            case .closed, .opened, .proof, nil: keeper!.reconnect()
            }
            outgoing.release()
            work += 1
        }
        publishIfDue(now)
        return work
    }

    private mutating func publishIfDue(_ now: Nanoseconds) {
        guard (now - lastPublish).raw >= 20_000_000 else { return }
        lastPublish = now
        keeper!.count(into: &handler.counters)
        handler.prove(keeper!.link.lastReceived)
        counters.publish(handler.counters)
        plan.gauges.show(keeper!.link.lastReceived.raw, .received)
    }
}

/// Puts what the link says into the frame ring. A frame that finds no room is dropped and counted: the parser sees the gap
/// and resynchronises. Opened and closed are never lost.
struct FeedLinkHandler: ~Copyable, LinkHandler {
    private var frames: ByteRingProducer
    private var waiting: FrameMessage?
    var counters = FeedLinkCounters()
    private var provedAt = Nanoseconds.zero

    private var ends = LinkEnds()
    private let gauges: GaugeBoard

    init(_ frames: consuming ByteRingProducer, gauges: GaugeBoard) {
        self.frames = frames
        self.gauges = gauges
    }

    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {
        ends.opened(on: gauges)
        note(.opened)
    }
    mutating func linkClosing(_ link: inout Link, reason: LinkCloseReason) { note(.closed) }
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) {
        ends.closed(reason, on: gauges)
    }

    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        guard kind == .text, waiting == nil,
            unsafe frames.tryPush(bytes, tag: FrameMessage.text.rawValue, time: receivedAt.raw)
        else {
            counters.droppedFrames &+= 1
            return
        }
        counters.frames &+= 1
        counters.lastFrameAt = receivedAt
    }

    /// Tells the parser about bytes that were no frame, pings mostly; what finds no room is told the next time.
    mutating func prove(_ lastReceived: Nanoseconds) {
        guard lastReceived > counters.lastFrameAt, lastReceived > provedAt, waiting == nil else { return }
        guard unsafe frames.reserve(0) != nil else { return }
        frames.commit(0, tag: FrameMessage.proof.rawValue, time: lastReceived.raw)
        provedAt = lastReceived
    }

    /// Tries again to hand over what had to wait.
    mutating func flush() {
        guard let message = waiting else { return }
        waiting = nil
        note(message)
    }

    private mutating func note(_ message: FrameMessage) {
        guard unsafe frames.reserve(0) != nil else {
            waiting = message
            return
        }
        frames.commit(0, tag: message.rawValue, time: 0)
    }
}
