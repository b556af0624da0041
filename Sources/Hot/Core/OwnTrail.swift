import Model
import Orders
import Units

/// The orders of ours in one instrument that ended a moment ago: the book may still show them, and a public trade of
/// theirs may still come. Bounded; when one is forgotten too early, everything counts as ours for a while.
struct OwnTrail: BitwiseCopyable {
    private struct Entry: BitwiseCopyable {
        var side = Side.buy
        var price = Price.zero
        var quantity = Quantity.zero
        var until = Nanoseconds(raw: .min)
    }
    /// Longer than a book or a trade may be late behind our own link.
    static let span = Nanoseconds(seconds: 1)
    private var entries: InlineArray<16, Entry> = InlineArray(repeating: Entry())
    private var next = 0
    private var blindUntil = Nanoseconds(raw: .min)

    init() {}

    /// An order ended now.
    mutating func ended(_ order: Order, at now: Nanoseconds) {
        if entries[next].until > now { blindUntil = Swift.max(blindUntil, entries[next].until) }
        entries[next] = Entry(side: order.side, price: order.price, quantity: order.quantity, until: now + Self.span)
        next = (next + 1) % 16
    }

    /// Nothing can be told from others now.
    func isBlind(at now: Nanoseconds) -> Bool { now < blindUntil }

    /// What may still be shown of ours at a price.
    func quantity(_ side: Side, at price: Price, _ now: Nanoseconds) -> Int128 {
        var sum: Int128 = 0
        for index in 0..<16 {
            let entry = entries[index]
            if entry.until > now, entry.side == side, entry.price == price { sum += Int128(entry.quantity.raw) }
        }
        return sum
    }

    /// Whether a trade at this price may have been one of theirs.
    func reaches(_ price: Price, _ now: Nanoseconds) -> Bool {
        for index in 0..<16 {
            let entry = entries[index]
            if entry.until > now, entry.side == .buy ? entry.price >= price : entry.price <= price { return true }
        }
        return false
    }
}
