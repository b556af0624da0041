import Synchronization

// A latest-state slot (seqlock), from a 128-byte aligned base.
//
//      0  sequence   u64, atomic: odd while the writer is inside, 0 when nothing was ever published
//    128  words      the value, as u64 words
//
// The words are copied with relaxed atomic loads and stores, so a torn copy is noticed and never undefined.

/// The copy protocol, without a type: `count` words behind a sequence.
@safe @frozen @usableFromInline struct SequencedWords {
    @usableFromInline let sequence: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let count: Int

    static func byteCount(words: Int) -> Int { roundUp(128 + words * 8, to: MemoryBlock.separation) }

    init(_ base: UnsafeMutableRawPointer, count: Int) {
        unsafe sequence = base.assumingMemoryBound(to: Atomic<UInt64>.self)
        unsafe words = (base + 128).assumingMemoryBound(to: Atomic<UInt64>.self)
        self.count = count
    }

    /// Copies `count` words in and returns the new, even sequence. An odd `old` (a writer that died inside) is taken over.
    @inlinable func store(_ source: UnsafePointer<UInt64>, old: UInt64) -> UInt64 {
        let entering = old | 1
        unsafe sequence.pointee.store(entering, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        for i in 0..<count { unsafe words[i].store(source[i], ordering: .relaxed) }
        unsafe sequence.pointee.store(entering &+ 1, ordering: .releasing)
        return entering &+ 1
    }

    /// One attempt to copy the words out: the sequence they belong to, or 0 when there is none or the writer was inside.
    @inlinable func load(_ target: UnsafeMutablePointer<UInt64>) -> UInt64 {
        let before = unsafe sequence.pointee.load(ordering: .acquiring)
        if before & 1 == 1 { return 0 }
        for i in 0..<count { unsafe target[i] = words[i].load(ordering: .relaxed) }
        atomicMemoryFence(ordering: .acquiring)
        return unsafe sequence.pointee.load(ordering: .relaxed) == before ? before : 0
    }
}

/// The one writer of a latest-state slot. `publish` never waits and never allocates; readers see the newest value only.
@safe @frozen public struct LatestWriter<T: BitwiseCopyable>: ~Copyable {
    @usableFromInline let shared: SequencedWords
    @usableFromInline let scratch: UnsafeMutableRawPointer
    @usableFromInline var sequence: UInt64
    @usableFromInline let memory: MemoryBlock
    @usableFromInline let scratchMemory: MemoryBlock

    init(_ shared: SequencedWords, memory: MemoryBlock) {
        self.shared = shared
        self.memory = memory
        scratchMemory = MemoryBlock(byteCount: max(8, shared.count * 8))
        unsafe scratch = scratchMemory.base
        sequence = unsafe shared.sequence.pointee.load(ordering: .acquiring)
    }

    /// Makes `value` the one readers see. About a nanosecond per eight bytes.
    @inlinable public mutating func publish(_ value: T) {
        unsafe scratch.storeBytes(of: value, as: T.self)
        sequence = unsafe shared.store(scratch.assumingMemoryBound(to: UInt64.self), old: sequence)
    }
}

/// One reader of a latest-state slot; make one per thread.
@safe @frozen public struct LatestReader<T: BitwiseCopyable>: ~Copyable {
    @usableFromInline let shared: SequencedWords
    @usableFromInline let scratch: UnsafeMutableRawPointer
    @usableFromInline var seen: UInt64 = 0
    @usableFromInline let memory: MemoryBlock
    @usableFromInline let scratchMemory: MemoryBlock

    /// Attempts before a read gives up against a writer that keeps publishing.
    @inlinable public static var attempts: Int { 16 }

    init(_ shared: SequencedWords, memory: MemoryBlock) {
        self.shared = shared
        self.memory = memory
        scratchMemory = MemoryBlock(byteCount: max(8, shared.count * 8))
        unsafe scratch = scratchMemory.base
    }

    /// Another reader of the same slot, for another thread.
    public func another() -> LatestReader<T> { LatestReader(shared, memory: memory) }

    /// How many values were published so far; grows by one with each.
    @inlinable public var version: UInt64 { unsafe shared.sequence.pointee.load(ordering: .relaxed) / 2 }
    /// The version of the value last read.
    @inlinable public var seenVersion: UInt64 { seen / 2 }

    /// The newest value into `out`. False, and `out` untouched, when nothing was published or the writer was in the way at
    /// every one of a bounded number of attempts.
    @inlinable public mutating func tryRead(_ out: inout T) -> Bool {
        var attempt = 0
        while attempt < LatestReader.attempts {
            let sequence = unsafe shared.load(scratch.assumingMemoryBound(to: UInt64.self))
            if sequence != 0 {
                seen = sequence
                out = unsafe scratch.load(as: T.self)
                return true
            }
            attempt &+= 1
        }
        return false
    }

    /// As `tryRead`, but false when the newest value is the one last read.
    @inlinable public mutating func tryReadNew(_ out: inout T) -> Bool {
        if unsafe shared.sequence.pointee.load(ordering: .relaxed) == seen { return false }
        return tryRead(&out)
    }
}

extension LatestWriter: @unchecked Sendable where T: Sendable {}
extension LatestReader: @unchecked Sendable where T: Sendable {}

/// The writer and the first reader of a new latest-state slot.
@frozen public struct LatestEnds<T: BitwiseCopyable>: ~Copyable {
    public var writer: LatestWriter<T>
    public var reader: LatestReader<T>
}

extension LatestEnds: Sendable where T: Sendable {}
