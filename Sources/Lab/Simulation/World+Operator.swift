import Model
import StrategyKit
import Units
import VenueKit

/// The operator, and the hand that deals out the faults that befall the world as a whole.
extension World where Market: ~Copyable, Orders: ~Copyable {
    private func say(_ kind: CommandKind, hash: UInt64 = 0, lifetime: Nanoseconds = .zero, after: Nanoseconds = .zero) {
        heap.schedule(
            .operatorSays(life: life, Command(kind: kind, operatorID: 1, hash: hash, lifetime: lifetime)), at: now + after)
    }

    /// As the cold side does: an incident's note goes before its command.
    func obey(_ command: Command) {
        if command.kind == .incident {
            for piece in Note.pieces(.incident, operatorID: command.operatorID, "looked at the venue, nothing found") {
                step(.note(piece))
            }
        }
        step(.command(command))
    }

    /// Wants the engine LIVE, mostly; sometimes stops, flattens or kills it.
    func operatorActs() {
        heap.schedule(.operatorActs, at: now + dice.person.pause(15))
        guard !isSettling, let state = process?.stepped.core.state else { return }
        if carry.problem != nil { return giveUp() }
        switch state {
        case .disarmed where dice.person.unit() < 0.05: heap.schedule(.operatorRestarts(life: life), at: now)
        case .disarmed, .safe, .staged, .armed:
            if dice.person.unit() < 0.7 { ceremony() }
        case .halted: if dice.person.unit() < 0.4 { say(.unlatch) }
        case .live, .reducing:
            let draw = dice.person.unit()
            if draw < 0.004 { say(.kill) }
            else if draw < 0.01 { say(.flatten) }
            else if draw < 0.016 { say(.stop) }
            else if draw < 0.02 { say(.disarm) }
            else if state == .reducing, draw < 0.3 { say(.stop) }
        }
    }

    /// What was left is not known for certain, so nobody may arm: the engine is ended, and begun in another directory.
    private func giveUp() {
        endLife(crash: false)
        for role in [LinkRole.marketData, .orders] { forgetLink(role) }
        second.link.isOpen = false
        heap.schedule(.personCures, at: now + Nanoseconds(seconds: 12) + dice.process.pause(60))
    }

    private func ceremony() {
        let hash = 1 + dice.person.next() % 1000
        let first = Nanoseconds(raw: Int64(dice.person.next() % 2_000_000_000))
        let second = first + Nanoseconds(raw: Int64(dice.person.next() % 4_000_000_000))
        if process?.stepped.status.incident.isOpen == true { say(.incident) }
        // Some mandates expire within the run.
        say(.stage, hash: hash, lifetime: dice.person.pause(2_000))
        say(.arm, hash: hash, lifetime: Nanoseconds(seconds: 5), after: first)
        say(.confirm, hash: hash, after: second)
    }

    private func strangeCommand() {
        let kinds = CommandKind.allCases.filter { $0 != .kill }
        let ofTheEngine: [CommandKind] = [
            .carryPosition, .carryDay, .carryBalance, .carryStrategy, .carryStrategyResult, .carried,
        ]
        let kind = kinds[Int(faults.dice.next() % UInt64(kinds.count))]
        // From a person mostly; some as only the engine itself may give them.
        let isEngine = faults.dice.next() % 4 == 0 && !ofTheEngine.contains(kind)
        let from = isEngine ? Command.engineOperator : 1 + UInt32(faults.dice.next() % 3)
        var command = Command(
            kind: kind, operatorID: from, hash: faults.dice.next() % 3, lifetime: faults.pause(20),
            subject: strangeSubject(), value: strangeValue())
        // A limit is only made tighter: the checks beside the world know the configured ones.
        if kind == .limit { command.value = Int64(faults.dice.next() % UInt64(engine.limits.maxPosition.raw)) }
        report.cover("strange command \(kind)")
        heap.schedule(.operatorSays(life: life, command), at: now)
    }

    /// Small numbers, which name something; an order that rests; words of any kind.
    private func strangeSubject() -> UInt64 {
        switch faults.dice.next() % 4 {
        case 0, 1: return faults.dice.next() % 4
        case 2 where venue.openCount > 0:
            return venue.openOrder(Int(faults.dice.next() % UInt64(venue.openCount))).client.word
        default: return faults.dice.next()
        }
    }

    private func strangeValue() -> Int64 {
        switch faults.dice.next() % 3 {
        case 0: return Int64(faults.dice.next() % 3)
        case 1: return Int64(faults.dice.next() % 1000) * fixedPointUnit
        default: return Int64(bitPattern: faults.dice.next())
        }
    }

    /// About once a simulated second.
    func drawFaults() {
        heap.schedule(.faults, at: now + Nanoseconds(raw: 200_000_000 + Int64(dice.hand.next() % 1_600_000_000)))
        if isJournalBroken, now >= repairAt, process != nil { return crash() }
        releaseHeldReply()
        let recovers = dice.hand.unit() < 1 / 30
        if recovers { clockOffset = .zero }
        guard faults.isOn else { return }
        networkFaults()
        venueFaults()
        venueCloses()
        ownFaults()
        diskFaults()
        if hasSecondFeed { feedFaults() }
        if servers.count > 1 { serverFaults() }
    }

    private func networkFaults() {
        if strikes(.slowNetwork) { slowUntil = now + faults.pause(8) }
        if strikes(.stalledConnection) {
            stalledLink = (faults.dice.next() % 2 == 0 ? .marketData : .orders, now + faults.pause(4))
        }
        if marketLink.isOpen, strikes(.marketCut) { linkCloses(.marketData, marketLink.number) }
        if orderLink.isOpen, strikes(.orderCut) { linkCloses(.orders, orderLink.number) }
        if marketLink.isOpen, strikes(.halfOpenMarket) { marketLink.isDead = true }
        if orderLink.isOpen, strikes(.halfOpenOrders) {
            orderLink.isDead = true
            heap.schedule(.linkCloses(.orders, link: orderLink.number), at: now + Nanoseconds(seconds: 45))
        }
    }

    private func venueFaults() {
        if strikes(.frozenStream) { frozenUntil = now + faults.pause(10) }
        if strikes(.frozenPrivateStream) { silentUntil = now + faults.pause(10) }
        if process?.stepped.core.usesSwitch == true, strikes(.deafSwitch) { switchDeafUntil = now + faults.pause(15) }
        if strikes(.haltedMarket) { haltedUntil = now + faults.pause(15) }
        if strikes(.ruleChange) { rulesUntil = now + faults.pause(15) }
        if strikes(.tickSizeChange) { coarseUntil = now + faults.pause(30) }
        if strikes(.rateLimited) { bannedUntil = now + faults.pause(15) }
        if orderLink.isOpen, orderLink.isSubscribed, strikes(.streamEnded) {
            orderLink.isSubscribed = false
            send(dialect.terminated(time: now.milliseconds), orderLink.number)
        }
        if venue.openCount > 0, strikes(.unsolicitedEnd) {
            let order = venue.openOrder(Int(faults.dice.next() % UInt64(venue.openCount)))
            _ = venue.expire(client: order.client, as: faults.dice.next() % 2 == 0 ? .expired : .cancelled, at: now)
            tellEvents()
        }
    }

    private func venueCloses() {
        if strikes(.maintenance) {
            closedUntil = now + faults.pause(30)
            linkCloses(.marketData, marketLink.number)
            linkCloses(.orders, orderLink.number)
            if hasSecondFeed { secondCloses(second.link.number) }
        }
        if strikes(.addressBan) {
            refusedUntil = now + faults.pause(20)
            // Some are told so before they are thrown out.
            let after = faults.dice.next() % 2 == 0 ? Nanoseconds(raw: 1) : faults.pause(5)
            heap.schedule(.linkCloses(.marketData, link: marketLink.number), at: now + after)
            heap.schedule(.linkCloses(.orders, link: orderLink.number), at: now + after)
            if hasSecondFeed { heap.schedule(.secondCloses(link: second.link.number), at: now + after) }
        }
    }

    private func ownFaults() {
        guard process != nil else { return }
        if strikes(.processStall) { stalledUntil = now + faults.pause(1.5) }
        if strikes(.clockStep) {
            clockOffset = Nanoseconds(milliseconds: Int64(faults.dice.next() % 16_000) - 8_000)
        }
        if strikes(.strangeCommand) { strangeCommand() }
        if stranger == .none, strikes(.doubleStart) { strangerComes() }
    }

    /// A second engine, started on another machine, that knows nothing of this one. Its order is far from the market.
    private func strangerComes() {
        strangerRun = Swift.max(run, strangerRun) + 1
        stranger = ClientOrderID(run: strangerRun, sequence: 1)
        let ticks = book.bids[0].price.raw / engine.instrument.tickSize.raw / 20 * 19
        venue.request(
            .place(
                NewOrder(
                    client: stranger, instrument: engine.instrument.id, strategy: StrategyID(0), side: .buy,
                    timeInForce: .postOnly, price: Price(raw: ticks * engine.instrument.tickSize.raw),
                    quantity: Quantity(raw: engine.instrument.minQuantity.raw * 10))), at: now)
        tellEvents()
        heap.schedule(.strangerLeaves(stranger), at: now + faults.pause(30))
    }

    func strangerLeaves(_ client: ClientOrderID) {
        guard client == stranger else { return }
        stranger = .none
        venue.request(
            .cancel(OrderReference(client: client, instrument: engine.instrument.id, venueOrder: .none)), at: now)
        tellEvents()
    }

    private func diskFaults() {
        if strikes(.diskFull) { trouble(.full) }
        if strikes(.diskError) { trouble(.error) }
        if strikes(.tornWrite) { trouble(.torn) }
        if strikes(.syncError) { trouble(.sync) }
        if strikes(.crashInWrite) { trouble(.crash) }
        if strikes(.shortWrite) {
            disk.shortWrites = 1 + Int(faults.dice.next() % 40)
            disk.dice = faults.dice
        }
        if strikes(.diskStall) { diskStalledUntil = now + faults.pause(150) }
    }

    private func trouble(_ kind: WorldDisk.Trouble) {
        disk.next = kind
        disk.countdown = Int(faults.dice.next() % 5)
        disk.place = faults.dice.next() % 65_536
    }
}
