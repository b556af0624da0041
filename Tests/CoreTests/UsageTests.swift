import Core
import Model
import Testing
import Units

extension CoreBench {
    /// The venue tells its counts.
    func usage(
        weight: VenueUsage.Limiter = .init(), orders: VenueUsage.Limiter = .init(), long: VenueUsage.Limiter = .init(),
        hold: VenueUsage.Hold = .none, seconds: Int64 = 0
    ) {
        var usage = VenueUsage(venue: VenueID(0))
        usage.weight = weight
        usage.orders = orders
        usage.ordersLong = long
        usage.hold = hold
        usage.holdFor = Nanoseconds(seconds: seconds)
        step(.venueUsage(usage))
    }
}

private func limiter(_ used: Int32, _ limit: Int32, _ seconds: Int64 = 10) -> VenueUsage.Limiter {
    VenueUsage.Limiter(used: used, limit: limit, endsIn: Nanoseconds(seconds: seconds))
}

@Test func newOrdersStopBeforeTheVenuesOwnLimitAndCancelsGoOn() {
    let stage = Stage(.bench { $0.limit { $0.cancelSharePercent = 20 } })
    stage.bench.live()
    let client = stage.resting()
    stage.bench.usage(orders: limiter(78, 100))
    #expect(stage.place() != nil)
    #expect(stage.place() != nil, "the 80th")
    #expect(stage.place() == nil && stage.verdict == .venueRate, "what left since the venue told counts too")
    stage.cancel(client)
    #expect(stage.bench.cancels.map(\.client) == [client])
    stage.bench.usage(orders: limiter(10, 100))
    #expect(stage.place() != nil)
    #expect(stage.bench.status.usage.orders.used == 10)
    stage.bench.usage(weight: limiter(5000, 6000, 60))
    #expect(stage.place() == nil && stage.verdict == .venueRate)
    stage.bench.usage(weight: limiter(1, 6000, 60), long: limiter(160_000, 200_000, 3600))
    #expect(stage.place() == nil && stage.verdict == .venueRate)
    #expect(stage.bench.state == .live)
}

@Test func aCountEndsWithItsWindow() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.usage(orders: limiter(100, 100, 3))
    #expect(stage.place() == nil && stage.verdict == .venueRate)
    stage.bench.wait(milliseconds: 3000)
    #expect(stage.place() != nil)
}

@Test func tooManyOrdersHoldNewOnesOnlyUntilTheWindowEnds() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.usage(hold: .orders, seconds: 4)
    #expect(stage.bench.state == .live && stage.bench.alerts == [.orderRateLimitBreach])
    #expect(stage.place() == nil && stage.verdict == .held)
    stage.cancel(client)
    #expect(stage.bench.cancels.count == 1)
    stage.bench.update(.cancelled, client)
    stage.bench.wait(milliseconds: 4000)
    #expect(stage.place() != nil && stage.bench.status.hold == .none)
}

@Test func aRateLimitHoldsEverythingButCancels() {
    let stage = Stage()
    stage.bench.live()
    let resting = stage.resting()
    let client = stage.place()!
    stage.bench.reply(.place, .unknown, client, .venueUnavailable)
    stage.bench.usage(hold: .requests, seconds: 5)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .rateLimited)
    #expect(stage.bench.orderStates[resting] == .pendingCancel && stage.bench.cancelAlls == 1)
    let asked = stage.bench.queries.count
    stage.bench.wait(milliseconds: 4500)
    #expect(stage.bench.queries.count == asked, "look-ups wait")
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.queries.count > asked)
}

@Test func duringABanNothingLeavesNotEvenACancelAndAfterItAllIsSwept() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.usage(hold: .all, seconds: 120)
    #expect(stage.bench.state == .safe && stage.bench.status.hold == .all)
    let sent = { stage.bench.cancels.count + stage.bench.cancelAlls + stage.bench.queries.count }
    stage.bench.command(.kill)
    stage.bench.wait(milliseconds: 119_000, every: 500)
    #expect(sent() == 0 && stage.bench.orderStates[client] == .open)
    stage.bench.wait(milliseconds: 3000)
    #expect(stage.bench.cancelAlls > 0 && stage.bench.status.hold == .none)
    #expect(stage.bench.alerts.contains(.rateLimited))
}

@Test func duringABanNoPersonsWordLeadsToACancelAndItsOrdersGoWhenItEnds() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.usage(hold: .all, seconds: 4)
    let before = stage.bench.cancels.count
    #expect(stage.bench.command(.strategyOff, subject: 0))
    #expect(!stage.bench.command(.cancelOrder, subject: client.word), "refused, not kept for later")
    stage.bench.wait(milliseconds: 3900)
    #expect(stage.bench.cancels.count == before && stage.bench.cancelAlls == 0)
    stage.bench.wait(milliseconds: 3000)
    #expect(stage.bench.cancels.count + stage.bench.cancelAlls > before, "what rests is cancelled when it ends")
}

@Test func aLongerHoldReplacesAShorterOneAndAWeakerNeverAStronger() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.usage(hold: .all, seconds: 10)
    stage.bench.usage(hold: .orders, seconds: 20)
    #expect(stage.bench.status.hold == .all)
    stage.bench.wait(milliseconds: 15_000)
    #expect(stage.bench.status.hold == .all, "the longer of both")
    stage.bench.wait(milliseconds: 5500)
    #expect(stage.bench.status.hold == .none)
}

@Test func whatAnotherVenueOrABrokenMessageSaysOfLimitsIsNotBelieved() {
    let stage = Stage()
    stage.bench.live()
    var usage = VenueUsage(venue: VenueID(3))
    usage.hold = .all
    usage.holdFor = Nanoseconds(seconds: 1000)
    stage.bench.step(.venueUsage(usage))
    stage.bench.usage(orders: VenueUsage.Limiter(used: -1, limit: 10, endsIn: Nanoseconds(seconds: 1)))
    stage.bench.usage(orders: VenueUsage.Limiter(used: 100, limit: 10, endsIn: Nanoseconds(raw: -5)))
    stage.bench.usage(orders: VenueUsage.Limiter(used: .max, limit: .max, endsIn: Nanoseconds(raw: .max)))
    stage.bench.usage(hold: .all, seconds: -3)
    #expect(stage.bench.state == .live && stage.place() == nil && stage.verdict == .venueRate)
    #expect(stage.place() == nil)
}

@Test func aCountWithoutItsLimitCountsAgainstTheLastOneToldAndOnlyUpwards() {
    let stage = Stage(.bench { $0.limit { $0.cancelSharePercent = 20 } })
    stage.bench.live()
    stage.bench.usage(weight: limiter(5900, 0, 1))
    #expect(stage.place() != nil, "nobody told a limit yet")
    stage.bench.usage(weight: limiter(100, 6000, 1))
    #expect(stage.place() != nil)
    stage.bench.usage(weight: limiter(4800, 0, 1))
    #expect(stage.place() == nil && stage.verdict == .venueRate, "another way to the venue used what is left")
    #expect(stage.bench.status.usage.weight.used == 4800 && stage.bench.status.usage.weight.limit == 6000)
    stage.bench.usage(weight: limiter(10, 0, 1))
    #expect(stage.place() == nil && stage.verdict == .venueRate, "an older answer of the same window takes nothing back")
    stage.bench.wait(milliseconds: 1100)
    stage.bench.usage(weight: limiter(12, 0, 1))
    #expect(stage.place() != nil)
    #expect(stage.bench.status.usage.weight.used == 12)
    stage.bench.usage(weight: limiter(4799, 0, 1))
    #expect(stage.place() != nil, "one unit short")
    stage.bench.usage(weight: limiter(4800, 0, 1))
    #expect(stage.place() == nil && stage.verdict == .venueRate)
}
