import Units

/// A price-time-priority book for one instrument.
///
/// Levels are kept sorted with the best at the end of each array (taking from the best is O(1)); orders of a level form
/// a doubly linked list inside one pool, so that a cancel is O(1) after one dictionary look-up.
/// Not thread-safe: one owner.
package struct MatchingEngine {
    struct Node {
        var id: Int64
        var owner: Int32
        var side: BookSide
        var price: Price
        var left: Quantity
        var previous: Int32
        var next: Int32
    }

    struct Level {
        var price: Price
        var total: Quantity
        var first: Int32
        var last: Int32
    }

    static let none: Int32 = -1
    var nodes: [Node] = []
    var freeNodes: [Int32] = []
    var places: [Int64: Int32] = [:]
    /// Ascending: best bid last.
    var bids: [Level] = []
    /// Descending: best ask last.
    var asks: [Level] = []

    package init() {}

    /// Resting orders.
    package var count: Int { places.count }
    package var bestBid: BookLevel? { bids.last.map { BookLevel(price: $0.price, quantity: $0.total) } }
    package var bestAsk: BookLevel? { asks.last.map { BookLevel(price: $0.price, quantity: $0.total) } }

    /// What is left of a resting order; `nil` when it does not rest.
    package func resting(_ id: Int64) -> Quantity? { places[id].map { nodes[Int($0)].left } }

    /// The best `limit` levels of a side, best first.
    package func levels(_ side: BookSide, limit: Int) -> [BookLevel] {
        let all = side == .buy ? bids : asks
        return all.suffix(limit).reversed().map { BookLevel(price: $0.price, quantity: $0.total) }
    }

    /// Runs an arriving order through the book and appends what happened to `events`.
    package mutating func submit(_ order: IncomingOrder, into events: inout [MatchEvent]) {
        precondition(order.quantity.isPositive, "an order has a positive quantity")
        precondition(places[order.id] == nil, "order ids are unique")
        if order.kind == .postOnly, crosses(order) {
            events.append(.ended(id: order.id, ending: .wouldTrade, left: order.quantity))
            return
        }
        if order.kind != .postOnly, order.life == .fillOrKill, !fillable(order) {
            events.append(.ended(id: order.id, ending: .notFillable, left: order.quantity))
            return
        }
        var left = order.quantity
        let stopped = take(order, &left, &events)
        if stopped { return }
        if left.isZero {
            events.append(.ended(id: order.id, ending: .filled, left: .zero))
        } else if order.kind == .market {
            events.append(.ended(id: order.id, ending: .noLiquidity, left: left))
        } else if order.kind == .limit, order.life != .goodTillCanceled {
            events.append(.ended(id: order.id, ending: .immediateRemainder, left: left))
        } else {
            rest(order, left, &events)
        }
    }

    /// Takes a resting order out. Returns what was left of it, or `nil` when it does not rest.
    package mutating func cancel(_ id: Int64, into events: inout [MatchEvent]) -> Quantity? {
        guard let place = places[id] else { return nil }
        let left = nodes[Int(place)].left
        events.append(.ended(id: id, ending: .canceled, left: left))
        remove(place, &events)
        return left
    }

    /// Takes a part of a resting order away; it keeps its place. `false`: it does not rest with more than that.
    package mutating func reduce(_ id: Int64, by quantity: Quantity, into events: inout [MatchEvent]) -> Bool {
        guard quantity.isPositive, let place = places[id], nodes[Int(place)].left > quantity else { return false }
        reduce(place, by: quantity, ending: .canceled, &events)
        return true
    }

    /// Cancels `id` and submits `order` in its stead, which queues as a new arrival. `false`: nothing was canceled and
    /// nothing submitted.
    package mutating func replace(_ id: Int64, with order: IncomingOrder, into events: inout [MatchEvent]) -> Bool {
        guard cancel(id, into: &events) != nil else { return false }
        submit(order, into: &events)
        return true
    }

    /// Whether the order reaches the other side's best price.
    package func crosses(_ order: IncomingOrder) -> Bool {
        guard let best = order.side == .buy ? asks.last : bids.last else { return false }
        return Self.reaches(order, best.price)
    }

    static func reaches(_ order: IncomingOrder, _ price: Price) -> Bool {
        if order.kind == .market { return true }
        return order.side == .buy ? order.price >= price : order.price <= price
    }
}
