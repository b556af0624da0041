import Core
import Model
import StrategyKit
import Testing
import Units

private func code(_ reason: ErrorCode) -> Int64 { Int64(reason.rawValue) }

@Test func aPersonSwitchesAStrategyOffAndItsOrdersLeaveInThatStep() {
    let stage = Stage(perInstrument: 2)
    stage.bench.live()
    let own = stage.resting(by: 0)
    let other = stage.resting(by: 1)
    #expect(stage.bench.command(.strategyOff, 0))
    #expect(stage.bench.last.contains { if case .cancel(let order) = $0 { order.client == own } else { false } })
    #expect(stage.bench.state == .live && stage.bench.orderStates[other] == .open)
    #expect(stage.place(by: 0) == nil && stage.verdict == .strategyOff)
    #expect(stage.place(by: 1) != nil)
    let row = stage.bench.strategy()
    #expect(row.isOff && row.reason == .none && row.version == 1)
    #expect(stage.bench.switches.last?.operatorID == 1000)
}

@Test func whatAPersonSwitchedOffStaysOffThroughArming() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.command(.strategyOff, 0)
    stage.bench.command(.stop)
    #expect(stage.bench.rearm())
    #expect(stage.place() == nil && stage.verdict == .strategyOff)
    #expect(stage.bench.command(.strategyOn, 0))
    #expect(stage.place() != nil)
}

@Test func anOrderOnItsWayIsCancelledAsSoonAsItRests() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.command(.strategyOff, 0)
    #expect(stage.bench.cancels.isEmpty)
    stage.bench.accept(client)
    stage.bench.timer()
    #expect(stage.bench.cancels.map(\.client) == [client])
}

@Test func onlyWhatExistsAndIsOffCanBeSwitchedOn() {
    let stage = Stage()
    stage.bench.live()
    #expect(!stage.bench.command(.strategyOn, 0), "it is on")
    #expect(!stage.bench.command(.strategyOff, 1) && !stage.bench.command(.strategyOff, .max))
    #expect(!stage.bench.command(.instrumentOn, 0) && !stage.bench.command(.instrumentOff, 1))
    #expect(stage.bench.state == .live && stage.place() != nil)
}

@Test func aSwitchWorksInEveryStateAndMovesNone() {
    for prepare in [nil, CommandKind.stage, .kill] {
        let stage = Stage()
        stage.bench.ready()
        if let prepare { stage.bench.command(prepare) }
        let before = stage.bench.state
        #expect(stage.bench.command(.strategyOff, 0) && stage.bench.command(.strategyOn, 0))
        #expect(stage.bench.state == before)
    }
}

@Test func noneOfAllSequencesOfSwitchesSendsAnOrderOrMovesAStateByItself() {
    let kinds: [CommandKind] = [.stage, .arm, .confirm, .strategyOff, .strategyOn, .instrumentOff, .instrumentOn]
    for code in 0..<7 * 7 * 7 * 7 * 7 {
        let stage = Stage()
        stage.bench.ready()
        var rest = code
        var isOff = false, isBlocked = false
        for _ in 0..<5 {
            let kind = kinds[rest % 7]
            rest /= 7
            let before = stage.bench.state
            let accepted = kind.rawValue < 40 ? stage.bench.command(kind) : stage.bench.command(kind, 0)
            if kind.rawValue >= 40 { #expect(stage.bench.state == before) }
            if accepted, kind == .strategyOff || kind == .strategyOn { isOff = kind == .strategyOff }
            if accepted, kind == .instrumentOff || kind == .instrumentOn { isBlocked = kind == .instrumentOff }
            let sent = stage.place() != nil
            if sent != (stage.bench.state == .live && !isOff && !isBlocked) {
                Issue.record("sequence \(code): sent \(sent) in \(stage.bench.state)")
                return
            }
        }
    }
}

@Test func aStrategyThatFallsTooFarIsSwitchedOffAfterItsConfirmations() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxStrategyDrawdown = "100"
            $0.drawdownConfirmations = 2
        }
    }, perInstrument: 2)
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("50500.5")
    stage.bench.tick("50400.51")
    stage.bench.tick("50400.51")
    #expect(!stage.bench.strategy().isOff, "99.99 below its highest")
    stage.bench.tick("50400.5")
    #expect(!stage.bench.strategy().isOff, "found once")
    stage.bench.tick("50400.5")
    #expect(stage.bench.strategy().isOff && stage.bench.strategy().reason == .strategyDrawdown)
    #expect(stage.bench.alerts == [.strategyDrawdown] && stage.bench.state == .live)
    let change = stage.bench.switches.last
    #expect(change?.value == Notional("-100").raw && change?.limit == Notional("-100").raw)
    #expect(!stage.bench.strategy(1).isOff)
}

@Test func aStrategyWhoseOrdersAreRefusedIsSwitchedOffPastItsShare() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxRejectPercent = 50
            $0.minStrategySamples = 4
        }
    })
    stage.bench.live()
    for isRefused in [true, true, false, false] {
        let client = stage.place()!
        stage.bench.reply(.place, isRefused ? .refused : .accepted, client, isRefused ? .orderRejected : .none)
    }
    #expect(!stage.bench.strategy().isOff && stage.bench.strategy().rejectPercent == 50, "at its limit")
    stage.bench.reply(.place, .refused, stage.place()!, .orderRejected)
    #expect(stage.bench.strategy().isOff && stage.bench.strategy().reason == .strategyRejects)
    #expect(stage.bench.switches.last?.value == 60 && stage.bench.switches.last?.limit == 50)
    #expect(stage.bench.strategy().rejects == 3 && stage.bench.strategy().orders == 5)
}

@Test func fewRefusalsAreNoShare() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxRejectPercent = 50
            $0.minStrategySamples = 4
        }
    })
    stage.bench.live()
    for _ in 0..<3 { stage.bench.reply(.place, .refused, stage.place()!, .orderRejected) }
    #expect(!stage.bench.strategy().isOff, "three of three, and four are needed")
    stage.bench.reply(.place, .refused, stage.place()!, .orderRejected)
    #expect(stage.bench.strategy().isOff)
}

@Test func aStrategyThatTradesFarFromItsDecisionsIsSwitchedOff() {
    // The mid is 50000.5; 25.00025 beyond it are 5 basis points, anything more is past it.
    for (price, isOff) in [("50025.5", false), ("50025.51", true)] as [(Price, Bool)] {
        let stage = Stage(.bench {
            $0.limit {
                $0.maxStrategySlippageBps = 5
                $0.minStrategySamples = 2
            }
        })
        stage.bench.live()
        for _ in 0..<2 {
            let client = stage.resting(.buy, "0.1", at: "50030")
            stage.bench.fill(client, "0.1", at: price)
        }
        #expect(stage.bench.strategy().isOff == isOff, "\(price): \(stage.bench.strategy().slippageBps)")
        if isOff { #expect(stage.bench.strategy().reason == .strategySlippage && stage.bench.strategy().slippageBps == 6) }
    }
}

@Test func slippageIsSignedAndRoundedAgainstUs() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "0.2", at: "49990")
    stage.bench.fill(client, "0.1", at: "49990")
    // 10.5 of 50000.5 are 2.09998 basis points gained.
    #expect(stage.bench.strategy().slippageBps == -2)
    let row = stage.bench.strategy()
    #expect(row.fills == 1 && row.traded == 1 && row.orders == 1)
    stage.bench.fill(client, "0.1", at: "49990")
    #expect(stage.bench.strategy().fills == 2 && stage.bench.strategy().traded == 1)
}

@Test func aCooldownHoldsAgainstAPersonAndAgainstArming() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxStrategyLoss = "100"
            $0.strategyCooldown = Nanoseconds(seconds: 60)
        }
    })
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("49900")
    let since = stage.bench.now
    #expect(stage.bench.strategy().resumableAt == since + Nanoseconds(seconds: 60))
    #expect(!stage.bench.command(.strategyOn, 0))
    stage.bench.command(.stop)
    #expect(stage.bench.rearm(balance: "11"))
    #expect(stage.place() == nil && stage.verdict == .strategyOff)
    // A person's off in between does not shorten it.
    #expect(stage.bench.command(.strategyOff, 0))
    #expect(!stage.bench.command(.strategyOn, 0))
    stage.bench.step(.timer, after: since + Nanoseconds(raw: 59_998_999_999) - stage.bench.now)
    #expect(!stage.bench.command(.strategyOn, 0), "a nanosecond too early")
    #expect(stage.bench.command(.strategyOn, 0))
    stage.bench.tick()
    #expect(stage.place() != nil)
}

@Test func whatWasOffBeforeARestartIsOffAfterIt() {
    let stage = Stage(perInstrument: 2)
    stage.bench.command(.strategyOff, 0, by: Command.engineOperator)
    stage.bench.command(
        .strategyOff, 1, by: Command.engineOperator, value: code(.strategyLoss), lifetime: Nanoseconds(seconds: 30))
    stage.bench.live()
    #expect(stage.bench.strategy(0).isOff && stage.bench.strategy(0).reason == .none)
    #expect(stage.bench.strategy(1).reason == .strategyLoss, "its cooldown goes on")
    #expect(stage.bench.command(.strategyOn, 0) && !stage.bench.command(.strategyOn, 1))
    stage.bench.wait(milliseconds: 31_000, every: 1000)
    #expect(stage.bench.command(.strategyOn, 1))
}

@Test func aShadowStrategyIsJudgedAndNeverSent() {
    let stage = Stage(.bench { $0.shadowStrategies = [StrategyID(0)]; $0.limit { $0.maxOpenOrders = 1 } }, perInstrument: 2)
    stage.bench.live()
    #expect(stage.place(by: 0) == nil && stage.verdict == .passed)
    #expect(stage.place(.buy, "1000", by: 0) == nil && stage.verdict == .invalidQuantity)
    let verdicts = stage.bench.outputs.compactMap { if case .verdict(let verdict) = $0 { verdict } else { nil } }
    #expect(verdicts.count == 2 && verdicts.allSatisfy { $0.isShadow && $0.strategyVersion == 1 })
    #expect(stage.bench.status.worstLong == .zero && stage.bench.unsettled == 0)
    #expect(stage.bench.status.ordersLastMinute == 0, "it takes nothing of the others' rates")
    #expect(stage.place(by: 1) != nil, "the one open order is still free")
    let row = stage.bench.strategy()
    #expect(row.isShadow && row.intents == 2 && row.refused == 1 && row.orders == 0)
}

@Test func aStrategysProfitIsItsOwn() {
    let stage = Stage(perInstrument: 2)
    stage.bench.live()
    let first = stage.resting(.buy, "1", at: "50001", by: 0)
    stage.bench.fill(first, "1", at: "50001", fee: Notional("3").raw)
    let second = stage.resting(.sell, "0.5", at: "50000", by: 1)
    stage.bench.fill(second, "0.5", at: "50000", side: .sell)
    stage.bench.tick("50100.5")
    #expect(stage.bench.strategy(0).unrealised == "100" && stage.bench.strategy(0).fees == "3")
    #expect(stage.bench.strategy(0).position == "1" && stage.bench.strategy(1).position == "-0.5")
    #expect(stage.bench.strategy(1).unrealised == "-50.5")
    #expect(stage.bench.status.instrumentCount == 1 && stage.bench.status.strategyCount == 2)
}

/// Buys and sells in turn at every tick.
private struct Steady: Strategy {
    let instrument = InstrumentID(0)
    let versionHash: UInt32 = 5
    var turn = false
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        turn.toggle()
        intents.place(turn ? .buy : .sell, .goodTillCancel, price: turn ? context.top.bidPrice : context.top.askPrice,
            quantity: "0.1")
    }
}

@Test func aReplayDecidesTheSameWithEverySwitchAndLimit() {
    let bench = CoreBench(.bench {
        $0.limit {
            $0.stopLoss = "5"
            $0.maxStrategyDrawdown = "20"
            $0.maxStrategyLoss = "30"
            $0.maxRejectPercent = 30
            $0.maxStrategySlippageBps = 3
            $0.maxPriceGapBps = 10
            $0.maxTradeAge = Nanoseconds(seconds: 1)
            $0.unconfirmedEvaluations = 4
            $0.exitPause = Nanoseconds(milliseconds: 300)
            $0.maxMoveBps = 40
        }
    }) { SingleStrategy(Steady()) }
    bench.live()
    var price = Price("50000")
    var seed: UInt64 = 7
    for round in 0..<600 {
        seed = seed &* 6364136223846793005 &+ 1442695040888963407
        let draw = Int64(seed >> 33)
        price = price + Price(raw: (draw % 41 - 20) * fixedPointUnit)
        bench.tick(price)
        if draw % 3 == 0 { bench.publicTrade(at: price) }
        for order in bench.placed where bench.orderStates[order.client] == .pendingNew {
            if draw % 11 == 0 {
                bench.reply(.place, .refused, order.client, .orderRejected)
            } else {
                bench.accept(order.client)
                if order.timeInForce == .immediateOrCancel || draw % 2 == 0 {
                    bench.fill(order.client, order.quantity, at: order.price, side: order.side)
                }
            }
        }
        for order in bench.placed where bench.orderStates[order.client] == .pendingCancel {
            bench.update(.cancelled, order.client, side: order.side)
        }
        if round % 40 == 17 { bench.command([.strategyOff, .instrumentOff][round / 40 % 2], 0) }
        if round % 40 == 23 { bench.command([.strategyOn, .instrumentOn][round / 40 % 2], 0) }
        if draw % 5 == 0 { bench.timer(after: 120) }
        if bench.strategy().isOff, round % 40 > 30 { bench.command(.strategyOn, 0) }
    }
    let reasons = Set(bench.switches.map(\.reason))
    #expect(reasons.count >= 4, "several limits were reached: \(reasons)")
    #expect(bench.hash == bench.replayedHash())
}
