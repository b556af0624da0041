import Model
import StrategyKit
import Units

/// Amendments at the venue, with all that may come between one and its answer.
extension World where Market: ~Copyable, Orders: ~Copyable {
    func amend(_ request: DialectRequest, _ link: Int) {
        let isLost = strikes(.amendLost)
        // Half of those that are lost are lost on their way, the others' answers on theirs.
        if isLost, faults.dice.next() % 2 == 0 { return report.cover("amendment lost") }
        if let refusal = refusal(request) { return answer(refusal, link) }
        let amendment = amendment(request)
        fillDuringAmend(amendment.order)
        venue.request(.amend(amendment), at: now)
        let (bytes, before) = taken(request)
        var eventsFirst = strikes(.eventBeforeReply)
        if request.method == .replace, venue.order(client: request.client)?.isOpen ?? false, strikes(.fillBeforeReply) {
            _ = venue.meet(client: request.client, quarters: 1 + Int64(faults.dice.next() % 4), at: now)
            eventsFirst = true
        }
        if eventsFirst { tellAmended(before, request) }
        if isLost {
            report.cover("answer to an amendment lost")
        } else if strikes(.errorAfterAcceptance) {
            answer(dialect.refused(request.id, .backendTimeout), link)
        } else if strikes(.amendAnswerLate) {
            report.cover("answer to an amendment late")
            heap.schedule(.venueSays(link: link, bytes), at: now + Nanoseconds(seconds: 2) + faults.pause(4))
        } else {
            answer(bytes, link)
        }
        if !eventsFirst { tellAmended(before, request) }
        checkExposure()
    }

    private func amendment(_ request: DialectRequest) -> OrderAmendment {
        let former = request.method == .amend ? request.client : request.former
        let reference = OrderReference(client: former, instrument: engine.instrument.id, venueOrder: request.venueOrder)
        let price = request.method == .amend ? resting(reference)?.price ?? .zero : request.price
        return OrderAmendment(
            order: reference, client: request.client, strategy: StrategyID(0), side: request.side,
            timeInForce: request.timeInForce, price: price, quantity: request.quantity)
    }

    private func resting(_ reference: OrderReference) -> SimulatedOrder? {
        let order = venue.order(venueOrder: reference.venueOrder) ?? venue.order(client: reference.client)
        guard let order, order.isOpen else { return nil }
        return order
    }

    /// What is to be changed fills, in part or whole, just before the change is looked at.
    private func fillDuringAmend(_ reference: OrderReference) {
        guard let order = resting(reference), strikes(.fillDuringAmend) else { return }
        _ = venue.meet(client: order.client, quarters: 1 + Int64(faults.dice.next() % 4), at: now)
        tellEvents()
    }

    /// The venue's answer in bytes, and what it tells of the order itself, which stands before all other events.
    private func taken(_ request: DialectRequest) -> (bytes: [UInt8], before: OrderUpdate?) {
        guard case .orderReply(let reply)? = venue.takeEvent() else { fatalError("the simulated venue did not answer") }
        let time = now.milliseconds
        if request.method == .amend {
            guard reply.outcome == .accepted else {
                return (dialect.refused(request.id, reply.error == .unknownOrder ? .noSuchOrder : .notAmended), nil)
            }
            guard case .orderUpdate(let update)? = venue.takeEvent() else { fatalError("an amendment changes an order") }
            return (dialect.done(request.id, .amended(update), time: time), update)
        }
        guard reply.outcome == .accepted else {
            _ = venue.takeEvent()
            return (dialect.refused(request.id, .notReplaced(isGone: reply.error == .unknownOrder)), nil)
        }
        guard case .orderUpdate(let former)? = venue.takeEvent(), case .orderReply(let next)? = venue.takeEvent()
        else { fatalError("a replacement ends an order and takes another") }
        if next.outcome == .accepted {
            return (dialect.done(request.id, .replaced(former, next), time: time), former)
        }
        report.cover("order ended and its replacement refused")
        return (dialect.refused(request.id, .endedOnly), former)
    }

    /// What becomes of an amendment whose fate is not known: of the order as it was, and of the generation after it.
    func follow(_ change: OrderTransition, _ origin: InputOrigin) {
        if change.to == .unknown {
            if change.from == .pendingAmend { doubtedAmends.insert(change.client) }
        } else if change.from == .unknown {
            if doubtedAmends.remove(change.client) != nil { report.cover("amended order unknown to \(change.to) by \(origin)") }
            if generations.contains(change.client) { report.cover("next generation unknown to \(change.to) by \(origin)") }
        }
        if change.to.isTerminal { generations.remove(change.client) }
    }

    private func tellAmended(_ update: OrderUpdate?, _ request: DialectRequest) {
        if let update { tell(update, nil, isReduced: request.method == .amend) }
        tellEvents()
    }
}
