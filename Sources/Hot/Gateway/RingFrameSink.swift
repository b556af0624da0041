import Rings
import VenueKit
import Wire

/// An adapter's outgoing frames on their way to the link: copied into a byte ring, sent by whoever drives the link.
/// Never allocates; a full ring refuses the frame whole.
public struct RingFrameSink: ~Copyable, FrameSink {
    var producer: ByteRingProducer

    public init(_ producer: consuming ByteRingProducer) { self.producer = producer }

    public mutating func send(text: ByteView) -> Bool {
        guard let room = unsafe producer.reserve(text.count) else { return false }
        for index in 0..<text.count { unsafe room[index] = text[index] }
        producer.commit(text.count, tag: FrameMessage.text.rawValue, time: 0)
        return true
    }

    /// Asks the link's agent to close and open the connection anew. `false`: no room, to be asked again.
    mutating func requestReconnect() -> Bool {
        guard unsafe producer.reserve(0) != nil else { return false }
        producer.commit(0, tag: FrameMessage.closed.rawValue, time: 0)
        return true
    }
}
