import Model
import Units

/// The volume-weighted average price of the public trades of the last five minutes, in buckets of ten seconds: what a
/// venue's percent-price rule is about, as far as the public stream tells. A plain value; nothing allocates.
public struct AverageWindow: BitwiseCopyable, Sendable {
    private var values: InlineArray<31, Int128> = InlineArray(repeating: 0)
    private var quantities: InlineArray<31, Int64> = InlineArray(repeating: 0)
    private var value: Int128 = 0
    private var quantity: Int128 = 0
    private var newest: Int64 = 0
    private var newestEnds = Nanoseconds(raw: .min)
    /// The last answer, until a trade comes or goes.
    private var last = Price.zero
    private var isChanged = false

    public init() {}

    /// Adds a trade. Preconditions: both positive; time does not go back. One whose bucket is full is left out.
    public mutating func record(_ price: Price, _ size: Quantity, at now: Nanoseconds) {
        advance(to: now)
        let at = Int(newest % 31)
        let (sum, overflow) = quantities[at].addingReportingOverflow(size.raw)
        guard !overflow else { return }
        let worth = Int128(price.raw) * Int128(size.raw)
        let (whole, tooMuch) = value.addingReportingOverflow(worth)
        guard !tooMuch else { return }
        quantities[at] = sum
        values[at] += worth
        value = whole
        quantity += Int128(size.raw)
        isChanged = true
    }

    /// The average, rounded down; zero when nothing was traded.
    public mutating func average(at now: Nanoseconds) -> Price {
        advance(to: now)
        if isChanged { last = quantity == 0 ? .zero : Price(raw: Int64(clamping: value / quantity)) }
        isChanged = false
        return last
    }

    private mutating func advance(to now: Nanoseconds) {
        guard now >= newestEnds else { return }
        let bucket = now.raw / 10_000_000_000
        let (ends, overflow) = (bucket + 1).multipliedReportingOverflow(by: 10_000_000_000)
        newestEnds = Nanoseconds(raw: overflow ? .max : ends)
        guard bucket > newest else { return }
        isChanged = true
        for step in 0..<Swift.min(bucket - newest, 31) {
            let at = Int((bucket - step) % 31)
            value -= values[at]
            quantity -= Int128(quantities[at])
            values[at] = 0
            quantities[at] = 0
        }
        newest = bucket
    }
}
