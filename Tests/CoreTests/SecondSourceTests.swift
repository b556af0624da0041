import Core
import Model
import Testing
import Units

/// A loss needs a public trade within 20 basis points of the mid, or ten evaluations in a row.
private func doubting(_ change: @escaping (inout RiskLimits) -> Void = { _ in }) -> Stage {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxDailyLoss = "1000"
            $0.drawdownConfirmations = 2
            $0.maxPriceGapBps = 20
            $0.maxTradeAge = Nanoseconds(seconds: 5)
            $0.unconfirmedEvaluations = 10
            change(&$0)
        }
    })
    stage.bench.live()
    stage.bench.publicTrade(at: "50000")
    stage.hold("1", at: "50001")
    return stage
}

@Test func aBadBookThatTradesDoNotConfirmDoesNotHalt() {
    let stage = doubting()
    for _ in 0..<9 { stage.bench.tick("48000") }
    #expect(stage.bench.state == .live)
    #expect(stage.bench.alerts == [.priceUnconfirmed], "told once")
    stage.bench.tick("50000")
    for _ in 0..<9 { stage.bench.tick("48000") }
    #expect(stage.bench.state == .live, "one good price begins anew")
}

@Test func aLossThatTradesConfirmHaltsAfterItsConfirmations() {
    let stage = doubting()
    stage.bench.publicTrade(at: "48050")
    stage.bench.tick("48000")
    #expect(stage.bench.state == .live)
    stage.bench.tick("48000")
    #expect(stage.bench.state == .halted && stage.bench.status.stateReason == .riskBlocked)
}

@Test func theGapIsMeasuredAtItsBound() {
    // The mid is 48000.5; 20 basis points of the trade.
    for (trade, isConfirmed) in [("48096.69", true), ("48096.7", false), ("47904.7", true), ("47904.69", false)] as [(Price, Bool)] {
        let stage = doubting()
        stage.bench.publicTrade(at: trade)
        for _ in 0..<2 { stage.bench.tick("48000") }
        #expect((stage.bench.state == .halted) == isConfirmed, "\(trade)")
    }
}

@Test func aSilentSecondSourceOnlyTakesLonger() {
    let stage = doubting()
    stage.bench.wait(milliseconds: 6000, every: 1000)
    for _ in 0..<9 { stage.bench.tick("48000") }
    #expect(stage.bench.state == .live)
    stage.bench.tick("48000")
    #expect(stage.bench.state == .halted, "the tenth evaluation")
}

@Test func aBookThatStandsStillIsEvaluatedOnceASecond() {
    let stage = doubting()
    stage.bench.tick("48000")
    stage.bench.wait(milliseconds: 8000, every: 100, isFresh: false)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 2000, every: 100, isFresh: false)
    #expect(stage.bench.state == .halted)
}

@Test func aBadHighIsNotAHeightToFallFrom() {
    let stage = doubting { $0.maxDrawdown = "1000" }
    for _ in 0..<5 { stage.bench.tick("55000") }
    for _ in 0..<20 { stage.bench.tick("50000") }
    #expect(stage.bench.state == .live && stage.bench.status.drawdown < "10")
    stage.bench.publicTrade(at: "52000")
    stage.bench.tick("52000")
    stage.bench.publicTrade(at: "51000")
    for _ in 0..<2 { stage.bench.tick("51000") }
    #expect(stage.bench.state == .halted, "a confirmed one is")
}

@Test func aHighThatStaysIsBelievedWithoutTrades() {
    let stage = doubting { $0.maxDrawdown = "1000" }
    for _ in 0..<10 { stage.bench.tick("52000") }
    for _ in 0..<10 { stage.bench.tick("51000") }
    #expect(stage.bench.state == .halted)
}

@Test func theDaysDrawdownCountsFromTheDaysHighest() {
    let stage = Stage(.bench {
        $0.firstDayEnds = Nanoseconds(seconds: 4600)
        $0.limit { $0.maxDayDrawdown = "1000" }
    })
    stage.bench.live(for: Nanoseconds(raw: .max))
    stage.hold("1", at: "50001")
    stage.bench.tick("52000")
    stage.bench.step(.timer, after: Nanoseconds(seconds: 4600) - stage.bench.now)
    stage.bench.tick("51500")
    stage.bench.tick("51000.01")
    #expect(stage.bench.state == .live, "999.99 below today's highest")
    stage.bench.tick("51000")
    #expect(stage.bench.state == .halted)
}

@Test func aLossLeadsToWhatTheConfigurationSays() {
    for (action, state) in [(LossAction.halt, SystemState.halted), (.safe, .safe), (.reduce, .reducing), (.flatten, .reducing)] {
        for isDrawdown in [false, true] {
            let stage = Stage(.bench {
                $0.limit {
                    if isDrawdown { $0.maxDrawdown = "1000" } else { $0.maxDailyLoss = "1000" }
                    $0.onDailyLoss = isDrawdown ? .halt : action
                    $0.onDrawdown = isDrawdown ? action : .halt
                }
            })
            stage.bench.live()
            stage.hold("1", at: "50001")
            stage.bench.tick("49000")
            #expect(stage.bench.state == state && stage.bench.alerts == [.riskBlocked], "\(action)")
            stage.bench.tick("48999")
            #expect(stage.bench.alerts.count == 1, "told once")
            let own = stage.bench.placed.filter { $0.strategy == .engine }
            #expect(own.count == (action == .flatten ? 1 : 0), "\(action)")
            #expect(own.allSatisfy { $0.side == .sell && $0.quantity == "1" })
        }
    }
}

@Test func whileReducingForALossAStrategyMayReduceAndNothingElse() {
    let stage = Stage(.bench { $0.limit { $0.maxDailyLoss = "1000"; $0.onDailyLoss = .reduce } })
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("49000")
    #expect(stage.place(.buy, "0.1", at: "48990") == nil && stage.verdict == .reduceOnly)
    #expect(stage.place(.sell, "0.5", at: "49010") != nil)
}

@Test func aStalledThreadTakesTheMandate() {
    for prepare in [CommandKind.stage, .arm, .confirm] {
        let stage = Stage()
        stage.bench.ready()
        for kind in [CommandKind.stage, .arm, .confirm] {
            stage.bench.command(kind)
            if kind == prepare { break }
        }
        let isLive = stage.bench.state == .live
        #expect(!stage.bench.command(.stalled, 3), "nobody but the engine says so")
        #expect(stage.bench.command(.stalled, 3, by: Command.engineOperator, lifetime: Nanoseconds(seconds: 5)))
        #expect(stage.bench.state == (isLive ? .safe : .disarmed) && stage.bench.status.stateReason == .threadStalled)
        #expect(stage.bench.status.incident.trip == (isLive ? .threadStall : .none), "what tripped has a name")
    }
}

@Test func figuresOfTheRunAreOfAllInstruments() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    stage.hold("1", at: "50001", fee: Notional("3").raw)
    let second = stage.resting(.buy, "2", at: "50001", by: 1, in: 1)
    stage.bench.fill(second, "2", at: "50001", fee: Notional("5").raw, instrument: 1)
    stage.bench.tick("50100.5")
    stage.bench.tick("50200.5", in: 1)
    let status = stage.bench.status
    #expect(status.unrealised == "500" && status.fees == "8" && status.realised == .zero && status.funding == .zero)
    #expect(status.dayResult == "492")
    #expect(stage.bench.instrument(0).unrealised == "100" && stage.bench.instrument(1).unrealised == "400")
    #expect(status.position == "1", "the book's and the position's row are the first instrument's")
}
