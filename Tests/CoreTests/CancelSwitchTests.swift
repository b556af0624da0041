import Core
import Model
import Testing
import Units

/// A run at a venue whose switch cancels after 10 s; refreshed every second, no new risk after 4 s.
private func switched() -> CoreConfiguration {
    var configuration = CoreConfiguration.bench()
    configuration.cancelSwitch = CancelSwitchRule(
        period: Nanoseconds(seconds: 10), interval: Nanoseconds(seconds: 1), maxAge: Nanoseconds(seconds: 4))
    return configuration
}

private extension Stage {
    /// The refreshes in these outputs.
    func refreshes(_ outputs: [Output]) -> [SwitchRefresh] {
        outputs.compactMap { if case .refresh(let refresh) = $0 { refresh } else { nil } }
    }
    /// Time with a timer every 100 ms; every refresh is answered as `answers` says, at once.
    func pass(_ milliseconds: Int64, _ answers: (SwitchRefresh) -> (Outcome, ErrorCode)? = { _ in (.accepted, .none) }) {
        for _ in 0..<milliseconds / 100 {
            bench.tick()
            bench.timer(after: 99)
            for refresh in refreshes(bench.last) {
                guard let (outcome, error) = answers(refresh) else { continue }
                bench.reply(.refresh, outcome, refresh.client, error)
            }
        }
    }
    var confirmed: Stage {
        bench.ready()
        pass(1000)
        #expect(bench.command(.stage) && bench.command(.arm) && bench.command(.confirm))
        return self
    }
}

@Test func theSwitchIsRefreshedWhileTheLinkIsUpWhetherOrNotAnybodyTrades() {
    let stage = Stage(switched())
    stage.bench.wait(milliseconds: 3000)
    #expect(stage.refreshes(stage.bench.outputs).isEmpty, "no link")
    stage.bench.ready()
    stage.pass(5000)
    let sent = stage.refreshes(stage.bench.outputs)
    #expect(sent.count >= 4 && sent.count <= 6, "\(sent.count)")
    #expect(sent.allSatisfy { $0.period == Nanoseconds(seconds: 10) })
    #expect(sent.map(\.client.sequence) == Array(1...UInt32(sent.count)))
}

@Test func withoutASwitchNothingIsRefreshedAndNothingIsAsked() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.wait(milliseconds: 60_000)
    #expect(stage.refreshes(stage.bench.outputs).isEmpty && stage.place() != nil)
}

@Test func nobodyArmsBeforeTheVenueHasConfirmedARefresh() {
    let stage = Stage(switched())
    stage.bench.ready()
    stage.pass(2000) { _ in nil }
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm))
    #expect(!stage.bench.command(.confirm))
    #expect(stage.bench.result?.missing == .cancelSwitch)
    stage.pass(1000)
    #expect(stage.bench.command(.confirm))
}

@Test func anOldConfirmedRefreshAllowsNoNewRiskByItsCodeAndNumbers() {
    let stage = Stage(switched()).confirmed
    _ = stage.resting()
    stage.pass(3000) { _ in nil }
    // At most four seconds old: it is placed, or the fixture traps.
    _ = stage.resting()
    stage.pass(1500) { _ in nil }
    #expect(stage.place() == nil && stage.verdict == .cancelSwitch)
    let judged = stage.bench.outputs.compactMap { if case .verdict(let verdict) = $0 { verdict } else { nil } }.last
    #expect(judged?.limit == Nanoseconds(seconds: 4).raw && judged!.value > judged!.limit)
    #expect(stage.bench.state == .live && stage.bench.alerts.contains(.cancelSwitch))
    stage.pass(1200)
    #expect(stage.place(.sell) != nil, "confirmed again")
}

@Test func theAgeOfARefreshCountsFromItsRequestNotFromItsAnswer() {
    let stage = Stage(switched()).confirmed
    var held: [SwitchRefresh] = []
    stage.pass(3500) { refresh in
        held.append(refresh)
        return nil
    }
    // The first of them was asked for more than two seconds ago.
    stage.bench.reply(.refresh, .accepted, held[0].client)
    stage.pass(2500) { _ in nil }
    #expect(stage.place() == nil && stage.verdict == .cancelSwitch)
    stage.bench.reply(.refresh, .accepted, held.last!.client)
    #expect(stage.place() != nil)
}

@Test func refusedAndUnknownRefreshesConfirmNothingAndAreToldAndTriedAtTheNextTime() {
    for answer in [(Outcome.refused, ErrorCode.rateLimited), (.unknown, .venueUnavailable)] {
        let stage = Stage(switched()).confirmed
        let before = stage.refreshes(stage.bench.outputs).count
        stage.pass(3000) { _ in answer }
        #expect(stage.refreshes(stage.bench.outputs).count - before <= 3, "no faster for a refusal")
        #expect(stage.bench.alerts.contains(.cancelSwitch))
    }
}

@Test func pastThePeriodTheVenueMayHaveCancelledEverythingAndTheEngineIsSafe() {
    let stage = Stage(switched()).confirmed
    let client = stage.resting()
    stage.pass(8500) { _ in nil }
    #expect(stage.bench.state == .live)
    // The venue ends the order by itself, as it said it would.
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.orderStates[client] == .cancelled)
    stage.pass(3000) { _ in nil }
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .cancelSwitch)
}

@Test func anotherRunsAnswerAndOneNobodyAskedForConfirmNothing() {
    let stage = Stage(switched())
    stage.bench.ready()
    stage.pass(2000) { _ in nil }
    let run = stage.refreshes(stage.bench.outputs)[0].client.run
    for client in [
        ClientOrderID(run: run + 1, sequence: 1), ClientOrderID(run: run, sequence: 99), ClientOrderID(run: run, sequence: 0),
    ] { stage.bench.reply(.refresh, .accepted, client) }
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm))
    #expect(!stage.bench.command(.confirm))
}

@Test func whatReducesDoesNotWaitForTheSwitch() {
    let stage = Stage(switched()).confirmed
    stage.hold("0.1")
    stage.bench.streamBalance("10.1")
    stage.pass(4500) { _ in nil }
    #expect(stage.place() == nil && stage.verdict == .cancelSwitch)
    #expect(stage.bench.command(.flatten))
    stage.bench.tick()
    #expect(stage.bench.outputs.contains { if case .place(let order) = $0 { order.side == .sell } else { false } })
}
