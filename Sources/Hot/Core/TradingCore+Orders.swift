import Model
import Orders
import Risk
import StrategyKit
import Units

/// From intents to orders: the gate, the reservation, what leaves.
extension TradingCore {
    /// Judges a new order and, when it passes, reserves and sends it.
    mutating func place(_ intent: Intent, version: UInt32, _ outputs: inout OutputBuffer) {
        let began = gateMeter.read()
        let answer = judge(intent)
        gateMeter.note(since: began)
        let index = intent.strategy.index
        let isShadow = index < accounts.count && accounts[index].isShadow
        outputs.append(
            .verdict(
                Verdict(
                    intent: intent, verdict: answer.verdict, value: answer.value, limit: answer.limit,
                    strategyVersion: version, isShadow: isShadow)))
        if index < accounts.count {
            accounts[index].intents &+= 1
            if answer.verdict != .passed { accounts[index].refused &+= 1 }
        }
        guard answer.verdict == .passed else {
            published.riskRejects &+= 1
            return
        }
        // Judged and recorded; it leaves nothing behind that another order could be judged by.
        if isShadow { return }
        perSecond.record(at: now)
        perMinute.record(at: now)
        recent.record(intent, at: now)
        ratios.record(intent.instrument.index, at: now)
        countMessage(intent.instrument)
        countVenueOrder()
        guard maySend else { return }
        send(intent, &outputs)
    }

    /// The only place from which an order leaves.
    private mutating func send(_ intent: Intent, _ outputs: inout OutputBuffer) {
        precondition(isTrading, "orders leave only while live or reducing")
        precondition(maySend, "this mode has no right to send")
        let client = ClientOrderID(run: configuration.run, sequence: nextSequence)
        nextSequence += 1
        var order = Order(
            client: client, instrument: intent.instrument, strategy: intent.strategy, side: intent.side,
            timeInForce: intent.timeInForce, price: intent.price, quantity: intent.quantity, now: now)
        order.decidedAt = instruments[intent.instrument.index].mid
        if intent.strategy.index < accounts.count { accounts[intent.strategy.index].orders &+= 1 }
        // What `sent` makes of an order that is created: `OrderLifecycle` says so, in one store instead of two.
        assert(OrderLifecycle.step(.created, .sent) == .to(.pendingNew))
        order.state = .pendingNew
        guard enlist(order) != nil else { preconditionFailure("the gate passed an order without room") }
        outputs.append(
            .order(
                OrderTransition(
                    client: client, instrument: intent.instrument, from: .created, to: .pendingNew, error: .none,
                    filled: .zero)))
        published.ordersSent &+= 1
        outputs.append(
            .place(
                NewOrder(
                    client: client, instrument: intent.instrument, strategy: intent.strategy, side: intent.side,
                    timeInForce: intent.timeInForce, price: intent.price, quantity: intent.quantity)))
    }

    /// A strategy's cancel: of its own order, which must rest with nothing in flight; anything else is dropped.
    mutating func cancel(_ intent: Intent, version: UInt32, _ outputs: inout OutputBuffer) {
        guard maySend, let slot = orders.find(client: intent.client) else { return }
        let order = orders[slot]
        guard order.strategy == intent.strategy, order.state == .open || order.state == .partiallyFilled
        else { return }
        // Asked for before, and not yet time to try again.
        guard now >= order.cancelAt else { return }
        let answer = judgeCancel(intent)
        outputs.append(
            .verdict(
                Verdict(
                    intent: intent, verdict: answer.verdict, value: answer.value, limit: answer.limit,
                    strategyVersion: version)))
        guard answer.verdict == .passed else { return }
        requestCancel(slot, &outputs)
    }

    /// Asks for one order's cancellation. Precondition: the order link is up.
    mutating func requestCancel(_ slot: Int, _ outputs: inout OutputBuffer) {
        apply(.cancelRequested, to: slot, error: .none, &outputs)
        var order = orders[slot]
        countCancel(&order)
        store(slot, order)
        published.cancelsSent &+= 1
        countMessage(order.instrument)
        outputs.append(
            .cancel(OrderReference(client: order.client, instrument: order.instrument, venueOrder: order.venueOrder)))
    }

    /// Cancels everything in every instrument, if the link allows; otherwise `sweep` does when it is back.
    mutating func cancelAll(_ outputs: inout OutputBuffer) {
        for index in 0..<instruments.count { cancelAll(in: index, &outputs) }
    }

    mutating func cancelAll(in index: Int, _ outputs: inout OutputBuffer) {
        guard mayCancel else { return }
        let id = instruments[index].instrument.id
        instruments[index].sweptAt = now
        var at = orders.first(in: id)
        while let slot = at {
            if !orders[slot].state.isTerminal { apply(.cancelRequested, to: slot, error: .none, &outputs) }
            at = orders.next(inInstrumentAfter: slot)
        }
        published.cancelsSent &+= 1
        countMessage(id)
        outputs.append(.cancelAll(id))
    }

    /// Carries out a lifecycle event: state, times, output. Late and contradictory events are flagged.
    mutating func apply(_ event: OrderEvent, to slot: Int, error: ErrorCode, _ outputs: inout OutputBuffer) {
        var order = orders[slot]
        let from = order.state
        switch OrderLifecycle.step(from, event) {
        case .to(let next): order.state = next
        case .resume: order.state = order.filled.isZero ? .open : .partiallyFilled
        case .stay, .late: break
        case .contradiction:
            alert(.warning, .invalidOrder, instrument: order.instrument, client: order.client,
                value: Int64(from.rawValue), limit: Int64(event.rawValue), &outputs)
        }
        if event == .cancelRequested, order.state == .pendingCancel { order.requestedAt = now }
        if order.state != from {
            order.changedAt = now
            order.missedSnapshots = 0
            if order.state == .unknown {
                order.lookUpAt = now
                order.lookUps = 0
            }
        }
        store(slot, order)
        guard order.state != from else { return }
        if order.state == .rejected || order.state == .failed { unlink(order) }
        noteTransition(order, from, &outputs)
        outputs.append(
            .order(
                OrderTransition(
                    client: order.client, instrument: order.instrument, from: from, to: order.state, error: error,
                    filled: order.filled)))
    }
}
