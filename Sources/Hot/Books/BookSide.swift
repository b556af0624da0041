import Model
import Units

/// One side of a book: levels from worst to best in preallocated memory, so that changes near the top, which are most,
/// move few levels. When full, the worst level is dropped and counted.
public struct BookSide: Sendable {
    /// Room of the side; the first `count` are its levels.
    private var levels: ContiguousArray<Level>
    public private(set) var count = 0
    /// 1 for bids (higher is better), -1 for asks.
    private let sign: Int64
    /// Levels dropped for want of room since the last reset.
    public private(set) var dropped: UInt64 = 0

    init(_ side: Side, capacity: Int) {
        precondition(capacity > 0, "a book needs room")
        sign = side == .buy ? 1 : -1
        levels = ContiguousArray(repeating: Level(price: .zero, quantity: .zero), count: capacity)
    }

    public var best: Level? { count == 0 ? nil : levels[count - 1] }
    /// The level `depth` places from the best. Precondition: `depth < count`.
    public subscript(depth: Int) -> Level {
        precondition(depth >= 0 && depth < count, "no level at this depth")
        return levels[count - 1 - depth]
    }

    /// Sets a level; zero removes it.
    mutating func apply(_ level: Level) {
        let state = Filling(count: count, sign: sign)
        finish(unsafe levels.withUnsafeMutableBufferPointer { buffer in
            var filling = state
            unsafe filling.apply(level, to: buffer)
            return filling
        })
    }

    /// Sets levels in order; zero removes one. The memory is asked for once, not level by level.
    mutating func apply(_ changes: UnsafeBufferPointer<Level>) {
        let state = Filling(count: count, sign: sign)
        finish(unsafe levels.withUnsafeMutableBufferPointer { buffer in
            var filling = state
            for index in 0..<changes.count { unsafe filling.apply(changes[index], to: buffer) }
            return filling
        })
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

/// What changes while levels are set: kept apart from the side, so that it can stay in registers.
private struct Filling {
    var count: Int
    let sign: Int64
    var dropped: UInt64 = 0
    /// Where the last level was found. A venue sends its levels in the order of their prices, so the next is near.
    var hint: Int

    init(count: Int, sign: Int64) {
        self.count = count
        self.sign = sign
        hint = count
    }

    /// First index whose price is as good as `price` or better: doubling steps away from the hint, then halving between.
    @inline(__always)
    private func position(_ price: Int64, _ levels: UnsafeMutableBufferPointer<Level>) -> Int {
        let wanted = price &* sign
        var low = 0
        var high = count
        var step = 1
        if unsafe hint < count && levels[hint].price.raw &* sign < wanted {
            low = hint &+ 1
            while low &+ step < high, unsafe levels[low &+ step].price.raw &* sign < wanted {
                low &+= step &+ 1
                step &*= 2
            }
            high = min(high, low &+ step)
        } else {
            high = min(hint, count)
            while high &- step >= 0, unsafe levels[high &- step].price.raw &* sign >= wanted {
                high &-= step
                step &*= 2
            }
            low = max(0, high &- step)
        }
        // Without a branch on what a comparison says: which half it is cannot be guessed.
        var length = high &- low
        while length > 0 {
            let half = length / 2
            let isWorse = unsafe levels[low &+ half].price.raw &* sign < wanted
            low = isWorse ? low &+ half &+ 1 : low
            length = isWorse ? length &- half &- 1 : half
        }
        return low
    }

    @inline(__always)
    mutating func apply(_ level: Level, to levels: UnsafeMutableBufferPointer<Level>) {
        let at = unsafe position(level.price.raw, levels)
        hint = at
        if unsafe at < count && levels[at].price == level.price {
            if !level.quantity.isZero {
                unsafe levels[at].quantity = level.quantity
            } else {
                count &-= 1
                unsafe move(levels, from: at &+ 1, to: at, count: count &- at)
            }
            return
        }
        if level.quantity.isZero { return }
        if count == levels.count {
            dropped &+= 1
            // The new level is the worst: it is the one that falls out.
            if at == 0 { return }
            unsafe move(levels, from: 1, to: 0, count: at &- 1)
            hint = at &- 1
            unsafe levels[hint] = level
            return
        }
        unsafe move(levels, from: at, to: at &+ 1, count: count &- at)
        unsafe levels[at] = level
        count &+= 1
    }

    @inline(__always)
    private func move(_ levels: UnsafeMutableBufferPointer<Level>, from: Int, to: Int, count: Int) {
        precondition(count >= 0 && from >= 0 && to >= 0 && max(from, to) &+ count <= levels.count, "moved out of the side")
        if count == 0 { return }
        unsafe (levels.baseAddress.unsafelyUnwrapped + to).update(
            from: levels.baseAddress.unsafelyUnwrapped + from, count: count)
    }
}
