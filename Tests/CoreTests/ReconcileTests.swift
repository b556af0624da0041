import Model
import Testing
import Units

@Test func theFirstDifferenceReducesAndTheSecondInARowHalts() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.snapshot(resting: [client], balance: "9.5")
    #expect(stage.bench.state == .live, "a fill may still explain it")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing)
    #expect(stage.bench.status.reconcileBreaks == 1)
    #expect(stage.place() == nil)
    #expect(stage.verdict == .reduceOnly)
    stage.bench.snapshot(resting: [client], balance: "9.5")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .halted && stage.bench.status.stateReason == .positionMismatch)
    let told = stage.bench.outputs.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
    #expect(told.map(\.value) == [Quantity("9.5").raw, Quantity("9.5").raw], "both with the figures")
    #expect(told.map(\.limit) == [Quantity("10").raw, Quantity("10").raw])
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    #expect(stage.bench.status.reconcileBreaks == 2)
}

@Test func aBreakNamesBothFigures() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.snapshot(balance: "9.5")
    stage.bench.wait(milliseconds: 600)
    let told = stage.bench.outputs.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
    #expect(told.map(\.value) == [Quantity("9.5").raw] && told.map(\.limit) == [Quantity("10").raw])
}

@Test func aDifferenceThatAFillExplainsInTimeIsNone() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.snapshot(resting: [client], balance: "10.1")
    stage.bench.wait(milliseconds: 300)
    stage.bench.fill(client, "0.1")
    stage.bench.wait(milliseconds: 1000)
    stage.bench.snapshot(balance: "10.1")
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.state == .live && stage.bench.status.reconcileBreaks == 0)
}

@Test func feesTakenInBaseAreExpectedInTheBalance() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("1", fee: Quantity("0.001").raw, in: btc)
    stage.bench.wait(milliseconds: 10)
    stage.bench.snapshot(balance: "10.999")
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.status.reconcileBreaks == 0)
    stage.bench.snapshot(balance: "11")
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.status.reconcileBreaks == 1)
}

@Test func aBreakThatHealsStartsTheCountAgainButTheStopStays() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.snapshot(balance: "9")
    stage.bench.wait(milliseconds: 600)
    stage.bench.snapshot(balance: "10")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing, "only a person re-arms")
    stage.bench.snapshot(balance: "9")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing && stage.bench.status.reconcileBreaks == 2)
}

@Test func absenceInOneSnapshotIsNotZero() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.wait(milliseconds: 10)
    stage.bench.snapshot(resting: [], balance: nil)
    #expect(stage.bench.orderStates[client] == .open && stage.bench.queries.isEmpty)
    #expect(stage.bench.status.reconcileBreaks == 0)
    stage.bench.wait(milliseconds: 10)
    stage.bench.snapshot(resting: [], balance: nil)
    #expect(stage.bench.orderStates[client] == .unknown, "twice in a row: it is asked about")
    stage.bench.timer()
    #expect(stage.bench.queries.map(\.client) == [client])
    #expect(stage.bench.state == .live)
}

@Test func aBalanceThatIsAbsentOnceComparesNothingAndTwiceInARowDiffers() {
    let stage = Stage()
    stage.bench.live()
    let proved = stage.bench.status.lastReconciledAt
    stage.bench.snapshot(balance: nil)
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.state == .live && stage.bench.status.reconcileBreaks == 0, "absence in one is not zero")
    #expect(stage.bench.status.lastReconciledAt == proved, "and not a proof")
    stage.bench.snapshot(balance: "10")
    stage.bench.snapshot(balance: nil)
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.state == .live && stage.bench.status.reconcileBreaks == 0, "not in a row")
    stage.bench.snapshot(balance: nil)
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing && stage.bench.status.reconcileBreaks == 1)
    let told = stage.bench.outputs.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
    #expect(told.map(\.value) == [0] && told.map(\.limit) == [Quantity("10").raw], "both figures")
    stage.bench.snapshot(balance: nil)
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .halted && stage.bench.status.reconcileBreaks == 2)
}

@Test func aBalanceThatIsAbsentWhereNothingIsExpectedIsAsItShouldBe() {
    let stage = Stage()
    stage.bench.link(.marketData, .up)
    stage.bench.link(.orders, .up)
    for _ in 0..<3 { stage.bench.snapshot(balance: nil) }
    stage.bench.tick()
    #expect(stage.bench.status.missing.isEmpty && stage.bench.status.lastReconciledAt > .zero)
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    stage.bench.fill(stage.resting(), "0.1")
    stage.bench.wait(milliseconds: 10)
    let proved = stage.bench.status.lastReconciledAt
    stage.bench.snapshot(balance: nil)
    #expect(stage.bench.status.lastReconciledAt == proved, "something was bought since")
    stage.bench.snapshot(balance: nil)
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing && stage.bench.status.reconcileBreaks == 1)
}

@Test func incompleteSnapshotsAreNotAbsence() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    let proved = stage.bench.status.lastReconciledAt
    for _ in 0..<5 {
        stage.bench.wait(milliseconds: 10)
        stage.bench.snapshot(resting: [], balance: "1", isComplete: false)
        stage.bench.wait(milliseconds: 600)
    }
    #expect(stage.bench.orderStates[client] == .open)
    #expect(stage.bench.state == .live && stage.bench.status.lastReconciledAt == proved)
}

@Test func anOrderPlacedWhileTheSnapshotWasUnderWayIsNotMissed() {
    let stage = Stage()
    stage.bench.live()
    let asked = stage.bench.now
    let client = stage.resting()
    stage.bench.snapshot(requestedAt: asked)
    stage.bench.snapshot(requestedAt: asked)
    #expect(stage.bench.orderStates[client] == .open)
}

@Test func aSnapshotWhileFillsAreUnderWayProvesNothing() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    let proved = stage.bench.status.lastReconciledAt
    let asked = stage.bench.now
    stage.bench.fill(client, "0.05")
    stage.bench.snapshot(resting: [client], balance: "10", requestedAt: asked)
    stage.bench.wait(milliseconds: 1000)
    #expect(stage.bench.state == .live && stage.bench.status.reconcileBreaks == 0)
    #expect(stage.bench.status.lastReconciledAt == proved, "the age of the last proof is not made younger")
    stage.bench.snapshot(resting: [client], balance: "10.05")
    #expect(stage.bench.status.lastReconciledAt > proved)
}

@Test func aDifferenceWithinTheToleranceIsNoneAndTheBaselineStays() {
    let stage = Stage(.bench { $0.reconcileToleranceBps = 10 })
    stage.bench.live()
    for balance: Quantity in ["10.01", "9.99", "10.01"] {
        stage.bench.snapshot(balance: balance)
        stage.bench.wait(milliseconds: 600)
    }
    #expect(stage.bench.state == .live && stage.bench.status.reconcileBreaks == 0)
    // One unit past it, and small steps do not add up unseen.
    stage.bench.snapshot(balance: "10.01000001")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing && stage.bench.status.reconcileBreaks == 1)
}

/// The venue claims more than the fills it told: the claim is counted at its worst, nothing is booked for it, and the
/// real fill, by whatever way it comes and however often, is counted once.
@Test func aClaimedFillIsReplacedByTheRealOneNeverAdded() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    stage.bench.update(.partiallyFilled, client, cumulative: "0.4", quantity: "1")
    #expect(stage.bench.position().quantity == .zero, "no price, no booking")
    #expect(stage.bench.status.worstLong == "1", "the claimed part is within the whole")
    stage.bench.update(.filled, client, cumulative: "1", quantity: "1")
    #expect(stage.bench.orderStates[client] == .filled && stage.bench.unsettled == 1)
    #expect(stage.bench.status.worstLong == "1", "owed: as if held")
    stage.bench.fill(client, "0.4", trade: 71, source: .tradeHistory)
    #expect(stage.bench.position().quantity == "0.4" && stage.bench.status.worstLong == "1")
    stage.bench.fill(client, "0.4", trade: 71)
    #expect(stage.bench.position().quantity == "0.4", "the same trade by the stream")
    stage.bench.fill(client, "0.6", trade: 72, source: .tradeHistory)
    stage.bench.fill(client, "0.6", trade: 72)
    #expect(stage.bench.position().quantity == "1" && stage.bench.unsettled == 0)
    #expect(stage.bench.status.worstLong == "1" && stage.bench.alerts.isEmpty)
    stage.bench.snapshot(balance: "11")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.status.reconcileBreaks == 0)
}
