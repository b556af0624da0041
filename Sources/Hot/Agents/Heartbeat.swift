import Rings
import Synchronization
import Units

// A heartbeat slot, from a 128-byte aligned base; in heap or shared memory (the guard watches it from another process).
//
//      0  turns         u64, atomic   8  work        i64, atomic   16  longest turn  i64, atomic, ns
//     24  last turn     i64, atomic, monotonic ns                  32  idle turns    u64, atomic
//     40  state         u64, atomic: RunnerState

/// Where a runner (or a metered agent) is in its life.
public enum RunnerState: UInt64, Sendable {
    case notStarted, running, stopped
}

/// What a heartbeat slot said when it was read. The numbers may be of neighbouring turns.
public struct Heartbeat: Sendable, Hashable {
    public var turns: UInt64 = 0
    public var idleTurns: UInt64 = 0
    public var work: Int64 = 0
    /// Longest turn since the start, ns.
    public var longestTurnNs: Int64 = 0
    /// Monotonic time at which the last turn began.
    public var lastTurn: Nanoseconds = .zero
    public var state: RunnerState = .notStarted
}

/// Writes a heartbeat slot: the thread that is stepped. Plain stores, no read-modify-write.
@safe @frozen public struct HeartbeatWriter: ~Copyable, @unchecked Sendable {
    @usableFromInline let words: UnsafeMutablePointer<Atomic<Int64>>
    @usableFromInline let memory: MemoryBlock
    @usableFromInline var turns: Int64 = 0
    @usableFromInline var idleTurns: Int64 = 0
    @usableFromInline var work: Int64 = 0
    @usableFromInline var longest: Int64 = 0

    public static let byteCount = MemoryBlock.separation

    /// Starts a slot at zero, on the heap or at a place of given memory. Precondition: `offset` is a multiple of 128.
    public init(in memory: MemoryBlock = MemoryBlock(byteCount: HeartbeatWriter.byteCount), at offset: Int = 0) {
        precondition(offset >= 0 && offset % MemoryBlock.separation == 0, "offset must be a multiple of 128")
        precondition(offset <= memory.byteCount - HeartbeatWriter.byteCount, "block too small")
        unsafe words = (memory.base + offset).assumingMemoryBound(to: Atomic<Int64>.self)
        for i in 0..<6 { unsafe (words + i).initialize(to: Atomic(0)) }
        self.memory = memory
    }

    /// Records one turn. Work of 0 counts as an idle turn.
    @inlinable public mutating func turn(work done: Int, began now: Nanoseconds, tookNs: Int64) {
        turns &+= 1
        if done == 0 {
            idleTurns &+= 1
            unsafe words[4].store(idleTurns, ordering: .relaxed)
        } else {
            work &+= Int64(done)
            unsafe words[1].store(work, ordering: .relaxed)
        }
        if tookNs > longest {
            longest = tookNs
            unsafe words[2].store(tookNs, ordering: .relaxed)
        }
        unsafe words[3].store(now.raw, ordering: .relaxed)
        unsafe words[0].store(turns, ordering: .releasing)
    }

    @inlinable public mutating func enter(_ state: RunnerState) {
        unsafe words[5].store(Int64(state.rawValue), ordering: .releasing)
    }

    public func reader() -> HeartbeatReader { unsafe HeartbeatReader(memory, words: UnsafeRawPointer(words)) }
}

/// Reads a heartbeat slot from any thread or process.
@safe public struct HeartbeatReader: @unchecked Sendable {
    private let words: UnsafePointer<Atomic<Int64>>
    private let memory: MemoryBlock

    init(_ memory: MemoryBlock, words: UnsafeRawPointer) {
        self.memory = memory
        unsafe self.words = words.assumingMemoryBound(to: Atomic<Int64>.self)
    }

    /// A reader of the slot at this place of shared memory. Precondition: as for the writer.
    public init(in memory: MemoryBlock, at offset: Int) {
        precondition(offset >= 0 && offset % MemoryBlock.separation == 0, "offset must be a multiple of 128")
        precondition(offset <= memory.byteCount - HeartbeatWriter.byteCount, "block too small")
        unsafe self.init(memory, words: UnsafeRawPointer(memory.base + offset))
    }

    public func read() -> Heartbeat {
        let turns = unsafe UInt64(bitPattern: words[0].load(ordering: .acquiring))
        let state = unsafe UInt64(bitPattern: words[5].load(ordering: .acquiring))
        return unsafe Heartbeat(
            turns: turns,
            idleTurns: UInt64(bitPattern: words[4].load(ordering: .relaxed)),
            work: words[1].load(ordering: .relaxed),
            longestTurnNs: words[2].load(ordering: .relaxed),
            lastTurn: Nanoseconds(raw: words[3].load(ordering: .relaxed)),
            state: RunnerState(rawValue: state) ?? .notStarted)
    }
}
