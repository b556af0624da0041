import Model
import Units

/// What we ask of the simulated venue. Each request is answered at once, in the same form as a real adapter answers.
extension SimulatedVenue {
    /// Acts on one output. Outputs that are no requests are passed over. Precondition: events have been taken, so that
    /// the queue has room for the answers.
    public mutating func request(_ output: Output, at now: Nanoseconds) {
        switch output {
        case .place(let order): place(order, at: now)
        case .cancel(let reference): cancel(reference, at: now)
        case .cancelAll(let instrument): cancelAll(instrument, at: now)
        case .query(let reference): query(reference, at: now)
        case .amend(let amendment): amend(amendment, at: now)
        case .refresh(let refresh):
            switchEndsAt = now + refresh.period
            reply(.refresh, InstrumentID(0), refresh.client, at: now)
        case .verdict, .order, .position, .state, .alert, .command, .switched, .review: break
        }
    }

    /// Time passed: with its dead-man's switch set and not refreshed in time the venue cancels everything by itself, once.
    /// Whether it did.
    public mutating func tick(at now: Nanoseconds) -> Bool {
        guard now > switchEndsAt else { return false }
        switchEndsAt = Nanoseconds(raw: .max)
        for index in 0..<settings.instruments.count { endAll(settings.instruments[index].id, at: now) }
        return true
    }

    private mutating func reply(
        _ kind: RequestKind, _ instrument: InstrumentID, _ client: ClientOrderID, _ id: VenueOrderID = .none,
        _ error: ErrorCode = .none, code: Int32 = 0, at now: Nanoseconds
    ) {
        events.append(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: error == .none ? .accepted : .refused, instrument: instrument, client: client,
                    venueOrder: id, error: error, venueCode: code, venueTime: now)))
    }

    private mutating func place(_ order: NewOrder, as kind: RequestKind = .place, at now: Nanoseconds) {
        if let refusal = refusal(order) {
            return reply(kind, order.instrument, order.client, .none, refusal, at: now)
        }
        let id = VenueOrderID(nextOrder)
        let place = Int(nextOrder % UInt64(orders.count))
        let accepted = SimulatedOrder(order, id: id)
        guard !orders[place].isOpen, canLock(accepted), let need = bound(accepted, accepted.quantity) else {
            return reply(kind, order.instrument, order.client, .none, .insufficientBalance, at: now)
        }
        nextOrder += 1
        orders[place] = accepted
        clients[place] = accepted.client.word
        open.append(Int32(truncatingIfNeeded: place))
        lock(accepted, need)
        reply(kind, order.instrument, order.client, id, at: now)
        events.append(orders[place].update(.stream, at: now))
        if order.timeInForce != .postOnly { take(place, at: now) }
        guard orders[place].isOpen else { return }
        if order.timeInForce == .immediateOrCancel || order.timeInForce == .fillOrKill {
            close(place, .expired)
            events.append(orders[place].update(.stream, at: now))
        } else {
            orders[place].ahead = queue(orders[place])
        }
    }

    /// The venue's own rules; the gate should have seen to them.
    private func refusal(_ order: NewOrder) -> ErrorCode? {
        guard order.instrument.index < markets.count else { return .invalidOrder }
        let rules = settings.instruments[order.instrument.index]
        guard order.price.isPositive, order.price.isMultiple(of: rules.tickSize), order.quantity >= rules.minQuantity,
            order.quantity <= rules.maxQuantity, order.quantity.isPositive, order.quantity.isMultiple(of: rules.lotSize),
            let value = order.price.times(order.quantity, rounding: .down), value >= rules.minNotional
        else { return .invalidOrder }
        if open.count >= settings.openOrderCapacity || place(of: order.client) != nil { return .orderRejected }
        let market = markets[order.instrument.index]
        let crosses = market.hasTop
            && (order.side == .buy ? order.price >= market.top.askPrice : order.price <= market.top.bidPrice)
        if order.timeInForce == .postOnly, crosses { return .orderRejected }
        if order.timeInForce == .fillOrKill, offer(order.side, order.price, order.instrument) < order.quantity {
            return .orderRejected
        }
        return nil
    }

    /// What an order of a side may take now at its price: the display of the other side's best price, less what we took.
    private func offer(_ side: Side, _ limit: Price, _ instrument: InstrumentID) -> Quantity {
        let market = markets[instrument.index]
        guard market.hasTop else { return .zero }
        if side == .buy { return limit >= market.top.askPrice ? market.top.askQuantity - market.usedAsk : .zero }
        return limit <= market.top.bidPrice ? market.top.bidQuantity - market.usedBid : .zero
    }

    private mutating func take(_ place: Int, at now: Nanoseconds) {
        let order = orders[place]
        let part = Swift.min(order.left, offer(order.side, order.price, order.instrument))
        guard part.isPositive else { return }
        let index = order.instrument.index
        let price = order.side == .buy ? markets[index].top.askPrice : markets[index].top.bidPrice
        if order.side == .buy { markets[index].usedAsk += part } else { markets[index].usedBid += part }
        execute(place, part, at: price, isMaker: false, now: now)
    }

    /// What stands ahead of an order that arrives now.
    private func queue(_ order: SimulatedOrder) -> Quantity {
        let market = markets[order.instrument.index]
        guard market.hasTop else { return .max }
        let (best, displayed) = order.side == .buy
            ? (market.top.bidPrice, market.top.bidQuantity) : (market.top.askPrice, market.top.askQuantity)
        if order.price == best { return displayed }
        let isBetter = order.side == .buy ? order.price > best : order.price < best
        return isBetter ? .zero : .max
    }

    /// In place, only down and not below what is executed; the place in the queue is kept. Otherwise the order is ended and
    /// the next one taken, and neither unless nothing of it is executed; its own quantity is free for the next one.
    private mutating func amend(_ amendment: OrderAmendment, at now: Nanoseconds) {
        let reference = amendment.order
        guard let place = find(reference), orders[place].isOpen else {
            return refuse(amendment, .unknownOrder, .unknownOrder, at: now)
        }
        let order = orders[place]
        if amendment.isInPlace {
            let rules = settings.instruments[order.instrument.index]
            guard amendment.price == order.price, amendment.quantity < order.quantity, amendment.quantity > order.filled,
                amendment.quantity.isMultiple(of: rules.lotSize), amendment.quantity >= rules.minQuantity,
                let before = bound(order, order.left), let after = bound(order, amendment.quantity - order.filled)
            else { return refuse(amendment, .orderRejected, .orderRejected, at: now) }
            lock(order, after - before)
            orders[place].quantity = amendment.quantity
            reply(.amend, reference.instrument, reference.client, order.venueOrder, at: now)
            events.append(orders[place].update(.stream, at: now))
            return
        }
        guard order.status == .new else { return refuse(amendment, .orderRejected, .orderRejected, at: now) }
        reply(.amend, reference.instrument, reference.client, order.venueOrder, at: now)
        close(place, .cancelled)
        events.append(orders[place].update(.stream, at: now))
        self.place(
            NewOrder(
                client: amendment.client, instrument: order.instrument, strategy: amendment.strategy, side: order.side,
                timeInForce: amendment.timeInForce, price: amendment.price, quantity: amendment.quantity),
            as: .amend, at: now)
    }

    private mutating func refuse(
        _ amendment: OrderAmendment, _ error: ErrorCode, _ next: ErrorCode, at now: Nanoseconds
    ) {
        reply(.amend, amendment.order.instrument, amendment.order.client, amendment.order.venueOrder, error, at: now)
        if !amendment.isInPlace { reply(.amend, amendment.order.instrument, amendment.client, .none, next, at: now) }
    }

    private func find(_ reference: OrderReference) -> Int? {
        if reference.venueOrder != .none {
            let place = Int(reference.venueOrder.raw % UInt64(orders.count))
            if orders[place].venueOrder == reference.venueOrder { return place }
        }
        return place(of: reference.client)
    }

    private mutating func cancel(_ reference: OrderReference, at now: Nanoseconds) {
        guard let place = find(reference), orders[place].isOpen else {
            return reply(
                .cancel, reference.instrument, reference.client, reference.venueOrder, .unknownOrder, code: -2011, at: now)
        }
        reply(.cancel, reference.instrument, reference.client, orders[place].venueOrder, at: now)
        close(place, .cancelled)
        events.append(orders[place].update(.stream, at: now))
    }

    private mutating func cancelAll(_ instrument: InstrumentID, at now: Nanoseconds) {
        reply(.cancelAll, instrument, .none, at: now)
        endAll(instrument, at: now)
    }

    private mutating func endAll(_ instrument: InstrumentID, at now: Nanoseconds) {
        var index = 0
        while index < open.count {
            let place = Int(open[index])
            guard orders[place].instrument == instrument else {
                index += 1
                continue
            }
            close(place, .cancelled)
            events.append(orders[place].update(.stream, at: now))
        }
    }

    private mutating func query(_ reference: OrderReference, at now: Nanoseconds) {
        if let place = find(reference) {
            events.append(orders[place].update(.query, at: now))
            return
        }
        events.append(
            .orderUpdate(
                OrderUpdate(
                    status: .absent, source: .query, instrument: reference.instrument, side: .buy,
                    client: reference.client, venueOrder: reference.venueOrder, price: .zero, quantity: .zero,
                    cumulativeQuantity: .zero, venueTime: now, error: .unknownOrder)))
    }
}
