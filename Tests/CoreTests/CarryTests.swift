import Core
import Model
import Testing
import Units

private let engine = Command.engineOperator

/// A core that is told at its start what the run before left: 0.4 bought at 50000 on average, the day as given.
private func carrying(
    _ quantity: Quantity = "0.4", at price: Price = "50000", day: Notional = .zero, balance: Quantity = "10",
    _ change: @escaping (inout RiskLimits) -> Void = { _ in }
) -> Stage {
    let stage = Stage(.bench { $0.limit { $0.drawdownConfirmations = 1; change(&$0) } })
    #expect(carry(stage, quantity, at: price))
    #expect(stage.bench.command(.carryDay, 0, by: engine, value: day.raw))
    #expect(stage.bench.command(.carryBalance, 0, by: engine, value: balance.raw))
    #expect(stage.bench.command(.carried, 0, by: engine))
    return stage
}

private func carry(_ stage: Stage, _ quantity: Quantity, at price: Price, by operatorID: UInt32 = engine) -> Bool {
    let cost = Int128(price.raw) * Int128(quantity.raw)
    return stage.bench.command(
        .carryPosition, hash: UInt64(truncatingIfNeeded: cost),
        lifetime: Nanoseconds(raw: Int64(truncatingIfNeeded: cost >> 64)), value: quantity.raw, by: operatorID)
}

@Test(arguments: ["0.4", "-0.4", "9000"] as [Quantity])
func aPositionIsCarriedOverWithWhatItCost(_ quantity: Quantity) {
    let stage = carrying(quantity, at: "50000.12345678")
    #expect(stage.bench.position().quantity == quantity && stage.bench.position().averagePrice == "50000.12345678")
    #expect(stage.bench.position().exactCost == Int128(Price("50000.12345678").raw) * Int128(quantity.raw))
    #expect(stage.bench.position().realised == .zero && stage.bench.position().fees == .zero)
    let told = stage.bench.outputs.compactMap { if case .position(let change) = $0 { change.quantity } else { nil } }
    #expect(told == [quantity])
    #expect(stage.bench.hash == stage.bench.replayedHash())
}

@Test func aCarriedPositionCountsAgainstTheCap() {
    let stage = carrying { $0.maxPosition = "0.5" }
    stage.bench.live()
    #expect(stage.place(.buy, "0.10001") == nil && stage.verdict == .position, "past it")
    #expect(stage.place(.buy, "0.1") != nil, "at it")
    #expect(stage.place(.sell, "0.90001") == nil && stage.verdict == .position)
    #expect(stage.place(.sell, "0.9") != nil)
}

@Test func aCarriedPositionCountsInEveryExposure() {
    let stage = carrying { $0.maxPortfolioGross = "25000.25" }
    stage.bench.live()
    // 0.4 at the mid of 50000.5 are 20000.2.
    #expect(stage.place(.buy, "0.10001") == nil && stage.verdict == .portfolioGross)
    #expect(stage.place(.buy, "0.1") != nil)
}

@Test func theDaysLossOfTheRunBeforeCounts() {
    let stage = carrying("0", at: "0", day: "-990") { $0.maxDailyLoss = "1000" }
    stage.bench.live()
    #expect(stage.bench.status.dayResult == "-990")
    stage.hold("1", at: "50001")
    stage.bench.tick("49990.51")
    #expect(stage.bench.state == .live, "999.99 lost: \(stage.bench.status.dayResult)")
    stage.bench.tick("49990.5")
    #expect(stage.bench.state == .halted && stage.bench.status.stateReason == .riskBlocked)
}

@Test func aGainOfTheRunBeforeIsTheDaysToo() {
    let stage = carrying("0", at: "0", day: "500") { $0.maxDailyLoss = "1000" }
    stage.bench.live()
    #expect(stage.bench.status.dayResult == "500")
}

@Test func whatACarriedPositionLosesIsTheDaysLoss() {
    // Bought at 50100 yesterday, 40 of the fall since are yesterday's.
    let stage = carrying("1", at: "50100", day: "40") { $0.maxDailyLoss = "1000" }
    stage.bench.live()
    #expect(stage.bench.status.dayResult == "-59.5")
    stage.bench.tick("49059.51")
    #expect(stage.bench.state == .live, "999.99 lost: \(stage.bench.status.dayResult)")
    stage.bench.tick("49059.5")
    #expect(stage.bench.state == .halted)
}

@Test func theDayOfTheRunBeforeEndsAtMidnight() {
    let stage = Stage(.bench {
        $0.firstDayEnds = Nanoseconds(seconds: 4600)
        $0.limit { $0.maxDailyLoss = "1000" }
    })
    #expect(stage.bench.command(.carryDay, 0, by: engine, value: Notional("-990").raw))
    stage.bench.live()
    stage.bench.step(.timer, after: Nanoseconds(seconds: 4600) - stage.bench.now)
    #expect(stage.bench.status.dayResult == .zero)
}

@Test func aStopLossJudgesACarriedPositionByWhatItCost() {
    let stage = carrying("1", at: "50100") { $0.stopLoss = "200" }
    stage.bench.live()
    stage.bench.tick("49899.51")
    #expect(!stage.bench.instrument().isBlocked, "199.99 lost")
    stage.bench.tick("49899.5")
    #expect(stage.bench.instrument().isExiting && stage.bench.instrument().reason == .stopLoss)
    stage.bench.wait(milliseconds: 250)
    let own = stage.bench.placed.filter { $0.strategy == .engine }
    #expect(own.first?.side == .sell && own.first?.quantity == "1")
}

@Test func aTakeProfitJudgesACarriedPositionByWhatItCost() {
    let stage = carrying("1", at: "49900") { $0.takeProfit = "200" }
    stage.bench.live()
    stage.bench.tick("50099.49")
    #expect(!stage.bench.instrument().isBlocked, "199.99 gained")
    stage.bench.tick("50099.5")
    #expect(stage.bench.instrument().reason == .takeProfit)
}

@Test func flattenClosesACarriedPosition() {
    let stage = carrying()
    stage.bench.live()
    #expect(stage.bench.command(.flatten))
    stage.bench.wait(milliseconds: 250)
    #expect(stage.bench.placed.first.map { $0.side == .sell && $0.quantity == "0.4" } == true)
}

@Test func aStrategyIsShownTheCarriedPosition() {
    let stage = carrying()
    stage.bench.live()
    let fill = stage.place(.sell, "0.4")
    #expect(fill != nil)
    if let fill {
        stage.bench.accept(fill)
        stage.bench.fill(fill, "0.4", at: "50011", side: .sell)
    }
    #expect(stage.bench.position().quantity == .zero && stage.bench.position().realised == "4.4")
}

@Test func nothingIsCarriedOnceThisRunWasToldOrHasActed() {
    let told = carrying()
    #expect(!carry(told, "0.1", at: "50000"), "everything was told")
    #expect(!told.bench.command(.carryDay, 0, by: engine, value: 1))
    #expect(!told.bench.command(.carryBalance, 0, by: engine, value: 1))
    #expect(!told.bench.command(.carried, 0, by: engine))
    let twice = Stage()
    #expect(carry(twice, "0.1", at: "50000") && !carry(twice, "0.2", at: "50000"))
    let person = Stage()
    #expect(!carry(person, "0.1", at: "50000", by: 1000), "a person does not say it")
    let acted = Stage()
    acted.bench.live()
    #expect(!carry(acted, "0.1", at: "50000"))
    acted.place()
    acted.bench.command(.disarm)
    #expect(!carry(acted, "0.1", at: "50000"), "orders were sent")
    let wrong = Stage()
    #expect(!wrong.bench.command(.carryPosition, hash: 5, lifetime: .zero, value: -1, by: engine), "a cost of the other sign")
    #expect(!wrong.bench.command(.carryPosition, hash: 5, lifetime: .zero, subject: 9, value: 1, by: engine))
    #expect(wrong.bench.position().quantity == .zero)
}

@Test func aHaltedRunIsToldToo() {
    let stage = Stage()
    stage.bench.command(.kill)
    #expect(carry(stage, "0.4", at: "50000") && stage.bench.command(.carried, 0, by: engine))
    #expect(stage.bench.position().quantity == "0.4")
}

@Test func whatNoFillExplainsSinceTheRunBeforeKeepsTheEngineDisarmed() {
    let stage = carrying(balance: "10.5")
    stage.bench.ready()
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.status.missing.contains(.balance) && stage.bench.alerts.contains(.positionMismatch))
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && !stage.bench.command(.confirm))
    stage.bench.command(.disarm)
    #expect(!stage.bench.command(.acceptBalance, 0, by: engine), "a person has to look")
    #expect(stage.bench.command(.acceptBalance, 0))
    #expect(stage.bench.status.missing.contains(.reconciled), "until the venue was asked again")
    stage.bench.snapshot(balance: "10")
    #expect(stage.bench.position().quantity == "0.4", "the position stays: the cap is not freed")
    #expect(stage.bench.rearm())
    #expect(!stage.bench.command(.acceptBalance, 0), "nothing differs")
}

@Test func aFillWhileNoEngineLookedIsAddedToThePosition() {
    let stage = carrying(balance: "10")
    let old = ClientOrderID(run: 6, sequence: 3)
    stage.bench.link(.orders, .up)
    stage.bench.fill(old, "0.1", at: "50400", source: .downtime)
    #expect(stage.bench.position().quantity == "0.5" && stage.bench.position().averagePrice == "50080")
    stage.bench.snapshot(balance: "10.1")
    stage.bench.link(.marketData, .up)
    stage.bench.tick()
    #expect(stage.bench.status.missing.isEmpty && stage.bench.alerts.isEmpty)
    #expect(stage.bench.hash == stage.bench.replayedHash())
}

@Test func anExecutionOfAnEarlierOrderCountsOnceWhoeverTellsIt() {
    let stage = carrying(balance: "10")
    let old = ClientOrderID(run: 6, sequence: 3)
    stage.bench.link(.orders, .up)
    var fill = stage.bench.fill(old, "0.1", at: "50400")
    #expect(stage.bench.position().quantity == "0.5", "by the stream, before its order was taken in")
    fill.client = .none
    for source in [EvidenceSource.downtime, .tradeHistory, .downtime] {
        fill.source = source
        stage.bench.step(.fill(fill))
    }
    #expect(stage.bench.position().quantity == "0.5")
    stage.bench.wait(milliseconds: 10)
    stage.bench.snapshot(balance: "10.1")
    stage.bench.wait(milliseconds: 600)
    #expect(!stage.bench.status.missing.contains(.balance))
}

@Test func anExecutionThatAnOlderListOfOrdersDoesNotShowIsNotOwed() {
    let stage = carrying(balance: "10")
    let old = ClientOrderID(run: 6, sequence: 3)
    stage.bench.link(.orders, .up)
    stage.bench.link(.marketData, .up)
    stage.bench.fill(old, "0.04", at: "49990")
    stage.bench.fill(old, "0.06", at: "49990")
    // The list was read before both: the order rests whole in it.
    stage.bench.filled[old] = .zero
    stage.bench.snapshot(resting: [old], balance: "10.1")
    #expect(stage.bench.order(old)?.filled == "0.1")
    stage.bench.reply(.cancel, .refused, old, .unknownOrder)
    stage.bench.update(.filled, old, .query, cumulative: "0.1")
    #expect(stage.bench.order(old) == nil && stage.bench.position().quantity == "0.5", "over")
    stage.bench.wait(milliseconds: 1000)
    stage.bench.snapshot(balance: "10.1")
    stage.bench.tick()
    #expect(stage.bench.status.missing.isEmpty, "nothing is owed")
    #expect(stage.bench.hash == stage.bench.replayedHash())
}

@Test func whatTheListShowsOfEarlierExecutionsIsNotCountedTwice() {
    let stage = carrying(balance: "10")
    let old = ClientOrderID(run: 6, sequence: 3)
    stage.bench.link(.orders, .up)
    stage.bench.fill(old, "0.04", at: "49990")
    stage.bench.fill(old, "0.03", at: "49990")
    stage.bench.filled[old] = "0.04"
    stage.bench.snapshot(resting: [old], balance: "10.07")
    #expect(stage.bench.order(old)?.filled == "0.07", "the first of both is in the list")
}

@Test func anEarlierOrdersExecutionAfterOurFirstOrderCountsAndIsSafe() {
    let stage = carrying()
    stage.bench.live()
    stage.place()
    stage.bench.fill(ClientOrderID(run: 6, sequence: 3), "0.1")
    #expect(stage.bench.position().quantity == "0.5" && stage.bench.state == .safe)
    #expect(stage.bench.alerts.contains(.fillSeqGap))
    let fresh = Stage()
    fresh.bench.live()
    fresh.bench.fill(ClientOrderID(run: 6, sequence: 3), "0.1")
    #expect(fresh.bench.position().quantity == .zero, "nothing was carried over: it is in the balance")
}

@Test func withoutACarriedPositionOrAfterAnOrderNoDowntimeIsCounted() {
    let fresh = Stage()
    fresh.bench.ready()
    fresh.bench.fill(ClientOrderID(run: 6, sequence: 3), "0.1", source: .downtime)
    #expect(fresh.bench.position().quantity == .zero, "it is in the balance this run starts from")
    let acted = carrying()
    acted.bench.live()
    acted.place()
    acted.bench.fill(ClientOrderID(run: 6, sequence: 3), "0.1", source: .downtime)
    #expect(acted.bench.position().quantity == "0.4")
}

// MARK: strategies

/// Two strategies on one instrument; the first is told what it held, 1 bought at the price, and what it made before.
private func owning(
    _ quantity: Quantity = "1", at price: Price = "50001", made: Notional = "-40", in position: Quantity = "1",
    _ change: @escaping (inout RiskLimits) -> Void = { _ in }
) -> Stage {
    let stage = Stage(
        .bench { $0.limit { $0.drawdownConfirmations = 1; $0.maxStrategyLoss = "100"; change(&$0) } }, perInstrument: 2)
    #expect(carry(stage, position, at: price))
    #expect(carryStrategy(stage, 0, quantity, at: price))
    #expect(stage.bench.command(.carryStrategyResult, 0, by: engine, value: made.raw))
    #expect(stage.bench.command(.carryBalance, 0, by: engine, value: Quantity("10").raw))
    #expect(stage.bench.command(.carried, 0, by: engine))
    return stage
}

private func carryStrategy(
    _ stage: Stage, _ index: UInt64, _ quantity: Quantity, at price: Price, by operatorID: UInt32 = engine
) -> Bool {
    let cost = Int128(price.raw) * Int128(quantity.raw)
    return stage.bench.command(
        .carryStrategy, hash: UInt64(truncatingIfNeeded: cost),
        lifetime: Nanoseconds(raw: Int64(truncatingIfNeeded: cost >> 64)), subject: index, value: quantity.raw, by: operatorID)
}

@Test func aStrategyGoesOnWithWhatItHeldAndLostBeforeTheRestart() {
    let stage = owning()
    stage.bench.live()
    #expect(stage.bench.strategy(0).position == "1" && stage.bench.strategy(1).position == .zero)
    stage.bench.tick("49940.51")
    // 40 were lost before, and 59.99 by what it holds.
    #expect(stage.bench.strategy(0).made == "-99.99" && !stage.bench.strategy(0).isOff)
    stage.bench.tick("49940.5")
    #expect(stage.bench.strategy(0).isOff && stage.bench.strategy(0).reason == .strategyLoss)
    #expect(!stage.bench.strategy(1).isOff && stage.bench.state == .live)
    #expect(stage.bench.hash == stage.bench.replayedHash())
}

@Test func armingAgainDoesNotFreeAStrategysLossOfTheDay() {
    let stage = owning("0", at: "0", made: "-99", in: "0")
    stage.bench.live()
    stage.bench.command(.disarm)
    #expect(stage.bench.rearm() && !stage.bench.strategy(0).isOff && stage.bench.strategy(0).made == "-99")
    stage.hold("0.1", at: "50010.5")
    stage.bench.tick()
    #expect(stage.bench.strategy(0).isOff && stage.bench.strategy(0).reason == .strategyLoss, "one more was lost")
}

@Test func whoSwitchesAStrategyOffAndOnGivesItItsLossAnew() {
    let stage = owning("0", at: "0", made: "-99", in: "0")
    stage.bench.live()
    #expect(stage.bench.command(.strategyOff, 0) && stage.bench.command(.strategyOn, 0))
    #expect(stage.bench.strategy(0).made == .zero)
}

@Test func whatNoStrategyHoldsIsInNoStrategysResultAndInEveryOtherLimit() {
    let stage = owning("0.4", in: "1") { $0.maxPosition = "1.1" }
    stage.bench.live()
    stage.bench.tick("49901")
    #expect(stage.bench.strategy(0).made == "-79.8", "0.4 lost 39.8; 40 before")
    #expect(stage.place(.buy, "0.2", at: "49902", by: 1) == nil && stage.verdict == .position, "1 is held")
}

@Test func aDayThatEndsEndsAStrategysLossToo() {
    let stage = Stage(.bench { $0.firstDayEnds = Nanoseconds(seconds: 4600) })
    #expect(stage.bench.command(.carryStrategyResult, 0, by: engine, value: Notional("-99").raw))
    stage.bench.live()
    #expect(stage.bench.strategy().made == "-99")
    stage.bench.step(.timer, after: Nanoseconds(seconds: 4600) - stage.bench.now)
    #expect(stage.bench.strategy().made == .zero)
}

@Test func whatTheEngineClosesIsTakenFromTheStrategiesThatHoldIt() {
    let stage = owning("0.3", made: "0", in: "1")
    stage.bench.live()
    let second = stage.resting(.sell, "0.2", at: "50010", by: 1)
    stage.bench.fill(second, "0.2", at: "50010", side: .sell)
    #expect(stage.bench.command(.flatten))
    stage.bench.wait(milliseconds: 250)
    let own = stage.bench.placed.last { $0.strategy == .engine }
    #expect(own?.side == .sell)
    if let own {
        stage.bench.fill(own.client, own.quantity, at: "50000", side: .sell, fee: Notional("4").raw)
        let first = stage.bench.strategy(0)
        #expect(own.quantity == "0.8" && first.position == .zero && first.realised == "-0.3" && first.fees == "1.5")
        #expect(stage.bench.strategy(1).position == "-0.2", "it sold; what it holds is on the other side")
    }
}

@Test func nothingIsCarriedToAStrategyThatIsNotThereOrWasTold() {
    let stage = Stage()
    #expect(!carryStrategy(stage, 1, "1", at: "50000"), "there is one")
    #expect(!carryStrategy(stage, .max, "1", at: "50000"))
    #expect(!stage.bench.command(.carryStrategyResult, 1, by: engine, value: 1))
    #expect(!carryStrategy(stage, 0, "1", at: "50000", by: 1000), "a person does not say it")
    #expect(!stage.bench.command(.carryStrategyResult, 0, by: 1000, value: 1))
    #expect(!stage.bench.command(.carryStrategy, hash: 5, lifetime: .zero, value: -1, by: engine), "a cost of the other sign")
    #expect(carryStrategy(stage, 0, "1", at: "50000") && !carryStrategy(stage, 0, "2", at: "50000"))
    #expect(stage.bench.command(.carried, 0, by: engine))
    #expect(!stage.bench.command(.carryStrategyResult, 0, by: engine, value: 1))
    #expect(stage.bench.strategy().position == "1" && stage.bench.strategy().made == "0")
}

@Test func aFillOfTheHistoryIsToldByItsOrdersName() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "0.1", at: "50001")
    var fill = stage.bench.fill(client, "0.05", at: "50001")
    fill.client = .none
    fill.source = .tradeHistory
    fill.trade = TradeID(low: 99)
    stage.bench.step(.fill(fill))
    let told = stage.bench.last.compactMap { if case .position(let change) = $0 { change.client } else { nil } }
    #expect(told == [client] && stage.bench.strategy().position == "0.1")
}
