import Core
import Model
import Testing
import Units

extension CoreBench {
    func source(_ role: LinkRole, to: UInt8, _ reason: SourceSwitch.Reason, venue: UInt8 = 0) {
        step(
            .source(
                SourceSwitch(
                    venue: VenueID(venue), role: role, from: 1 - to, to: to, reason: reason, value: 7, limit: 5, recent: 1)))
    }
}

@Test func aSwitchOfTheFeedIsCountedShownAndTakesNothingFromAnybody() {
    let stage = Stage()
    stage.bench.live()
    let order = stage.resting()
    stage.bench.source(.marketData, to: 1, .suspect)
    let status = stage.bench.status
    #expect(status.feedSource == 1 && status.feedSwitches == 1 && status.switched.reason == .suspect)
    #expect(status.switchedAt == stage.bench.now)
    #expect(stage.bench.alerts.contains(.sourceSwitched))
    #expect(stage.bench.state == .live && stage.bench.order(order)?.state == .open)
    #expect(stage.place() != nil, "the other feed is as good")
    stage.bench.source(.marketData, to: 0, .recovered)
    #expect(stage.bench.status.feedSource == 0 && stage.bench.status.feedSwitches == 2)
}

@Test func afterASwitchAnOlderTopIsNotTakenByTheCoreEither() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.top(venueTime: .zero, updateID: 1_000_000)
    let ticks = stage.bench.status.ticks
    stage.bench.source(.marketData, to: 1, .linkDown)
    stage.bench.top(venueTime: .zero, updateID: 999_999)
    stage.bench.top(venueTime: .zero, updateID: 1_000_000)
    #expect(stage.bench.status.ticks == ticks)
    stage.bench.top(venueTime: .zero, updateID: 1_000_001)
    #expect(stage.bench.status.ticks == ticks + 1)
}

@Test func aFirstFeedThatFlapsIsSaidAndChangesNothing() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.source(.marketData, to: 1, .linkDown)
    stage.bench.source(.marketData, to: 1, .flapping)
    #expect(stage.bench.alerts.contains(.sourceFlapping))
    #expect(stage.bench.status.feedSource == 1 && stage.bench.status.feedSwitches == 1)
}

@Test func feedsThatContradictEachOtherTakeQuotesBackAndBlockNewRisk() {
    let stage = Stage()
    stage.bench.live()
    _ = stage.resting()
    stage.bench.feed(.suspect, .feedsDisagree)
    #expect(stage.bench.cancelAlls == 1)
    #expect(stage.place() == nil && stage.verdict == .feedHealth)
    #expect(stage.bench.status.feedReason == .feedsDisagree)
}

@Test func anotherServerForOrdersHasToBeReconciledBeforeAnybodyArms() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.source(.orders, to: 1, .unreachable)
    let status = stage.bench.status
    #expect(status.orderSource == 1 && status.orderSwitches == 1)
    #expect(status.missing.contains(.reconciled))
}

@Test func aSwitchOfAnotherVenueIsNotOurs() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.source(.marketData, to: 1, .suspect, venue: 9)
    #expect(stage.bench.status.feedSwitches == 0 && !stage.bench.alerts.contains(.sourceSwitched))
}
