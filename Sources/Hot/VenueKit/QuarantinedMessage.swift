import Model
import Units
import Wire

/// A message that was not believed, kept to be looked at: why, when, where in it, and its first bytes. Plain value of a
/// fixed size, so that it crosses a ring.
///
/// Secrets are never in it: a run of forty or more letters, digits and base64 signs, which only keys, signatures and
/// listen keys have, is masked byte by byte before the message is cut.
public struct QuarantinedMessage: BitwiseCopyable, Sendable {
    /// Bytes that are kept.
    public static var capacity: Int { 192 }
    /// Length from which a run of key characters is masked; a client order id has at most 36.
    public static var secretLength: Int { 40 }

    public var role: LinkRole
    public var reason: FeedRefusal
    /// Engine clock.
    public var receivedAt: Nanoseconds
    /// Length of the whole message.
    public var length: UInt32
    /// Byte at which reading it ended; -1 where that is not known.
    public var offset: Int32
    /// Bytes of `text` that count.
    public private(set) var count: UInt8
    private var text: InlineArray<24, UInt64>

    public init(
        _ role: LinkRole, _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int = -1, receivedAt: Nanoseconds
    ) {
        self.role = role
        self.reason = reason
        self.receivedAt = receivedAt
        length = UInt32(clamping: bytes.count)
        self.offset = Int32(clamping: offset)
        count = UInt8(min(bytes.count, Self.capacity))
        text = InlineArray(repeating: 0)
        var index = 0
        while index < Int(count) {
            // A run is measured to its end in the whole message: a secret that the cut would shorten is still masked.
            var end = index
            while end < bytes.count, Self.isKeyCharacter(bytes[end]) { end += 1 }
            let isSecret = end - index >= Self.secretLength
            let stop = max(index + 1, end)
            while index < min(stop, Int(count)) {
                let byte = isSecret ? UInt8(ascii: "*") : bytes[index]
                text[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
                index += 1
            }
            index = stop
        }
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "%"), UInt8(ascii: "\\"):
            return true
        default: return false
        }
    }

    /// The first bytes, secrets masked. Cold code only, allocates.
    public var bytes: [UInt8] {
        (0..<Int(count)).map { UInt8(truncatingIfNeeded: text[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }
}

/// What hands quarantined messages to the cold side. Implemented by the gateway over a ring.
public protocol QuarantineSink: ~Copyable {
    /// A message was not believed; `offset` is the byte at which reading it ended, -1 where that is not known. Fixed cost,
    /// never allocates; a full ring drops the message and counts it.
    mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds)
}

extension QuarantineSink where Self: ~Copyable {
    @inlinable public mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds
    ) {}
}
