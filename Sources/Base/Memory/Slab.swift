/// A fixed number of values in one block of memory, taken and touched at the start and given back at the end.
///
/// What a `ContiguousArray` costs on the hot path is missing here: no reference count, no check for a second owner before a
/// write, no copy of a large element when one of its fields is read. An index outside `0..<count` traps, in release too.
/// Owned by one thread at a time.
@safe public struct Slab<Element: ~Copyable>: ~Copyable {
    @usableFromInline let base: UnsafeMutablePointer<Element>
    /// How many elements there are; never changes.
    public let count: Int

    /// `count` values, made one after the other for their places. Precondition: `count >= 0`. Allocates.
    public init(count: Int, _ make: (Int) -> Element) {
        precondition(count >= 0, "a slab has no negative length")
        unsafe base = .allocate(capacity: count)
        for index in 0..<count { unsafe (base + index).initialize(to: make(index)) }
        self.count = count
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    /// The element in place. Precondition: `0 <= index < count`. One comparison, never allocates.
    @inlinable public subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such element")
            return unsafe UnsafePointer(base + index)
        }
        @inline(__always) unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such element")
            return unsafe base + index
        }
    }

    /// Where an element lies, for a type that wraps this one; valid while the slab lives and is not changed.
    /// Precondition: `0 <= index < count`.
    @unsafe @inlinable public func address(of index: Int) -> UnsafePointer<Element> {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such element")
        return unsafe UnsafePointer(base + index)
    }

    /// The memory of all elements, for a type that wraps this one; valid while the slab lives and is not used otherwise.
    @unsafe @inlinable public var buffer: UnsafeMutableBufferPointer<Element> {
        mutating get { unsafe UnsafeMutableBufferPointer(start: base, count: count) }
    }

    /// The indices, in order.
    @inlinable public var indices: Range<Int> { unsafe Range(uncheckedBounds: (0, count)) }
}

extension Slab where Element: BitwiseCopyable {
    /// `count` copies of a plain value. Precondition: `count >= 0`. Allocates.
    public init(repeating value: Element, count: Int) { self.init(count: count) { _ in value } }

    /// The values of an array, in order. Allocates.
    public init(_ values: [Element]) { self.init(count: values.count) { values[$0] } }
}

// One owner, since it is not copyable: where its elements may go, it may go.
extension Slab: @unchecked Sendable where Element: Sendable & ~Copyable {}
