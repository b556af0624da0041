/// What a record of the frame ring between feed I/O and feed parsing is; the record's tag.
public enum FrameMessage: UInt64, Sendable {
    /// One complete text frame.
    case text = 1
    /// The link opened; no bytes.
    case opened = 2
    /// The link closed; the bytes are the reason's raw value.
    case closed = 3
    /// Bytes came that are no message, a ping for example; the record's time says when. No bytes.
    case proof = 4
}

/// A depth snapshot that the parser needs and the cold side fetches.
public struct SnapshotRequest: BitwiseCopyable, Sendable {
    public var instrument: UInt16
    /// Of two feeds, which one asks.
    public var lane: UInt16
    @inlinable public init(instrument: UInt16, lane: UInt16 = 0) {
        self.instrument = instrument
        self.lane = lane
    }
    /// The tag of the record that brings the body.
    @inlinable public var tag: UInt64 { UInt64(instrument) | UInt64(lane) << 16 }
    @inlinable static func lane(ofTag tag: UInt64) -> Int { Int(truncatingIfNeeded: tag >> 16 & 1) }
}
