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
        if request.method == .place { checker.landed(request.client) }
        if now < closedUntil { return }
        if request.method != .logon, request.method != .subscribe, faults.strikes(.lostRequest, 0.002) { return }
        if request.timestamp > .zero,
            request.timestamp > now + Nanoseconds(seconds: 1) || now - request.timestamp > request.window
                || faults.strikes(.staleTimestamp, 0.001)
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
        case .other: fatalError("an unknown method: \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// The answer, with the faults of answers.
    private func answer(_ bytes: [UInt8], _ link: Int) {
        if faults.strikes(.lostReply, 0.002) { return }
        if faults.strikes(.lateReply, 0.002) {
            return heap.schedule(.venueSays(link: link, bytes), at: now + pause(6))
        }
        send(bytes, link)
        if faults.strikes(.duplicatedReply, 0.003) { send(bytes, link) }
    }

    /// Why the venue does not even look at an order; `nil` when it does.
    private func refusal(_ request: DialectRequest) -> [UInt8]? {
        if now < bannedUntil {
            return dialect.refused(request.id, .rateLimited)
        }
        if faults.strikes(.throttled, 0.002) {
            return dialect.refused(request.id, .throttled)
        }
        if faults.strikes(.errorBeforeAcceptance, 0.002) {
            return dialect.refused(request.id, .backendTimeout)
        }
        guard request.method == .place else { return nil }
        if now < haltedUntil { return dialect.refused(request.id, .marketClosed) }
        if now < rulesUntil { return dialect.refused(request.id, .filter) }
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
        case .cancel: venue.request(.cancel(reference), at: now)
        case .cancelAll: venue.request(.cancelAll(instrument), at: now)
        case .query: venue.request(.query(reference), at: now)
        case .logon, .subscribe, .other: preconditionFailure("not an order request")
        }
        let first = venue.takeEvent()
        let reply = reply(request, first)
        let eventsFirst = faults.strikes(.eventBeforeReply, 0.01)
        if eventsFirst { tellEvents() }
        if faults.strikes(.errorAfterAcceptance, 0.002) {
            answer(dialect.refused(request.id, .backendTimeout), link)
        } else {
            answer(reply, link)
        }
        if !eventsFirst { tellEvents() }
        checkExposure()
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
        while let event = venue.takeEvent() {
            switch event {
            case .fill(let fill):
                checker.venueFilled(fill)
                report.fills += 1
                history.append(fill)
                if history.count > 200 { history.removeFirst(100) }
                pending = fill
            case .orderUpdate(let update):
                tell(update, pending)
                pending = nil
            default: break
            }
        }
    }

    private func tell(_ update: OrderUpdate, _ fill: Fill?) {
        guard orderLink.isOpen, orderLink.isSubscribed else { return }
        if fill != nil, faults.strikes(.lostFill, 0.002) { return }
        if fill == nil, faults.strikes(.lostUpdate, 0.002) { return }
        let bytes = dialect.report(update, fill, time: now.milliseconds)
        if faults.strikes(.lateEvent, 0.003) {
            return heap.schedule(.venueSays(link: orderLink.number, bytes), at: now + pause(2))
        }
        send(bytes, orderLink.number)
        if faults.strikes(.duplicatedEvent, 0.005) { send(bytes, orderLink.number) }
    }

    func checkExposure() {
        checker.checkExposure(
            open: (0..<venue.openCount).map {
                let order = venue.openOrder($0)
                return (order.client, order.side, order.left)
            })
    }

    // MARK: the market

    func marketStep() {
        heap.schedule(.marketStep, at: now + Nanoseconds(raw: 20_000_000 + Int64(random.next() % 260_000_000)))
        if now < haltedUntil { return }
        let kind = random.next() % 100
        if kind < 50 {
            book.move(&random)
            tellTop()
        } else if kind < 78 {
            let trade = book.trade(&random, at: now)
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
        dialect.ticker(top, into: &out)
        tellMarket()
        venue.market(.topOfBook(top), at: now)
        tellEvents()
    }

    private func tellMarket() {
        guard marketLink.isOpen, now >= frozenUntil else { return }
        if faults.strikes(.lostMarketMessage, 0.000_3) { return }
        let bytes = out.view.bytes()
        publish(bytes)
        if faults.strikes(.duplicatedMarketMessage, 0.000_3) { publish(bytes) }
    }
}
