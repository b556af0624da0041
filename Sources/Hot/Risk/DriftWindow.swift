import Model
import Units

/// What a price has been over the last minute by others' word: one observation a second at most, the first that counts.
/// Our own quotes must not be able to move it, however often they are placed, so an observation is taken only where
/// others stand behind it (`TradingCore+Reference` judges that). A plain value; nothing allocates.
public struct DriftWindow: BitwiseCopyable, Sendable {
    /// Seconds, plus the one under way: the window is never shorter than a minute.
    private var prices: InlineArray<61, Int64> = InlineArray(repeating: 0)
    private var sum: Int128 = 0
    private var count: Int64 = 0
    private var newest: Int64 = 0
    private var at = 0
    private var newestEnds = Nanoseconds(raw: .min)

    public init() {}

    /// Whether this second has no observation yet: asked before the dearer question of whose price it is.
    public mutating func wants(at now: Nanoseconds) -> Bool {
        advance(to: now)
        return prices[at] == 0
    }

    /// Takes the first observation of a second. Preconditions: positive; time does not go back.
    public mutating func record(_ price: Price, at now: Nanoseconds) {
        guard wants(at: now) else { return }
        prices[at] = price.raw
        sum += Int128(price.raw)
        count += 1
    }

    /// Mean of the minute's observations, rounded down; zero when there is none.
    public mutating func mean(at now: Nanoseconds) -> Price {
        advance(to: now)
        return count == 0 ? .zero : Price(raw: Int64(clamping: Rounding.floor.divide(sum, by: Int128(count))))
    }

    private mutating func advance(to now: Nanoseconds) {
        guard now >= newestEnds else { return }
        let second = now.raw / 1_000_000_000
        let (ends, overflow) = (second + 1).multipliedReportingOverflow(by: 1_000_000_000)
        newestEnds = Nanoseconds(raw: overflow ? .max : ends)
        guard second > newest else { return }
        for step in 0..<Swift.min(second - newest, 61) {
            let old = Int((second - step) % 61)
            if prices[old] == 0 { continue }
            sum -= Int128(prices[old])
            count -= 1
            prices[old] = 0
        }
        newest = second
        at = Int(second % 61)
    }
}
