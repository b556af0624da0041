/// A borrowed run of bytes: a pointer and a count.
///
/// Valid only while the owner keeps the bytes where they are and unchanged: a view into a receive buffer dies when the
/// buffer is handed back, a view of a `ByteWriter` dies at its next mutation. Reading an index outside traps.
/// Cost: two words, never allocates except `string()`.
@safe public struct ByteView: @unchecked Sendable, BitwiseCopyable, Equatable {
    public let base: UnsafeRawPointer?
    public let count: Int
    /// Whether `PaddedCursor.padding` bytes behind the view may be read, too, whatever they hold. Readers then take eight
    /// bytes at a time without looking for the end first.
    public let isPadded: Bool

    /// No bytes.
    @inlinable public init() {
        unsafe self.base = nil
        self.count = 0
        isPadded = false
    }

    /// Precondition: `count >= 0` and `p` has that many readable bytes for as long as the view is used.
    @inlinable public init(_ p: UnsafeRawPointer, count: Int) {
        precondition(count >= 0, "a view cannot have a negative count")
        unsafe self.base = p
        self.count = count
        isPadded = false
    }

    @inlinable public init(_ b: UnsafeRawBufferPointer) {
        unsafe self.base = b.baseAddress
        self.count = b.count
        isPadded = false
    }

    /// Bytes with readable ones behind them: a record of a byte ring, or a buffer that was taken larger for this.
    /// Precondition: `PaddedCursor.padding` bytes behind `b` may be read for as long as the view is used.
    @inlinable public init(padded b: UnsafeRawBufferPointer) {
        unsafe self.init(b.baseAddress, count: b.count, isPadded: b.baseAddress != nil)
    }

    @inlinable init(_ base: UnsafeRawPointer?, count: Int, isPadded: Bool) {
        unsafe self.base = base
        self.count = count
        self.isPadded = isPadded
    }

    /// The bytes of a literal; they live for ever. Precondition: not a single-scalar `StaticString`.
    @inlinable public init(_ s: StaticString) {
        precondition(s.hasPointerRepresentation, "a literal with bytes is needed")
        unsafe self.base = UnsafeRawPointer(s.utf8Start)
        self.count = s.utf8CodeUnitCount
        isPadded = false
    }

    @inlinable public var isEmpty: Bool { count == 0 }

    @inlinable public subscript(i: Int) -> UInt8 {
        precondition(i >= 0 && i < count, "index outside the view")
        return unsafe base.unsafelyUnwrapped.load(fromByteOffset: i, as: UInt8.self)
    }

    /// A part of this view, under the same owner. Precondition: the part lies inside.
    @inlinable public func slice(from start: Int, count length: Int) -> ByteView {
        precondition(start >= 0 && length >= 0 && start <= count && length <= count - start, "slice outside the view")
        if length == 0 { return ByteView() }
        return unsafe ByteView(base.unsafelyUnwrapped + start, count: length, isPadded: isPadded)
    }

    /// Whether the bytes are those of the literal.
    @inlinable @inline(__always) public func equals(_ s: StaticString) -> Bool {
        let length = s.utf8CodeUnitCount
        if length != count { return false }
        return unsafe length == 0 || sameBytes(base.unsafelyUnwrapped, UnsafeRawPointer(s.utf8Start), length)
    }

    /// Whether both views show the same bytes, wherever they are.
    @inlinable public static func == (a: ByteView, b: ByteView) -> Bool {
        if a.count != b.count { return false }
        return unsafe a.count == 0 || sameBytes(a.base.unsafelyUnwrapped, b.base.unsafelyUnwrapped, a.count)
    }

    /// The bytes for pointer-based callees.
    @inlinable public var buffer: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// A copy as text, broken UTF-8 repaired. Cold code only: allocates.
    public func string() -> String { unsafe String(decoding: buffer, as: UTF8.self) }

    /// A copy as an array. Cold code only: allocates.
    public func bytes() -> [UInt8] { unsafe [UInt8](buffer) }
}
