import Loopback
import Matching
import Units

/// The displayed book of a recording: levels sorted with the best last, and what our own taking orders have already
/// used of a level since the recording last changed it.
struct RecordedBook {
    private(set) var bids: [BookLevel] = []
    private(set) var asks: [BookLevel] = []
    private var used: [BookSide: [Price: Quantity]] = [.buy: [:], .sell: [:]]

    var bestBid: BookLevel? { bids.last }
    var bestAsk: BookLevel? { asks.last }

    func levels(_ side: BookSide, limit: Int) -> [BookLevel] {
        Array((side == .buy ? bids : asks).suffix(limit).reversed())
    }

    private func index(_ side: BookSide, _ price: Price) -> Int {
        let levels = side == .buy ? bids : asks
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            let before = side == .buy ? levels[middle].price < price : levels[middle].price > price
            if before { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func quantity(_ side: BookSide, _ price: Price) -> Quantity {
        let levels = side == .buy ? bids : asks
        let place = index(side, price)
        return place < levels.count && levels[place].price == price ? levels[place].quantity : .zero
    }

    /// Sets a level; zero removes it.
    mutating func set(_ side: BookSide, _ price: Price, _ quantity: Quantity) {
        used[side]?[price] = nil
        let place = index(side, price)
        func change(_ levels: inout [BookLevel]) {
            let exists = place < levels.count && levels[place].price == price
            if quantity.isZero {
                if exists { levels.remove(at: place) }
            } else if exists {
                levels[place].quantity = quantity
            } else {
                levels.insert(BookLevel(price: price, quantity: quantity), at: place)
            }
        }
        if side == .buy { change(&bids) } else { change(&asks) }
    }

    /// What an order on `side` reaching `limit` (`nil` = any price) could take now, best first.
    func takeable(by side: BookSide, limit: Price?) -> [BookLevel] {
        var found: [BookLevel] = []
        for level in (side == .buy ? asks : bids).reversed() {
            if let limit, side == .buy ? level.price > limit : level.price < limit { break }
            let free = level.quantity - (used[side.opposite]?[level.price] ?? .zero)
            if free.isPositive { found.append(BookLevel(price: level.price, quantity: free)) }
        }
        return found
    }

    /// Marks part of a level as taken by us.
    mutating func use(_ side: BookSide, _ price: Price, _ quantity: Quantity) {
        used[side]?[price, default: .zero] += quantity
    }
}
