import Core
import Model
import Testing
import Units

/// A bench at 1000 s whose day began at that second, traded from 00:01 to 00:02 of it.
private func hours() -> Stage {
    Stage(
        .bench {
            $0.firstDayEnds = Nanoseconds(seconds: 1000 + 86_400)
            $0.limit {
                $0.windowStart = 60
                $0.windowEnd = 120
                $0.maxDataAge = Nanoseconds(seconds: 600)
            }
        })
}

@Test func ordersLeaveWithinTheHoursOnlyAndAreTakenBackAtTheirEnd() {
    let stage = hours()
    stage.bench.live()
    #expect(stage.place() == nil && stage.verdict == .outsideWindow)
    stage.bench.wait(milliseconds: 61_000, every: 1000)
    let client = stage.resting()
    stage.bench.wait(milliseconds: 50_000, every: 1000)
    #expect(stage.bench.orderStates[client] == .open)
    stage.bench.wait(milliseconds: 12_000, every: 1000)
    #expect(stage.bench.orderStates[client] != .open && stage.bench.cancelAlls >= 1)
    #expect(stage.bench.state == .live)
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.orderStates[client] == .cancelled)
    let cancels = stage.bench.cancelAlls
    #expect(stage.place() == nil && stage.verdict == .outsideWindow)
    stage.bench.wait(milliseconds: 10_000, every: 1000)
    #expect(stage.bench.cancelAlls == cancels, "once")
}

@Test func flatteningGoesOnAfterTheHours() {
    let stage = hours()
    stage.bench.live()
    stage.bench.wait(milliseconds: 61_000, every: 1000)
    stage.hold("0.1")
    stage.bench.streamBalance("10.1")
    stage.bench.wait(milliseconds: 61_000, every: 1000)
    #expect(stage.place(.sell) == nil && stage.verdict == .outsideWindow)
    stage.bench.command(.flatten)
    #expect(stage.bench.placed.last?.side == .sell && stage.verdict == .passed)
}

@Test func aRunThatWasNotToldTheTimeOfDayIsOutsideAnyHours() {
    let stage = Stage(.bench { $0.limit { $0.windowEnd = 86_399 } })
    stage.bench.live()
    #expect(stage.place() == nil && stage.verdict == .outsideWindow)
}

@Test func ordersStayInProportionToWhatIsExecuted() {
    let stage = Stage(
        .bench {
            $0.limit {
                $0.maxOrdersPerTrade = 3
                $0.orderToTradeFloor = 2
            }
        })
    stage.bench.live()
    let first = stage.resting(at: "49990")
    _ = stage.resting(at: "49991")
    #expect(stage.place(at: "49992") == nil && stage.verdict == .orderToTrade)
    stage.bench.fill(first, "0.1")
    _ = stage.resting(at: "49993")  // an execution allows three
    #expect(stage.place(at: "49994") == nil && stage.verdict == .orderToTrade)
    stage.bench.wait(milliseconds: 620_000, every: 5000)
    #expect(stage.place(at: "49995") != nil, "ten minutes later the floor is free again")
}

@Test func eachInstrumentHasARateOfItsOwnWithItsShareForCancels() {
    let stage = Stage(
        .bench(instruments: 2) {
            $0.limit {
                $0.maxInstrumentOrdersPerSecond = 4
                $0.cancelSharePercent = 50
            }
        })
    stage.bench.live()
    stage.bench.wait(milliseconds: 1500)
    let first = stage.resting(at: "49990")
    let second = stage.resting(at: "49991")
    #expect(stage.place(at: "49992") == nil && stage.verdict == .instrumentRate, "half is kept for cancels")
    #expect(stage.place(at: "49990", by: 1, in: 1) != nil, "the other instrument has its own")
    stage.cancel(first)
    #expect(stage.verdict == .passed)
    stage.cancel(second)
    #expect(stage.verdict == .passed && stage.bench.cancels.count == 2, "cancels may use all of it")
    stage.bench.wait(milliseconds: 1200)
    #expect(stage.place(at: "49993") != nil)
}

@Test func whatABookShowsBoundsTheExpectedFill() {
    let stage = Stage(.bench { $0.limit { $0.maxFillCostBps = 10 } })
    stage.bench.live()
    // The ask shows 1 at 50001; mid 50000.5. All beyond it costs the limit price: 10 basis points are 50 quote units.
    #expect(stage.place(.buy, "1", at: "50200", .immediateOrCancel) != nil, "the best level gives it all")
    #expect(stage.place(.buy, "2", at: "50100.01", .immediateOrCancel) == nil && stage.verdict == .slippage)
    #expect(stage.place(.buy, "2", at: "50100", .immediateOrCancel) != nil)
}

@Test func theVenuesPercentPriceBindsBeforeTheVenueSaysSo() {
    let stage = Stage(.bench { $0.instruments[0].bidMultiplierDown = "0.99" })
    stage.bench.live()
    #expect(stage.place(at: "49500.49") == nil && stage.verdict == .percentPrice)
    #expect(stage.place(at: "49500.5") != nil)
    stage.bench.step(
        .trade(
            PublicTrade(
                instrument: InstrumentID(0), aggressor: .buy, price: "50400", quantity: "1", trade: TradeID(low: 1),
                venueTime: .zero, receivedAt: stage.bench.now)))
    #expect(stage.place(at: "49500.5") == nil && stage.verdict == .percentPrice, "the average of the trades is higher")
    #expect(stage.place(at: "49896") != nil)
}
