import Model
import Orders
import StrategyKit
import Units

/// What the venue says: replies, statements about orders, fills.
extension TradingCore {
    /// The order a venue message is about; its venue id is learnt on the way.
    private mutating func locate(_ client: ClientOrderID, _ venueOrder: VenueOrderID, _ id: InstrumentID) -> Int? {
        guard let slot = orders.find(client: client) ?? orders.find(venueOrder: venueOrder, instrument: id)
        else { return nil }
        // A name changes nothing that a timer, an evaluation or a strategy looks at. Another instrument's is not its name.
        if orders[slot].instrument == id, orders[slot].venueOrder == .none, venueOrder != .none { orders.name(slot, venueOrder) }
        return slot
    }

    /// A venue that bans us, does not know us, or does not share our time is not asked again at the next tick: every
    /// further request makes it worse. SAFE, and what rests is swept at leisure.
    private func stopsSending(_ reply: OrderReply) -> Bool {
        reply.outcome == .refused
            && (reply.error == .rateLimited || reply.error == .authentication || reply.error == .clockSkew)
    }

    mutating func orderReply(_ reply: OrderReply, _ outputs: inout OutputBuffer) {
        if reply.error == .conservationBreach {
            // Our own last gate found more leaving than was approved: nothing here can be trusted any longer.
            halt(.conservationBreach, value: Int64(bitPattern: reply.client.word), &outputs)
        }
        if stopsSending(reply) { fail(reply.error, value: Int64(reply.venueCode)) }
        if reply.kind == .refresh { return switchReply(reply, &outputs) }
        if reply.kind == .cancelAll {
            if reply.outcome != .accepted, reply.error != .unknownOrder {
                alert(.warning, reply.error, instrument: reply.instrument, value: Int64(reply.venueCode), &outputs)
            }
            return
        }
        guard let slot = locate(reply.client, reply.venueOrder, reply.instrument) else { return }
        if reply.outcome == .refused, reply.kind != .query {
            // An amendment with a new name is answered for both names: it counts once.
            if reply.kind != .amend || orders[slot].successor.isNone { published.venueRejects &+= 1 }
            if stopsSending(reply) {
                alert(.critical, reply.error, instrument: reply.instrument, client: reply.client,
                    value: Int64(reply.venueCode), &outputs)
            }
        }
        if reply.kind == .place { judgeLatency(orders[slot], &outputs) }
        switch (reply.kind, reply.outcome) {
        case (.place, .accepted): apply(.accepted, to: slot, error: .none, &outputs)
        case (.place, .refused): apply(.refused, to: slot, error: reply.error, &outputs)
        case (.amend, _): amendReply(slot, reply, &outputs)
        case (.place, .unknown), (.cancel, .unknown):
            apply(.doubted, to: slot, error: reply.error, &outputs)
        // The cancellation itself is proved by the stream or a look-up, which also carry the filled quantity.
        case (.cancel, .accepted), (.query, .accepted), (.query, .unknown): break
        case (.cancel, .refused):
            if stopsSending(reply) { postponeCancel(slot) }
            // Gone at the venue: filled or cancelled, we do not know which yet.
            apply(reply.error == .unknownOrder ? .doubted : .cancelRefused, to: slot, error: reply.error, &outputs)
        case (.query, .refused): if reply.error == .unknownOrder { absent(slot, &outputs) }
        case (.cancelAll, _), (.refresh, _): break
        }
    }

    /// A look-up found nothing: proof only once the order can no longer be on its way.
    private mutating func absent(_ slot: Int, _ outputs: inout OutputBuffer) {
        let order = orders[slot]
        guard order.state == .unknown, now - order.sentAt >= configuration.absenceGrace else { return }
        if !order.filled.isZero || !order.claimed.isZero {
            alert(.critical, .unknownOrder, instrument: order.instrument, client: order.client,
                value: order.filled.raw, &outputs)
            fail(.fillSeqGap)
        }
        apply(.absent, to: slot, error: .unknownOrder, &outputs)
    }

    mutating func orderUpdate(_ update: OrderUpdate, _ outputs: inout OutputBuffer) {
        guard update.instrument.index < instruments.count else { return }
        if update.source == .snapshot, !snapshotOpen { return }
        guard let slot = locate(update.client, update.venueOrder, update.instrument) else {
            adopt(update, &outputs)
            return
        }
        guard orders[slot].instrument == update.instrument else { return misplaced(slot, update.instrument, &outputs) }
        if update.status == .absent {
            absent(slot, &outputs)
            return
        }
        var order = orders[slot]
        if isAnother(order, update) { return mistaken(order, update, &outputs) }
        if update.source == .snapshot || update.cumulativeQuantity > order.claimed {
            if update.source == .snapshot { order.seenInSnapshot = snapshotID }
            order.claimed = Swift.max(order.claimed, update.cumulativeQuantity)
            store(slot, order)
        }
        if !order.amendedQuantity.isZero, update.quantity == order.amendedQuantity { takeAmendment(slot, &outputs) }
        order = orders[slot]
        // A snapshot's row is older than what changed since it was asked for.
        if update.source == .snapshot, order.changedAt >= snapshotRequestedAt { return }
        if isOrphan(order, update) {
            orphan(update, &outputs)
            return
        }
        let event: OrderEvent
        switch update.status {
        case .new: event = .new
        case .partiallyFilled: event = .partial
        case .filled: event = .filled
        case .cancelled: event = .cancelled
        case .rejected: event = .rejected
        case .expired: event = .expired
        case .absent: return
        }
        let isExecution = event == .partial || event == .filled
        // A statement that repeats fills we have is nothing new for a terminal order.
        if order.state.isTerminal, isExecution, order.claimed <= order.filled { return }
        apply(event, to: slot, error: update.error, &outputs)
    }

    /// Whether the venue shows as resting what by our book is over. Its events may overtake each other, so only two
    /// things prove it: an order that never rested does, or a snapshot asked for after the end still has it.
    private func isOrphan(_ order: Order, _ update: OrderUpdate) -> Bool {
        guard order.state.isTerminal, update.status == .new || update.status == .partiallyFilled else { return false }
        switch order.state {
        case .failed, .rejected, .riskRejected: return true
        default: return update.source == .snapshot
        }
    }

    /// An order that rests although our book has it as over: cancelled by its names, and SAFE. It stays terminal.
    private mutating func orphan(_ update: OrderUpdate, _ outputs: inout OutputBuffer) {
        alert(.critical, .unknownOrder, instrument: update.instrument, client: update.client,
            value: update.quantity.raw, limit: update.cumulativeQuantity.raw, &outputs)
        if update.source == .snapshot { snapshotOrphans += 1 }
        isReconciled = false
        fail(.unknownOrder)
        guard mayCancel else { return }
        published.cancelsSent &+= 1
        countMessage(update.instrument)
        outputs.append(
            .cancel(OrderReference(client: update.client, instrument: update.instrument, venueOrder: update.venueOrder)))
    }

    /// An order of our prefix that we do not hold, and that rests: left by an earlier run, so it is taken in and
    /// cancelled. One of a later run, or of this run and not yet given, is another engine's under our prefix: halts.
    private mutating func adopt(_ update: OrderUpdate, _ outputs: inout OutputBuffer) {
        guard maySend, !update.client.isNone, update.status == .new || update.status == .partiallyFilled,
            update.quantity.isPositive
        else { return }
        let isThisRun = update.client.run == configuration.run
        if isThisRun, update.client.sequence < nextSequence {
            // Ours, over, and forgotten since: and yet it rests.
            orphan(update, &outputs)
            return
        }
        if isThisRun || update.client.run > configuration.run {
            if isThisRun { nextSequence = update.client.sequence == .max ? .max : update.client.sequence + 1 }
            halt(.unknownOrder, value: Int64(update.client.run), limit: Int64(configuration.run), &outputs)
        }
        guard orders.hasRoom else {
            orphan(update, &outputs)
            return
        }
        var order = Order(
            client: update.client, instrument: update.instrument, strategy: .engine, side: update.side,
            timeInForce: .goodTillCancel, price: update.price, quantity: update.quantity, now: now)
        order.venueOrder = update.venueOrder
        let beyond = early.beyond(update.cumulativeQuantity, of: update.client)
        order.filled = update.cumulativeQuantity.adding(beyond) ?? update.cumulativeQuantity
        order.claimed = order.filled
        order.state = order.filled.isZero ? .open : .partiallyFilled
        order.seenInSnapshot = snapshotID
        guard let slot = enlist(order) else { return }
        alert(.warning, .unknownOrder, instrument: update.instrument, client: update.client,
            value: update.quantity.raw, &outputs)
        outputs.append(
            .order(
                OrderTransition(
                    client: order.client, instrument: order.instrument, from: .created, to: order.state,
                    error: .unknownOrder, filled: order.filled)))
        if mayCancel { requestCancel(slot, &outputs) }
    }

    /// The venue, or its adapter, names an order of ours with another instrument: nothing is believed of that order, and
    /// what else it says is in doubt.
    private mutating func misplaced(_ slot: Int, _ told: InstrumentID, _ outputs: inout OutputBuffer) {
        alert(.critical, .positionMismatch, instrument: orders[slot].instrument, client: orders[slot].client,
            value: Int64(told.raw), limit: Int64(orders[slot].instrument.raw), &outputs)
        fail(.positionMismatch, value: Int64(told.raw), limit: Int64(orders[slot].instrument.raw))
    }

    /// Whether the venue tells another side or price of an order than was sent. Its quantity may have been lowered since.
    private func isAnother(_ order: Order, _ update: OrderUpdate) -> Bool {
        update.side != order.side
            || (update.price.isPositive && order.price.isPositive && update.price != order.price)
    }

    /// What rests under our name is not what was sent: nothing more is believed of it, and SAFE cancels it by its name.
    private mutating func mistaken(_ order: Order, _ update: OrderUpdate, _ outputs: inout OutputBuffer) {
        alert(.critical, .unknownOrder, instrument: order.instrument, client: order.client,
            value: update.price.raw, limit: order.price.raw, &outputs)
        fail(.unknownOrder, value: update.price.raw, limit: order.price.raw)
    }

    mutating func fill(_ fill: Fill, _ outputs: inout OutputBuffer) {
        guard fill.instrument.index < instruments.count, fill.price.isPositive, fill.quantity.isPositive
        else { return }
        var slot = locate(fill.client, fill.venueOrder, fill.instrument)
        var stranger: Int?
        // What was executed counts where it was executed; the order of that name is another one.
        if let found = slot, orders[found].instrument != fill.instrument { (slot, stranger) = (nil, found) }
        // Somebody else's, or an earlier run's history: it is in the balance we started from.
        var isOurs = fill.client.run == configuration.run
        if let slot { isOurs = orders[slot].client.run == configuration.run }
        // Of an order taken in, the history counts only for what the venue claims and the stream did not tell: otherwise
        // that order would stay unsettled, and the engine could not be armed, until the next start.
        var isOwed = false
        if let slot { isOwed = fill.quantity <= orders[slot].claimed - orders[slot].filled }
        // What the position that was carried over does not hold yet.
        let isLeft = isLeftOver(fill)
        guard isOurs || isLeft || stranger != nil || (slot != nil && (fill.source == .stream || isOwed)) else { return }
        let instrument = instruments[fill.instrument.index].instrument
        switch ledger.apply(fill, base: instrument.base, quote: instrument.quote, feePrice: feePrice(fill)) {
        case .repeated: return
        case .overflow:
            alert(.critical, .positionMismatch, instrument: fill.instrument, client: fill.client, &outputs)
            fail(.positionMismatch)
            return
        case .applied: break
        }
        revalue(fill.instrument.index)
        let isDowntime = fill.source == .downtime
        // The balances of the same answer were asked for behind it, and hold it.
        if !isDowntime {
            instruments[fill.instrument.index].lastFillAt = now
            payFill(fill, instrument)
        }
        explain(instrument.base, by: fill)
        if !isOurs, nextSequence == 1, !instruments[fill.instrument.index].isBaselineCarried { forgetBaseline(instrument.base) }
        published.fills &+= 1
        if fill.fee != 0, fill.feeAsset != instrument.base, fill.feeAsset != instrument.quote {
            noteThirdFee(fill, &outputs)
        }
        if let stranger {
            misplaced(stranger, fill.instrument, &outputs)
        } else if slot == nil, !isLeft || nextSequence != 1 {
            // Ours by its name, and we do not hold it: it counts, and nobody knows why.
            alert(.critical, .fillSeqGap, instrument: fill.instrument, client: fill.client, value: fill.quantity.raw,
                &outputs)
            fail(.fillSeqGap)
        }
        if slot == nil, isLeft, fill.source == .stream { early.note(fill) }
        var isLate = true
        // An order taken in was shown with all that had been filled of it before: what comes behind it is new.
        if let slot { isLate = fillOrder(slot, fill, &outputs) }
        var strategy = StrategyID.engine
        var isClosing = false
        // The history of trades does not tell our name.
        var client = fill.client
        if let slot {
            strategy = orders[slot].strategy
            isClosing = strategy == .engine && orders[slot].client.run == configuration.run
            if client.isNone { client = orders[slot].client }
        }
        noteFill(fill, of: strategy, isClosing: isClosing)
        if let slot { noteExecution(orders[slot], fill, &outputs) }
        if !isDowntime { awaitBalance(instrument.base) }
        let position = ledger[fill.instrument]
        outputs.append(
            .position(
                PositionChange(
                    instrument: fill.instrument, quantity: position.quantity, averagePrice: position.averagePrice,
                    realised: position.realised, fees: position.fees, client: client, isLate: isLate)))
        takeFault(&outputs)
        if let slot, orders[slot].strategy != .engine, orders[slot].strategy.index < strategies.count {
            runStrategy(.fill(fill), orders[slot].strategy.index, &outputs)
        }
    }

    /// An order of an earlier run was executed before this run sent one: a balance that was already taken as where we began
    /// may hold that execution or not. The next complete snapshot says where we begin.
    private mutating func forgetBaseline(_ base: AssetID) {
        for place in bases.places(Int(base.raw)) {
            instruments[bases.member(at: place)].hasBaseline = false
            instruments[bases.member(at: place)].hasSuspect = false
        }
        isReconciled = false
    }

    /// Adds a new fill to its order; answers whether it came after the end.
    private mutating func fillOrder(_ slot: Int, _ fill: Fill, _ outputs: inout OutputBuffer) -> Bool {
        var order = orders[slot]
        guard let filled = order.filled.adding(fill.quantity) else {
            fail(.positionMismatch)
            return true
        }
        // Expected when the venue had claimed it before; a surprise otherwise.
        let wasExpected = filled <= order.claimed
        let isLate = order.state.isTerminal && !wasExpected
        order.filled = filled
        order.claimed = Swift.max(order.claimed, Swift.max(filled, fill.cumulativeQuantity))
        store(slot, order)
        if filled > order.quantity {
            alert(.critical, .positionMismatch, instrument: order.instrument, client: order.client,
                value: filled.raw, limit: order.quantity.raw, &outputs)
            fail(.positionMismatch)
        }
        judgeLineage(order, &outputs)
        let isWorse = order.price.isPositive
            && (order.side == .buy ? fill.price > order.price : fill.price < order.price)
        if fill.side != order.side || isWorse {
            // The other side, or past our limit: the venue or its adapter is wrong about something.
            alert(.critical, .positionMismatch, instrument: order.instrument, client: order.client,
                value: fill.price.raw, limit: order.price.raw, &outputs)
            fail(.positionMismatch)
        }
        if isLate {
            alert(.warning, .fillSeqGap, instrument: order.instrument, client: order.client,
                value: fill.quantity.raw, &outputs)
        }
        if !order.state.isTerminal { apply(filled >= order.quantity ? .filled : .partial, to: slot, error: .none, &outputs) }
        return isLate
    }
}
