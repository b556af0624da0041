import Units

/// The lowest and highest price of the last ten seconds, by second. Conservative: the oldest second counts whole, so the
/// window is never shorter than ten seconds and at most one longer. A plain value; nothing allocates.
public struct MoveWindow: BitwiseCopyable, Sendable {
    private var low: InlineArray<11, Int64> = InlineArray(repeating: .max)
    private var high: InlineArray<11, Int64> = InlineArray(repeating: 0)
    private var newest: Int64 = 0
    /// When the newest second ends, and the extremes of the whole window: most prices change neither.
    private var newestEnds = Nanoseconds.zero
    private var lowest = Int64.max
    private var highest: Int64 = 0
    /// Where the newest second is, and the last answer: it stands until an extreme changes.
    private var at = 0
    private var move: Int64 = 0

    public init() {}

    /// Adds a price now and answers how far the prices of the window lie apart, in basis points of the lowest, rounded
    /// up. Precondition: positive. Time does not go back.
    public mutating func record(_ price: Price, at now: Nanoseconds) -> Int64 {
        if now >= newestEnds { advance(to: now) }
        if price.raw < low[at] { low[at] = price.raw }
        if price.raw > high[at] { high[at] = price.raw }
        if price.raw < lowest || price.raw > highest {
            lowest = Swift.min(lowest, price.raw)
            highest = Swift.max(highest, price.raw)
            measure()
        }
        return move
    }

    private mutating func measure() {
        move = lowest > highest
            ? 0 : Int64(clamping: Rounding.up.divide(exactProduct(highest - lowest, 10_000), by: Int128(lowest)))
    }

    /// Forgets what is too old and finds the extremes of the rest.
    private mutating func advance(to now: Nanoseconds) {
        let second = now.raw / 1_000_000_000
        for step in 0..<Swift.min(second - newest, 11) {
            let at = Int((second - step) % 11)
            low[at] = .max
            high[at] = 0
        }
        newest = Swift.max(newest, second)
        at = Int(newest % 11)
        let (ends, overflow) = (newest + 1).multipliedReportingOverflow(by: 1_000_000_000)
        newestEnds = Nanoseconds(raw: overflow ? .max : ends)
        lowest = .max
        highest = 0
        for index in 0..<11 {
            lowest = Swift.min(lowest, low[index])
            highest = Swift.max(highest, high[index])
        }
        measure()
    }
}
