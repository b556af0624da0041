import Model
import Testing
import Units

@Test func theFirstDifferenceReducesAndTheSecondInARowIsSafe() {
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
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
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
