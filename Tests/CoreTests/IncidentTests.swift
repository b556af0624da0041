import Core
import Model
import Testing
import Units

/// SAFE, with everything well again but what a person owes.
private func tripped() -> Stage {
    let stage = Stage()
    stage.bench.live()
    stage.bench.link(.marketData, .down)
    stage.bench.link(.marketData, .up)
    stage.bench.tick()
    return stage
}

@Test func afterSafeAStageWaitsForANoteAndAConfirmationForASnapshot() {
    let bench = tripped().bench
    #expect(bench.state == .safe)
    #expect(bench.status.incident.isOpen && bench.status.incident.trip == .marketLink)
    #expect(bench.status.missing == [.note, .reconciled, .staged])
    #expect(!bench.command(.stage))
    #expect(bench.result?.missing == .note)
    #expect(bench.incident())
    #expect(bench.command(.stage) && bench.command(.arm))
    #expect(!bench.command(.confirm), "the last snapshot is from before")
    #expect(bench.result?.missing == .reconciled)
    #expect(bench.state == .armed)
    let before = bench.status.incident.at
    bench.snapshot(requestedAt: before - Nanoseconds(raw: 1))
    #expect(!bench.command(.confirm), "it was asked for before the incident")
    bench.snapshot(isComplete: false)
    #expect(!bench.command(.confirm), "an incomplete one proves nothing")
    bench.snapshot()
    #expect(bench.command(.confirm))
    #expect(bench.state == .live && !bench.status.incident.isOpen)
}

@Test func aNoteMustSayAsMuchAsTheShortestAndBeOfTheSamePersonAndWhole() {
    let bench = tripped().bench
    #expect(!bench.incident("x" + String(repeating: " ", count: 60)))
    #expect(!bench.incident("123456789012345"), "one short of the shortest")
    #expect(bench.result?.missing == .note)
    #expect(!bench.command(.incident), "no note came")
    for piece in Note.pieces(.incident, operatorID: 1, "a note of somebody else") { bench.step(.note(piece)) }
    #expect(!bench.command(.incident, by: 2))
    for piece in Note.pieces(.reason, operatorID: 0, "a reason is not a note of an incident") { bench.step(.note(piece)) }
    #expect(!bench.command(.incident))
    let pieces = Note.pieces(.incident, operatorID: 0, String(repeating: "a long story ", count: 12))
    for piece in pieces.dropLast() { bench.step(.note(piece)) }
    #expect(!bench.command(.incident), "the end is missing")
    for piece in pieces.dropFirst() { bench.step(.note(piece)) }
    #expect(!bench.command(.incident), "the beginning is missing")
    #expect(bench.incident("1234567890123456"))
    #expect(bench.status.incident.isNoted)
}

@Test func withoutAnIncidentThereIsNothingToWrite() {
    let bench = Stage().bench
    bench.ready()
    #expect(!bench.incident())
    #expect(bench.status.missing.isEmpty)
}

@Test func aSecondIncidentNeedsItsOwnNote() {
    let stage = tripped()
    stage.bench.incident()
    #expect(stage.bench.rearm())
    stage.bench.link(.marketData, .down)
    stage.bench.link(.marketData, .up)
    stage.bench.snapshot()
    stage.bench.tick()
    #expect(!stage.bench.command(.stage))
}

@Test func aKillOnTopDoesNotHideWhatTrippedAndTheNoteIsOwedAgain() {
    let bench = tripped().bench
    bench.incident()
    bench.command(.kill)
    #expect(bench.status.incident.trip == .marketLink && !bench.status.incident.isNoted)
    bench.command(.kill)
    bench.incident()
    bench.command(.kill)
    #expect(bench.status.incident.isNoted, "a halted engine that is killed again is no new incident")
    bench.command(.unlatch)
    #expect(bench.rearm())
}

@Test func eachBreakerIsNamedAsWhatTripped() {
    func trip(_ change: (inout RiskLimits) -> Void, _ play: (Stage) -> Void) -> Trip {
        let stage = Stage(.bench { $0.limit(change) })
        stage.bench.live()
        play(stage)
        let told = stage.bench.outputs.compactMap { if case .state(let change) = $0 { change.trip } else { nil } }.last
        #expect(told == stage.bench.status.incident.trip, "the journal says what the status says")
        return stage.bench.status.incident.trip
    }
    func trade(_ stage: Stage) { stage.hold("0.1") }
    #expect(trip({ $0.maxExecutions = 2 }) { trade($0); trade($0) } == .executions)
    #expect(
        trip({ $0.maxDirectionFlips = 1 }) { stage in
            stage.hold("0.1")
            stage.hold("0.2", .sell)
        } == .directionFlips)
    #expect(
        trip({ $0.maxOrderCycles = 1 }) { stage in
            let client = stage.resting()
            stage.cancel(client)
            stage.bench.update(.cancelled, client)
        } == .orderCycles)
    #expect(
        trip({ $0.maxConsecutiveErrors = 1 }) { stage in
            if let client = stage.place() { stage.bench.reply(.place, .refused, client, .orderRejected) }
        } == .errorsInRow)
    #expect(
        trip({ $0.maxDailyLoss = "10" }) { stage in
            stage.hold("1", at: "50001")
            stage.bench.tick("49900")
        } == .dailyLoss)
    #expect(
        trip({ $0.maxDrawdown = "10" }) { stage in
            stage.hold("1", at: "50001")
            stage.bench.tick("49900")
        } == .drawdown)
    #expect(trip({ _ in }) { $0.bench.link(.orders, .down) } == .orderLink)
    #expect(trip({ _ in }) { $0.bench.command(.kill) } == .kill)
}

@Test func whatARunLeftOpenIsOpenInTheNext() {
    let bench = Stage().bench
    #expect(!bench.command(.recall, subject: UInt64(Trip.executions.rawValue)), "only the engine says so")
    #expect(bench.command(.recall, subject: UInt64(Trip.executions.rawValue), by: Command.engineOperator))
    bench.ready()
    #expect(bench.state == .disarmed && bench.status.incident.trip == .executions)
    #expect(!bench.command(.stage))
    #expect(bench.rearm())
    #expect(!bench.command(.recall, by: Command.engineOperator), "not while it trades")
}

@Test func aNoteWrittenBeforeTheRestartCounts() {
    let bench = Stage().bench
    bench.command(.recall, subject: UInt64(Trip.position.rawValue), value: 1, by: Command.engineOperator)
    bench.ready()
    #expect(bench.command(.stage) && bench.command(.arm) && bench.command(.confirm))
}

@Test func whoTookTheStepBeforeIsRecorded() {
    let bench = Stage().bench
    bench.ready()
    bench.command(.stage, by: 1)
    bench.command(.arm, by: 2)
    #expect(bench.result?.precedent == 1)
    bench.command(.confirm, by: 3)
    #expect(bench.result?.precedent == 2 && bench.result?.command.operatorID == 3 && bench.state == .live)
}

@Test func aRunWithIncidentsReplaysToTheSameDecisions() {
    let stage = tripped()
    stage.bench.incident()
    #expect(stage.bench.rearm())
    stage.bench.command(.disarm)
    stage.bench.confirm(stage.bench.intent())
    #expect(stage.bench.replayedHash() == stage.bench.hash)
}
