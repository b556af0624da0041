import Core
import Model
import Testing
import Units

private func stopping(
    instruments: Int = 2, confirmations: Int32 = 1, _ change: @escaping (inout RiskLimits) -> Void
) -> Stage {
    let stage = Stage(.bench(instruments: instruments) {
        $0.limit {
            $0.drawdownConfirmations = confirmations
            $0.exitPause = Nanoseconds(seconds: 20)
            change(&$0)
        }
    })
    stage.bench.live()
    return stage
}

/// Fills the engine's own orders as they come.
private func fillOwn(_ stage: Stage, milliseconds: Int64 = 1000) {
    for _ in 0..<milliseconds / 250 {
        for order in stage.bench.placed
        where order.strategy == .engine && stage.bench.orderStates[order.client] == .pendingNew {
            stage.bench.accept(order.client)
            stage.bench.fill(order.client, order.quantity, at: order.price, side: order.side)
        }
        stage.bench.wait(milliseconds: 250)
    }
}

@Test func aStopLossClosesItsInstrumentAloneAndBlocksIt() {
    let stage = stopping { $0.stopLoss = "100" }
    stage.hold("1", at: "50001")
    let resting = stage.resting(.buy, "0.1", at: "49000")
    stage.bench.tick("49900.51")
    #expect(!stage.bench.instrument().isBlocked, "99.99 lost")
    stage.bench.tick("49900.5")
    #expect(stage.bench.instrument().isExiting && stage.bench.instrument().reason == .stopLoss)
    #expect(stage.bench.alerts == [.stopLoss] && stage.bench.state == .live)
    #expect(stage.bench.orderStates[resting] == .pendingCancel)
    #expect(stage.place(.buy, "0.1", at: "49890") == nil && stage.verdict == .instrumentBlocked)
    #expect(stage.place(by: 1, in: 1) != nil, "the other instrument goes on")
    stage.bench.update(.cancelled, resting)
    fillOwn(stage)
    let own = stage.bench.placed.filter { $0.strategy == .engine }
    #expect(own.map(\.side) == [.sell] && own.map(\.quantity) == ["1"] && own[0].timeInForce == .immediateOrCancel)
    #expect(stage.bench.position().quantity == .zero && !stage.bench.instrument().isExiting)
    #expect(stage.bench.instrument().isBlocked)
}

@Test func afterItsPauseTheInstrumentTradesAgain() {
    let stage = stopping { $0.stopLoss = "100" }
    stage.hold("1", at: "50001")
    stage.bench.tick("49900.5")
    fillOwn(stage)
    let until = stage.bench.instrument().until
    #expect(stage.place(.buy, "0.1", at: "49890") == nil)
    stage.bench.step(.timer, after: until - stage.bench.now)
    #expect(!stage.bench.instrument().isBlocked && stage.bench.switches.last?.isOn == true)
    #expect(stage.place(.buy, "0.1", at: "49890") != nil)
}

@Test func aPersonEndsTheBlockButNotTheClosing() {
    let stage = stopping {
        $0.stopLoss = "100"
        $0.exitPause = Nanoseconds(raw: .max)
    }
    stage.hold("1", at: "50001")
    stage.bench.tick("49900.5")
    #expect(!stage.bench.command(.instrumentOn, 0), "it is being closed")
    fillOwn(stage)
    stage.bench.wait(milliseconds: 60_000, every: 5000)
    #expect(stage.bench.instrument().isBlocked, "no pause ends it")
    #expect(stage.bench.command(.instrumentOn, 0))
    #expect(stage.place(.buy, "0.1", at: "49890") != nil)
}

@Test func aTakeProfitDoesTheSame() {
    let stage = stopping { $0.takeProfit = "100" }
    stage.hold("1", .sell, at: "50000")
    stage.bench.tick("49899.51")
    #expect(!stage.bench.instrument().isBlocked, "99.99 won")
    stage.bench.tick("49899.5")
    #expect(stage.bench.instrument().reason == .takeProfit)
    fillOwn(stage)
    #expect(stage.bench.position().quantity == .zero)
    #expect(stage.bench.placed.filter { $0.strategy == .engine }.map(\.side) == [.buy])
}

@Test func boundsInBasisPointsAreOfTheAveragePrice() {
    let stage = stopping { $0.stopLossBps = 100 }
    stage.hold("0.5", at: "50001")
    // One percent of 50001 is 500.01: the mid 49500.99.
    stage.bench.tick("49500.5")
    #expect(!stage.bench.instrument().isBlocked)
    stage.bench.tick("49500.49")
    #expect(stage.bench.instrument().reason == .stopLoss)
    #expect(stage.bench.switches.last { !$0.isOn }?.limit == Notional("250.005").raw)
}

@Test func oneBadPriceDoesNotClose() {
    let stage = stopping(confirmations: 3) { $0.stopLoss = "100" }
    stage.hold("1", at: "50001")
    for _ in 0..<5 {
        stage.bench.tick("49000")
        stage.bench.tick("49000")
        stage.bench.tick("50000")
    }
    #expect(!stage.bench.instrument().isBlocked)
    for _ in 0..<3 { stage.bench.tick("49000") }
    #expect(stage.bench.instrument().isBlocked)
}

@Test func whatCannotBeClosedIsAnAlarmNotALoop() {
    let stage = stopping { $0.stopLoss = "100" }
    stage.hold("1", at: "50001")
    stage.bench.tick("49900.5")
    // Nobody buys: every order of ours expires unfilled.
    for _ in 0..<140 {
        for order in stage.bench.placed
        where order.strategy == .engine && stage.bench.orderStates[order.client] == .pendingNew {
            stage.bench.accept(order.client)
            stage.bench.update(.expired, order.client, quantity: order.quantity, price: order.price, side: .sell)
        }
        stage.bench.wait(milliseconds: 250)
    }
    #expect(stage.bench.alerts.count { $0 == .cannotFlatten } == 1)
    #expect(!stage.bench.instrument().isExiting && stage.bench.instrument().isBlocked)
    let sent = stage.bench.placed.count
    stage.bench.wait(milliseconds: 60_000, every: 1000)
    #expect(stage.bench.placed.count == sent, "no order after the alarm")
    #expect(stage.bench.instrument().isBlocked && stage.bench.position().quantity == "1")
    #expect(stage.bench.command(.instrumentOn, 0))
}

@Test func aPersonBlocksAnInstrumentUntilAPersonUnblocksIt() {
    let stage = stopping { _ in }
    let resting = stage.resting()
    #expect(stage.bench.command(.instrumentOff, 0))
    #expect(stage.bench.orderStates[resting] == .pendingCancel)
    stage.bench.update(.cancelled, resting)
    stage.bench.command(.stop)
    #expect(stage.bench.rearm())
    stage.bench.wait(milliseconds: 60_000, every: 5000)
    #expect(stage.place() == nil && stage.verdict == .instrumentBlocked)
    #expect(stage.bench.command(.instrumentOn, 0))
    #expect(stage.place() != nil)
}

@Test func aVolatilityHaltIsSeenAndAPersonEndsItOnceThePriceIsCalm() {
    let stage = stopping {
        $0.maxMoveBps = 100
        $0.breachPause = Nanoseconds(raw: .max)
    }
    stage.bench.tick("50600")
    #expect(stage.bench.instrument().isBlocked && stage.bench.instrument().reason == .volatilityHalt)
    #expect(stage.bench.switches.count == 1 && stage.bench.switches[0].limit == 100)
    #expect(!stage.bench.command(.instrumentOn, 0), "the move is still in the window")
    stage.bench.wait(milliseconds: 12_000, every: 500)
    #expect(stage.place(at: "50590") == nil && stage.verdict == .volatility, "only a person ends it")
    #expect(stage.bench.command(.instrumentOn, 0))
    #expect(stage.place(at: "50590") != nil)
}

@Test func flatteningThatMeetsNobodyEndsInAnAlarmAndSafe() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("0.5")
    #expect(stage.bench.command(.flatten))
    for _ in 0..<140 where stage.bench.state == .reducing {
        for order in stage.bench.placed
        where order.strategy == .engine && stage.bench.orderStates[order.client] == .pendingNew {
            stage.bench.accept(order.client)
            stage.bench.update(.expired, order.client, quantity: order.quantity, price: order.price, side: .sell)
        }
        stage.bench.wait(milliseconds: 250)
    }
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .cannotFlatten)
    #expect(stage.bench.alerts.contains(.cannotFlatten) && stage.bench.position().quantity == "0.5")
}

@Test func flatteningWithoutAnOppositeSideEndsInAnAlarmToo() {
    // A book that loses a side is no longer told: its last top grows stale.
    let stage = Stage(.bench { $0.limit { $0.maxDataAge = Nanoseconds(seconds: 1) } })
    stage.bench.live()
    stage.hold("0.5")
    stage.bench.wait(milliseconds: 2000, isFresh: false)
    #expect(stage.bench.command(.flatten))
    let sent = stage.bench.placed.count
    stage.bench.wait(milliseconds: 29_000, isFresh: false)
    #expect(stage.bench.state == .reducing && stage.bench.placed.count == sent)
    stage.bench.wait(milliseconds: 2000, isFresh: false)
    #expect(stage.bench.state == .safe && stage.bench.alerts.contains(.cannotFlatten))
}

@Test func nothingLeavesInTheStepThatGivesFlatteningUp() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("0.5")
    #expect(stage.bench.command(.flatten))
    for order in stage.bench.placed where order.strategy == .engine {
        stage.bench.accept(order.client)
        stage.bench.update(.expired, order.client, quantity: order.quantity, price: order.price, side: .sell)
    }
    let sent = stage.bench.placed.count
    stage.bench.wait(milliseconds: 31_000, every: 31_000)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .cannotFlatten)
    #expect(stage.bench.placed.count == sent, "an order left together with the end")
}
