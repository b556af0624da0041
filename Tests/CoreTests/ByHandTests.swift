import Core
import Model
import Testing
import Units

private func ready(_ change: (inout RiskLimits) -> Void = { _ in }) -> Stage {
    let stage = Stage(.bench { $0.limit(change) })
    stage.bench.ready()
    return stage
}

@Test func aConfirmedIntentSendsExactlyThatOrderAndNoStrategyRuns() {
    let stage = ready()
    let review = stage.bench.intent(.buy, "0.2", at: "49980", by: 1)
    #expect(review.verdict == .passed && review.id == 1 && review.hash != 0)
    #expect(review.worstLong == "0.2" && review.worstShort == .zero)
    #expect(stage.bench.state == .disarmed && stage.bench.placed.isEmpty, "nothing leaves before it is confirmed")
    #expect(stage.bench.status.reviewID == 1)
    #expect(stage.bench.confirm(review, by: 2))
    #expect(stage.bench.result?.precedent == 1, "who asked")
    let order = stage.bench.placed[0]
    #expect(order.side == .buy && order.quantity == "0.2" && order.price == "49980" && order.strategy == .hand)
    #expect(stage.bench.state == .live && stage.bench.status.isByHand)
    #expect(stage.place() == nil, "a tick tempts the strategy")
    stage.bench.timer()
    #expect(stage.scripts[0].starts == 0 && stage.scripts[0].stops == 0)
    stage.bench.accept(order.client)
    #expect(stage.bench.state == .live, "it rests")
    stage.bench.fill(order.client, "0.2", at: "49980")
    #expect(stage.bench.state == .disarmed && !stage.bench.status.isByHand && stage.bench.status.mandateHash == 0)
    #expect(stage.bench.position().quantity == "0.2" && stage.bench.placed.count == 1)
    #expect(stage.scripts[0].starts == 0 && stage.scripts[0].stops == 0)
}

@Test func aReviewIsGoodOnceForATimeAndWithItsHash() {
    let bench = ready().bench
    let review = bench.intent(for: Nanoseconds(seconds: 30))
    #expect(!bench.confirm(review, hash: review.hash ^ 1))
    var other = review
    other.id += 1
    #expect(!bench.confirm(other))
    #expect(bench.confirm(review), "what was wrong does not use it up")
    #expect(!bench.confirm(review))
    #expect(bench.placed.count == 1)
    for (span, isInTime) in [(Int64(29_998), true), (29_999, false), (30_000, false)] {
        let bench = ready().bench
        let review = bench.intent(for: Nanoseconds(seconds: 30))
        bench.timer(after: span)
        bench.confirm(review)
        #expect(bench.placed.count == (isInTime ? 1 : 0), "\(span) ms and one more")
    }
}

@Test func aNewerReviewAndEveryStopVoidTheOlder() {
    let voids: [(String, (CoreBench<PuppetSet>) -> Void)] = [
        ("a newer one", { $0.intent(.sell, at: "50011") }), ("disarm", { $0.command(.disarm) }),
        ("stop", { $0.command(.stop) }), ("kill and back", { $0.command(.kill); $0.command(.unlatch); $0.incident(); $0.snapshot() }),
        ("stage", { $0.command(.stage); $0.command(.disarm) }),
        ("a refused one", { $0.intent(.buy, "1000") }),
    ]
    for (name, void) in voids {
        let bench = ready().bench
        let review = bench.intent()
        void(bench)
        #expect(!bench.confirm(review), "\(name)")
        #expect(bench.placed.isEmpty && bench.state == .disarmed, "\(name)")
    }
}

@Test func theGateJudgesTwice() {
    let refused = ready { $0.maxOrderQuantity = "0.1" }.bench
    let review = refused.intent(.buy, "0.10001")
    #expect(review.verdict == .orderSize && review.id == 0 && review.hash == 0)
    #expect(review.value == Quantity("0.10001").raw && review.limit == Quantity("0.1").raw)
    #expect(!refused.command(.confirmIntent, hash: review.hash, subject: 0))
    let stage = ready { $0.priceCollarBps = 10 }
    let passed = stage.bench.intent(.buy, at: "49990")
    #expect(passed.verdict == .passed)
    stage.bench.tick("50200")
    #expect(!stage.bench.confirm(passed), "the market moved away from it")
    #expect(stage.verdict == .priceCollar && stage.bench.state == .disarmed && stage.bench.placed.isEmpty)
    stage.bench.tick("50000")
    #expect(!stage.bench.confirm(passed), "and it was good once")
    #expect(!stage.bench.states.contains(.live))
}

@Test func anIntentNeedsWhatAMandateNeeds() {
    func missing(_ spoil: (Stage) -> Void) -> ArmingChecks {
        let stage = ready { $0.maxDataAge = Nanoseconds(seconds: 1) }
        let early = stage.bench.intent()
        spoil(stage)
        #expect(!stage.bench.confirm(early))
        let late = stage.bench.result!.missing
        #expect(stage.bench.intent().id == 0)
        #expect(stage.bench.result?.missing == late && stage.bench.placed.isEmpty)
        return late
    }
    #expect(missing { $0.bench.link(.marketData, .down) }.contains(.marketLink))
    #expect(missing { $0.bench.link(.orders, .connecting) } == [.orderLink, .reconciled])
    #expect(missing { $0.bench.timer(after: 1100) } == .data)
    #expect(missing { $0.bench.update(.new, ClientOrderID(run: 3, sequence: 1)) } == .openOrders)
    #expect(missing { $0.bench.snapshot(balance: "9.9") } == .balance)
    let owing = ready().bench
    owing.command(.kill)
    owing.snapshot()
    #expect(owing.intent().id == 0, "halted")
    owing.command(.unlatch)
    #expect(owing.intent().id == 0)
    #expect(owing.result?.missing == .note)
    owing.incident()
    #expect(owing.confirm(owing.intent()))
    #expect(owing.status.incident.isOpen, "one order by hand does not close an incident")
}

@Test func onlyFromDisarmed() {
    let stage = ready()
    stage.bench.command(.stage)
    #expect(stage.bench.intent().id == 0)
    stage.bench.command(.arm)
    #expect(stage.bench.intent().id == 0)
    stage.bench.command(.confirm)
    #expect(stage.bench.intent().id == 0)
    #expect(stage.bench.state == .live && !stage.bench.status.isByHand)
    stage.bench.command(.disarm)
    let review = stage.bench.intent()
    #expect(stage.bench.confirm(review))
    #expect(stage.bench.intent().id == 0, "one at a time")
}

@Test func absurdIntentsAreRefusedNotComputed() {
    let bench = ready().bench
    for (quantity, price) in [(Quantity.max, Price.max), (.zero, "50000"), (Quantity(raw: .min), Price(raw: .min)), ("0.1", .zero)] {
        for side in [Side.buy, .sell] { #expect(bench.intent(side, quantity, at: price).id == 0) }
    }
    #expect(bench.intent(in: 1).verdict == .instrumentNotAllowed)
    #expect(bench.intent(in: .max).verdict == .instrumentNotAllowed)
    #expect(bench.intent(hash: 0).id == 0 && bench.intent(for: .zero).id == 0)
    #expect(bench.placed.isEmpty)
}

@Test func oneOrderIsCancelledByItsName() {
    let stage = ready()
    stage.bench.confirm(stage.bench.intent())
    let client = stage.bench.placed[0].client
    #expect(!stage.bench.command(.cancelOrder, subject: client.word), "not yet known to rest")
    stage.bench.accept(client)
    #expect(!stage.bench.command(.cancelOrder, subject: client.word + 1))
    #expect(!stage.bench.command(.cancelOrder, subject: 0))
    #expect(stage.bench.command(.cancelOrder, subject: client.word))
    #expect(stage.bench.cancels.map(\.client) == [client] && stage.bench.state == .live)
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.state == .disarmed)
}

@Test func everyStopAndBreakerHoldsForAnOrderByHand() {
    func resting() -> (Stage, ClientOrderID) {
        let stage = ready { $0.maxDailyLoss = "10" }
        stage.bench.confirm(stage.bench.intent())
        let client = stage.bench.placed[0].client
        stage.bench.accept(client)
        return (stage, client)
    }
    for (kind, end) in [(CommandKind.disarm, SystemState.disarmed), (.stop, .disarmed), (.kill, .halted)] {
        let (stage, client) = resting()
        stage.bench.command(kind)
        #expect(stage.bench.state == end && stage.bench.orderStates[client] == .pendingCancel, "\(kind)")
        #expect(!stage.bench.status.isByHand)
    }
    let (flat, _) = resting()
    #expect(!flat.bench.command(.flatten), "one order is not a right to send others")
    let (lost, client) = resting()
    lost.bench.link(.orders, .down)
    #expect(lost.bench.state == .safe && lost.bench.orderStates[client] == .unknown)
    let (loser, losing) = resting()
    loser.bench.fill(losing, "0.05", at: "49990")
    loser.bench.tick("49500")
    #expect(loser.bench.state == .halted && loser.bench.status.incident.trip == .dailyLoss)
    let (differing, _) = resting()
    differing.bench.snapshot(resting: [differing.bench.placed[0].client], balance: "9")
    differing.bench.wait(milliseconds: 700)
    #expect(differing.bench.state == .reducing && differing.bench.cancelAlls == 1)
    differing.bench.update(.cancelled, differing.bench.placed[0].client)
    #expect(differing.bench.state == .disarmed)
}

@Test func anOrderByHandRestsNoLongerThanItMay() {
    let stage = Stage(.bench { $0.byHandLife = Nanoseconds(seconds: 2) })
    stage.bench.ready()
    stage.bench.confirm(stage.bench.intent())
    let client = stage.bench.placed[0].client
    stage.bench.accept(client)
    stage.bench.wait(milliseconds: 1900)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 200)
    #expect(stage.bench.state == .disarmed && stage.bench.orderStates[client] == .pendingCancel)
}

@Test func aShadowRunJudgesAnOrderByHandAndSendsNothing() {
    let stage = Stage(.bench(mode: .shadow))
    stage.bench.link(.marketData, .up)
    stage.bench.tick()
    #expect(stage.bench.confirm(stage.bench.intent()))
    #expect(stage.bench.placed.isEmpty && stage.bench.state == .disarmed && stage.verdict == .passed)
}
