import Model
import Units

/// A price level.
public struct Level: BitwiseCopyable, Sendable, Equatable {
    public var price: Price
    public var quantity: Quantity
    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// One side of a book: levels from worst to best in preallocated memory, so that changes near the top, which are most,
/// move few levels. When full, the worst level is dropped and counted.
public struct BookSide: Sendable {
    private var levels: ContiguousArray<Level>
    private let capacity: Int
    /// 1 for bids (higher is better), -1 for asks.
    private let sign: Int64
    /// Levels dropped for want of room since the last reset.
    public private(set) var dropped: UInt64 = 0

    init(_ side: Side, capacity: Int) {
        precondition(capacity > 0, "a book needs room")
        self.capacity = capacity
        sign = side == .buy ? 1 : -1
        levels = []
        levels.reserveCapacity(capacity + 1)
    }

    public var count: Int { levels.count }
    public var best: Level? { levels.last }
    /// The level `depth` places from the best. Precondition: `depth < count`.
    public subscript(depth: Int) -> Level { levels[levels.count - 1 - depth] }

    /// First index whose price is as good as `price` or better.
    private func position(_ price: Price) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price.raw * sign < price.raw * sign { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Sets a level; zero removes it.
    mutating func apply(_ price: Price, _ quantity: Quantity) {
        let at = position(price)
        if at < levels.count, levels[at].price == price {
            if quantity.isZero { levels.remove(at: at) } else { levels[at].quantity = quantity }
            return
        }
        if quantity.isZero { return }
        levels.insert(Level(price: price, quantity: quantity), at: at)
        if levels.count > capacity {
            levels.removeFirst()
            dropped &+= 1
        }
    }

    mutating func reset() {
        levels.removeAll(keepingCapacity: true)
        dropped = 0
    }

    /// Quantity at `limit` or better; saturates.
    public func quantity(through limit: Price) -> Quantity {
        var sum = Quantity.zero
        var index = levels.count - 1
        while index >= 0, levels[index].price.raw * sign >= limit.raw * sign {
            sum = sum.adding(levels[index].quantity) ?? .max
            index -= 1
        }
        return sum
    }
}

/// A local order book fed with absolute levels. Memory is taken at the start; one owner, one thread: the levels are copied
/// when a copy of the book is changed.
public struct Book: Sendable {
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
        if side == .buy { bids.apply(price, quantity) } else { asks.apply(price, quantity) }
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
