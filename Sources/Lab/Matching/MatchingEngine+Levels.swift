import Units

extension MatchingEngine {
    /// Trades against the other side while it is reached. Returns `true` when self-trade prevention ended the order.
    mutating func take(_ order: IncomingOrder, _ left: inout Quantity, _ events: inout [MatchEvent]) -> Bool {
        while left.isPositive {
            guard let best = order.side == .buy ? asks.last : bids.last, Self.reaches(order, best.price) else { break }
            let place = best.first
            let maker = nodes[Int(place)]
            let quantity = Swift.min(left, maker.left)
            guard order.owner != 0, maker.owner == order.owner, order.prevention != .none else {
                left -= quantity
                events.append(
                    .traded(maker: maker.id, taker: order.id, takerSide: order.side, price: maker.price, quantity: quantity))
                reduce(place, by: quantity, ending: .filled, &events)
                continue
            }
            if prevent(order, place, &left, &events) { return true }
        }
        return false
    }

    /// Applies the arriving order's prevention mode to it and one resting order. `true`: the arriving order has ended.
    private mutating func prevent(
        _ order: IncomingOrder, _ place: Int32, _ left: inout Quantity, _ events: inout [MatchEvent]
    ) -> Bool {
        let maker = nodes[Int(place)]
        let both = Swift.min(left, maker.left)
        switch order.prevention {
        case .none:
            preconditionFailure("not a prevention")
        case .expireMaker, .expireBoth:
            events.append(.prevented(id: maker.id, counter: order.id, price: maker.price, quantity: maker.left))
            reduce(place, by: maker.left, ending: .selfTrade, &events)
            if order.prevention == .expireMaker { return false }
            fallthrough
        case .expireTaker:
            events.append(.prevented(id: order.id, counter: maker.id, price: maker.price, quantity: left))
            left = .zero
        case .decrement:
            events.append(.prevented(id: maker.id, counter: order.id, price: maker.price, quantity: both))
            events.append(.prevented(id: order.id, counter: maker.id, price: maker.price, quantity: both))
            reduce(place, by: both, ending: .selfTrade, &events)
            left -= both
        }
        guard left.isZero else { return false }
        events.append(.ended(id: order.id, ending: .selfTrade, left: .zero))
        return true
    }

    /// Whether the whole quantity can trade now, counting only orders it may trade with.
    func fillable(_ order: IncomingOrder) -> Bool {
        var need = order.quantity
        for level in (order.side == .buy ? asks : bids).reversed() {
            guard Self.reaches(order, level.price) else { return false }
            var place = level.first
            while place != Self.none {
                let node = nodes[Int(place)]
                if order.owner == 0 || node.owner != order.owner || order.prevention == .none {
                    if node.left >= need { return true }
                    need -= node.left
                } else if order.prevention != .expireMaker {
                    return false
                }
                place = node.next
            }
        }
        return false
    }

    mutating func rest(_ order: IncomingOrder, _ left: Quantity, _ events: inout [MatchEvent]) {
        let node = Node(
            id: order.id, owner: order.owner, side: order.side, price: order.price, left: left, previous: Self.none,
            next: Self.none)
        let place: Int32
        if let free = freeNodes.popLast() {
            place = free
            nodes[Int(free)] = node
        } else {
            place = Int32(nodes.count)
            nodes.append(node)
        }
        places[order.id] = place
        let index = levelIndex(order.side, order.price)
        let total = mutateLevels(order.side) { levels, nodes in
            if index < levels.count, levels[index].price == order.price {
                let last = levels[index].last
                nodes[Int(last)].next = place
                nodes[Int(place)].previous = last
                levels[index].last = place
                levels[index].total += left
            } else {
                levels.insert(Level(price: order.price, total: left, first: place, last: place), at: index)
            }
            return levels[index].total
        }
        events.append(.rested(id: order.id, left: left))
        events.append(.level(side: order.side, price: order.price, quantity: total))
    }

    /// Takes `quantity` from a resting order; it ends when nothing is left.
    mutating func reduce(_ place: Int32, by quantity: Quantity, ending: OrderEnding, _ events: inout [MatchEvent]) {
        let node = nodes[Int(place)]
        precondition(node.left >= quantity, "an order cannot lose more than it has")
        if node.left == quantity {
            events.append(.ended(id: node.id, ending: ending, left: .zero))
            remove(place, &events)
            return
        }
        nodes[Int(place)].left -= quantity
        let index = levelIndex(node.side, node.price)
        let total = mutateLevels(node.side) { levels, _ in
            levels[index].total -= quantity
            return levels[index].total
        }
        events.append(.level(side: node.side, price: node.price, quantity: total))
    }

    mutating func remove(_ place: Int32, _ events: inout [MatchEvent]) {
        let node = nodes[Int(place)]
        let index = levelIndex(node.side, node.price)
        let total: Quantity = mutateLevels(node.side) { levels, nodes in
            precondition(levels[index].price == node.price, "a resting order has a level")
            if node.previous == Self.none { levels[index].first = node.next } else { nodes[Int(node.previous)].next = node.next }
            if node.next == Self.none { levels[index].last = node.previous } else { nodes[Int(node.next)].previous = node.previous }
            levels[index].total -= node.left
            let total = levels[index].total
            if levels[index].first == Self.none { levels.remove(at: index) }
            return total
        }
        places[node.id] = nil
        freeNodes.append(place)
        events.append(.level(side: node.side, price: node.price, quantity: total))
    }

    /// Where a price is, or would be inserted.
    func levelIndex(_ side: BookSide, _ price: Price) -> Int {
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

    private mutating func mutateLevels<Result>(
        _ side: BookSide, _ body: (inout [Level], inout [Node]) -> Result
    ) -> Result {
        if side == .buy { return body(&bids, &nodes) }
        return body(&asks, &nodes)
    }
}
