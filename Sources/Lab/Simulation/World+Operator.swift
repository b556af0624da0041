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

    /// Wants the engine LIVE, mostly; sometimes stops, flattens or kills it.
    func operatorActs() {
        heap.schedule(.operatorActs, at: now + pause(15))
        guard !isSettling, let state = process?.stepped.core.state else { return }
        switch state {
        case .disarmed, .safe, .staged, .armed:
            if random.unit() < 0.7 { ceremony() }
        case .halted: if random.unit() < 0.4 { say(.unlatch) }
        case .live, .reducing:
            let draw = random.unit()
            if draw < 0.004 { say(.kill) }
            else if draw < 0.01 { say(.flatten) }
            else if draw < 0.016 { say(.stop) }
            else if draw < 0.02 { say(.disarm) }
            else if state == .reducing, draw < 0.3 { say(.stop) }
        }
    }

    private func ceremony() {
        let hash = 1 + random.next() % 1000
        let first = Nanoseconds(raw: Int64(random.next() % 2_000_000_000))
        let second = first + Nanoseconds(raw: Int64(random.next() % 4_000_000_000))
        // Some mandates expire within the run.
        say(.stage, hash: hash, lifetime: pause(2_000))
        say(.arm, hash: hash, lifetime: Nanoseconds(seconds: 5), after: first)
        say(.confirm, hash: hash, after: second)
    }

    private func strangeCommand() {
        let kinds = CommandKind.allCases.filter { $0 != .kill && $0.rawValue < 50 }
        say(kinds[Int(random.next() % UInt64(kinds.count))], hash: random.next() % 3, lifetime: pause(20))
    }

    /// Once a simulated second.
    func drawFaults() {
        heap.schedule(.faults, at: now + Nanoseconds(seconds: 1))
        if isJournalBroken, now >= repairAt, process != nil { return crash() }
        guard faults.isOn else { return }
        networkFaults()
        venueFaults()
        ownFaults()
    }

    private func networkFaults() {
        if faults.strikes(.slowNetwork, 1 / 900) { slowUntil = now + pause(8) }
        if faults.strikes(.marketCut, 1 / 1200) { linkCloses(.marketData, marketLink.number) }
        if faults.strikes(.orderCut, 1 / 1200) { linkCloses(.orders, orderLink.number) }
        if marketLink.isOpen, faults.strikes(.halfOpenMarket, 1 / 3600) { marketLink.isDead = true }
        if orderLink.isOpen, faults.strikes(.halfOpenOrders, 1 / 3600) {
            orderLink.isDead = true
            heap.schedule(.linkCloses(.orders, link: orderLink.number), at: now + Nanoseconds(seconds: 45))
        }
    }

    private func venueFaults() {
        if faults.strikes(.frozenStream, 1 / 2400) { frozenUntil = now + pause(10) }
        if faults.strikes(.haltedMarket, 1 / 3600) { haltedUntil = now + pause(15) }
        if faults.strikes(.ruleChange, 1 / 3600) { rulesUntil = now + pause(15) }
        if faults.strikes(.rateLimited, 1 / 3600) { bannedUntil = now + pause(15) }
        if faults.strikes(.maintenance, 1 / 7200) {
            closedUntil = now + pause(30)
            linkCloses(.marketData, marketLink.number)
            linkCloses(.orders, orderLink.number)
        }
        if orderLink.isOpen, faults.strikes(.streamEnded, 1 / 3600) {
            orderLink.isSubscribed = false
            send(dialect.terminated(time: now.milliseconds), orderLink.number)
        }
        if venue.openCount > 0, faults.strikes(.unsolicitedEnd, 1 / 300) {
            let order = venue.openOrder(Int(random.next() % UInt64(venue.openCount)))
            _ = venue.expire(client: order.client, at: now)
            tellEvents()
        }
    }

    private func ownFaults() {
        guard process != nil else { return }
        if faults.strikes(.processKill, 1 / 3600) { return crash() }
        if faults.strikes(.processStall, 1 / 1800) { stalledUntil = now + pause(1.5) }
        if faults.strikes(.diskFull, 1 / 14_400) { disk.next = .full }
        if faults.strikes(.diskError, 1 / 14_400) { disk.next = .error }
        if faults.strikes(.tornWrite, 1 / 14_400) { disk.next = .torn }
        if faults.strikes(.diskStall, 1 / 7200) { diskStalledUntil = now + pause(150) }
        if faults.strikes(.clockStep, 1 / 3600) {
            clockOffset = Nanoseconds(milliseconds: Int64(random.next() % 16_000) - 8_000)
        } else if clockOffset != .zero, random.unit() < 1 / 30 {
            clockOffset = .zero
        }
        if faults.strikes(.strangeCommand, 1 / 300) { strangeCommand() }
    }
}
