/// A fixed number of plain values in one block of memory, taken and touched at the start and given back at the end.
///
/// What a `ContiguousArray` costs on the hot path is missing here: no reference count, no check for a second owner before a
/// write, no copy of a large element when one of its fields is read. An index outside `0..<count` traps, in release too.
/// Owned by one thread at a time.
@safe public struct Slab<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline let base: UnsafeMutablePointer<Element>
    /// How many elements there are; never changes.
    public let count: Int

    /// `count` copies of a value. Precondition: `count >= 0`. Allocates.
    public init(repeating value: Element, count: Int) {
        precondition(count >= 0, "a slab has no negative length")
        unsafe base = .allocate(capacity: count)
        unsafe base.initialize(repeating: value, count: count)
        self.count = count
    }

    /// The values of an array, in order. Allocates.
    public init(_ values: [Element]) {
        unsafe base = .allocate(capacity: values.count)
        for index in 0..<values.count { unsafe (base + index).initialize(to: values[index]) }
        count = values.count
    }

    deinit { unsafe base.deallocate() }

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

    /// The indices, in order.
    @inlinable public var indices: Range<Int> { unsafe Range(uncheckedBounds: (0, count)) }
}

// One owner, since it is not copyable: where its elements may go, it may go.
extension Slab: @unchecked Sendable where Element: Sendable {}
