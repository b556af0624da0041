import Core
import Model
import Testing
import Units

/// A run that tries a cancel at most five times, first after 100 ms, then up to a second apart.
private func patient(_ change: (inout CoreConfiguration) -> Void = { _ in }) -> CoreConfiguration {
    var configuration = CoreConfiguration.bench()
    configuration.retry.first = Nanoseconds(milliseconds: 100)
    configuration.retry.longest = Nanoseconds(seconds: 1)
    configuration.retry.most = 5
    change(&configuration)
    return configuration
}

private extension Stage {
    /// Time until the next cancel of an order leaves, at a timer every ten milliseconds; `nil` when none does within ten
    /// seconds. Each is refused at once, which proves that the order rests.
    func nextCancel(_ client: ClientOrderID) -> Int64? {
        let begin = bench.now
        let before = bench.cancels.count
        while (bench.now - begin) < Nanoseconds(seconds: 10) {
            bench.tick()
            bench.timer(after: 9)
            if bench.cancels.count > before {
                #expect(bench.cancels.last?.client == client && bench.cancels.count == before + 1)
                let pause = (bench.now - begin).milliseconds
                bench.reply(.cancel, .refused, client, .venueUnavailable)
                return pause
            }
        }
        return nil
    }
}

@Test func aRefusedCancelIsTriedAgainEachTimeLaterAndThenAPersonIsCalled() {
    let stage = Stage(patient())
    stage.bench.live()
    #expect(stage.bench.command(.seed, hash: 77, by: Command.engineOperator))
    let client = stage.resting()
    stage.cancel(client)
    #expect(stage.bench.cancels.count == 1)
    stage.bench.reply(.cancel, .refused, client, .venueUnavailable)
    var pauses: [Int64] = []
    for _ in 0..<4 { pauses.append(stage.nextCancel(client) ?? -1) }
    // Doubled each time, up to a quarter more, and the timer's ten milliseconds.
    for (pause, least) in zip(pauses, [100, 200, 400, 800] as [Int64]) {
        #expect(pause >= least - 10 && pause <= least + least / 4 + 12, "\(pauses)")
    }
    #expect(stage.bench.state == .live && !stage.bench.alerts.contains(.cannotCancel))
    stage.bench.wait(milliseconds: 2000, every: 50)
    #expect(stage.bench.alerts.contains(.cannotCancel))
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .cannotCancel)
    #expect(stage.bench.cancels.count == 5, "the threshold is honoured")
    #expect(stage.bench.cancelAlls == 1, "SAFE cancels everything once more")
}

@Test func pausesAreDrawnFromTheSeedAndTheSameSeedDrawsTheSame() {
    func pauses(_ seed: UInt64) -> [Int64] {
        let stage = Stage(patient { $0.retry.longest = Nanoseconds(seconds: 5) })
        stage.bench.live()
        stage.bench.command(.seed, hash: seed, by: Command.engineOperator)
        let client = stage.resting()
        stage.cancel(client)
        stage.bench.reply(.cancel, .refused, client, .venueUnavailable)
        return (0..<4).map { _ in stage.nextCancel(client) ?? -1 }
    }
    let all = (1...8).map { pauses($0 &* 0x9E37_79B9_7F4A_7C15) }
    #expect(Set(all).count > 4, "\(all)")
    #expect(pauses(5 &* 0x9E37_79B9_7F4A_7C15) == all[4])
}

@Test func theSeedIsTheEnginesOwnWordAndGivenOnce() {
    let stage = Stage()
    #expect(!stage.bench.command(.seed, hash: 5, by: 1000), "a person cannot")
    #expect(!stage.bench.command(.seed, hash: 0, by: Command.engineOperator))
    #expect(stage.bench.command(.seed, hash: 5, by: Command.engineOperator))
    #expect(!stage.bench.command(.seed, hash: 6, by: Command.engineOperator))
}

@Test func aCancelWithoutAnAnswerIsNotRepeatedBeforeTheLookUpProvesThatTheOrderRests() {
    let stage = Stage(patient())
    stage.bench.live()
    let client = stage.resting()
    stage.cancel(client)
    stage.bench.reply(.cancel, .unknown, client, .venueUnavailable)
    stage.bench.wait(milliseconds: 4000)
    #expect(stage.bench.orderStates[client] == .unknown && stage.bench.cancels.count == 1)
    stage.bench.update(.new, client, .query)
    stage.bench.wait(milliseconds: 200)
    #expect(stage.bench.cancels.count == 2 && stage.bench.cancels[1].client == client)
}

@Test func aStrategyThatAsksAtEveryTickDoesNotCancelFaster() {
    let stage = Stage(patient())
    stage.bench.live()
    let client = stage.resting()
    stage.cancel(client)
    stage.bench.reply(.cancel, .refused, client, .venueUnavailable)
    for _ in 0..<50 { stage.cancel(client) }
    #expect(stage.bench.cancels.count == 1, "not within 50 ms")
}

@Test func aVenueThatWantsToBeLeftAloneIsNotAskedAgainAtTheNextTimer() {
    let stage = Stage(patient { $0.retry.longest = Nanoseconds(seconds: 3) })
    stage.bench.live()
    let client = stage.resting()
    stage.cancel(client)
    stage.bench.reply(.cancel, .refused, client, .rateLimited)
    #expect(stage.bench.state == .safe)
    stage.bench.wait(milliseconds: 1800)
    #expect(stage.bench.cancels.count == 1)
}

/// Placements and amendments that left.
private func risks(_ outputs: [Output]) -> Int {
    outputs.count { output in
        switch output {
        case .place, .amend: true
        default: false
        }
    }
}

@Test(arguments: [Outcome.refused, .unknown])
func placementsAndAmendmentsAreNeverTriedAgain(_ outcome: Outcome) {
    let placed = Stage(patient())
    placed.bench.live()
    placed.bench.reply(.place, outcome, placed.place()!, .venueUnavailable)
    placed.bench.wait(milliseconds: 20_000)
    #expect(risks(placed.bench.outputs) == 1)
    let amended = Stage(patient())
    amended.bench.live()
    let resting = amended.resting(.sell)
    let change = amended.amend(resting, to: "50012", "0.1")
    amended.bench.reply(.amend, outcome, resting, .venueUnavailable)
    amended.bench.reply(.amend, outcome, change!.client, .venueUnavailable)
    amended.bench.wait(milliseconds: 20_000)
    #expect(risks(amended.bench.outputs) == 2)
}

@Test func sweepsOfWhatRestsInSafeBecomeRarerAndAlarmOnce() {
    let stage = Stage(patient())
    stage.bench.live()
    let client = stage.resting()
    stage.bench.link(.marketData, .down)
    #expect(stage.bench.state == .safe && stage.bench.cancelAlls == 1)
    var times: [Int64] = []
    for _ in 0..<3_000 where times.count < 6 {
        let before = stage.bench.cancelAlls
        stage.bench.timer(after: 20)
        if stage.bench.orderStates[client] == .unknown { stage.bench.update(.new, client, .query) }
        if stage.bench.cancelAlls > before { times.append(stage.bench.now.milliseconds) }
    }
    #expect(times.count == 6)
    let pauses = zip(times, times.dropFirst()).map { $1 - $0 }
    for (pause, least) in zip(pauses, [2000, 4000, 8000, 8000, 8000] as [Int64]) {
        #expect(pause >= least - 25 && pause <= least + least / 4 + 45, "\(pauses)")
    }
    #expect(stage.bench.alerts.count { $0 == .cannotCancel } == 1)
}

@Test func aSweepOfStaleDataThatIsLostIsTriedAgainAndThenAPersonIsCalled() {
    let stage = Stage(patient { $0.limit { $0.maxDataAge = Nanoseconds(seconds: 1) } })
    stage.bench.live()
    let client = stage.resting()
    var times: [Int64] = []
    for _ in 0..<3_000 where stage.bench.state == .live {
        let before = stage.bench.cancelAlls
        stage.bench.timer(after: 20)
        // No answer ever comes; the look-up proves that it rests.
        if stage.bench.orderStates[client] == .unknown { stage.bench.update(.new, client, .query) }
        if stage.bench.cancelAlls > before { times.append(stage.bench.now.milliseconds) }
    }
    let pauses = zip(times, times.dropFirst()).map { $1 - $0 }
    #expect(pauses.count >= 4)
    for (pause, least) in zip(pauses, [2000, 4000, 8000] as [Int64]) {
        #expect(pause >= least - 25 && pause <= least + least / 4 + 45, "\(pauses)")
    }
    #expect(stage.bench.alerts.count { $0 == .marketDataStale } == 1, "told once")
    #expect(stage.bench.alerts.contains(.cannotCancel))
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .cannotCancel)
}
