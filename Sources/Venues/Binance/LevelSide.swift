/// One side of a local book: levels sorted so that the best is last, where most changes happen. Insertion moves the
/// levels better than it: O(distance from the best). Capacity is taken once; when full the furthest level falls out.
struct LevelSide {
    private var levels: ContiguousArray<Level> = []
    private let capacity: Int
    /// 1 for bids (highest is best), -1 for asks.
    private let sign: Int64
    private(set) var dropped: UInt64 = 0

    init(isBid: Bool, capacity: Int) {
        sign = isBid ? 1 : -1
        self.capacity = capacity
        levels.reserveCapacity(capacity + 1)
    }

    var count: Int { levels.count }
    var best: Level? { levels.last }

    mutating func removeAll() { levels.removeAll(keepingCapacity: true) }

    /// Sets a level to an absolute quantity; 0 removes it. Removing an unknown level is normal.
    mutating func set(_ level: Level) {
        let index = place(of: level.price)
        let exists = index < levels.count && levels[index].price == level.price
        if level.quantity == 0 {
            if exists { levels.remove(at: index) }
        } else if exists {
            levels[index].quantity = level.quantity
        } else if levels.count < capacity {
            levels.insert(level, at: index)
        } else {
            dropped &+= 1
            if index == 0 { return }
            levels.remove(at: 0)
            levels.insert(level, at: index - 1)
        }
    }

    /// First index whose price is not worse than `price`.
    private func place(of price: Int64) -> Int {
        let key = price * sign
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price * sign < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
