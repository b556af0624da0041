/// One journal record: 128 bytes, sixteen 64-bit words, the same on every machine (little endian on disk).
///
///     word   0        sequence, without gaps from 1
///     word   1        bits 0-7 stream (1 input, 2 output), 8-15 case tag, 16-63 small fields of the case
///     word   2        engine time of the step, nanoseconds
///     words  3-14     payload of the case, unused words zero
///     word  15        bits 0-31 CRC32C over words 0-14, bits 32-63 zero; written by the journal
public struct Record: BitwiseCopyable, Sendable {
    public var words: InlineArray<16, UInt64>
    /// All zero.
    public init() { words = InlineArray(repeating: 0) }

    /// Which side of the core the record is from.
    public enum Stream: UInt8, Sendable { case input = 1, output = 2 }
    public static var byteCount: Int { 128 }
    @inlinable public var sequence: UInt64 {
        get { words[0] }
        set { words[0] = newValue }
    }
    @inlinable public var time: Int64 {
        get { Int64(bitPattern: words[2]) }
        set { words[2] = UInt64(bitPattern: newValue) }
    }
    @inlinable public var stream: Stream? { Stream(rawValue: UInt8(truncatingIfNeeded: words[1])) }
    @inlinable public var tag: UInt8 { UInt8(truncatingIfNeeded: words[1] >> 8) }
}
