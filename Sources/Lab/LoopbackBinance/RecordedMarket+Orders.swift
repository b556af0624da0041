import Matching
import Units

/// Clients' orders in the recorded market.
extension RecordedMarket {
    func submit(_ order: IncomingOrder, into output: inout MarketOutput) {
        if order.kind == .postOnly, crosses(order) {
            output.outcomes.append(.ended(order: order.id, ending: .wouldTrade))
            return
        }
        if order.kind != .postOnly, order.life == .fillOrKill, !fillable(order) {
            output.outcomes.append(.ended(order: order.id, ending: .notFillable))
            return
        }
        var left = order.quantity
        let stopped = take(order, &left, &output)
        if stopped { return publishTop(&output) }
        if left.isZero {
            output.outcomes.append(.ended(order: order.id, ending: .filled))
        } else if order.kind == .market {
            output.outcomes.append(.ended(order: order.id, ending: .noLiquidity))
        } else if order.kind == .limit, order.life != .goodTillCanceled {
            output.outcomes.append(.ended(order: order.id, ending: .immediateRemainder))
        } else {
            add(order, left: left, &output)
            output.outcomes.append(.rested(order: order.id))
        }
        publishTop(&output)
    }

    func cancel(_ id: Int64, into output: inout MarketOutput) -> Bool {
        guard let index = own.firstIndex(where: { $0.order.id == id }) else { return false }
        output.outcomes.append(.ended(order: id, ending: .canceled))
        reduce(index, by: own[index].left, &output)
        publishTop(&output)
        return true
    }

    func reduce(_ id: Int64, by quantity: Quantity, into output: inout MarketOutput) -> Bool {
        guard let index = own.firstIndex(where: { $0.order.id == id }), own[index].left > quantity else { return false }
        reduce(index, by: quantity, &output)
        publishTop(&output)
        return true
    }

    /// Behind the volume displayed at its price.
    func add(_ order: IncomingOrder, left: Quantity, _ output: inout MarketOutput) {
        own.append(Own(order: order, left: left, ahead: book.quantity(order.side, order.price)))
        book.addOwn(order.side, order.price, left)
        showOwn(order.side, order.price, &output)
    }

    /// Takes from a resting order; it is gone when nothing is left.
    private func reduce(_ index: Int, by quantity: Quantity, _ output: inout MarketOutput) {
        let order = own[index].order
        own[index].left -= quantity
        if own[index].left.isZero { own.remove(at: index) }
        book.addOwn(order.side, order.price, .zero - quantity)
        showOwn(order.side, order.price, &output)
    }

    /// A side's orders as they would be reached: best price first, then the oldest.
    private func priority(_ side: BookSide) -> [Own] {
        own.filter { $0.order.side == side }.sorted {
            let (a, b) = ($0.order, $1.order)
            return a.price == b.price ? a.id < b.id : RecordedBook.isBetter(side, a.price, than: b.price)
        }
    }

    // MARK: taking

    private func reaches(_ order: IncomingOrder, _ price: Price) -> Bool {
        order.kind == .market || !RecordedBook.isBetter(order.side, price, than: order.price)
    }

    private func crosses(_ order: IncomingOrder) -> Bool {
        guard let best = levels(order.side.opposite, limit: 1).first else { return false }
        return reaches(order, best.price)
    }

    /// Clients' orders that an arriving one reaches, in the order it reaches them.
    private func met(by order: IncomingOrder) -> [Own] {
        priority(order.side.opposite).filter { reaches(order, $0.order.price) }
    }

    private func isPrevented(_ order: IncomingOrder, by resting: IncomingOrder) -> Bool {
        order.owner != 0 && resting.owner == order.owner && order.prevention != .none
    }

    /// Whether the whole quantity can trade now, counting only orders it may trade with.
    private func fillable(_ order: IncomingOrder) -> Bool {
        var need = order.quantity
        var behind: Price?
        var resting = met(by: order)[...]
        while need.isPositive {
            let offer = book.offer(to: order.side, limit: order.kind == .market ? nil : order.price, behind: behind)
            if let first = resting.first,
                offer.map({ RecordedBook.isBetter(order.side.opposite, first.order.price, than: $0.price) }) ?? true
            {
                resting.removeFirst()
                if !isPrevented(order, by: first.order) { need -= Swift.min(need, first.left) }
                else if order.prevention != .expireMaker { return false }
            } else if let offer {
                need -= Swift.min(need, offer.quantity)
                behind = offer.price
            } else {
                return false
            }
        }
        return true
    }

    /// Trades in the order of prices; at one price what was recorded stands before clients' orders. `true`: self-trade
    /// prevention ended the order.
    private func take(_ order: IncomingOrder, _ left: inout Quantity, _ output: inout MarketOutput) -> Bool {
        guard order.kind != .postOnly else { return false }
        let limit = order.kind == .market ? nil : order.price
        while left.isPositive {
            let offer = book.offer(to: order.side, limit: limit)
            if let resting = met(by: order).first,
                offer.map({ RecordedBook.isBetter(order.side.opposite, resting.order.price, than: $0.price) }) ?? true
            {
                if isPrevented(order, by: resting.order) {
                    if prevent(order, resting, &left, &output) { return true }
                } else {
                    let part = Swift.min(left, resting.left)
                    left -= part
                    fill(resting.order, part, taker: order.id, &output)
                }
            } else if let offer {
                let part = Swift.min(left, offer.quantity)
                left -= part
                use(order.side.opposite, offer.price, part, of: book.quantity(order.side.opposite, offer.price), &output)
                trade(offer.price, part, order.side, maker: nil, taker: order.id, &output)
            } else {
                break
            }
        }
        return false
    }

    /// The arriving order's mode decides about both. `true`: the arriving order has ended.
    private func prevent(
        _ order: IncomingOrder, _ resting: Own, _ left: inout Quantity, _ output: inout MarketOutput
    ) -> Bool {
        let maker = resting.order
        func prevented(_ id: Int64, by counter: Int64, _ quantity: Quantity) {
            output.outcomes.append(.prevented(order: id, counter: counter, price: maker.price, quantity: quantity))
        }
        func expireMaker() {
            prevented(maker.id, by: order.id, resting.left)
            takeOut(maker.id, resting.left, &output)
        }
        func expireTaker() {
            prevented(order.id, by: maker.id, left)
            left = .zero
        }
        switch order.prevention {
        case .none: preconditionFailure("not a prevention")
        case .expireMaker: expireMaker()
        case .expireTaker: expireTaker()
        case .expireBoth:
            expireMaker()
            expireTaker()
        case .decrement:
            let both = Swift.min(left, resting.left)
            prevented(maker.id, by: order.id, both)
            prevented(order.id, by: maker.id, both)
            takeOut(maker.id, both, &output)
            left -= both
        }
        guard left.isZero else { return false }
        output.outcomes.append(.ended(order: order.id, ending: .selfTrade))
        return true
    }

    private func takeOut(_ id: Int64, _ quantity: Quantity, _ output: inout MarketOutput) {
        guard let index = own.firstIndex(where: { $0.order.id == id }) else { return }
        if own[index].left == quantity { output.outcomes.append(.ended(order: id, ending: .selfTrade)) }
        reduce(index, by: quantity, &output)
    }

    private func use(
        _ side: BookSide, _ price: Price, _ quantity: Quantity, of displayed: Quantity, _ output: inout MarketOutput
    ) {
        book.use(side, price, quantity, of: displayed)
        showOwn(side, price, &output)
    }

    // MARK: being reached

    private func fill(_ order: IncomingOrder, _ quantity: Quantity, taker: Int64?, _ output: inout MarketOutput) {
        guard let index = own.firstIndex(where: { $0.order.id == order.id }) else { return }
        trade(order.price, quantity, order.side.opposite, maker: order.id, taker: taker, &output)
        if own[index].left == quantity { output.outcomes.append(.ended(order: order.id, ending: .filled)) }
        reduce(index, by: quantity, &output)
    }

    /// The displayed other side has moved to or through a price of ours: it would have met our order first.
    func fillCrossed(_ output: inout MarketOutput) {
        for resting in priority(.buy) + priority(.sell) {
            let side = resting.order.side
            while let left = own.first(where: { $0.order.id == resting.order.id })?.left,
                let offer = book.offer(to: side, limit: resting.order.price)
            {
                let part = Swift.min(left, offer.quantity)
                use(side.opposite, offer.price, part, of: book.quantity(side.opposite, offer.price), &output)
                fill(resting.order, part, taker: nil, &output)
            }
        }
    }

    /// The same for best prices, which are recorded before the diff that holds them.
    func fillCrossed(by bid: BookLevel, _ ask: BookLevel, _ output: inout MarketOutput) {
        for resting in priority(.buy) + priority(.sell) {
            let (order, offer) = (resting.order, resting.order.side == .buy ? ask : bid)
            guard reaches(order, offer.price) else { continue }
            let part = Swift.min(resting.left, book.free(order.side.opposite, offer.price, of: offer.quantity))
            guard part.isPositive else { continue }
            use(order.side.opposite, offer.price, part, of: offer.quantity, &output)
            fill(order, part, taker: nil, &output)
        }
    }

    /// A recorded trade that took `quantity` from `side` at `price`: what of it our orders get. The rest is returned.
    func reach(_ side: BookSide, _ price: Price, _ quantity: Quantity, _ output: inout MarketOutput) -> Quantity {
        var left = quantity
        for candidate in priority(side) where left.isPositive {
            let better = RecordedBook.isBetter(side, candidate.order.price, than: price)
            guard better || candidate.order.price == price,
                let index = own.firstIndex(where: { $0.order.id == candidate.order.id })
            else { continue }
            var reach = left
            if !better {
                let eaten = Swift.min(own[index].ahead, left)
                own[index].ahead -= eaten
                reach -= eaten
            }
            let part = Swift.min(reach, own[index].left)
            guard part.isPositive else { continue }
            left -= part
            fill(candidate.order, part, taker: nil, &output)
        }
        return left
    }
}
