import Synchronization

/// A number that one thread changes and any thread may read; alone on its 128 bytes.
///
/// The writer never needs an atomic read-modify-write, so `add` costs a load and a store.
@safe @frozen public struct SharedCounter: ~Copyable, @unchecked Sendable {
    @usableFromInline let word: UnsafeMutablePointer<Atomic<Int64>>
    @usableFromInline let memory: MemoryBlock

    /// Bytes of memory one counter takes.
    public static let byteCount = MemoryBlock.separation

    /// A counter on the heap, at zero; freed when it and all its readers are gone.
    public init() {
        memory = MemoryBlock(byteCount: SharedCounter.byteCount)
        unsafe word = memory.base.assumingMemoryBound(to: Atomic<Int64>.self)
    }

    /// The counter that lies in given memory, with the value it has there (zeroed memory: 0).
    public init(in memory: MemoryBlock, at offset: Int) {
        unsafe word = memory.address(offset, count: SharedCounter.byteCount).assumingMemoryBound(to: Atomic<Int64>.self)
        self.memory = memory
    }

    @inlinable public var value: Int64 { unsafe word.pointee.load(ordering: .relaxed) }
    /// Adds; wraps on overflow. Writer thread only.
    @inlinable public mutating func add(_ amount: Int64 = 1) {
        unsafe word.pointee.store(value &+ amount, ordering: .relaxed)
    }
    /// Replaces the value; a reader that sees it also sees what the writer did before. Writer thread only.
    @inlinable public mutating func set(_ newValue: Int64) {
        unsafe word.pointee.store(newValue, ordering: .releasing)
    }

    /// A reader for any thread; keeps the memory alive.
    public func reader() -> CounterReader { unsafe CounterReader(word, memory: memory) }
}

/// Reads a `SharedCounter` from any thread, or one that another process writes.
@safe public struct CounterReader: @unchecked Sendable {
    private let word: UnsafeMutablePointer<Atomic<Int64>>
    private let memory: MemoryBlock

    init(_ word: UnsafeMutablePointer<Atomic<Int64>>, memory: MemoryBlock) {
        unsafe self.word = unsafe word
        self.memory = memory
    }

    /// A reader of the counter at this place of shared memory.
    public init(in memory: MemoryBlock, at offset: Int) {
        let address = unsafe memory.address(offset, count: SharedCounter.byteCount)
        unsafe self.init(address.assumingMemoryBound(to: Atomic<Int64>.self), memory: memory)
    }

    public var value: Int64 { unsafe word.pointee.load(ordering: .acquiring) }
}
