/// The outputs of one step, in order. Capacity is taken at start; the core asks `room` before it decides anything that
/// needs more, so it never overflows.
public struct OutputBuffer: ~Copyable {
    private var items: ContiguousArray<Output>
    public let capacity: Int

    public init(capacity: Int) {
        self.capacity = capacity
        items = []
        items.reserveCapacity(capacity)
    }

    public var count: Int { items.count }
    public var room: Int { capacity - items.count }
    public subscript(index: Int) -> Output { items[index] }

    /// Precondition: `room > 0`.
    public mutating func append(_ output: Output) {
        precondition(items.count < capacity, "the step decided more than its buffer holds")
        items.append(output)
    }

    /// Forgets the outputs, keeps the memory.
    public mutating func reset() { items.removeAll(keepingCapacity: true) }
}
