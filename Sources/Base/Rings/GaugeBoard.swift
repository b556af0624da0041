/// A few numbers that one thread shows to all others, such as what a link last heard. Copies are the same board. Each
/// number stands alone on its 128 bytes; showing and reading are a store and a load. Never allocates after `init`.
public struct GaugeBoard: Sendable {
    private let memory: MemoryBlock
    public let count: Int

    /// All zero. Precondition: at least one.
    public init(count: Int) {
        precondition(count > 0, "a board holds at least one number")
        self.count = count
        memory = MemoryBlock(byteCount: count * SharedCounter.byteCount)
    }

    /// Replaces a number. Writer thread only. Precondition: an index of the board.
    public func show(_ value: Int64, at index: Int) {
        precondition(index >= 0 && index < count, "no such gauge")
        var counter = SharedCounter(in: memory, at: index * SharedCounter.byteCount)
        counter.set(value)
    }

    /// Any thread. Precondition: an index of the board.
    public func read(_ index: Int) -> Int64 {
        precondition(index >= 0 && index < count, "no such gauge")
        return CounterReader(in: memory, at: index * SharedCounter.byteCount).value
    }
}
