import Agents
import Rings
import Transport
import Units
import Uring

/// Puts what the link says into the frame ring. While the parser is a quarter of the ring behind, what comes in is left to the
/// kernel, so a burst loses nothing; the age limits judge what it delays. A frame that finds no room all the same is
/// dropped and counted: the parser sees the gap and resynchronises. Opened and closed are never lost.
struct FeedLinkHandler: ~Copyable, LinkHandler {
    private var frames: ByteRingProducer
    private var waiting: FrameMessage?
    var counters = FeedLinkCounters()
    private var provedAt = Nanoseconds.zero

    private var ends = LinkEnds()
    private let gauges: GaugeBoard
    private let freeBytes: Int
    var decrypt: LatencyHistogram
    var scale = TickScale(ticksEachSecond: 1_000_000_000)

    init(_ frames: consuming ByteRingProducer, gauges: GaugeBoard, decrypt: consuming LatencyHistogram) {
        freeBytes = frames.maximumPayloadBytes / 2 * 3
        self.frames = frames
        self.decrypt = decrypt
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

    /// One read brings at most one message of the largest size and what is small around it.
    mutating func linkMayRead() -> Bool {
        if frames.hasFree(freeBytes) { return true }
        counters.heldBack &+= 1
        return false
    }

    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        decrypt.record(scale.ns(link.stamps.readBegan, ProcessorTicks.now()))
        guard kind == .text, waiting == nil,
            unsafe frames.tryPush(bytes, tag: FrameMessage.text.rawValue, time: receivedAt.raw)
        else {
            counters.droppedFrames &+= 1
            return
        }
        counters.frames &+= 1
        counters.lastFrameAt = receivedAt
        frames.prepare(512)
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
