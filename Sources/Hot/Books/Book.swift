import Memory
import Model
import Units

/// A local order book fed with absolute levels. Memory is taken at the start; one owner, one thread. Never allocates after
/// `init`, by the compiler's proof.
public struct Book: ~Copyable, Sendable {
    public private(set) var bids: BookSide
    public private(set) var asks: BookSide

    /// Takes memory for `capacity` levels per side. Precondition: positive.
    public init(capacity: Int = 4096) {
        bids = BookSide(.buy, capacity: capacity)
        asks = BookSide(.sell, capacity: capacity)
    }

    /// Sets the absolute quantity at a price; zero removes the level. `false` and unchanged when the price is not
    /// positive or the quantity negative. O(log n) to find, then moves the levels better than it.
    public mutating func apply(_ side: Side, price: Price, quantity: Quantity) -> Bool {
        guard price.isPositive, !quantity.isNegative else { return false }
        let level = Level(price: price, quantity: quantity)
        if side == .buy { bids.apply(level) } else { asks.apply(level) }
        return true
    }

    /// Sets all levels of a list, in order. `false` and unchanged when one of them is none that `apply` takes. Levels in the
    /// order of their prices, as venues send them, cost least.
    public mutating func apply(_ side: Side, _ list: borrowing SlabList<Level>) -> Bool {
        apply(side, LevelView(list))
    }

    /// The same for levels that lie elsewhere.
    public mutating func apply(_ side: Side, _ list: LevelView) -> Bool {
        for index in 0..<list.count where !list[index].price.isPositive || list[index].quantity.isNegative { return false }
        if list.count == 0 { return true }
        if side == .buy { unsafe bids.apply(list.buffer) } else { unsafe asks.apply(list.buffer) }
        return true
    }

    /// Forgets all levels, keeps the memory.
    public mutating func reset() {
        bids.reset()
        asks.reset()
    }

    public var bestBid: Level? { bids.best }
    public var bestAsk: Level? { asks.best }
    /// Best bid at or above best ask: the book cannot be right.
    public var isCrossed: Bool {
        guard let bid = bids.best, let ask = asks.best else { return false }
        return bid.price >= ask.price
    }
}
