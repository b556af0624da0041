import Model
import Testing
import Units

@Test func aShareOfTheRequestsIsKeptForCancels() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxMessagesPerSecond = 8
            $0.cancelSharePercent = 25
        }
    })
    stage.bench.live()
    let clients = (0..<6).map { _ in stage.resting() }
    #expect(stage.place() == nil)
    #expect(stage.verdict == .messageRate)
    stage.cancel(clients[0])
    stage.cancel(clients[1])
    #expect(stage.bench.cancels.count == 2, "the share that was kept")
    stage.cancel(clients[2])
    #expect(stage.bench.cancels.count == 2 && stage.verdict == .messageRate)
    #expect(stage.bench.command(.stop) && stage.bench.cancelAlls == 1, "the engine's own cancels are never held back")
}

@Test func theRateRecoversWithTime() {
    let stage = Stage(.bench { $0.limit { $0.maxMessagesPerSecond = 2 } })
    stage.bench.live()
    #expect(stage.place() != nil && stage.place() != nil)
    #expect(stage.place() == nil)
    stage.bench.wait(milliseconds: 1200)
    #expect(stage.place() != nil)
}

@Test func theSameOrderAgainAndAgainIsRefused() {
    let stage = Stage(.bench { $0.limit { $0.maxIdenticalOrders = 3 } })
    stage.bench.live()
    for _ in 0..<3 { _ = stage.resting() }
    #expect(stage.place() == nil)
    #expect(stage.verdict == .identicalOrders)
    _ = stage.resting(at: "49989")
    stage.bench.wait(milliseconds: 10_100)
    #expect(stage.place() != nil)
}

/// As many others between them as the rate allows: 700 orders in nine seconds, more than are remembered without a rate.
@Test func theSameOrderIsKnownAgainAmongAllThatTheRateAllows() {
    let stage = Stage(
        .bench {
            $0.limit {
                $0.maxIdenticalOrders = 3
                $0.maxOrdersPerSecond = 100
            }
        })
    stage.bench.live()
    func pass(at price: Price) -> Bool {
        guard let client = stage.place(at: price, .immediateOrCancel) else { return false }
        stage.bench.update(.expired, client)
        return true
    }
    for _ in 0..<3 { #expect(pass(at: "49990")) }
    for index in 0..<700 {
        #expect(pass(at: Price(raw: 4_998_000_000_000 - Int64(index) * 1_000_000)), "\(index): \(stage.verdict as Any)")
        stage.bench.timer(after: 11)
    }
    #expect(!pass(at: "49990") && stage.verdict == .identicalOrders)
}

@Test func anOrderThatRestsTooLongIsCancelled() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderAge = Nanoseconds(seconds: 5) } })
    stage.bench.live()
    let client = stage.resting()
    stage.bench.wait(milliseconds: 4900)
    #expect(stage.bench.cancels.isEmpty)
    stage.bench.wait(milliseconds: 200)
    #expect(stage.bench.cancels.map(\.client) == [client])
    #expect(stage.bench.state == .live)
}

@Test func errorsInARowLeadToSafe() {
    let stage = Stage(.bench { $0.limit { $0.maxConsecutiveErrors = 3 } })
    stage.bench.live()
    func refuse() { stage.bench.reply(.place, .refused, stage.place()!, .orderRejected) }
    refuse()
    refuse()
    _ = stage.resting()
    refuse()
    refuse()
    #expect(stage.bench.state == .live, "one that was taken in between starts the count again")
    refuse()
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .orderRejected)
}

@Test func ordersPlacedAndCancelledAgainAndAgainLeadToSafe() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderCycles = 3 } })
    stage.bench.live()
    func cycle(filled: Quantity? = nil) {
        let client = stage.resting()
        if let filled { stage.bench.fill(client, filled) }
        stage.cancel(client)
        stage.bench.update(.cancelled, client)
    }
    cycle()
    cycle(filled: "0.01")
    cycle()
    #expect(stage.bench.state == .live, "what traded was not idle")
    cycle()
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .flipflopDetected)
    #expect(stage.bench.rearm(balance: "10.01"))
    cycle()
    #expect(stage.bench.state == .live, "a person looked at it")
}

@Test func cyclesOfTheMinuteBeforeDoNotCount() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderCycles = 3 } })
    stage.bench.live()
    for _ in 0..<5 {
        let client = stage.resting()
        stage.bench.update(.cancelled, client)
        stage.bench.wait(milliseconds: 31_000, every: 1000)
    }
    #expect(stage.bench.state == .live)
}

@Test func aPositionThatTurnsAgainAndAgainLeadsToSafe() {
    let stage = Stage(.bench { $0.limit { $0.maxDirectionFlips = 2 } })
    stage.bench.live()
    stage.hold("0.1")
    stage.hold("0.1", .sell)
    stage.hold("0.1", .sell)
    #expect(stage.bench.state == .live, "one turn, through flat")
    stage.hold("0.2")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .flipflopDetected)
}

@Test func executionsOnOneSideAgainAndAgainLeadToSafe() {
    let stage = Stage(.bench { $0.limit { $0.maxExecutions = 3 } })
    stage.bench.live()
    stage.hold("0.1")
    stage.hold("0.1", .sell)
    stage.hold("0.1")
    stage.hold("0.1", .sell)
    #expect(stage.bench.state == .live, "two on each side")
    stage.hold("0.1")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .flipflopDetected)
}
