import Core
import Model
import Testing
import Units

private let day = Nanoseconds(seconds: 86_400)

private func losing(limit: Notional = "1000", _ change: (inout CoreConfiguration) -> Void = { _ in }) -> Stage {
    let stage = Stage(.bench {
        $0.limit { $0.maxDailyLoss = limit }
        change(&$0)
    })
    stage.bench.live(for: Nanoseconds(raw: .max))
    return stage
}

@Test func theDaysLossHaltsAtItsLimitAndCancelsAll() {
    let stage = losing()
    stage.hold("1", at: "50001")
    let client = stage.resting()
    stage.bench.tick("49000.51")
    #expect(stage.bench.state == .live, "999.99 below")
    stage.bench.tick("49000.5")
    #expect(stage.bench.state == .halted && stage.bench.status.stateReason == .riskBlocked)
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    #expect(!stage.bench.command(.stage))
}

@Test func feesCountAsLoss() {
    let stage = losing(limit: "10")
    let client = stage.resting()
    stage.bench.fill(client, "0.1", fee: Notional("12").raw)
    #expect(stage.bench.state == .halted)
}

@Test func aDayStartsWithACleanSlate() {
    let end = Nanoseconds(seconds: 4600)
    let stage = losing { $0.firstDayEnds = end }
    stage.hold("1", at: "50001")
    stage.bench.tick("49100")
    #expect(stage.bench.state == .live)
    stage.bench.step(.timer, after: end - stage.bench.now)
    stage.bench.tick("48101")
    #expect(stage.bench.state == .live, "999 lost since midnight")
    stage.bench.tick("48100")
    #expect(stage.bench.state == .halted)
}

@Test func lossesOfTheDayBeforeDoNotCountAndProfitsDoNotCover() {
    let stage = losing()
    stage.hold("1", at: "50001")
    stage.bench.tick("55000")
    stage.bench.step(.timer, after: day)
    stage.bench.tick("54001")
    #expect(stage.bench.state == .live)
    stage.bench.tick("54000")
    #expect(stage.bench.state == .halted, "1000 of yesterday's profit are today's loss")
}

@Test func manyDaysMayPassBetweenTwoInputs() {
    let stage = losing()
    stage.hold("1", at: "50001")
    stage.bench.step(.timer, after: Nanoseconds(raw: day.raw * 400))
    stage.bench.tick("49100")
    stage.bench.step(.timer, after: day)
    stage.bench.tick("48200")
    #expect(stage.bench.state == .live)
}

@Test func anUnlatchedLossHaltsAgainTheSameDayAndNotTheNext() {
    let stage = losing()
    func arm() -> Bool {
        stage.bench.incident()
        stage.bench.snapshot(balance: "11")
        stage.bench.tick()
        return stage.bench.command(.stage, lifetime: Nanoseconds(raw: .max)) && stage.bench.command(.arm) && stage.bench.command(.confirm)
    }
    stage.hold("1", at: "50001")
    stage.bench.wait(milliseconds: 10)
    stage.bench.tick("49000")
    stage.bench.command(.unlatch)
    #expect(arm())
    #expect(stage.bench.state == .halted)
    stage.bench.step(.timer, after: day)
    stage.bench.command(.unlatch)
    #expect(arm())
    stage.bench.tick()
    #expect(stage.bench.state == .live)
}

@Test func aLossIsNotForgottenWithTheMarketLink() {
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxDailyLoss = "1000" } })
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("49200")
    stage.bench.link(.marketData, .down)
    stage.bench.link(.marketData, .up)
    stage.bench.snapshot(balance: "11")
    stage.bench.tick("49200")
    stage.bench.tick("49000", in: 1)
    stage.bench.incident()
    stage.bench.command(.stage)
    stage.bench.command(.arm)
    #expect(stage.bench.command(.confirm))
    stage.bench.tick("49000")
    #expect(stage.bench.state == .halted)
}

@Test func profitAndLossAreOfAllInstruments() {
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxDailyLoss = "1000" } })
    stage.bench.live()
    stage.hold("1", at: "50001")
    let second = stage.resting(.buy, "1", at: "50001", by: 1, in: 1)
    stage.bench.fill(second, "1", at: "50001", instrument: 1)
    stage.bench.tick("49500")
    #expect(stage.bench.state == .live)
    stage.bench.tick("49500", in: 1)
    #expect(stage.bench.state == .halted)
}

@Test func aDrawdownCountsWhenItIsFoundSeveralTimesInARow() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxDrawdown = "1000"
            $0.drawdownConfirmations = 3
        }
    })
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("52000")
    stage.bench.tick("51000")
    stage.bench.tick("50900")
    stage.bench.timer()
    stage.bench.tick("51001")
    #expect(stage.bench.state == .live, "one bad price is not a drawdown, nor is the same one twice")
    stage.bench.tick("51000")
    stage.bench.tick("50900")
    #expect(stage.bench.state == .live)
    stage.bench.tick("50900")
    #expect(stage.bench.state == .halted && stage.bench.status.stateReason == .riskBlocked)
}

@Test func aStrategyThatLosesTooMuchIsSwitchedOffAlone() {
    let stage = Stage(.bench { $0.limit { $0.maxStrategyLoss = "100" } }, perInstrument: 2)
    stage.bench.live()
    let bought = stage.resting(.buy, "1", at: "50001", by: 0)
    stage.bench.fill(bought, "1", at: "50001")
    let own = stage.resting(.buy, "0.1", at: "49000", by: 0)
    let pending = stage.place(.buy, "0.1", at: "49000", by: 0)!
    let other = stage.resting(.buy, "0.1", at: "49000", by: 1)
    stage.bench.tick("49900.5")
    #expect(stage.bench.cancels.map(\.client) == [own])
    #expect(stage.bench.state == .live)
    #expect(stage.place(.sell, "0.1", at: "49950", by: 0) == nil)
    #expect(stage.verdict == .strategyOff)
    #expect(stage.place(.buy, "0.1", at: "49000", by: 1) != nil)
    #expect(stage.bench.orderStates[other] == .open)
    stage.bench.accept(pending)
    stage.bench.timer()
    #expect(stage.bench.cancels.map(\.client) == [own, pending], "it was on its way")
}

@Test func aSwitchedOffStrategyComesBackOnlyByArming() {
    let stage = Stage(.bench { $0.limit { $0.maxStrategyLoss = "100" } })
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("49900")
    stage.bench.tick("50500")
    #expect(stage.place() == nil && stage.verdict == .strategyOff, "profit does not switch it on again")
    stage.bench.command(.stop)
    #expect(stage.bench.rearm(balance: "11"))
    #expect(stage.place() != nil)
}
