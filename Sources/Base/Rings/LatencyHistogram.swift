import Synchronization

// Words of a histogram, in private memory and in its published copy:
//
//      0  count of samples    1  sum, ns    2  largest, ns    3  smallest, ns
//      4  buckets: values below 128 ns one each, then 64 per power of two (at most 1.6 % wide), up to 2^40 ns (18 min)

/// Where a duration is counted, and what a bucket stands for.
@usableFromInline enum HistogramShape {
    @usableFromInline static var precisionBits: Int { 6 }
    @usableFromInline static var largest: UInt64 { (1 << 40) - 1 }
    @usableFromInline static var firstBucket: Int { 4 }
    @usableFromInline static var bucketCount: Int { 34 * 64 + 64 }
    @usableFromInline static var wordCount: Int { firstBucket + bucketCount }

    /// Bucket of a value not beyond `largest`.
    @inlinable static func bucket(_ ns: UInt64) -> Int {
        let magnitude = 63 - (ns | 1).leadingZeroBitCount
        let shift = max(0, magnitude - precisionBits)
        return (shift << precisionBits) + Int(truncatingIfNeeded: ns >> UInt64(shift))
    }

    /// Largest value counted in a bucket.
    static func upperEdge(_ bucket: Int) -> UInt64 {
        let shift = max(0, (bucket >> precisionBits) - 1)
        let steps = UInt64(bucket - (shift << precisionBits))
        return ((steps + 1) << UInt64(shift)) - 1
    }
}

/// How long things took, in ns, as counts in buckets of relative width. One thread records; `publish` lets others read.
///
/// `record` is O(1) and never allocates; memory is taken at `init` (36 KB). Values are kept to 1.6 %; count, sum, largest and
/// smallest are exact. Negative durations count as 0, those beyond 18 minutes in the last bucket.
@safe @frozen public struct LatencyHistogram: ~Copyable, @unchecked Sendable {
    @usableFromInline let words: UnsafeMutablePointer<UInt64>
    @usableFromInline let shared: SequencedWords
    @usableFromInline var sequence: UInt64
    @usableFromInline let memory: MemoryBlock
    @usableFromInline let sharedMemory: MemoryBlock

    /// Bytes the published copy takes in shared memory.
    public static var publishedByteCount: Int { SequencedWords.byteCount(words: HistogramShape.wordCount) }

    /// An empty histogram with its published copy on the heap.
    public init() { self.init(publishingIn: MemoryBlock(byteCount: LatencyHistogram.publishedByteCount), at: 0) }

    /// An empty histogram with its published copy in given memory.
    public init(publishingIn sharedMemory: MemoryBlock, at offset: Int) {
        memory = MemoryBlock(byteCount: HistogramShape.wordCount * 8)
        unsafe words = memory.base.assumingMemoryBound(to: UInt64.self)
        unsafe words[3] = .max
        let base = unsafe sharedMemory.address(offset, count: LatencyHistogram.publishedByteCount)
        shared = unsafe SequencedWords(base, count: HistogramShape.wordCount)
        sequence = unsafe shared.sequence.pointee.load(ordering: .acquiring)
        self.sharedMemory = sharedMemory
    }

    /// Counts one duration. About a nanosecond.
    @inlinable public mutating func record(_ ns: Int64) {
        let value = ns < 0 ? 0 : UInt64(truncatingIfNeeded: ns)
        let bucket = HistogramShape.bucket(min(value, HistogramShape.largest))
        unsafe words[HistogramShape.firstBucket &+ bucket] &+= 1
        unsafe words[0] &+= 1
        unsafe words[1] &+= value
        if unsafe value > words[2] { unsafe words[2] = value }
        if unsafe value < words[3] { unsafe words[3] = value }
    }

    /// Samples recorded.
    @inlinable public var count: Int { unsafe Int(truncatingIfNeeded: words[0]) }
    /// Largest sample, ns; 0 when empty.
    @inlinable public var max: Int64 { unsafe Int64(truncatingIfNeeded: words[2]) }

    /// The duration that a share `quantile` (0...1) of the samples did not exceed, ns; 0 when empty. O(buckets).
    public func percentile(_ quantile: Double) -> Int64 {
        unsafe LatencySnapshot.percentile(
            UnsafeBufferPointer(start: words, count: HistogramShape.wordCount), quantile)
    }

    /// Adds the samples of another histogram owned by this thread. O(buckets).
    public mutating func merge(_ other: borrowing LatencyHistogram) {
        for i in 0..<HistogramShape.wordCount where i != 2 && i != 3 { unsafe words[i] &+= other.words[i] }
        unsafe words[2] = Swift.max(words[2], other.words[2])
        unsafe words[3] = min(words[3], other.words[3])
    }

    /// Forgets all samples.
    public mutating func reset() {
        for i in 0..<HistogramShape.wordCount { unsafe words[i] = 0 }
        unsafe words[3] = .max
    }

    /// Replaces what readers see. Copies 18 KB (a few microseconds): about once a second, and when idle.
    @inlinable public mutating func publish() { sequence = unsafe shared.store(words, old: sequence) }

    /// A copy for the owning thread. Allocates.
    public func snapshot() -> LatencySnapshot {
        unsafe LatencySnapshot(words: Array(UnsafeBufferPointer(start: words, count: HistogramShape.wordCount)))
    }

    /// A reader of the published copy, for another thread.
    public func reader() -> LatencyReader { LatencyReader(shared, memory: sharedMemory) }
}
