import Memory
import Model
import Units

/// One side of a book: levels from worst to best in preallocated memory, so that changes near the top, which are most,
/// move few levels. When full, the worst level is dropped and counted.
public struct BookSide: ~Copyable, Sendable {
    /// Room of the side; the first `count` are its levels.
    private var levels: Slab<Level>
    /// Where the levels that a message may change are while it is merged into the side.
    private var merged: Slab<Level>
    public private(set) var count = 0
    /// 1 for bids (higher is better), -1 for asks.
    private let sign: Int64
    /// Levels dropped for want of room since the last reset.
    public private(set) var dropped: UInt64 = 0

    init(_ side: Side, capacity: Int) {
        precondition(capacity > 0, "a book needs room")
        sign = side == .buy ? 1 : -1
        let none = Level(price: .zero, quantity: .zero)
        levels = Slab(repeating: none, count: capacity)
        merged = Slab(repeating: none, count: min(capacity, 1024))
    }

    public var best: Level? { count == 0 ? nil : levels[count - 1] }
    /// The level `depth` places from the best. Precondition: `depth < count`.
    public subscript(depth: Int) -> Level {
        precondition(depth >= 0 && depth < count, "no level at this depth")
        return levels[count - 1 - depth]
    }

    /// Sets a level; zero removes it.
    mutating func apply(_ level: Level) {
        var filling = Filling(count: count, sign: sign)
        unsafe filling.apply(level, to: levels.buffer)
        finish(filling)
    }

    /// Sets levels in order; zero removes one. Sorted either way and each price once, as venues send them, they
    /// are merged with the levels from the worst of them on in one pass.
    mutating func apply(_ changes: UnsafeBufferPointer<Level>) {
        var filling = Filling(count: count, sign: sign)
        let (buffer, scratch) = unsafe (levels.buffer, merged.buffer)
        switch unsafe filling.order(changes, in: buffer) {
        case .bestFirst: unsafe filling.merge(changes, isBestFirst: true, in: buffer, scratch)
        case .worstFirst: unsafe filling.merge(changes, isBestFirst: false, in: buffer, scratch)
        case .other: for index in 0..<changes.count { unsafe filling.apply(changes[index], to: buffer) }
        }
        finish(filling)
    }

    private mutating func finish(_ filling: Filling) {
        count = filling.count
        dropped &+= filling.dropped
    }

    mutating func reset() {
        count = 0
        dropped = 0
    }

    /// Quantity at `limit` or better; saturates.
    public func quantity(through limit: Price) -> Quantity {
        var sum = Quantity.zero
        var index = count - 1
        while index >= 0, levels[index].price.raw * sign >= limit.raw * sign {
            sum = sum.adding(levels[index].quantity) ?? .max
            index -= 1
        }
        return sum
    }
}
