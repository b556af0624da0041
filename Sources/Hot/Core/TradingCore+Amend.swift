import Model
import Orders
import Risk
import Units

/// Amending: another price or quantity for an order that rests. Two generations are one order: their executions are
/// counted once, and together they never count or trade above the larger of the two.
///
/// A lower quantity at the same price is changed in place and keeps its name. Anything else ends the order and begins
/// the next generation under a new name, in one request that the venue carries out only while nothing of the order is
/// executed; so an order that is executed in part cannot be amended that way.
extension TradingCore {
    /// A strategy's amendment: of its own order, which must rest with nothing in flight; anything else is dropped.
    mutating func amend(_ intent: Intent, version: UInt32, _ outputs: inout OutputBuffer) {
        guard maySend, let slot = orders.find(client: intent.client) else { return }
        let order = orders[slot]
        guard order.strategy == intent.strategy, order.state == .open || order.state == .partiallyFilled
        else { return }
        let isInPlace = intent.price == order.price && intent.quantity < order.quantity
        let executed = Swift.max(order.filled, order.claimed)
        var judged = intent
        judged.instrument = order.instrument
        judged.side = order.side
        judged.timeInForce = order.timeInForce
        if isInPlace { judged.quantity = intent.quantity - Swift.min(intent.quantity, executed) }
        var context = riskContext(judged, without: order.client)
        context.isAmendable = isAmendable(order, intent, isInPlace: isInPlace)
        let answer = RiskGate.evaluate(judged, context)
        outputs.append(
            .verdict(
                Verdict(
                    intent: intent, verdict: answer.verdict, value: answer.value, limit: answer.limit,
                    strategyVersion: version)))
        guard answer.verdict == .passed else {
            published.riskRejects &+= 1
            return
        }
        countMessage(order.instrument)
        published.amendsSent &+= 1
        if isInPlace { reduce(slot, to: intent.quantity, &outputs) } else { replace(slot, judged, &outputs) }
    }

    private mutating func isAmendable(_ order: Order, _ intent: Intent, isInPlace: Bool) -> Bool {
        guard order.successor.isNone, order.amendedQuantity.isZero, intent.quantity.isPositive,
            order.timeInForce == .goodTillCancel || order.timeInForce == .postOnly
        else { return false }
        // The generation before it is not yet proved to be over.
        if let before = orders.find(client: order.parent), !orders[before].isSettled { return false }
        if isInPlace { return intent.quantity > Swift.max(order.filled, order.claimed) }
        return order.state == .open && order.isUntouched
            && (intent.price != order.price || intent.quantity != order.quantity)
    }

    private mutating func reduce(_ slot: Int, to quantity: Quantity, _ outputs: inout OutputBuffer) {
        var order = orders[slot]
        order.amendedQuantity = quantity
        order.requestedAt = now
        store(slot, order)
        apply(.amendRequested, to: slot, error: .none, &outputs)
        outputs.append(.amend(amendment(order, client: order.client, price: order.price, quantity: quantity)))
    }

    private mutating func replace(_ slot: Int, _ intent: Intent, _ outputs: inout OutputBuffer) {
        precondition(isTrading, "orders leave only while live or reducing")
        perSecond.record(at: now)
        perMinute.record(at: now)
        recent.record(intent, at: now)
        ratios.record(intent.instrument.index, at: now)
        countVenueOrder()
        let client = ClientOrderID(run: configuration.run, sequence: nextSequence)
        nextSequence += 1
        var order = orders[slot]
        var next = Order(
            client: client, instrument: order.instrument, strategy: order.strategy, side: order.side,
            timeInForce: order.timeInForce, price: intent.price, quantity: intent.quantity, now: now)
        next.parent = order.client
        next.generation = order.generation &+ 1
        order.successor = client
        order.requestedAt = now
        store(slot, order)
        guard let nextSlot = enlist(next) else { preconditionFailure("the gate passed an order without room") }
        apply(.amendRequested, to: slot, error: .none, &outputs)
        apply(.sent, to: nextSlot, error: .none, &outputs)
        outputs.append(.amend(amendment(order, client: client, price: intent.price, quantity: intent.quantity)))
    }

    private func amendment(_ order: Order, client: ClientOrderID, price: Price, quantity: Quantity) -> OrderAmendment {
        OrderAmendment(
            order: OrderReference(client: order.client, instrument: order.instrument, venueOrder: order.venueOrder),
            client: client, strategy: order.strategy, side: order.side, timeInForce: order.timeInForce, price: price,
            quantity: quantity)
    }

    /// The reply to an amendment, about the order that was to be changed or about its next generation.
    mutating func amendReply(_ slot: Int, _ reply: OrderReply, _ outputs: inout OutputBuffer) {
        let order = orders[slot]
        let isNext = !order.parent.isNone && order.successor.isNone && order.amendedQuantity.isZero
        switch reply.outcome {
        case .unknown: apply(.doubted, to: slot, error: reply.error, &outputs)
        case .accepted where isNext: apply(.accepted, to: slot, error: .none, &outputs)
        // The next generation is on the book: the end of this one is proved by the stream or a look-up.
        case .accepted where order.amendedQuantity.isZero: break
        case .accepted: takeAmendment(slot, &outputs)
        case .refused where isNext: apply(.refused, to: slot, error: reply.error, &outputs)
        case .refused:
            var kept = order
            kept.amendedQuantity = .zero
            store(slot, kept)
            // Gone at the venue: filled or cancelled, we do not know which yet.
            apply(reply.error == .unknownOrder ? .doubted : .amendRefused, to: slot, error: reply.error, &outputs)
        }
    }

    /// The lower quantity is proved.
    mutating func takeAmendment(_ slot: Int, _ outputs: inout OutputBuffer) {
        var order = orders[slot]
        order.quantity = Swift.max(order.amendedQuantity, Swift.max(order.filled, order.claimed))
        order.amendedQuantity = .zero
        store(slot, order)
        if !order.state.isTerminal { apply(.amended, to: slot, error: .none, &outputs) }
    }

    /// The next generation never came to the book.
    mutating func unlink(_ order: Order) {
        guard let slot = orders.find(client: order.parent), orders[slot].successor == order.client else { return }
        var parent = orders[slot]
        parent.successor = .none
        store(slot, parent)
    }

    /// Executions of two generations: the venue takes the later one only when nothing of the earlier one was executed.
    mutating func judgeLineage(_ order: Order, _ outputs: inout OutputBuffer) {
        let older: Order
        let newer: Order
        if let next = orders.find(client: order.successor), orders[next].parent == order.client {
            (older, newer) = (order, orders[next])
        } else if let before = orders.find(client: order.parent) {
            (older, newer) = (orders[before], order)
        } else {
            return
        }
        guard !older.filled.isZero, !newer.filled.isZero else { return }
        let filled = older.filled.adding(newer.filled) ?? .max
        alert(.critical, .conservationBreach, instrument: order.instrument, client: order.client, value: filled.raw,
            limit: newer.quantity.raw, &outputs)
        fail(.conservationBreach, value: filled.raw, limit: newer.quantity.raw)
    }
}
