import Agents
import Rings
import Transport
import Units
import Uring

/// One feed's connection as the feed thread has it: where it goes, and the two rings between it and its parser.
public struct FeedConnection: ~Copyable {
    let plan: LinkPlan
    var keeper: LinkKeeper?
    var handler: FeedLinkHandler
    var outgoing: ByteRingConsumer
    private var shows = 0

    /// `decrypt`: how long its messages take from the kernel's bytes to plain text.
    public init(
        plan: LinkPlan, frames: consuming ByteRingProducer, outgoing: consuming ByteRingConsumer,
        decrypt: consuming LatencyHistogram = LatencyHistogram()
    ) {
        self.plan = plan
        self.outgoing = outgoing
        handler = FeedLinkHandler(frames, gauges: plan.gauges, decrypt: decrypt)
    }

    mutating func start() {
        handler.scale = TickScale(EngineClock())
        do {
            keeper = try LinkKeeper(plan)
        } catch {
            fatalError("market data link: \(error.reason)")
        }
    }

    mutating func stop() {
        keeper?.shutDown(at: SystemInputs.monotonicNow(), &handler)
        handler.decrypt.publish()
    }

    /// One turn; how much was done.
    mutating func turn(_ now: Nanoseconds) -> Int {
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
        return work
    }

    mutating func show() {
        keeper!.count(into: &handler.counters)
        handler.prove(keeper!.link.lastReceived)
        plan.gauges.show(keeper!.link.lastReceived.raw, .received)
        shows &+= 1
        if shows % 8 == 0 { handler.decrypt.publish() }
    }
}

/// Keeps the market-data links, one or two, and moves whole frames: from a link to its parser's ring, from the adapter's
/// ring to the link. Knows no venue. Feed thread only.
public struct FeedIOAgent: Agent, ~Copyable {
    private var first: FeedConnection
    private var second: FeedConnection?
    private var counters: LatestWriter<FeedLinkCounters>
    private var lastPublish = Nanoseconds.zero

    public init(
        plan: LinkPlan, frames: consuming ByteRingProducer, outgoing: consuming ByteRingConsumer,
        counters: consuming LatestWriter<FeedLinkCounters>, second: consuming FeedConnection? = nil,
        decrypt: consuming LatencyHistogram = LatencyHistogram()
    ) {
        first = FeedConnection(plan: plan, frames: frames, outgoing: outgoing, decrypt: decrypt)
        self.second = second
        self.counters = counters
    }

    public var name: StaticString { "feed" }

    public mutating func onStart() {
        first.start()
        second?.start()
    }

    public mutating func onStop() {
        first.stop()
        second?.stop()
    }

    public mutating func doWork(now: Nanoseconds) -> Int {
        let work = first.turn(now) + (second?.turn(now) ?? 0)
        publishIfDue(now)
        return work
    }

    private mutating func publishIfDue(_ now: Nanoseconds) {
        guard (now - lastPublish).raw >= 20_000_000 else { return }
        lastPublish = now
        first.show()
        second?.show()
        var sum = first.handler.counters
        if let other = second?.handler.counters {
            sum.frames &+= other.frames
            sum.droppedFrames &+= other.droppedFrames
            sum.heldBack &+= other.heldBack
            sum.lastFrameAt = max(sum.lastFrameAt, other.lastFrameAt)
        }
        counters.publish(sum)
    }
}
