import Core
import Gateway
import Model
import Orders
import StrategyKit
import Telemetry
import Units
import VenueKit

/// Steps of the core: what it is told, what the checker sees of it, what is carried out.
extension World where Market: ~Copyable, Orders: ~Copyable {
    /// One input through the core; what it decides is carried out, unless the process dies on the way.
    func step(_ input: Input) {
        guard process != nil, !dies else { return }
        guard process!.stepped.canStep else {
            report.cover("journal ring full: no step")
            return
        }
        if settings.canary == .orderSentAfterStop { releaseHeldBack() }
        checker.input(input, at: now)
        remember(input)
        switch input {
        case .link(let change): report.cover(change)
        case .source(let change): cover(change)
        case .health(let health): cover(health)
        default: break
        }
        let before = process!.stepped.inputsJournalled
        let wasLive = checker.liveOrders(at: input)
        process!.stepped.step(input, at: now)
        if process!.stepped.inputsJournalled == before { checker.fail(.inputsJournalledFirst, "an input left no record") }
        let count = process!.stepped.outputs.count
        if count > 0 { judge(input, count) }
        if case .fill(let fill) = input, booked.contains(FillKey(fill)), !hasPosition(count) {
            report.cover("repeated fill counted once")
        }
        let diesAt = count > 0 && strikes(.processKillInStep) ? Int(faults.dice.next() % UInt64(count)) : -1
        for index in 0..<count {
            if index == diesAt {
                dies = true
                report.cover("killed between decision and send")
                break
            }
            perform(process!.stepped.outputs[index], after: input)
        }
        if !dies, count > 0 { judgeKill(input, count, wasLive) }
        let position = process!.stepped.core.position(of: engine.instrument.id).quantity
        if count > 0 {
            let status = process!.stepped.status
            checker.afterStep(position: position, worstLong: status.worstLong, worstShort: status.worstShort)
            checker.judgeDay(status.dayResult)
        } else {
            checker.afterStep(position: position, worstLong: .zero, worstShort: .zero)
        }
        if dies { return }
        collectSent()
        takeOrderEvents()
    }

    private func hasPosition(_ count: Int) -> Bool {
        for index in 0..<count { if case .position = process!.stepped.outputs[index] { return true } }
        return false
    }

    /// Lets the checker see what was decided.
    private func judge(_ input: Input, _ count: Int) {
        let origin = InputOrigin(input)
        for index in 0..<count {
            let output = leaving(process!.stepped.outputs[index])
            checker.output(output)
            if let breach = conservation.take(output) {
                checker.fail(
                    .childrenWithinParent,
                    "order \(breach.client.sequence) of \(Quantity(raw: breach.value)), its intent has \(Quantity(raw: breach.limit)) left")
            }
            remember(output)
            switch output {
            case .state(let change):
                report.cover("state \(change.from.name) to \(change.to.name)\(change.error == .none ? "" : " for \(change.error.name)")")
                if change.to == .live { report.tripsLive += 1 }
            case .position(let change):
                if change.isLate { report.cover("late fill booked") }
                if case .fill(let fill) = input {
                    booked.insert(FillKey(fill))
                    if fill.source == .tradeHistory { report.cover("fill booked from the trade history") }
                    if fill.source == .downtime { report.cover("fill while down booked") }
                    if fill.client.run != run, !fill.client.isNone { report.cover("fill of an earlier run's order booked") }
                }
            case .order(let change):
                report.cover(change, by: origin)
                follow(change, origin)
            case .amend(let amendment): if !amendment.isInPlace { generations.insert(amendment.client) }
            case .verdict(let verdict) where verdict.verdict != .passed: report.cover("verdict \(verdict.verdict.name)")
            case .command(let result): report.cover("command \(result.command.kind) \(result.accepted ? "obeyed" : "refused")")
            case .alert(let alert):
                report.cover("alert \(alert.severity) \(alert.error.name) by \(origin)")
            default: break
            }
        }
    }

    /// What really left in the step of a kill: the venue reads the frames that the link was handed.
    private func judgeKill(_ input: Input, _ count: Int, _ wasLive: Bool) {
        guard case .command(let command) = input, command.kind == .kill else { return }
        var (placed, decided, left) = (false, false, false)
        for index in 0..<count {
            switch process!.stepped.outputs[index] {
            case .place: placed = true
            case .cancelAll: decided = true
            default: break
            }
        }
        for frame in process!.link.sent {
            withView(frame) { if dialect.read($0)?.method == .cancelAll { left = true } }
        }
        // A connection that is gone, or not logged on again, takes nothing; what the core does not know of it yet follows.
        let takes = orderLink.isOpen && orderLink.isSubscribed
        checker.afterKill(placed: placed, cancelsAll: decided && (left || !takes), liveOrders: wasLive)
    }

    private func isLost(_ output: Output, after input: Input) -> Bool {
        guard settings.canary == .killWithoutCancel, case .cancelAll = output, case .command(let command) = input else { return false }
        return command.kind == .kill
    }

    /// What leaves; canary: larger than what was decided.
    private func leaving(_ output: Output) -> Output {
        guard settings.canary == .childTooLarge, case .place(var order) = output else { return output }
        order.quantity = order.quantity + order.quantity
        return .place(order)
    }

    private func perform(_ output: Output, after input: Input) {
        if isLost(output, after: input) { return }
        heedServers(output)
        switch leaving(output) {
        case .place(let order):
            if settings.canary == .orderSentAfterStop, heldBack.isEmpty, faults.isOn, dice.canary.unit() < 0.05 {
                heldBack.append(order)
                return
            }
            sendOrder(order)
        case .cancel(let reference):
            if !process!.cancel(reference, at: now, wallNow: wallNow) {
                refused(.cancel, reference.client)
            }
        case .cancelAll(let instrument):
            if !process!.cancelAll(instrument, at: now, wallNow: wallNow) {
                refused(.cancelAll, .none)
            }
        case .query(let reference):
            if settings.canary == .noLookUps { return }
            report.cover("unknown order looked up")
            if !process!.query(reference, at: now, wallNow: wallNow) {
                refused(.query, reference.client)
            }
        case .amend(let amendment): sendAmendment(amendment)
        case .refresh(let refresh): sendRefresh(refresh)
        case .verdict, .order, .position, .state, .alert, .command, .switched, .review: break
        }
    }

    var wallNow: Nanoseconds { now + clockOffset }

    private func sendOrder(_ order: NewOrder) {
        process!.link.isFull = strikes(.refusedSend)
        let sent = process!.place(order, at: now, wallNow: wallNow)
        process!.link.isFull = false
        guard sent else { return refused(.place, order.client) }
        placesSent += 1
        report.orders += 1
        checker.sent(
            order, link: orderLink.number, placesJournalled: process!.stepped.placesJournalled, placesSent: placesSent)
        checkExposure()
    }

    /// As the live driver does; a new name is a placement to the checker.
    private func sendAmendment(_ amendment: OrderAmendment) {
        process!.link.isFull = strikes(.refusedSend)
        let sent = process!.amend(amendment, at: now, wallNow: wallNow)
        process!.link.isFull = false
        report.cover(amendment.isInPlace ? "order reduced in place" : "order replaced")
        guard sent else {
            refused(.amend, amendment.order.client)
            if !amendment.isInPlace { refused(.amend, amendment.client) }
            return
        }
        if amendment.isInPlace { return }
        checker.amended(amendment, link: orderLink.number)
        checkExposure()
    }

    /// Canary: what was kept back leaves once the engine has stopped.
    private func releaseHeldBack() {
        guard !heldBack.isEmpty, process!.stepped.core.state != .live else { return }
        let orders = heldBack
        heldBack = []
        for order in orders { sendOrder(order) }
    }

    /// As the live driver does: what could not be handed to the link never left, and the core is told so.
    private func refused(_ kind: RequestKind, _ client: ClientOrderID) {
        report.cover("request refused by the link")
        process!.orderEvents.order(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: .refused, instrument: engine.instrument.id, client: client, venueOrder: .none,
                    error: .venueUnavailable, venueCode: 0, venueTime: .zero)))
    }

    /// Frames the adapter queued go on their way.
    func collectSent() {
        guard process != nil, !process!.link.sent.isEmpty else { return }
        let frames = process!.link.sent
        process!.link.sent = []
        for frame in frames {
            var sum: UInt64 = 0
            for byte in frame { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            report.digest(sum)
            toVenue(frame)
        }
    }

    /// What the order adapter reported, into the core in order.
    func takeOrderEvents() {
        while process != nil, !dies, !process!.orderEvents.inputs.isEmpty, process!.stepped.canStep {
            var input = process!.orderEvents.inputs.removeFirst()
            if settings.canary == .fillCountedTwice, case .fill(var fill) = input, dice.canary.unit() < 0.2 {
                fill.trade = TradeID(low: fill.trade.low + 1_000_000_000)
                input = .fill(fill)
                process!.orderEvents.inputs.insert(input, at: 0)
                fill.trade = TradeID(low: fill.trade.low - 1_000_000_000)
                input = .fill(fill)
            }
            if settings.canary == .executionTooLarge, case .fill(var fill) = input, fill.cumulativeQuantity > fill.quantity,
                fill.cumulativeQuantity == checker.order(fill.client)?.quantity
            {
                fill.quantity = fill.cumulativeQuantity
                input = .fill(fill)
            }
            if settings.canary == .resentOnTimeout, case .orderReply(let reply) = input, reply.kind == .place,
                reply.outcome == .unknown, let again = checker.order(reply.client)
            {
                sendOrder(again)
            }
            if case .link(let change) = input, change.role == .orders, change.state == .up {
                servers.failover.usable(at: now)
            }
            step(input)
        }
        if process != nil, process!.orderEvents.wantsReconnect {
            process!.orderEvents.wantsReconnect = false
            linkCloses(.orders, orderLink.number)
        }
    }

    /// A thread that stood still takes its own mandate away before it looks at anything else, as the trade agent does.
    func wake() {
        let gap = now - lastTurn
        lastTurn = now
        guard gap > Nanoseconds(milliseconds: 500), process != nil else { return }
        report.cover("stop after a stall")
        step(.command(Command(kind: .stop, operatorID: Command.engineOperator, hash: 0, lifetime: gap)))
    }
}
