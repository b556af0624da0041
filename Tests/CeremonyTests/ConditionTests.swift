import Model
import Testing
import Units

/// Stage, arm and confirm in their turn, and one thing that is not as it must be.
@Suite struct ConditionTests {
    private func ceremony(_ desk: inout Desk, arming: Nanoseconds = Nanoseconds(seconds: 60), lifetime: Nanoseconds = Nanoseconds(seconds: 3600)) {
        desk.command(.stage, lifetime: lifetime)
        desk.command(.arm, lifetime: arming)
        desk.command(.confirm)
    }

    @Test func `The whole ceremony sends an order, by two operators as by one`() throws {
        var desk = try Desk.ready()
        desk.command(.stage, by: 1)
        desk.command(.arm, by: 2)
        desk.command(.confirm, by: 1)
        let (state, sent) = (desk.state, desk.ordersSent)
        #expect(state == .live && sent == 2)
    }

    @Test func `Without its links, a snapshot or fresh data nothing is confirmed`() throws {
        for missing in ["market link", "order link", "snapshot", "data", "fresh data"] {
            var desk = try Desk()
            if missing != "market link" { desk.link(.marketData, .up) }
            if missing != "order link" { desk.link(.orders, .up) }
            if missing != "snapshot" { desk.reconcile() }
            if missing != "data" { desk.tick() }
            if missing == "fresh data" { desk.step(.timer, after: Nanoseconds(seconds: 61)) }
            ceremony(&desk)
            if missing != "data", missing != "fresh data" { desk.tick() }
            let (state, sent) = (desk.state, desk.ordersSent)
            #expect(state != .live && sent == 0, "\(missing): \(state)")
        }
    }

    @Test func `An order link that comes back has to be reconciled again`() throws {
        var desk = try Desk.ready()
        desk.link(.orders, .down)
        desk.link(.orders, .up)
        ceremony(&desk)
        let before = desk.state
        #expect(before == .armed)
        desk.reconcile()
        desk.command(.confirm)
        let after = desk.state
        #expect(after == .live)
    }

    @Test func `An arming that is not confirmed in time is void, also when the confirmation is the next thing that comes`() throws {
        for span in [Nanoseconds(seconds: 59), Nanoseconds(seconds: 60), Nanoseconds(seconds: 61)] {
            var desk = try Desk.ready()
            desk.command(.stage)
            desk.command(.arm, lifetime: Nanoseconds(seconds: 60))
            desk.step(.command(Command(kind: .confirm, operatorID: 0, hash: 1, lifetime: Nanoseconds(seconds: 1))), after: span)
            let state = desk.state
            #expect(state == (span < Nanoseconds(seconds: 60) ? .live : .disarmed), "\(span)")
        }
    }

    @Test func `The tick that finds the mandate over sends nothing`() throws {
        var desk = try Desk.ready()
        ceremony(&desk, lifetime: Nanoseconds(seconds: 10))
        // Both quotes are cancelled by a jump of the market in a moment; here they rest, so the count must stay.
        let sent = desk.ordersSent
        desk.step(.timer, after: Nanoseconds(seconds: 9))
        let before = desk.state
        desk.tick(after: Nanoseconds(seconds: 1))
        let (after, now) = (desk.state, desk.ordersSent)
        #expect(before == .live && after == .disarmed && now == sent)
    }

    @Test func `A strategy that may quote for the first time after the mandate's end does not`() throws {
        // The data is too old to quote on until the very step that is past the mandate's end.
        var desk = try Desk.ready()
        desk.command(.stage, lifetime: Nanoseconds(seconds: 10))
        desk.command(.arm)
        desk.command(.confirm)
        for order in 1...2 {
            desk.step(
                .orderReply(
                    OrderReply(
                        kind: .place, outcome: .refused, instrument: InstrumentID(0), client: ClientOrderID(run: 7, sequence: UInt32(order)),
                        venueOrder: .none, error: .orderRejected, venueCode: -2010, venueTime: .zero)))
        }
        let sent = desk.ordersSent
        desk.tick(after: Nanoseconds(seconds: 11))
        let (after, now) = (desk.state, desk.ordersSent)
        #expect(after == .disarmed && now == sent, "\(now - sent) orders under a mandate that is over")
    }

    @Test func `A new core is disarmed, whatever the one before it was`() throws {
        var desk = try Desk.ready()
        ceremony(&desk)
        let first = desk.state
        desk = try Desk.ready()
        desk.command(.confirm)
        desk.tick()
        let (second, sent) = (desk.state, desk.ordersSent)
        #expect(first == .live && second == .disarmed && sent == 0)
    }

    @Test func `A stop, a kill and every doubt end the mandate, and confirming again is not enough`() throws {
        for stop in ["disarm", "stop", "kill", "market link", "order link"] {
            var desk = try Desk.ready()
            ceremony(&desk)
            let sent = desk.ordersSent
            switch stop {
            case "disarm": desk.command(.disarm)
            case "stop": desk.command(.stop)
            case "kill": desk.command(.kill)
            case "market link": desk.link(.marketData, .down)
            default: desk.link(.orders, .down)
            }
            let stopped = desk.state
            desk.link(.marketData, .up)
            desk.link(.orders, .up)
            desk.reconcile()
            desk.tick()
            desk.command(.confirm)
            desk.command(.arm)
            desk.tick()
            let (after, now) = (desk.state, desk.ordersSent)
            #expect(stopped != .live && after == stopped && now == sent, "\(stop): \(stopped), then \(after)")
        }
    }
}
