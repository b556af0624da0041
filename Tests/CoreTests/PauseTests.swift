import Model
import Testing
import Units

@Test func aPriceThatMovesTooFarLeavesItsInstrumentAloneForAWhile() {
    let stage = Stage(.bench(instruments: 2) {
        $0.limit {
            $0.maxMoveBps = 100
            $0.breachPause = Nanoseconds(seconds: 5)
        }
    })
    stage.bench.live()
    let client = stage.resting()
    stage.bench.tick("50400")
    #expect(stage.place(at: "50390") != nil, "80 basis points")
    stage.bench.tick("50510")
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    #expect(stage.bench.alerts == [.volatilityHalt] && stage.bench.state == .live)
    #expect(stage.place(at: "50500") == nil)
    #expect(stage.verdict == .volatility)
    #expect(stage.place(by: 1, in: 1) != nil, "the other instrument goes on")
    stage.bench.wait(milliseconds: 10_000, every: 500)
    #expect(stage.place(at: "50500") == nil, "the move is still in the window")
    stage.bench.wait(milliseconds: 7000, every: 500)
    stage.bench.tick("50510")
    _ = stage.place(at: "50500")
    #expect(stage.verdict != .volatility)
}

@Test func aSlowAnswerPausesNewOrders() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxAckLatency = Nanoseconds(milliseconds: 300)
            $0.breachPause = Nanoseconds(seconds: 5)
        }
    })
    stage.bench.live()
    let quick = stage.place()!
    stage.bench.wait(milliseconds: 250)
    stage.bench.accept(quick)
    let slow = stage.place()!
    stage.bench.wait(milliseconds: 310)
    stage.bench.accept(slow)
    #expect(stage.place() == nil)
    #expect(stage.verdict == .latency && stage.bench.state == .live)
    stage.cancel(slow)
    #expect(stage.bench.cancels.map(\.client) == [slow], "cancels are allowed")
    stage.bench.wait(milliseconds: 5000)
    _ = stage.place()
    #expect(stage.verdict != .latency)
}

@Test func noAnswerIsASlowOne() {
    let stage = Stage(.bench(instruments: 2) {
        $0.limit {
            $0.maxAckLatency = Nanoseconds(milliseconds: 300)
            $0.breachPause = Nanoseconds(seconds: 5)
        }
    })
    stage.bench.live()
    _ = stage.place()
    stage.bench.wait(milliseconds: 2200)
    #expect(stage.place(by: 1, in: 1) == nil)
    #expect(stage.verdict == .latency)
}

@Test func aDrawdownKeepsOrdersSmall() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxOrderQuantity = "1"
            $0.throttleDrawdown = "500"
            $0.throttlePercent = 25
        }
    })
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("49501")
    #expect(stage.place(.buy, "0.5", at: "49400") != nil, "499.50 below the highest")
    stage.bench.tick("49500")
    #expect(stage.place(.buy, "0.5", at: "49400") == nil)
    #expect(stage.verdict == .drawdownThrottle)
    #expect(stage.place(.buy, "0.25", at: "49400") != nil)
}
