import Model
import Testing
import Units

@Test func aRequestWithoutAnAnswerIsUnknownAndAskedAboutNeverSentAgain() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.wait(milliseconds: 1900)
    #expect(stage.bench.orderStates[client] == .pendingNew)
    stage.bench.wait(milliseconds: 200)
    #expect(stage.bench.orderStates[client] == .unknown)
    stage.bench.wait(milliseconds: 3500)
    // At the time-out, a second later, two seconds after that.
    #expect(stage.bench.queries.count == 3 && stage.bench.queries.allSatisfy { $0.client == client })
    #expect(stage.bench.placed.count == 1)
    #expect(stage.bench.state == .live)
}

@Test func anUnknownOrderCountsAtItsWorstAndPausesItsInstrumentOnly() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    let client = stage.place(.buy, "2")!
    stage.bench.reply(.place, .unknown, client, .venueUnavailable)
    #expect(stage.bench.orderStates[client] == .unknown)
    #expect(stage.bench.status.worstLong == "2" && stage.bench.status.unknownOrders == 1)
    #expect(stage.place() == nil)
    #expect(stage.verdict == .unknownOrders)
    #expect(stage.place(by: 1, in: 1) != nil, "the other instrument goes on")
    stage.bench.update(.new, client, .query)
    #expect(stage.bench.orderStates[client] == .open)
    #expect(stage.place() != nil)
}

@Test func absenceIsProofOnlyOnceTheOrderCannotBeOnItsWay() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.reply(.place, .unknown, client, .venueUnavailable)
    stage.bench.update(.absent, client, .query)
    stage.bench.reply(.query, .refused, client, .unknownOrder)
    #expect(stage.bench.orderStates[client] == .unknown)
    stage.bench.wait(milliseconds: 7000)
    stage.bench.update(.absent, client, .query)
    #expect(stage.bench.orderStates[client] == .unknown, "the venue may still take it")
    stage.bench.wait(milliseconds: 1000)
    stage.bench.update(.absent, client, .query)
    #expect(stage.bench.orderStates[client] == .failed)
    #expect(stage.bench.unsettled == 0 && stage.bench.status.worstLong == .zero)
    #expect(stage.place() != nil)
}

@Test func aRefusedLookUpThatSaysNothingAboutTheOrderIsNoProof() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.wait(milliseconds: 9000)
    for error in [ErrorCode.rateLimited, .venueUnavailable, .authentication] {
        stage.bench.reply(.query, .refused, client, error)
        #expect(stage.bench.orderStates[client] == .unknown, "\(error)")
    }
    stage.bench.reply(.query, .refused, client, .unknownOrder)
    #expect(stage.bench.orderStates[client] == .failed)
}

@Test func anOrderUnknownForTooLongLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.wait(milliseconds: 31_000)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 2000)
    #expect(stage.bench.state == .safe)
    #expect(stage.bench.status.stateReason == .unknownOrder)
    #expect(stage.bench.orderStates[client] == .unknown)
    #expect(!stage.bench.command(.stage) || !stage.bench.command(.arm) || !stage.bench.command(.confirm))
}

@Test func aLostLinkDoubtsEveryOrderAndLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    let clients = [stage.resting(), stage.place(.sell)!]
    stage.bench.link(.orders, .down)
    #expect(stage.bench.state == .safe)
    for client in clients { #expect(stage.bench.orderStates[client] == .unknown) }
    #expect(stage.bench.queries.isEmpty, "nobody can be asked")
    stage.bench.link(.orders, .up)
    stage.bench.wait(milliseconds: 100)
    #expect(Set(stage.bench.queries.map(\.client)) == Set(clients))
    stage.bench.update(.new, clients[0], .query)
    stage.bench.update(.filled, clients[1], .query, cumulative: "0.1")
    stage.bench.fill(clients[1], "0.1", at: "50011", side: .sell)
    stage.bench.wait(milliseconds: 3000)
    #expect(stage.bench.orderStates[clients[0]] == .pendingCancel, "it rests in SAFE: cancelled")
    #expect(stage.bench.position().quantity == "-0.1")
    #expect(stage.bench.placed.count == 2)
}

@Test func aLinkThatComesUpTwiceWasLostInBetween() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.link(.orders, .up)
    #expect(stage.bench.state == .safe)
    #expect(stage.bench.orderStates[client] == .unknown)
}

@Test func aLostMarketLinkLeadsToSafeAndItsBookIsForgotten() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.link(.marketData, .down)
    #expect(stage.bench.state == .safe)
    #expect(stage.bench.status.stateReason == .wsStale)
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    #expect(stage.bench.status.bidPrice == .zero)
}

@Test func replyAndReportComeInEitherOrder() {
    for replyFirst in [true, false] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.place()!
        if replyFirst { stage.bench.accept(client) }
        stage.bench.update(.new, client)
        stage.bench.fill(client, "0.04")
        if !replyFirst { stage.bench.accept(client) }
        #expect(stage.bench.orderStates[client] == .partiallyFilled)
        stage.bench.fill(client, "0.06")
        stage.bench.update(.filled, client)
        #expect(stage.bench.orderStates[client] == .filled)
        #expect(stage.bench.position().quantity == "0.1")
        #expect(stage.bench.unsettled == 0)
        #expect(stage.bench.alerts.isEmpty)
    }
}

@Test func aFillBeforeItsAcknowledgementCounts() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.fill(client, "0.1")
    #expect(stage.bench.orderStates[client] == .filled)
    stage.bench.accept(client)
    stage.bench.update(.new, client)
    #expect(stage.bench.orderStates[client] == .filled)
    #expect(stage.bench.position().quantity == "0.1" && stage.bench.alerts.isEmpty)
}

@Test func aRefusedOrderIsOverAndCounted() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    stage.bench.reply(.place, .refused, client, .insufficientBalance)
    #expect(stage.bench.orderStates[client] == .rejected)
    #expect(stage.bench.status.venueRejects == 1 && stage.bench.unsettled == 0)
    #expect(stage.place() != nil)
}

@Test func aFillWhileTheCancelIsUnderWayCounts() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.cancel(client)
    #expect(stage.bench.cancels.map(\.client) == [client])
    stage.bench.fill(client, "0.03")
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    stage.bench.reply(.cancel, .accepted, client)
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.orderStates[client] == .cancelled)
    #expect(stage.bench.position().quantity == "0.03" && stage.bench.unsettled == 0)
}

@Test func aCancelOfAnOrderThatIsGoneIsLookedUp() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.cancel(client)
    stage.bench.reply(.cancel, .refused, client, .unknownOrder)
    #expect(stage.bench.orderStates[client] == .unknown)
    stage.bench.timer()
    #expect(stage.bench.queries.map(\.client) == [client])
    stage.bench.update(.filled, client, .query, cumulative: "0.1")
    #expect(stage.bench.orderStates[client] == .filled)
    #expect(stage.bench.unsettled == 1, "its fill is still missing")
    #expect(stage.bench.status.worstLong == "0.1")
    stage.bench.fill(client, "0.1", source: .tradeHistory)
    #expect(stage.bench.unsettled == 0 && stage.bench.position().quantity == "0.1")
}

@Test func aCancelWithoutAnAnswerIsUnknownAndTheOrderMayStillRest() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.cancel(client)
    stage.bench.wait(milliseconds: 2200)
    #expect(stage.bench.orderStates[client] == .unknown)
    stage.bench.update(.new, client, .query)
    #expect(stage.bench.orderStates[client] == .open)
    stage.cancel(client)
    #expect(stage.bench.cancels.count == 2)
}

@Test func aStrategyCancelsOnlyItsOwnRestingOrders() {
    let stage = Stage(perInstrument: 2)
    stage.bench.live()
    let client = stage.resting(by: 0)
    stage.cancel(client, by: 1)
    #expect(stage.bench.cancels.isEmpty)
    stage.cancel(client, by: 0)
    stage.cancel(client, by: 0)
    #expect(stage.bench.cancels.count == 1, "a second cancel of the same order is dropped")
}
