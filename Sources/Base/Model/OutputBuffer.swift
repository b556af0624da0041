import Memory
import Units

/// The outputs of one step, in order. Capacity is taken at start; the core asks `room` before it decides anything that
/// needs more, so it never overflows.
public struct OutputBuffer: ~Copyable {
    @usableFromInline var items: SlabList<Output>
    /// Each sealed output as a record: what the decision hash was folded over is what is journalled.
    @usableFromInline var records: Slab<Record>
    public let capacity: Int

    public init(capacity: Int) {
        self.capacity = capacity
        items = SlabList(capacity: capacity, filler: .cancelAll(InstrumentID(0)))
        records = Slab(repeating: Record(), count: capacity)
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

    /// Makes the records of all outputs at a step's end and folds them into a hash. Called by the core.
    public mutating func seal(at time: Nanoseconds, into hash: inout DecisionHash) {
        for index in 0..<items.count {
            items[index].write(to: &records[index], sequence: 0, time: time)
            hash.fold(records[index], words: items[index].recordWords)
        }
    }

    /// An output of the last step as a record, its sequence 0 and its checksum to come. Precondition: a whole step filled
    /// the buffer, and `0 <= index < count`.
    @inlinable public func record(_ index: Int) -> Record {
        precondition(index < items.count, "no such output")
        return records[index]
    }

    /// Forgets the outputs, keeps the memory.
    @inlinable public mutating func reset() { items.removeAll() }
}
