import Model
import Testing
import Units

@Test func aRepeatedFillCountsOnceWhereverItComesFrom() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    let fill = stage.bench.fill(client, "0.04")
    for source in EvidenceSource.allCases {
        var again = fill
        again.source = source
        stage.bench.step(.fill(again))
    }
    #expect(stage.bench.status.fills == 1)
    #expect(stage.bench.position().quantity == "0.04")
    #expect(stage.bench.order(client)?.filled == "0.04")
}

@Test func aLateFillOfACancelledOrderCountsAndIsFlagged() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.unsettled == 0)
    stage.bench.fill(client, "0.02")
    #expect(stage.bench.position().quantity == "0.02")
    #expect(stage.bench.orderStates[client] == .cancelled, "terminal stays terminal")
    #expect(stage.bench.alerts == [.fillSeqGap])
    let late = stage.bench.last.compactMap { if case .position(let change) = $0 { change.isLate } else { nil } }
    #expect(late == [true])
}

@Test func aFillThatTheVenueAnnouncedIsNotLate() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.cancelled, client, cumulative: "0.02")
    #expect(stage.bench.unsettled == 1 && stage.bench.status.worstLong == "0.02")
    stage.bench.fill(client, "0.02")
    #expect(stage.bench.unsettled == 0 && stage.bench.alerts.isEmpty)
}

@Test func anAnnouncedFillThatNeverComesLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.filled, client, cumulative: "0.1")
    stage.bench.wait(milliseconds: 29_000)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 2000)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .fillSeqGap)
}

@Test func moreFilledThanOrderedLeadsToSafeBeforeTheStrategyIsAsked() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.scripts[0].onFill = [.place(.sell, .goodTillCancel, "50011", "0.1")]
    stage.bench.fill(client, "0.11")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
    #expect(stage.bench.position().quantity == "0.11", "what happened, happened")
    #expect(stage.bench.placed(in: stage.bench.last).isEmpty)
}

@Test func aFillOnTheOtherSideOrPastTheLimitLeadsToSafe() {
    for (side, price) in [(Side.sell, Price("49990")), (.buy, "49990.01")] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "0.1", at: "49990")
        stage.bench.fill(client, "0.05", at: price, side: side)
        #expect(stage.bench.state == .safe, "\(side) at \(price)")
        #expect(stage.bench.status.stateReason == .positionMismatch)
    }
    let better = Stage()
    better.bench.live()
    better.bench.fill(better.resting(.buy, "0.1", at: "49990"), "0.05", at: "49980")
    #expect(better.bench.state == .live)
}

@Test func aFillOfOursWithoutItsOrderCountsAndLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.fill(ClientOrderID(run: 7, sequence: 4000), "0.1")
    #expect(stage.bench.position().quantity == "0.1")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .fillSeqGap)
}

@Test func fillsOfOthersAndOfEarlierRunsAreNotOurs() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.fill(.none, "0.1")
    stage.bench.fill(ClientOrderID(run: 6, sequence: 1), "0.1", source: .tradeHistory)
    #expect(stage.bench.position().quantity == .zero)
    #expect(stage.bench.status.fills == 0)
}

@Test func fillsOfNothingAreRefused() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    for (quantity, price) in [(Quantity("0"), Price("1")), ("-1", "1"), ("1", "0"), ("1", "-5")] {
        stage.bench.fill(client, quantity, at: price)
    }
    #expect(stage.bench.status.fills == 0 && stage.bench.position().quantity == .zero)
}

@Test func aFeeInAThirdAssetIsToldNotGuessed() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.fill(client, "0.1", fee: 5, in: bnb)
    #expect(stage.bench.position().fees == .zero && stage.bench.position().foreignFees == 1)
    #expect(stage.bench.alerts == [.positionMismatch])
    #expect(stage.bench.state == .live)
}
