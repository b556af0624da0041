/// A running 64-bit hash over what the core decided: words 1 to 14 of each output's record (tag, small fields, time,
/// payload), so neither the journal's numbering nor its checksums enter it. Two runs with the same hash took the same
/// decisions at the same engine times.
///
/// Each word is multiplied by an odd number of its own, so no change of one word is lost; the seven pairs are multiplied
/// side by side, since a chain of fourteen multiplications would cost more than the decision itself.
public struct DecisionHash: BitwiseCopyable, Sendable, Hashable {
    /// The hash so far.
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
    public init() {}

    /// Adds one output's record. Records of other streams must not be passed. A few nanoseconds, never allocates. `words`: the
    /// last one that may not be zero; zeros add nothing, so what is said about them changes no hash.
    public mutating func fold(_ record: borrowing Record, words: Int = 14) {
        let stream = record.stream
        precondition(stream == .output, "only outputs are decisions")
        var sum: UInt64 = 0
        var factor: UInt64 = 0x9e37_79b9_7f4a_7c15
        for pair in 0..<(words + 1) / 2 {
            // Rotated apart, so that two equal words of a pair do not cancel.
            let low = record.words[pair * 2 + 1] &* factor
            let high = record.words[pair * 2 + 2] &* (factor ^ 0xd1b5_4a32_d192_ed02)
            sum &+= low ^ (high << 29 | high >> 35)
            factor &+= 0x9e37_79b9_7f4a_7c15 << 1
        }
        let mixed = (value ^ sum).multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
        value = (mixed.high ^ mixed.low) &+ (value << 7 | value >> 57)
    }
}
