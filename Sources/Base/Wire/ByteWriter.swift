/// Writes bytes, numbers and texts into a fixed buffer; never past its end.
///
/// When something does not fit, `overflowed` is set and stays set until `reset()`, and nothing is written from then on,
/// so a message is either complete or flagged. Cost: O(bytes written), never allocates after `init`.
@safe public struct ByteWriter: ~Copyable {
    @usableFromInline let base: UnsafeMutableRawPointer
    /// Bytes that fit.
    public let capacity: Int
    @usableFromInline let owned: Bool
    @usableFromInline var used = 0
    @usableFromInline var isOver = false
    /// Bytes written.
    @inlinable public var count: Int { used }
    /// Whether something did not fit since the last `reset()`.
    @inlinable public var overflowed: Bool { isOver }

    /// Writes into memory of the caller's. Precondition: it outlives the writer.
    public init(_ buffer: UnsafeMutableRawBufferPointer) {
        unsafe base = buffer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 8).unsafelyUnwrapped
        capacity = buffer.count
        owned = false
    }

    /// Takes its own memory, once; given back in `deinit`.
    public init(capacity: Int) {
        precondition(capacity >= 0, "a writer cannot have a negative capacity")
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: max(capacity, 1), alignment: 64)
        self.capacity = capacity
        owned = true
    }

    deinit {
        if owned { unsafe base.deallocate() }
    }

    /// What has been written. Valid until the next mutation of this writer.
    public var view: ByteView { unsafe ByteView(base, count: count) }

    /// Room left.
    public var remaining: Int { capacity - count }

    /// Starts again from an empty buffer and clears `overflowed`.
    public mutating func reset() {
        used = 0
        isOver = false
    }

    /// Drops everything after the first `length` bytes; `overflowed` stays. Precondition: `0...count`.
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "can only truncate to a shorter length")
        used = length
    }

    @inlinable public mutating func append(byte: UInt8) {
        guard let place = reserve(1) else { return }
        put(byte, at: place)
    }

    /// A literal is copied by a few stores: its length is known where it stands.
    @inlinable @inline(__always) public mutating func append(_ s: StaticString) {
        if !s.hasPointerRepresentation { return append(scalar: s.unicodeScalar.value) }
        guard let place = reserve(s.utf8CodeUnitCount) else { return }
        unsafe (base + place).copyMemory(from: s.utf8Start, byteCount: s.utf8CodeUnitCount)
    }

    public mutating func append(_ v: ByteView) {
        if v.count == 0 { return }
        guard let place = reserve(v.count) else { return }
        unsafe (base + place).copyMemory(from: v.base.unsafelyUnwrapped, byteCount: v.count)
    }

    /// Appends the UTF-8 of one Unicode scalar. Precondition: no surrogate, at most 0x10FFFF.
    public mutating func append(scalar: UInt32) {
        precondition(scalar <= 0x10FFFF && (scalar < 0xD800 || scalar > 0xDFFF), "not a Unicode scalar")
        if scalar < 0x80 { return append(byte: UInt8(scalar)) }
        let tails = scalar < 0x800 ? 1 : scalar < 0x10000 ? 2 : 3
        guard let place = reserve(tails + 1) else { return }
        let lead: UInt32 = tails == 1 ? 0xC0 : tails == 2 ? 0xE0 : 0xF0
        put(UInt8(lead | scalar >> UInt32(6 * tails)), at: place)
        var i = 1
        while i <= tails {
            put(UInt8(0x80 | scalar >> UInt32(6 * (tails - i)) & 0x3F), at: place + i)
            i += 1
        }
    }

    /// Takes `length` bytes at the end and returns where they start, or `nil` when they do not fit.
    @inlinable @inline(__always) mutating func reserve(_ length: Int) -> Int? {
        if isOver || length > capacity - used {
            isOver = true
            return nil
        }
        let place = used
        used += length
        return place
    }

    /// Appends the first `length` bytes of a word, the lowest one first. Precondition: 0...8.
    @inlinable @inline(__always) public mutating func append(word: UInt64, count length: Int) {
        precondition(length >= 0 && length <= 8, "a word has eight bytes")
        guard let place = reserve(length) else { return }
        put(word: word, count: length, at: place)
    }

    /// Stores the first `length` (0...8) bytes of a word, lowest first, into bytes that were reserved. What lies behind them
    /// within the next eight may change: whoever fills a reservation does so from its front.
    @inlinable @inline(__always) func put(word: UInt64, count length: Int, at place: Int) {
        assert(place >= 0 && length >= 0 && length <= 8 && place + length <= count, "only reserved bytes are written")
        if place + 8 <= capacity {
            unsafe base.storeBytes(of: word, toByteOffset: place, as: UInt64.self)
            return
        }
        var rest = word
        var i = 0
        while i < length {
            put(UInt8(truncatingIfNeeded: rest), at: place + i)
            rest >>= 8
            i += 1
        }
    }

    /// Stores into bytes that were reserved.
    @inlinable @inline(__always) func put(_ byte: UInt8, at place: Int) {
        assert(place >= 0 && place < count, "only reserved bytes are written")
        unsafe base.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
    }
}
