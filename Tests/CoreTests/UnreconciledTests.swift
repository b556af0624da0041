import Core
import Model
import Testing
import Units

/// Sixty seconds without a complete comparison, and orders wait no longer than that for one.
private func stage(_ mode: RunMode = .live, instruments: Int = 1) -> Stage {
    Stage(.bench(mode: mode, instruments: instruments) { $0.limit { $0.maxUnreconciled = Nanoseconds(seconds: 60) } })
}

private extension Stage {
    /// A timer at this time, a book at this time.
    func timer(at time: Nanoseconds) { bench.step(.timer, after: time - bench.now) }
    func tick(at time: Nanoseconds) {
        timer(at: time - Nanoseconds(milliseconds: 1))
        bench.tick()
    }
    var told: [Alert] { bench.outputs.compactMap { if case .alert(let alert) = $0 { alert } else { nil } } }
}

@Test func anOrderLeavesAtTheAgeOfTheLastReconciliationAndNotPastIt() {
    for (late, verdict) in [(Int64(0), RiskVerdict?.none), (1, .unreconciled)] {
        let stage = stage()
        stage.bench.live()
        let asked = stage.bench.now
        stage.bench.snapshot(requestedAt: asked)
        stage.scripts[0].lines.append(.place(.buy, .goodTillCancel, "49990", "0.1"))
        stage.tick(at: asked + Nanoseconds(raw: 60_000_000_000 + late))
        #expect(stage.bench.placed.count == (late == 0 ? 1 : 0))
        guard let verdict else { continue }
        let judged = stage.bench.last.compactMap { if case .verdict(let judged) = $0 { judged } else { nil } }
        #expect(judged.map(\.verdict) == [verdict])
        #expect(judged.map(\.value) == [60_000_000_001] && judged.map(\.limit) == [60_000_000_000], "with both numbers")
    }
}

@Test func aReconciliationThatNeverSucceedsLeadsToSafeWithItsNumbers() {
    let stage = stage()
    stage.bench.live()
    let asked = stage.bench.now
    stage.bench.snapshot(requestedAt: asked)
    let client = stage.resting()
    for _ in 0..<11 {
        stage.bench.wait(milliseconds: 5000)
        stage.bench.snapshot(resting: [client], isComplete: false)
    }
    stage.timer(at: asked + Nanoseconds(seconds: 60))
    #expect(stage.bench.state == .live, "at its limit")
    stage.timer(at: asked + Nanoseconds(raw: 60_000_000_001))
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .unreconciled)
    #expect(stage.bench.status.incident.trip == .unreconciled)
    let told = stage.told.last
    #expect(told?.error == .unreconciled && told?.severity == .critical)
    #expect(told?.value == 60_000_000_001 && told?.limit == 60_000_000_000)
    #expect(stage.bench.cancelAlls == 1 && stage.bench.orderStates[client] == .pendingCancel, "everything is cancelled")
}

@Test func nobodyArmsOnAnOldReconciliation() {
    let stage = stage()
    stage.bench.ready()
    let asked = stage.bench.now
    stage.bench.snapshot(requestedAt: asked)
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm))
    stage.tick(at: asked + Nanoseconds(seconds: 60))
    #expect(stage.bench.status.missing.isEmpty, "at its limit")
    stage.tick(at: asked + Nanoseconds(raw: 60_000_000_001))
    #expect(stage.bench.status.missing == .reconciled)
    #expect(!stage.bench.command(.confirm) && stage.bench.result?.missing == .reconciled)
    #expect(stage.bench.state != .live && stage.told.isEmpty, "nothing is held: nobody is woken")
    stage.bench.snapshot()
    #expect(stage.bench.command(.confirm), "a complete one is enough")
}

@Test func anInstrumentWhoseOwnComparisonIsAlwaysSkippedCountsAsUnreconciled() {
    let stage = stage(instruments: 2)
    stage.bench.live()
    let began = stage.bench.now
    while stage.bench.state == .live, stage.bench.now - began < Nanoseconds(seconds: 70) {
        let asked = stage.bench.now
        let client = stage.place(.buy, "0.001", at: "50001")
        if let client {
            stage.bench.accept(client)
            stage.bench.fill(client, "0.001", at: "50001")
        }
        stage.bench.snapshot(balance: "10", requestedAt: asked)
        stage.bench.wait(milliseconds: 5000)
    }
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .unreconciled)
    #expect(stage.told.last?.instrument == InstrumentID(0), "the other one was compared every time")
    #expect(stage.bench.now - began >= Nanoseconds(seconds: 60))
}

@Test func whereNothingIsSentAPersonIsToldOnceOfAPositionThatNobodyCompares() {
    let stage = stage()
    stage.bench.live()
    stage.hold("0.1")
    stage.bench.snapshot(balance: "10.1")
    #expect(stage.bench.command(.disarm))
    stage.bench.wait(milliseconds: 150_000, every: 1000)
    #expect(stage.told.map(\.error) == [.unreconciled] && stage.told[0].severity == .critical)
    #expect(stage.bench.state == .disarmed)
    stage.bench.snapshot(balance: "10.1")
    stage.bench.wait(milliseconds: 61_000, every: 1000)
    #expect(stage.told.map(\.error) == [.unreconciled, .unreconciled], "and again of the next time")
}

@Test func aModeWithoutAnAccountHasNothingToReconcile() {
    let stage = stage(.shadow)
    stage.bench.link(.marketData, .up)
    stage.bench.tick()
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    stage.bench.wait(milliseconds: 130_000, every: 1000)
    #expect(stage.bench.state == .live && stage.told.isEmpty)
    stage.place()
    #expect(stage.verdict == .passed)
}

@Test func aLateAnswerMakesTheProofNoYoungerThanItsQuestion() {
    let stage = stage()
    stage.bench.live()
    let asked = stage.bench.now
    stage.bench.wait(milliseconds: 40_000, every: 1000)
    stage.bench.snapshot(requestedAt: asked)
    stage.bench.wait(milliseconds: 19_000, every: 1000)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 2000)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .unreconciled)
}

@Test func aFillThatDoesNotExplainADifferenceDoesNotClearIt() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.snapshot(resting: [client], balance: "9.5")
    stage.bench.fill(client, "0.1")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing && stage.bench.status.reconcileBreaks == 1)
}

@Test func anyOfTheFillsSinceMayExplainADifference() {
    // One that the snapshot shows and two that came after it, told in any order.
    for order in [[Quantity("0.1"), "0.03", "0.02"], ["0.03", "0.1", "0.02"], ["0.02", "0.03", "0.1"], ["0.05", "0.02", "0.05"]] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "1")
        stage.bench.snapshot(resting: [client], balance: "10.1")
        for quantity in order { stage.bench.fill(client, quantity) }
        stage.bench.wait(milliseconds: 1000)
        #expect(stage.bench.state == .live && stage.bench.status.reconcileBreaks == 0, "\(order)")
    }
}
