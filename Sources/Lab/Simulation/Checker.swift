import Model
import Units

/// Watches the engine from outside with books of its own: what the venue really did, what was told to the core, what left
/// for the wire. It shares no state with the core and asks it nothing but the figures it compares.
struct Checker {
    private(set) var violations: [Violation] = []
    private let cap: Quantity
    private let maxDataAge: Nanoseconds
    /// Of the venue's dead-man's switch; `nil` without one.
    private let switchAgeMax: Nanoseconds?
    private let began: Nanoseconds
    private var now: Nanoseconds

    // Over all lives of the engine.
    private var everSent: Set<ClientOrderID> = []
    /// The venue's own executions, signed, by run of the order.
    private(set) var venuePosition: [UInt32: Int64] = [:]
    private var venueFills: Set<UInt64> = []
    /// Whose order each execution was; the trade history does not repeat it.
    private var clients: [UInt64: ClientOrderID] = [:]

    // Of the present life.
    private var run: UInt32 = 0
    private var told: Set<UInt64> = []
    /// Venue order numbers that the engine has been told together with a client id.
    private var numbered: Set<UInt64> = []
    private var toldPosition: Int64 = 0
    private var adopted: Set<ClientOrderID> = []
    /// Of orders taken over: what the venue says was filled, and what of it the engine has, what was before it included.
    private var claims: [ClientOrderID: Quantity] = [:]
    private var adoptedFilled: [ClientOrderID: Quantity] = [:]
    private var states: [ClientOrderID: OrderState] = [:]
    private var ordered: [ClientOrderID: NewOrder] = [:]
    /// Sent and not yet at the venue: may still arrive.
    private var flying: [ClientOrderID: (order: NewOrder, link: Int, replaces: ClientOrderID)] = [:]
    private var passed: Set<ClientOrderID> = []
    private var isPermitted = false
    private var stagedLifetime = Nanoseconds.zero
    private var permittedUntil = Nanoseconds.zero
    private var isKilled = false
    private var marketUp = false
    private var ordersUp = false
    private var ordersUpSince = Nanoseconds.zero
    private var isReconciled = false
    private var openSnapshot: (id: UInt64, requestedAt: Nanoseconds)?
    private var lastTop = Nanoseconds(raw: .min / 2)
    /// The newest market events of this life; the venue of this world never counts anew.
    private var lastTopID: UInt64 = 0
    private var lastTradeID: UInt64 = 0
    private var pendingVerdict: Intent?
    /// Refreshes of the switch by number, and when the last confirmed one was asked for.
    private var refreshes: [UInt32: Nanoseconds] = [:]
    private var refreshedAt = Nanoseconds(raw: .min / 2)
    private var isReducing = false
    /// What the venue asked not to be sent, and until when.
    private var hold = VenueUsage.Hold.none
    private var heldUntil = Nanoseconds.zero
    private var isBanned: Bool { hold == .all && now < heldUntil }
    /// Steps checked.
    private(set) var steps: UInt64 = 0

    init(switchAgeMax: Nanoseconds?, cap: Quantity, maxDataAge: Nanoseconds, began: Nanoseconds) {
        self.began = began
        now = began
        self.cap = cap
        self.switchAgeMax = switchAgeMax
        self.maxDataAge = maxDataAge
    }

    mutating func fail(_ invariant: Invariant, _ detail: String) {
        guard violations.count < 10 else { return }
        violations.append(Violation(invariant: invariant, seconds: Double((now - began).raw / 1_000_000) / 1000, detail: detail))
    }

    /// A new process: nothing is known, nothing permitted.
    mutating func begin(run: UInt32) {
        self.run = run
        told = []
        numbered = []
        toldPosition = 0
        ownPosition = 0
        adopted = []
        claims = [:]
        adoptedFilled = [:]
        states = [:]
        ordered = [:]
        passed = []
        isPermitted = false
        isKilled = false
        marketUp = false
        ordersUp = false
        isReconciled = false
        openSnapshot = nil
        refreshes = [:]
        refreshedAt = Nanoseconds(raw: .min / 2)
        isReducing = false
        hold = .none
        lastTopID = 0
        lastTradeID = 0
        heldUntil = .zero
        lastTop = Nanoseconds(raw: .min / 2)
    }

    // MARK: the venue's side

    /// The venue really executed this.
    mutating func venueFilled(_ fill: Fill) {
        guard venueFills.insert(fill.trade.low).inserted else {
            return fail(.positionIsSumOfFills, "the venue itself repeated trade \(fill.trade.low)")
        }
        clients[fill.trade.low] = fill.client
        venuePosition[fill.client.run, default: 0] += fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw
    }

    /// The venue has seen this placement, or it is certain that it never will.
    mutating func landed(_ client: ClientOrderID) { flying[client] = nil }

    /// A connection is gone, and what was under way with it.
    mutating func lostFlights(link: Int) { flying = flying.filter { $0.value.link != link } }

    /// Invariant 2 by the venue's truth: what it holds open and what still flies may all fill.
    mutating func checkExposure(open: [(client: ClientOrderID, side: Side, left: Quantity, isUntouched: Bool)]) {
        // What orders taken over from an earlier run added belongs to the position that the cap bounds.
        let held = (venuePosition[run] ?? 0) + toldPosition - ownPosition
        var buy = Int128(held)
        var sell = buy
        for order in open where order.client.run == run {
            if order.side == .buy { buy += Int128(order.left.raw) } else { sell -= Int128(order.left.raw) }
        }
        for (order, _, replaced) in flying.values where order.client.run == run {
            if !replaced.isNone {
                // One of both: the venue takes it only for the one that it ends, and only while that is untouched.
                let resting = open.first { $0.client == replaced }
                if let resting, !resting.isUntouched { continue }
                let before = resting?.left ?? flying[replaced]?.order.quantity
                guard let before, order.quantity > before else { continue }
                if order.side == .buy { buy += Int128((order.quantity - before).raw) } else { sell -= Int128((order.quantity - before).raw) }
                continue
            }
            if order.side == .buy { buy += Int128(order.quantity.raw) } else { sell -= Int128(order.quantity.raw) }
        }
        if buy > Int128(cap.raw) || sell < -Int128(cap.raw) {
            fail(
                .exposureWithinCap,
                "the venue holds \(Quantity(raw: held)) of run \(run), worst case \(Double(Int64(buy)) / 1e8) to \(Double(Int64(sell)) / 1e8), "
                    + "cap \(cap), under way \(flying.count)")
        }
    }

    // MARK: the wire

    /// An order's bytes leave for the venue. `journalled`: places in the journal by now.
    mutating func sent(_ order: NewOrder, link: Int, placesJournalled: UInt64, placesSent: UInt64) {
        left(order, link: link, replaces: .none)
        if placesSent > placesJournalled {
            fail(.journalledBeforeSent, "\(placesSent) orders sent, \(placesJournalled) journalled")
        }
    }

    /// An amendment that makes a new order leaves for the venue.
    mutating func amended(_ amendment: OrderAmendment, link: Int) {
        left(placement(amendment), link: link, replaces: amendment.order.client)
    }

    private func placement(_ amendment: OrderAmendment) -> NewOrder {
        NewOrder(
            client: amendment.client, instrument: amendment.order.instrument, strategy: amendment.strategy,
            side: amendment.side, timeInForce: amendment.timeInForce, price: amendment.price, quantity: amendment.quantity)
    }

    private mutating func left(_ order: NewOrder, link: Int, replaces: ClientOrderID) {
        if !everSent.insert(order.client).inserted { fail(.clientIDLeavesOnce, "order \(order.client.sequence) of run \(order.client.run)") }
        if passed.remove(order.client) == nil {
            fail(.journalledBeforeSent, "order \(order.client.sequence) left without a passed verdict before it")
        }
        if !isPermitted || isKilled { fail(.sentOnlyWhenPermitted, "not live") }
        if now >= permittedUntil { fail(.sentOnlyWhenPermitted, "the mandate has expired") }
        if !marketUp || !ordersUp { fail(.sentOnlyWhenPermitted, "a link is down") }
        if !isReconciled { fail(.sentOnlyWhenPermitted, "not reconciled since the order link came up") }
        if let switchAgeMax, !isReducing, order.strategy != .engine, now - refreshedAt > switchAgeMax {
            fail(.sentOnlyWhenPermitted, "the switch was refreshed \((now - refreshedAt).milliseconds) ms ago")
        }
        if now - lastTop > maxDataAge { fail(.sentOnlyWhenPermitted, "data are \((now - lastTop).milliseconds) ms old") }
        flying[order.client] = (order, link, replaces)
    }

    // MARK: the core's side

    /// What the core is about to be told.
    mutating func input(_ input: Input, at now: Nanoseconds) {
        self.now = now
        switch input {
        case .topOfBook(let top):
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
                if mark.isComplete, ordersUp, open.requestedAt >= ordersUpSince { isReconciled = true }
            }
        case .fill(let fill):
            // What the venue never executed is no fill, whatever the engine is told.
            guard let client = clients[fill.trade.low] else { return }
            // A row of the history names the venue's number only: without the link to a client id it says nothing yet.
            if fill.client.isNone, !numbered.contains(fill.venueOrder.raw) { return }
            numbered.insert(fill.venueOrder.raw)
            guard client.run == run || counts(fill, of: client), told.insert(fill.trade.low).inserted else { return }
            if client.run != run { adoptedFilled[client] = (adoptedFilled[client] ?? .zero).adding(fill.quantity) }
            let signed = fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw
            toldPosition += signed
            if client.run == run { ownPosition += signed }
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
        case .balance, .command, .timer, .note, .intent, .health, .clock, .source: break
        }
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
        case .amend(let amendment) where !amendment.isInPlace:
            let order = placement(amendment)
            let matches = pendingVerdict.map {
                $0.kind == .amend && $0.client == amendment.order.client && $0.price == order.price && $0.quantity == order.quantity
            } ?? false
            if matches { passed.insert(order.client) }
            ordered[order.client] = order
        case .order(let transition): self.transition(transition)
        case .state(let change):
            isPermitted = change.to == .live || change.to == .reducing
            isReducing = change.to == .reducing
            if change.to == .halted { isKilled = true }
            if change.from == .halted { isKilled = false }
        case .refresh(let refresh): refreshes[refresh.client.sequence] = now
        case .command(let result) where result.accepted:
            if result.command.kind == .stage { stagedLifetime = result.command.lifetime }
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

    /// After each step. `position`: what the core holds. `outputs` of a kill are looked at as a whole.
    mutating func afterStep(position: Quantity, worstLong: Quantity, worstShort: Quantity) {
        steps += 1
        if position.raw != toldPosition {
            fail(.positionIsSumOfFills, "the core holds \(position), its unique fills sum to \(Quantity(raw: toldPosition))")
        }
        if adopted.isEmpty, worstLong > cap || -worstShort > cap {
            fail(.exposureWithinCap, "by the core's own count \(worstLong) to \(worstShort), cap \(cap)")
        }
    }

    /// Invariant 7, right after a step that took a kill.
    mutating func afterKill(placed: Bool, cancelsAll: Bool, liveOrders: Bool) {
        if placed { fail(.killCancelsAtOnce, "an order was decided in the step of the kill") }
        // During a ban nothing leaves; what rests is swept when it ends.
        if liveOrders, ordersUp, !isBanned, !cancelsAll { fail(.killCancelsAtOnce, "live orders have no cancel in flight") }
    }

    /// What the engine was told of its own run's executions, signed. Those of orders taken over are not in it.
    private(set) var ownPosition: Int64 = 0
    /// The placement with this id, as it was decided.
    func order(_ client: ClientOrderID) -> NewOrder? { ordered[client] }

    /// Orders of this life that the core believes may be alive, seen from its own reports.
    var liveOrders: Bool { states.contains { !$0.value.isTerminal } }
}
