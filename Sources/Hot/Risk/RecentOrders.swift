import Memory
import Model
import Units

/// The orders of the last seconds by what they say, to find a program that repeats itself. Bounded: the oldest is
/// forgotten when a new one needs its place, so the capacity must exceed what the order rate allows in the span.
///
/// Orders that say the same hang together in a chain, newest first, so that an order is compared with its like only.
public struct RecentOrders: ~Copyable {
    struct Entry: BitwiseCopyable {
        var at: Nanoseconds
        var price: Price
        var quantity: Quantity
        /// The order before this one in its chain, by number; one that is no longer held ends the chain.
        var older: UInt64
        var strategy: StrategyID
        var instrument: InstrumentID
        var side: Side
    }
    private var entries: Slab<Entry>
    /// The number of the newest order of each chain.
    private var newest: Slab<UInt64>
    private let span: Nanoseconds
    private let capacity: UInt64
    /// Orders so far; order `n`, counted from 1, lies at `n` modulo the slots, a power of two.
    private var count: UInt64 = 0

    /// Takes all memory now. Preconditions: both positive.
    public init(capacity: Int, span: Nanoseconds) {
        precondition(capacity > 0 && span.raw > 0, "a memory has a length")
        var slots = 1
        while slots < capacity { slots *= 2 }
        entries = Slab(
            repeating: Entry(
                at: .zero, price: .zero, quantity: .zero, older: 0, strategy: .engine, instrument: InstrumentID(0),
                side: .buy), count: slots)
        newest = Slab(repeating: 0, count: slots * 2)
        self.span = span
        self.capacity = UInt64(capacity)
    }

    private func chain(_ intent: Intent) -> Int {
        var key = UInt64(bitPattern: intent.price.raw) &* 0x9e37_79b9_7f4a_7c15
        key ^= UInt64(bitPattern: intent.quantity.raw) &* 0xbf58_476d_1ce4_e5b9
        key ^= (UInt64(intent.instrument.raw) << 16 | UInt64(intent.strategy.raw) << 8 | UInt64(intent.side.rawValue))
            &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: (key ^ key >> 32) & UInt64(newest.count - 1))
    }

    /// How many orders within the span say the same as this one. O(those of its chain in the span).
    public func same(as intent: Intent, at now: Nanoseconds) -> Int32 {
        var found: Int32 = 0
        var number = newest[chain(intent)]
        while number != 0, count - number < capacity {
            let at = Int(number & UInt64(entries.count - 1))
            if now - entries[at].at >= span { break }
            if entries[at].price == intent.price, entries[at].quantity == intent.quantity,
                entries[at].side == intent.side, entries[at].strategy == intent.strategy,
                entries[at].instrument == intent.instrument
            { found += 1 }
            number = entries[at].older
        }
        return found
    }

    /// Remembers an order that leaves now.
    public mutating func record(_ intent: Intent, at now: Nanoseconds) {
        let chain = chain(intent)
        count += 1
        entries[Int(count & UInt64(entries.count - 1))] = Entry(
            at: now, price: intent.price, quantity: intent.quantity, older: newest[chain], strategy: intent.strategy,
            instrument: intent.instrument, side: intent.side)
        newest[chain] = count
    }
}
