/// A running 64-bit hash over what the core decided: word-wise FNV-1a over words 1 to 14 of each output's record (tag,
/// small fields, time, payload), so neither the journal's numbering nor its checksums enter it. Two runs with the same
/// hash took the same decisions at the same engine times.
public struct DecisionHash: BitwiseCopyable, Sendable, Hashable {
    /// The hash so far.
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
    public init() {}

    /// Adds one output's record. Records of other streams must not be passed. A few nanoseconds, never allocates.
    public mutating func fold(_ record: Record) {
        precondition(record.stream == .output, "only outputs are decisions")
        var hash = value
        for index in 1...14 {
            hash = (hash ^ record.words[index]) &* 0x0000_0100_0000_01b3
            hash ^= hash >> 29
        }
        value = hash
    }
}
