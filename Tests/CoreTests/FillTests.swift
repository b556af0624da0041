import Core
import Model
import Testing
import Units

@Test func aRepeatedFillCountsOnceWhereverItComesFrom() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    let fill = stage.bench.fill(client, "0.04")
    for source in EvidenceSource.allCases {
        var again = fill
        again.source = source
        stage.bench.step(.fill(again))
    }
    #expect(stage.bench.status.fills == 1)
    #expect(stage.bench.position().quantity == "0.04")
    #expect(stage.bench.order(client)?.filled == "0.04")
}

@Test func aLateFillOfACancelledOrderCountsAndIsFlagged() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.unsettled == 0)
    stage.bench.fill(client, "0.02")
    #expect(stage.bench.position().quantity == "0.02")
    #expect(stage.bench.orderStates[client] == .cancelled, "terminal stays terminal")
    #expect(stage.bench.alerts == [.fillSeqGap])
    let late = stage.bench.last.compactMap { if case .position(let change) = $0 { change.isLate } else { nil } }
    #expect(late == [true])
}

@Test func aFillThatTheVenueAnnouncedIsNotLate() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.cancelled, client, cumulative: "0.02")
    #expect(stage.bench.unsettled == 1 && stage.bench.status.worstLong == "0.02")
    stage.bench.fill(client, "0.02")
    #expect(stage.bench.unsettled == 0 && stage.bench.alerts.isEmpty)
}

@Test func anAnnouncedFillThatNeverComesLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.filled, client, cumulative: "0.1")
    stage.bench.wait(milliseconds: 29_000)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 2000)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .fillSeqGap)
}

@Test func aGapInTheFillsOfAnOrderThatRestsLeadsToSafeAfterItsGrace() {
    for told in [true, false] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "1")
        stage.bench.update(.partiallyFilled, client, cumulative: "0.3", quantity: "1")
        let began = stage.bench.now
        // More of the same does not begin the grace anew.
        stage.bench.wait(milliseconds: 15_000)
        stage.bench.fill(client, "0.1")
        stage.bench.update(.partiallyFilled, client, cumulative: "0.4", quantity: "1")
        stage.bench.wait(milliseconds: 10_000)
        stage.bench.step(.timer, after: began + Nanoseconds(seconds: 30) - stage.bench.now)
        #expect(stage.bench.state == .live, "at the grace")
        if told { stage.bench.fill(client, "0.3", source: .tradeHistory) }
        stage.bench.step(.timer, after: Nanoseconds(raw: 1))
        stage.bench.timer()
        #expect(stage.bench.state == (told ? .live : .safe), "a nanosecond past it")
        guard !told else { continue }
        #expect(stage.bench.status.stateReason == .fillSeqGap && stage.bench.orderStates[client] == .pendingCancel)
        let alert = stage.bench.outputs.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }.last
        #expect(alert?.value == Quantity("0.3").raw && alert?.limit == Nanoseconds(seconds: 30).raw)
    }
}

@Test func aFillWhoseCumulativeQuantityJumpsIsAGapToo() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    var fill = stage.bench.fill(client, "0.1")
    fill.trade = TradeID(low: 900)
    fill.cumulativeQuantity = "0.6"
    stage.bench.step(.fill(fill))
    #expect(stage.bench.order(client)?.filled == "0.2" && stage.bench.order(client)?.claimed == "0.6")
    stage.bench.wait(milliseconds: 29_000)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 2000)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .fillSeqGap)
}

@Test func aFillOnAnotherInstrumentThanItsOrdersCountsWhereItWasAndLeadsToSafe() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    let client = stage.resting()
    stage.bench.fill(client, "0.02", instrument: 1)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
    #expect(stage.bench.position(1).quantity == "0.02" && stage.bench.position(0).quantity == .zero)
    #expect(stage.bench.order(client)?.filled == .zero, "the order of that name is another one")
    let told = stage.bench.outputs.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
    #expect(told.first?.value == 1 && told.first?.limit == 0 && told.first?.client == client)
    #expect(told.allSatisfy { $0.severity == .critical })
}

@Test func anUpdateThatNamesAnotherInstrumentThanItsOrdersIsNotBelievedAndLeadsToSafe() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    let client = stage.resting(in: 0)
    stage.bench.update(.cancelled, client, instrument: 1)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
    #expect(stage.bench.orderStates[client] == .pendingCancel, "cancelled by us, not by that word")
    #expect(stage.bench.order(client)?.claimed == .zero)
}

@Test func anOrderThatTheVenueShowsWithAnotherSideOrPriceIsNotBelievedAndLeadsToSafe() {
    for (side, price) in [(Side.sell, Price("49990")), (.buy, "49990.01")] {
        for source in [EvidenceSource.stream, .query] {
            let stage = Stage()
            stage.bench.live()
            let client = stage.resting()
            stage.bench.update(.cancelled, client, source, price: price, side: side)
            #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .unknownOrder, "\(source)")
            #expect(stage.bench.orderStates[client] == .pendingCancel, "cancelled by us, not by that word")
            #expect(stage.bench.order(client)?.claimed == .zero)
        }
    }
    // A venue that leaves the price out says nothing about it.
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.update(.cancelled, client, price: .zero)
    #expect(stage.bench.state == .live && stage.bench.orderStates[client] == .cancelled)
}

@Test func moreFilledThanOrderedLeadsToSafeBeforeTheStrategyIsAsked() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.scripts[0].onFill = [.place(.sell, .goodTillCancel, "50011", "0.1")]
    stage.bench.fill(client, "0.11")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
    #expect(stage.bench.position().quantity == "0.11", "what happened, happened")
    #expect(stage.bench.placed(in: stage.bench.last).isEmpty)
}

@Test func aFillOnTheOtherSideOrPastTheLimitLeadsToSafe() {
    for (side, price) in [(Side.sell, Price("49990")), (.buy, "49990.01")] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "0.1", at: "49990")
        stage.bench.fill(client, "0.05", at: price, side: side)
        #expect(stage.bench.state == .safe, "\(side) at \(price)")
        #expect(stage.bench.status.stateReason == .positionMismatch)
    }
    let better = Stage()
    better.bench.live()
    better.bench.fill(better.resting(.buy, "0.1", at: "49990"), "0.05", at: "49980")
    #expect(better.bench.state == .live)
}

@Test func aFillOfOursWithoutItsOrderCountsAndLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.fill(ClientOrderID(run: 7, sequence: 4000), "0.1")
    #expect(stage.bench.position().quantity == "0.1")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .fillSeqGap)
}

@Test func fillsOfOthersAndOfEarlierRunsAreNotOurs() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.fill(.none, "0.1")
    stage.bench.fill(ClientOrderID(run: 6, sequence: 1), "0.1", source: .tradeHistory)
    #expect(stage.bench.position().quantity == .zero)
    #expect(stage.bench.status.fills == 0)
}

@Test func fillsOfNothingAreRefused() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    for (quantity, price) in [(Quantity("0"), Price("1")), ("-1", "1"), ("1", "0"), ("1", "-5")] {
        stage.bench.fill(client, quantity, at: price)
    }
    #expect(stage.bench.status.fills == 0 && stage.bench.position().quantity == .zero)
}

@Test func aFeeInAThirdAssetWithoutAPriceLeadsToSafeAndNobodyArms() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.fill(client, "0.1", fee: 5, in: bnb)
    #expect(stage.bench.position().quantity == "0.1", "the fill counts")
    #expect(stage.bench.position().fees == .zero && stage.bench.position().foreignFees == 1)
    #expect(stage.bench.alerts.contains(.feeUnpriced))
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .feeUnpriced)
    stage.bench.update(.cancelled, client)
    #expect(!stage.bench.rearm(balance: "10.1") && stage.bench.status.missing.contains(.fees))
}

@Test func aFeeInAThirdAssetWithoutAPriceIsFoundWhereNothingTradesToo() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.command(.disarm)
    stage.bench.fill(client, "0.1", fee: 5, in: .unknown)
    #expect(stage.bench.state == .disarmed && stage.bench.alerts.contains(.feeUnpriced))
    #expect(stage.bench.status.missing.contains(.fees))
}

/// A fee in a third asset counts 600 each.
private func priced(instruments: Int = 1, _ change: @escaping (inout RiskLimits) -> Void = { _ in }) -> Stage {
    Stage(
        .bench(instruments: instruments) {
            $0.feePrices = [FeePrice(asset: bnb, price: "600")]
            $0.limit { $0.drawdownConfirmations = 1; change(&$0) }
        })
}

@Test func aFeeInAThirdAssetIsInEveryResultAtItsPrice() {
    let stage = priced()
    stage.bench.live()
    let client = stage.resting(.buy, "0.1", at: "50000.5")
    stage.bench.fill(client, "0.1", at: "50000.5", fee: Notional("0.01").raw, in: bnb)
    #expect(stage.bench.state == .live && stage.bench.alerts.isEmpty)
    #expect(stage.bench.position().fees == "6" && stage.bench.position().foreignFees == 0)
    #expect(stage.bench.strategy().fees == "6" && stage.bench.strategy().made == "-6")
    #expect(stage.bench.status.dayResult == "-6" && stage.bench.status.fees == "6")
    let told = stage.bench.last.compactMap { if case .position(let change) = $0 { change.fees } else { nil } }
    #expect(told == ["6"], "in the journal")
}

@Test func feesInAThirdAssetAloneReachTheLimitsOfLoss() {
    let day = priced { $0.maxDailyLoss = "6" }
    let own = priced { $0.maxStrategyLoss = "6" }
    for stage in [day, own] {
        stage.bench.live()
        let client = stage.resting(.buy, "0.1", at: "50000.5")
        stage.bench.fill(client, "0.05", at: "50000.5", fee: Notional("0.00999999").raw, in: bnb)
        #expect(stage.bench.state == .live && !stage.bench.strategy().isOff)
        stage.bench.fill(client, "0.05", at: "50000.5", fee: 1, in: bnb)
    }
    #expect(day.bench.state == .halted && own.bench.state == .live && own.bench.strategy().reason == .strategyLoss)
}

@Test func aFeeThatDoesNotFitLeadsToSafe() {
    let stage = priced()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.fill(client, "0.1", fee: .max, in: bnb)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
}

@Test func aFeeTakenFromWhatAnotherInstrumentTradesIsExpectedThere() {
    // Instrument 1 trades asset 3; the fee of instrument 0's fill is taken in it.
    let configuration = CoreConfiguration.bench(instruments: 2) { $0.feePrices = [FeePrice(asset: AssetID(3), price: "600")] }
    let stage = Stage(configuration)
    stage.bench.live()
    stage.bench.snapshot(others: "100")
    let client = stage.resting(.buy, "0.1", at: "50000.5")
    stage.bench.fill(client, "0.1", at: "50000.5", fee: Quantity("0.5").raw, in: AssetID(3))
    #expect(stage.bench.position().fees == "300")
    stage.bench.wait(milliseconds: 10)
    stage.bench.snapshot(balance: "10.1", others: "99.5")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .live && stage.bench.alerts.isEmpty)
    stage.bench.snapshot(balance: "10.1", others: "100")
    stage.bench.wait(milliseconds: 600)
    #expect(stage.bench.state == .reducing && stage.bench.alerts.contains(.positionMismatch), "the venue did not take it")
}
