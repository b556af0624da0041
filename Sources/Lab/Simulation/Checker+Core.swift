import Model
import Units

/// What the core is told and what it decides.
extension Checker {
    /// What the core is about to be told.
    mutating func input(_ input: Input, at now: Nanoseconds) {
        self.now = now
        day.roll(at: now)
        switch input {
        case .topOfBook(let top):
            day.see(top)
            lastTop = Swift.max(lastTop, top.receivedAt)
            if top.updateID < lastTopID { fail(.marketDataInOrder, "book \(top.updateID) after \(lastTopID)") }
            lastTopID = Swift.max(lastTopID, top.updateID)
        case .trade(let trade):
            if trade.trade.low <= lastTradeID { fail(.marketDataInOrder, "trade \(trade.trade.low) after \(lastTradeID)") }
            lastTradeID = Swift.max(lastTradeID, trade.trade.low)
        case .link(let change): link(change)
        case .snapshot(let mark):
            if !mark.isEnd {
                openSnapshot = (mark.id, mark.requestedAt)
            } else if let open = openSnapshot, open.id == mark.id {
                openSnapshot = nil
                if mark.isComplete, ordersUp, open.requestedAt >= ordersUpSince {
                    isReconciled = true
                    reconciledAt = Swift.max(reconciledAt, open.requestedAt)
                }
            }
        case .fill(let fill): self.fill(fill)
        case .orderReply(let reply) where reply.kind == .refresh:
            if reply.outcome == .accepted, let asked = refreshes[reply.client.sequence] {
                refreshedAt = Swift.max(refreshedAt, asked)
            }
        case .orderReply(let reply): if reply.venueOrder != .none { numbered.insert(reply.venueOrder.raw) }
        case .orderUpdate(let update):
            if update.venueOrder != .none { numbered.insert(update.venueOrder.raw) }
            if update.client.run != run {
                // Before it is taken over only the statement that leads to it counts: others the engine cannot keep.
                let before = adopted.contains(update.client) ? claims[update.client] ?? .zero : .zero
                claims[update.client] = Swift.max(before, update.cumulativeQuantity)
            }
        case .venueUsage(let said): held(said)
        // What is known of the account was heard from the server before.
        case .source(let change): if change.role == .orders { isReconciled = false }
        case .balance, .command, .timer, .note, .intent, .health, .clock: break
        }
    }

    private mutating func fill(_ fill: Fill) {
        // What the venue never executed is no fill, whatever the engine is told.
        guard let real = venueFills[fill.trade.low] else { return }
        let client = real.client
        let isLeft = isLeftOver(fill, of: client)
        // A row of the history names the venue's number only: without the link to a client id it says nothing yet.
        if fill.client.isNone, !isLeft, !numbered.contains(fill.venueOrder.raw) { return }
        if !fill.client.isNone { numbered.insert(fill.venueOrder.raw) }
        guard client.run == run || isLeft || counts(fill, of: client), told.insert(fill.trade.low).inserted else { return }
        if client.run != run { adoptedFilled[client] = (adoptedFilled[client] ?? .zero).adding(real.quantity) }
        toldPosition += real.side == .buy ? real.quantity.raw : -real.quantity.raw
        day.book(real)
    }

    /// What belongs to the position that was carried over: found in the history as not yet booked by any life, or told by
    /// the stream of an earlier life's order.
    private func isLeftOver(_ fill: Fill, of client: ClientOrderID) -> Bool {
        guard isCarried else { return false }
        if fill.source == .stream { return !fill.client.isNone && client.run < run }
        return fill.source == .downtime && !hasOrdered
    }

    /// The strictest of what is asked holds until the last of it ends.
    private mutating func held(_ said: VenueUsage) {
        guard said.hold != .none, said.holdFor > .zero else { return }
        let isOver = now >= heldUntil
        hold = isOver || said.hold.rawValue > hold.rawValue ? said.hold : hold
        heldUntil = Swift.max(isOver ? .zero : heldUntil, now + said.holdFor)
    }

    /// Of an order taken over from an earlier run: what the stream tells, and of the history what the venue has claimed
    /// and the stream did not tell.
    private func counts(_ fill: Fill, of client: ClientOrderID) -> Bool {
        guard adopted.contains(client) else { return false }
        return fill.source == .stream
            || fill.quantity <= (claims[client] ?? .zero) - (adoptedFilled[client] ?? .zero)
    }

    private mutating func link(_ change: LinkChange) {
        switch change.role {
        case .marketData:
            marketUp = change.state == .up
            lastTop = Nanoseconds(raw: .min / 2)
        case .orders:
            if (change.state == .up) != ordersUp { ordersUpSince = now }
            ordersUp = change.state == .up
            isReconciled = false
            openSnapshot = nil
        case .rest: break
        }
    }

    /// What it decided, in order.
    mutating func output(_ output: Output) {
        if isBanned {
            switch output {
            case .place, .amend, .cancel, .cancelAll, .query, .refresh: fail(.sentOnlyWhenPermitted, "the venue has banned us")
            default: break
            }
        }
        switch output {
        case .verdict(let verdict):
            let mayLeave = verdict.verdict == .passed && verdict.intent.kind != .cancel && !verdict.isShadow
            pendingVerdict = mayLeave ? verdict.intent : nil
        case .place(let order):
            let matches = pendingVerdict.map {
                $0.side == order.side && $0.price == order.price && $0.quantity == order.quantity
            } ?? false
            if matches { passed.insert(order.client) }
            ordered[order.client] = order
            hasOrdered = true
        case .amend(let amendment) where !amendment.isInPlace:
            let order = placement(amendment)
            let matches = pendingVerdict.map {
                $0.kind == .amend && $0.client == amendment.order.client && $0.price == order.price && $0.quantity == order.quantity
            } ?? false
            if matches { passed.insert(order.client) }
            ordered[order.client] = order
            hasOrdered = true
        case .order(let transition): self.transition(transition)
        case .state(let change):
            isPermitted = change.to == .live || change.to == .reducing
            isReducing = change.to == .reducing
            if change.to == .halted { isKilled = true }
            if change.from == .halted { isKilled = false }
        case .refresh(let refresh): refreshes[refresh.client.sequence] = now
        case .command(let result) where result.accepted:
            if result.command.kind == .stage { stagedLifetime = result.command.lifetime }
            if result.command.kind == .carried { isCarried = true }
            if result.command.kind == .confirm { permittedUntil = now + stagedLifetime }
        case .command, .cancel, .cancelAll, .query, .amend, .position, .alert, .switched, .review: break
        }
    }

    private mutating func transition(_ transition: OrderTransition) {
        let client = transition.client
        if let known = states[client] {
            if known.isTerminal { fail(.terminalStaysTerminal, "order \(client.sequence) went from \(known) to \(transition.to)") }
            if known != transition.from {
                fail(.terminalStaysTerminal, "order \(client.sequence) was \(known), said to come from \(transition.from)")
            }
        } else if client.run != run {
            adopted.insert(client)
            adoptedFilled[client] = transition.filled
        }
        states[client] = transition.to
        if let order = ordered[client], transition.filled > order.quantity {
            fail(.terminalStaysTerminal, "order \(client.sequence) filled \(transition.filled) of \(order.quantity)")
        }
    }
}
