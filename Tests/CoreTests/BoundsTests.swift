import Model
import Testing
import Units

@Test func aStepDecidesOnlyWhatItsBufferHolds() {
    // 60 strategies that propose 32 orders each at one tick: 1,920 verdicts at least, for a buffer of 1,284.
    let stage = Stage(.bench { $0.limit { $0.maxOpenOrders = 5 } }, perInstrument: 60)
    stage.bench.live()
    for script in stage.scripts {
        script.lines = Array(repeating: .place(.buy, .goodTillCancel, "49990", "0.001"), count: 32)
    }
    let outputs = stage.bench.tick()
    #expect(outputs.count < stage.bench.configuration.outputCapacity)
    #expect(stage.bench.placed.count == 5)
    #expect(stage.bench.alerts.contains(.riskBlocked), "what was not judged is told")
    #expect(stage.bench.command(.kill))
}

@Test func aFullOrderTableRefusesByItsCode() {
    let stage = Stage(.bench { $0.maxActiveOrders = 3 })
    stage.bench.live()
    for _ in 0..<3 { #expect(stage.place() != nil) }
    #expect(stage.place() == nil)
    #expect(stage.verdict == .capacity)
}

@Test func marketDataThatCannotBeIsDropped() {
    let stage = Stage()
    stage.bench.live()
    let before = stage.bench.status.ticks
    func top(_ bid: Price, _ ask: Price, _ size: Quantity = "1", instrument: UInt16 = 0, update: UInt64 = 1000) {
        stage.bench.step(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(instrument), bidPrice: bid, bidQuantity: size, askPrice: ask,
                    askQuantity: size, updateID: update, venueTime: .zero, receivedAt: stage.bench.now)))
    }
    top("50001", "50001")
    top("50002", "50001")
    top("0", "50001")
    top("-1", "50001")
    top("50000", "50001", "0")
    top("50000", "50001", instrument: 9)
    top("50000", "50001", update: 1)
    #expect(stage.bench.status.ticks == before)
    top("50000", "50001")
    #expect(stage.bench.status.ticks == before + 1)
}

@Test func staleDataTakesRestingOrdersBackOnce() {
    let stage = Stage(.bench { $0.limit { $0.maxDataAge = Nanoseconds(seconds: 1) } })
    stage.bench.live()
    let client = stage.resting()
    stage.bench.wait(milliseconds: 4000, isFresh: false)
    #expect(stage.bench.orderStates[client] == .unknown, "cancelled, and no answer came")
    #expect(stage.bench.cancelAlls == 1 && stage.bench.alerts.contains(.marketDataStale))
    #expect(stage.bench.state == .live, "stale data is not yet a lost link")
}

@Test func timeDoesNotGoBack() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.step(.timer, after: Nanoseconds(seconds: -500))
    #expect(stage.bench.status.now == Nanoseconds(raw: stage.bench.status.now.raw))
    #expect(stage.bench.status.now > stage.bench.now)
}
