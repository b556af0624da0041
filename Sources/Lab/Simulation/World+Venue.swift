import Model
import StrategyKit
import Units
import VenueKit
import Wire

/// The venue's side: requests read from bytes, answered in bytes, with everything that a venue may get wrong.
extension World where Market: ~Copyable, Orders: ~Copyable {
    func venueReceives(_ link: Int, _ bytes: [UInt8]) {
        let isPresent = link == orderLink.number && orderLink.isOpen && !orderLink.isDead
        guard isPresent || link == drainingLink else { return }
        var read: DialectRequest?
        withView(bytes) { read = dialect.read($0) }
        guard let request = read else { fatalError("not a request: \(String(decoding: bytes, as: UTF8.self))") }
        if request.method == .place || request.method == .replace { checker.landed(request.client) }
        if now < closedUntil { return }
        if request.method != .logon, request.method != .subscribe, strikes(.lostRequest) { return }
        if request.timestamp > .zero,
            request.timestamp > now + Nanoseconds(seconds: 1) || now - request.timestamp > request.window
                || strikes(.staleTimestamp)
        {
            report.cover("request refused for its time")
            return answer(dialect.refused(request.id, .staleTimestamp), link)
        }
        switch request.method {
        case .logon:
            orderLink.isLoggedOn = true
            answer(dialect.done(request.id, .loggedOn, time: now.milliseconds), link)
        case .subscribe:
            orderLink.isSubscribed = true
            answer(dialect.done(request.id, .subscribed, time: now.milliseconds), link)
        case .place, .cancel, .cancelAll, .query: act(request, link)
        case .amend, .replace: amend(request, link)
        case .other: fatalError("an unknown method: \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// The answer, with the faults of answers.
    func answer(_ bytes: [UInt8], _ link: Int) {
        if strikes(.lostReply) { return }
        if strikes(.lateReply) {
            return heap.schedule(.venueSays(link: link, bytes), at: now + faults.pause(6))
        }
        if heldReply == nil, strikes(.reorderedReply) {
            heldReply = (link, bytes)
            return
        }
        send(bytes, link)
        releaseHeldReply()
        if strikes(.duplicatedReply) { send(bytes, link) }
    }

    /// The answer that was overtaken follows.
    func releaseHeldReply() {
        guard let held = heldReply else { return }
        heldReply = nil
        send(held.bytes, held.link)
    }

    /// Why the venue does not even look at an order; `nil` when it does.
    func refusal(_ request: DialectRequest) -> [UInt8]? {
        if now < refusedUntil { return dialect.refused(request.id, .addressBanned) }
        if now < bannedUntil { return dialect.refused(request.id, .rateLimited) }
        if strikes(.throttled) { return dialect.refused(request.id, .throttled) }
        if strikes(.errorBeforeAcceptance) { return dialect.refused(request.id, .backendTimeout) }
        guard request.method == .place || request.method == .replace else { return nil }
        if now < haltedUntil { return dialect.refused(request.id, .marketClosed) }
        if now < rulesUntil { return dialect.refused(request.id, .filter) }
        if now < coarseUntil, request.price.raw % (engine.instrument.tickSize.raw * 5) != 0 {
            return dialect.refused(request.id, .filter)
        }
        return nil
    }

    private func act(_ request: DialectRequest, _ link: Int) {
        if let refusal = refusal(request) { return answer(refusal, link) }
        let instrument = engine.instrument.id
        let reference = OrderReference(client: request.client, instrument: instrument, venueOrder: request.venueOrder)
        switch request.method {
        case .place:
            venue.request(
                .place(
                    NewOrder(
                        client: request.client, instrument: instrument, strategy: StrategyID(0), side: request.side,
                        timeInForce: request.timeInForce, price: request.price, quantity: request.quantity)), at: now)
        case .cancel:
            fillDuringCancel(reference)
            venue.request(.cancel(reference), at: now)
        case .cancelAll: venue.request(.cancelAll(instrument), at: now)
        case .query: venue.request(.query(reference), at: now)
        case .logon, .subscribe, .amend, .replace, .other: preconditionFailure("not an order request")
        }
        let first = venue.takeEvent()
        let reply = reply(request, first)
        var eventsFirst = strikes(.eventBeforeReply)
        if request.method == .place, venue.order(client: request.client)?.isOpen ?? false, strikes(.fillBeforeReply) {
            _ = venue.meet(client: request.client, quarters: 1 + Int64(faults.dice.next() % 4), at: now)
            eventsFirst = true
        }
        if eventsFirst { tellEvents() }
        if strikes(.errorAfterAcceptance) {
            answer(dialect.refused(request.id, .backendTimeout), link)
        } else {
            answer(reply, link)
        }
        if !eventsFirst { tellEvents() }
        checkExposure()
    }

    /// What is to be cancelled fills, in part or whole, just before the cancel is looked at.
    private func fillDuringCancel(_ reference: OrderReference) {
        let order = venue.order(venueOrder: reference.venueOrder) ?? venue.order(client: reference.client)
        guard let order, order.isOpen, strikes(.fillDuringCancel) else { return }
        _ = venue.meet(client: order.client, quarters: 1 + Int64(faults.dice.next() % 4), at: now)
        tellEvents()
    }

    /// The venue's direct answer in bytes; its first event is always the reply.
    private func reply(_ request: DialectRequest, _ event: Input?) -> [UInt8] {
        let time = now.milliseconds
        switch event {
        case .orderReply(let reply) where reply.outcome == .accepted:
            switch reply.kind {
            case .place: return dialect.done(request.id, .placed(reply), time: time)
            case .cancelAll: return dialect.done(request.id, .allCancelled, time: time)
            default:
                guard let order = venue.order(venueOrder: reply.venueOrder) else { fatalError("an order without a place") }
                return dialect.done(request.id, .order(order.statement(at: now)), time: time)
            }
        case .orderReply(let reply):
            switch reply.error {
            case .unknownOrder: return dialect.refused(request.id, .unknownOrder)
            case .invalidOrder: return dialect.refused(request.id, .filter)
            case .insufficientBalance:
                return dialect.refused(request.id, .insufficientBalance)
            default:
                return dialect.refused(request.id, .wouldTake)
            }
        case .orderUpdate(let update) where update.status == .absent:
            return dialect.refused(request.id, .noSuchOrder)
        case .orderUpdate(let update): return dialect.done(request.id, .order(update), time: time)
        default: fatalError("the simulated venue did not answer")
        }
    }

    /// What the venue says on the private stream, with the faults of events.
    func tellEvents() {
        var pending: Fill?
        var balances: [VenueBalance] = []
        while let event = venue.takeEvent() {
            switch event {
            case .fill(let fill):
                checker.venueFilled(fill)
                report.fills += 1
                history.append(fill)
                if history.count > 2000 { history.removeFirst(1000) }
                pending = fill
            case .orderUpdate(let update):
                tell(update, pending)
                pending = nil
            case .balance(let balance):
                balances.append(balance)
                if balances.count == 2 {
                    tell(balances)
                    balances = []
                }
            default: break
            }
        }
    }

    private func tell(_ balances: [VenueBalance]) {
        guard orderLink.isOpen, orderLink.isSubscribed, now >= silentUntil, !strikes(.lostBalance) else { return }
        send(dialect.balances(balances, time: now.milliseconds), orderLink.number)
    }

    func tell(_ update: OrderUpdate, _ fill: Fill?, isReduced: Bool = false) {
        guard orderLink.isOpen, orderLink.isSubscribed, now >= silentUntil else { return }
        if fill != nil, strikes(.lostFill) { return }
        if fill == nil, strikes(.lostUpdate) { return }
        let bytes = isReduced
            ? dialect.amended(update, time: now.milliseconds) : dialect.report(update, fill, time: now.milliseconds)
        if strikes(.lateEvent) {
            return heap.schedule(.venueSays(link: orderLink.number, bytes), at: now + faults.pause(2))
        }
        send(bytes, orderLink.number)
        if strikes(.duplicatedEvent) { send(bytes, orderLink.number) }
    }

    func checkExposure() {
        checker.checkExposure(
            open: (0..<venue.openCount).compactMap {
                let order = venue.openOrder($0)
                return order.client == stranger ? nil : (order.client, order.side, order.left, order.filled.isZero)
            })
    }

    // MARK: the market

    func marketStep() {
        heap.schedule(.marketStep, at: now + Nanoseconds(raw: 20_000_000 + Int64(dice.market.next() % 260_000_000)))
        tickVenue()
        if now < haltedUntil { return }
        let kind = dice.market.next() % 100
        if kind < 50 {
            book.move(&dice.market)
            tellTop()
        } else if kind < 78 {
            let trade = book.trade(&dice.market, at: now)
            dialect.trade(trade, time: now.milliseconds, into: &out)
            tellMarket()
            venue.market(.trade(trade), at: now)
            tellEvents()
            tellTop()
        } else {
            let (first, bids, asks) = book.flush()
            dialect.depth(
                first: Int64(first), last: Int64(book.updateID), bids: bids, asks: asks, time: now.milliseconds, into: &out)
            tellMarket()
        }
        checkExposure()
    }

    private func tellTop() {
        let top = book.top(at: now)
        let lie = hasSecondFeed ? lie(about: top) : nil
        dialect.ticker(top, into: &out)
        tellMarket(lie)
        venue.market(.topOfBook(top), at: now)
        tellEvents()
    }

    /// `lie`: what one of the feeds says instead.
    private func tellMarket(_ lie: (lane: Int, bytes: [UInt8])? = nil) {
        if hasSecondFeed, now >= frozenUntil { tellSecond(lie?.lane == 1 ? lie!.bytes : out.view.bytes()) }
        guard marketLink.isOpen, now >= frozenUntil, now >= second.firstFrozenUntil else { return }
        if strikes(.lostMarketMessage) { return }
        let bytes = lie?.lane == 0 ? lie!.bytes : out.view.bytes()
        publish(bytes)
        if strikes(.duplicatedMarketMessage) { publish(bytes) }
    }
}
