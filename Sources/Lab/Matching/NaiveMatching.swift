import Units

/// The matching rules written as plainly as possible: one array in order of arrival, searched from end to end for every
/// step. It exists to be compared with `MatchingEngine`; it shares nothing with it but the event type.
package struct NaiveMatching {
    package struct Resting: Equatable {
        package var order: IncomingOrder
        package var left: Quantity
        package static func == (a: Resting, b: Resting) -> Bool { a.order.id == b.order.id && a.left == b.left }
    }

    /// Every resting order, oldest first.
    package private(set) var orders: [Resting] = []
    package init() {}

    /// The order that trades next with an order on the other side: best price, then oldest.
    private func next(_ side: BookSide) -> Int? {
        var found: Int?
        for (index, resting) in orders.enumerated() where resting.order.side == side {
            guard let best = found else {
                found = index
                continue
            }
            let price = orders[best].order.price
            if side == .buy ? resting.order.price > price : resting.order.price < price { found = index }
        }
        return found
    }

    private func reaches(_ order: IncomingOrder, _ price: Price) -> Bool {
        order.kind == .market || (order.side == .buy ? price <= order.price : price >= order.price)
    }

    private func total(_ side: BookSide, _ price: Price) -> Quantity {
        orders.reduce(.zero) { $1.order.side == side && $1.order.price == price ? $0 + $1.left : $0 }
    }

    private mutating func shrink(_ index: Int, by quantity: Quantity, _ ending: OrderEnding, _ events: inout [MatchEvent]) {
        orders[index].left -= quantity
        let order = orders[index].order
        if orders[index].left.isZero {
            events.append(.ended(id: order.id, ending: ending, left: .zero))
            orders.remove(at: index)
        }
        events.append(.level(side: order.side, price: order.price, quantity: total(order.side, order.price)))
    }

    /// Whether the order could fill completely: tried out on a copy.
    private func fillsWhole(_ order: IncomingOrder) -> Bool {
        var copy = self
        var attempt = order
        attempt.life = .immediateOrCancel
        var events: [MatchEvent] = []
        copy.submit(attempt, into: &events)
        return events.contains(.ended(id: order.id, ending: .filled, left: .zero))
            && !events.contains { if case .prevented(order.id, _, _, _) = $0 { true } else { false } }
    }

    package mutating func submit(_ order: IncomingOrder, into events: inout [MatchEvent]) {
        if order.kind == .postOnly, let best = next(order.side.opposite), reaches(order, orders[best].order.price) {
            events.append(.ended(id: order.id, ending: .wouldTrade, left: order.quantity))
            return
        }
        if order.kind != .postOnly, order.life == .fillOrKill, !fillsWhole(order) {
            events.append(.ended(id: order.id, ending: .notFillable, left: order.quantity))
            return
        }
        var left = order.quantity
        while left.isPositive, let index = next(order.side.opposite), reaches(order, orders[index].order.price) {
            let maker = orders[index]
            let price = maker.order.price
            let quantity = min(left, maker.left)
            let same = order.owner != 0 && order.owner == maker.order.owner
            if !same || order.prevention == .none {
                left -= quantity
                events.append(
                    .traded(maker: maker.order.id, taker: order.id, takerSide: order.side, price: price, quantity: quantity))
                shrink(index, by: quantity, .filled, &events)
                continue
            }
            let fromMaker: Quantity
            let fromTaker: Quantity
            switch order.prevention {
            case .none, .expireTaker: (fromMaker, fromTaker) = (.zero, left)
            case .expireMaker: (fromMaker, fromTaker) = (maker.left, .zero)
            case .expireBoth: (fromMaker, fromTaker) = (maker.left, left)
            case .decrement: (fromMaker, fromTaker) = (quantity, quantity)
            }
            let counter = order.prevention == .decrement
            if fromMaker.isPositive {
                events.append(.prevented(id: maker.order.id, counter: order.id, price: price, quantity: fromMaker))
                if !counter { shrink(index, by: fromMaker, .selfTrade, &events) }
            }
            if fromTaker.isPositive {
                events.append(.prevented(id: order.id, counter: maker.order.id, price: price, quantity: fromTaker))
            }
            if counter { shrink(index, by: fromMaker, .selfTrade, &events) }
            left -= fromTaker
            if left.isZero {
                events.append(.ended(id: order.id, ending: .selfTrade, left: .zero))
                return
            }
        }
        if left.isZero {
            events.append(.ended(id: order.id, ending: .filled, left: .zero))
        } else if order.kind == .market {
            events.append(.ended(id: order.id, ending: .noLiquidity, left: left))
        } else if order.kind == .limit, order.life != .goodTillCanceled {
            events.append(.ended(id: order.id, ending: .immediateRemainder, left: left))
        } else {
            orders.append(Resting(order: order, left: left))
            events.append(.rested(id: order.id, left: left))
            events.append(.level(side: order.side, price: order.price, quantity: total(order.side, order.price)))
        }
    }

    package mutating func cancel(_ id: Int64, into events: inout [MatchEvent]) -> Quantity? {
        guard let index = orders.firstIndex(where: { $0.order.id == id }) else { return nil }
        let gone = orders.remove(at: index)
        events.append(.ended(id: id, ending: .canceled, left: gone.left))
        events.append(
            .level(side: gone.order.side, price: gone.order.price, quantity: total(gone.order.side, gone.order.price)))
        return gone.left
    }
}
