import Loopback
import Matching
import Units

/// The book of a recording with our orders in it: recorded levels sorted with the best last, what our own taking has
/// used of a level since the recording last changed it, and what rests of ours at each price.
///
/// *Recorded* is what the file says. *Shown* is what the venue publishes: recorded, minus used, plus our own.
struct RecordedBook {
    private(set) var bids: [BookLevel] = []
    private(set) var asks: [BookLevel] = []
    private struct Use {
        var quantity: Quantity
        /// What the recording displayed when it was used.
        var of: Quantity
    }
    private var used: [BookSide: [Price: Use]] = [.buy: [:], .sell: [:]]
    private var own: [BookSide: [Price: Quantity]] = [.buy: [:], .sell: [:]]

    /// Something of ours changes what is shown.
    var isTouched: Bool { used.values.contains { !$0.isEmpty } || own.values.contains { !$0.isEmpty } }

    private func recorded(_ side: BookSide) -> [BookLevel] { side == .buy ? bids : asks }

    /// Whether a price of this side stands before another.
    static func isBetter(_ side: BookSide, _ price: Price, than other: Price) -> Bool {
        side == .buy ? price > other : price < other
    }

    private func index(_ side: BookSide, _ price: Price) -> Int {
        let levels = recorded(side)
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if Self.isBetter(side, price, than: levels[middle].price) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: the recording

    /// The recorded quantity at a price.
    func quantity(_ side: BookSide, _ price: Price) -> Quantity {
        let levels = recorded(side)
        let place = index(side, price)
        return place < levels.count && levels[place].price == price ? levels[place].quantity : .zero
    }

    /// Sets a recorded level; zero removes it. A use of it is forgotten, unless the recording only says again what it
    /// displayed when it was used.
    mutating func set(_ side: BookSide, _ price: Price, _ quantity: Quantity) {
        if let use = used[side]?[price], use.of != quantity { used[side]?[price] = nil }
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

    // MARK: ours

    /// Part of a recorded quantity taken by us.
    mutating func use(_ side: BookSide, _ price: Price, _ quantity: Quantity, of displayed: Quantity) {
        let before = used[side]?[price]?.quantity ?? .zero
        used[side]?[price] = Use(quantity: before + quantity, of: displayed)
    }

    /// What is left of `displayed` at a price after what we used.
    func free(_ side: BookSide, _ price: Price, of displayed: Quantity) -> Quantity {
        Swift.max(.zero, displayed - (used[side]?[price]?.quantity ?? .zero))
    }

    /// Changes what rests of ours at a price.
    mutating func addOwn(_ side: BookSide, _ price: Price, _ change: Quantity) {
        let total = (own[side]?[price] ?? .zero) + change
        own[side]?[price] = total.isZero ? nil : total
    }

    func bestOwn(_ side: BookSide) -> BookLevel? {
        own[side]?.max { Self.isBetter(side, $1.key, than: $0.key) }.map { BookLevel(price: $0.key, quantity: $0.value) }
    }

    /// The best recorded level with something left that an order on `side` reaching `limit` (`nil` = any price) could
    /// take now; `behind`: only levels after this price.
    func offer(to side: BookSide, limit: Price?, behind: Price? = nil) -> BookLevel? {
        let maker = side.opposite
        for level in recorded(maker).reversed() {
            if let limit, side == .buy ? level.price > limit : level.price < limit { return nil }
            if let behind, !Self.isBetter(maker, behind, than: level.price) { continue }
            let left = free(maker, level.price, of: level.quantity)
            if left.isPositive { return BookLevel(price: level.price, quantity: left) }
        }
        return nil
    }

    // MARK: what is published

    func shown(_ side: BookSide, _ price: Price) -> Quantity {
        free(side, price, of: quantity(side, price)) + (own[side]?[price] ?? .zero)
    }

    /// The best shown levels, best first.
    func levels(_ side: BookSide, limit: Int) -> [BookLevel] {
        guard isTouched else { return Array(recorded(side).suffix(limit).reversed()) }
        var ours = (own[side] ?? [:]).sorted { Self.isBetter(side, $0.key, than: $1.key) }[...]
        var found: [BookLevel] = []
        for level in recorded(side).reversed() {
            while let mine = ours.first, found.count < limit, Self.isBetter(side, mine.key, than: level.price) {
                found.append(BookLevel(price: mine.key, quantity: mine.value))
                ours.removeFirst()
            }
            guard found.count < limit else { return found }
            if ours.first?.key == level.price { ours.removeFirst() }
            let quantity = shown(side, level.price)
            if quantity.isPositive { found.append(BookLevel(price: level.price, quantity: quantity)) }
        }
        for mine in ours.prefix(limit - found.count) { found.append(BookLevel(price: mine.key, quantity: mine.value)) }
        return found
    }
}
