import Memory

/// The outputs of one step, in order. Capacity is taken at start; the core asks `room` before it decides anything that
/// needs more, so it never overflows.
public struct OutputBuffer: ~Copyable {
    @usableFromInline var items: SlabList<Output>
    public let capacity: Int

    public init(capacity: Int) {
        self.capacity = capacity
        items = SlabList(capacity: capacity, filler: .cancelAll(InstrumentID(0)))
    }

    @inlinable public var count: Int { items.count }
    @inlinable public var room: Int { capacity - items.count }
    /// The output in place. Precondition: `0 <= index < count`.
    @inlinable public subscript(index: Int) -> Output {
        unsafeAddress { unsafe items.address(of: index) }
    }

    /// Precondition: `room > 0`.
    @inlinable public mutating func append(_ output: Output) {
        precondition(items.count < capacity, "the step decided more than its buffer holds")
        items.append(output)
    }

    /// Forgets the outputs, keeps the memory.
    @inlinable public mutating func reset() { items.removeAll() }
}
