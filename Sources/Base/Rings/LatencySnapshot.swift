/// What a histogram held at one moment. Cold side: it is an array, and copying it allocates.
public struct LatencySnapshot: Sendable, Hashable {
    private var words: [UInt64]

    /// Holds no sample.
    public init() {
        words = Array(repeating: 0, count: HistogramShape.wordCount)
        words[3] = .max
    }

    init(words: [UInt64]) { self.words = words }

    /// Samples.
    public var count: Int { Int(words[0]) }
    /// Largest sample, ns; 0 when empty.
    public var max: Int64 { Int64(clamping: words[2]) }
    /// Smallest sample, ns; 0 when empty.
    public var min: Int64 { count == 0 ? 0 : Int64(clamping: words[3]) }
    /// Mean, ns, rounded down; 0 when empty.
    public var mean: Int64 { count == 0 ? 0 : Int64(clamping: words[1] / words[0]) }

    /// The duration that a share `quantile` (0...1) of the samples did not exceed, ns; 0 when empty.
    public func percentile(_ quantile: Double) -> Int64 {
        unsafe words.withUnsafeBufferPointer { unsafe LatencySnapshot.percentile($0, quantile) }
    }

    /// Adds the samples of another.
    public mutating func merge(_ other: LatencySnapshot) {
        for i in words.indices where i != 2 && i != 3 { words[i] &+= other.words[i] }
        words[2] = Swift.max(words[2], other.words[2])
        words[3] = Swift.min(words[3], other.words[3])
    }

    static func percentile(_ words: UnsafeBufferPointer<UInt64>, _ quantile: Double) -> Int64 {
        precondition(quantile >= 0 && quantile <= 1, "a quantile lies between 0 and 1")
        let total = unsafe words[0]
        if total == 0 { return 0 }
        let rank = Swift.max(1, UInt64((quantile * Double(total)).rounded(.up)))
        var seen: UInt64 = 0
        for bucket in 0..<HistogramShape.bucketCount {
            unsafe seen += words[HistogramShape.firstBucket + bucket]
            if seen >= rank && bucket < HistogramShape.bucketCount - 1 {
                return unsafe Int64(clamping: Swift.min(HistogramShape.upperEdge(bucket), words[2]))
            }
        }
        return unsafe Int64(clamping: words[2])
    }
}

/// Reads the published copy of a histogram; one per thread, or from another process.
@safe public struct LatencyReader: ~Copyable, @unchecked Sendable {
    private let shared: SequencedWords
    private let memory: MemoryBlock

    init(_ shared: SequencedWords, memory: MemoryBlock) {
        self.shared = shared
        self.memory = memory
    }

    /// A reader of the copy that a histogram publishes at this place of shared memory.
    public init(in memory: MemoryBlock, at offset: Int) {
        let base = unsafe memory.address(offset, count: LatencyHistogram.publishedByteCount)
        self.init(unsafe SequencedWords(base, count: HistogramShape.wordCount), memory: memory)
    }

    /// The last published copy; `nil` when there is none, or the writer was in the way at 16 attempts.
    public func tryRead() -> LatencySnapshot? {
        var words = [UInt64](repeating: 0, count: HistogramShape.wordCount)
        for _ in 0..<16 {
            let sequence = unsafe words.withUnsafeMutableBufferPointer { unsafe shared.load($0.baseAddress!) }
            if sequence != 0 { return LatencySnapshot(words: words) }
        }
        return nil
    }
}
