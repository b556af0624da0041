import Model
import Units

/// The orders of the last seconds by what they say, to find a program that repeats itself. Bounded: the oldest is
/// forgotten when a new one needs its place, so the capacity must exceed what the order rate allows in the span.
public struct RecentOrders: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var at: Nanoseconds
        var strategy: StrategyID
        var instrument: InstrumentID
        var side: Side
        var price: Price
        var quantity: Quantity
    }
    private var entries: ContiguousArray<Entry>
    private let span: Nanoseconds
    private var next = 0
    private var count = 0

    /// Takes all memory now. Preconditions: both positive.
    public init(capacity: Int, span: Nanoseconds) {
        precondition(capacity > 0 && span.raw > 0, "a memory has a length")
        let empty = Entry(
            at: .zero, strategy: .engine, instrument: InstrumentID(0), side: .buy, price: .zero, quantity: .zero)
        entries = ContiguousArray(repeating: empty, count: capacity)
        self.span = span
    }

    /// How many orders within the span say the same as this one. O(orders in the span).
    public func same(as intent: Intent, at now: Nanoseconds) -> Int32 {
        var found: Int32 = 0
        var at = next
        for _ in 0..<count {
            at = at == 0 ? entries.count - 1 : at - 1
            let entry = entries[at]
            if now - entry.at >= span { break }
            if entry.price == intent.price, entry.quantity == intent.quantity, entry.side == intent.side,
                entry.strategy == intent.strategy, entry.instrument == intent.instrument
            { found += 1 }
        }
        return found
    }

    /// Remembers an order that leaves now.
    public mutating func record(_ intent: Intent, at now: Nanoseconds) {
        entries[next] = Entry(
            at: now, strategy: intent.strategy, instrument: intent.instrument, side: intent.side, price: intent.price,
            quantity: intent.quantity)
        next = (next + 1) % entries.count
        count = Swift.min(count + 1, entries.count)
    }
}
