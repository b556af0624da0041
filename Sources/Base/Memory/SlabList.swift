/// A list of plain values that never grows past the capacity it took at the start. Never allocates after it.
public struct SlabList<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var slots: Slab<Element>
    @usableFromInline var used = 0
    /// How many elements are in it.
    @inlinable public var count: Int { used }

    /// An empty list. `filler` is what the memory holds where no element is; it is never seen. Precondition:
    /// `capacity >= 0`. Allocates.
    public init(capacity: Int, filler: Element) { slots = Slab(repeating: filler, count: capacity) }

    /// How many it can hold.
    @inlinable public var capacity: Int { slots.count }
    @inlinable public var isFull: Bool { count == slots.count }

    /// The element in place. Precondition: `0 <= index < count`.
    @inlinable public subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress { unsafe address(of: index) }
        @inline(__always) unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: used), "no such element")
            return unsafe slots.base + index
        }
    }

    /// Where an element lies, for a type that wraps this one; valid while the list lives and is not changed.
    /// Precondition: `0 <= index < count`.
    @unsafe @inlinable public func address(of index: Int) -> UnsafePointer<Element> {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: used), "no such element")
        return unsafe UnsafePointer(slots.base + index)
    }

    /// Adds at the end. Precondition: not full.
    @inlinable public mutating func append(_ element: Element) {
        precondition(used < slots.count, "the list is full")
        slots[used] = element
        used &+= 1
    }

    /// Takes one out and closes the gap. O(elements behind it). Precondition: `0 <= index < count`.
    @inlinable public mutating func remove(at index: Int) {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: used), "no such element")
        for at in index..<used - 1 { slots[at] = slots[at + 1] }
        used &-= 1
    }

    /// Empties it; the memory stays.
    @inlinable public mutating func removeAll() { used = 0 }
}

extension SlabList: Sendable where Element: Sendable {}
