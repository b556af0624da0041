import Units

/// The lowest and highest price of the last ten seconds, by second. Conservative: the oldest second counts whole, so the
/// window is never shorter than ten seconds and at most one longer. A plain value; nothing allocates.
public struct MoveWindow: BitwiseCopyable, Sendable {
    private var low: InlineArray<11, Int64> = InlineArray(repeating: .max)
    private var high: InlineArray<11, Int64> = InlineArray(repeating: 0)
    private var newest: Int64 = 0

    public init() {}

    /// Adds a price now and answers how far the prices of the window lie apart, in basis points of the lowest, rounded
    /// up. Precondition: positive. Time does not go back.
    public mutating func record(_ price: Price, at now: Nanoseconds) -> Int64 {
        let second = now.raw / 1_000_000_000
        if second > newest {
            for step in 0..<Swift.min(second - newest, 11) {
                let at = Int((second - step) % 11)
                low[at] = .max
                high[at] = 0
            }
            newest = second
        }
        let at = Int(newest % 11)
        low[at] = Swift.min(low[at], price.raw)
        high[at] = Swift.max(high[at], price.raw)
        var lowest = Int64.max
        var highest: Int64 = 0
        for index in 0..<11 {
            lowest = Swift.min(lowest, low[index])
            highest = Swift.max(highest, high[index])
        }
        return Int64(clamping: Rounding.up.divide((Int128(highest) - Int128(lowest)) * 10_000, by: Int128(lowest)))
    }
}
