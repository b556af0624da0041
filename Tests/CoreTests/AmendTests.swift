import Core
import Model
import StrategyKit
import Testing
import Units

@Test func aLowerQuantityIsChangedInPlaceAndCountsWholeUntilProved() throws {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "2")
    let sent = try #require(stage.amend(client, to: "49990", "0.5"))
    #expect(sent.isInPlace && sent.client == client && sent.quantity == "0.5")
    #expect(stage.bench.orderStates[client] == .pendingAmend)
    #expect(stage.bench.status.worstLong == "2", "the venue may not have done it")
    stage.bench.reply(.amend, .accepted, client)
    #expect(stage.bench.orderStates[client] == .open && stage.bench.status.worstLong == "0.5")
    stage.bench.fill(client, "0.5")
    #expect(stage.bench.orderStates[client] == .filled && stage.bench.unsettled == 0)
    #expect(stage.bench.placed.count == 1 && stage.bench.alerts.isEmpty)
}

@Test func anotherPriceIsTheNextGenerationAndBothCountAsTheWorse() throws {
    let stage = Stage(.bench { $0.limit { $0.maxPosition = "2" } })
    stage.bench.live()
    let client = stage.resting(.buy, "2")
    let sent = try #require(stage.amend(client, to: "49980", "1.5"))
    #expect(!sent.isInPlace && sent.order.client == client && sent.client != client)
    #expect(stage.bench.orderStates[client] == .pendingAmend && stage.bench.orderStates[sent.client] == .pendingNew)
    #expect(stage.bench.status.worstLong == "2", "one of both, not their sum")
    stage.bench.tick()
    #expect(stage.scripts[0].seenOrders.count <= 1, "one order to its strategy")
    stage.bench.reply(.amend, .accepted, client)
    stage.bench.reply(.amend, .accepted, sent.client)
    #expect(stage.bench.order(sent.client)?.parent == client && stage.bench.order(sent.client)?.generation == 1)
    #expect(stage.bench.status.worstLong == "2", "the end of the older one is not proved")
    stage.bench.update(.cancelled, client)
    #expect(stage.bench.status.worstLong == "1.5" && stage.bench.unsettled == 1)
    stage.bench.fill(sent.client, "1.5", at: "49980")
    #expect(stage.bench.position().quantity == "1.5" && stage.bench.unsettled == 0)
    #expect(stage.bench.alerts.isEmpty)
}

@Test func theAmendedOrderIsJudgedAsANewOneByItsOwnDifference() {
    let stage = Stage(.bench { $0.limit { $0.maxPosition = "2" } })
    stage.bench.live()
    let client = stage.resting(.buy, "1.5")
    #expect(stage.amend(client, to: "49980", "2.1") == nil)
    #expect(stage.verdict == .position)
    #expect(stage.amend(client, to: "10000", "1") == nil)
    #expect(stage.verdict == .priceCollar)
    #expect(stage.bench.orderStates[client] == .open)
    #expect(stage.amend(client, to: "49980", "2") != nil, "only what it adds to itself counts")
}

@Test func whatIsExecutedInPartCannotBeReplacedOnlyReduced() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    stage.bench.fill(client, "0.4")
    #expect(stage.amend(client, to: "49980", "1") == nil)
    #expect(stage.verdict == .notAmendable)
    #expect(stage.amend(client, to: "49990", "1") == nil)
    #expect(stage.verdict == .notAmendable, "nothing would change")
    #expect(stage.amend(client, to: "49990", "0.4") == nil)
    #expect(stage.verdict == .notAmendable, "that much is executed")
    #expect(stage.amend(client, to: "49990", "0.6")?.isInPlace == true)
    stage.bench.reply(.amend, .accepted, client)
    #expect(stage.bench.status.worstLong == "0.6")
}

@Test func aFillThatOvertakesTheAmendmentCountsOnceAndTheOrderRestsOn() throws {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    let sent = try #require(stage.amend(client, to: "49980", "1"))
    stage.bench.fill(client, "0.3")
    stage.bench.reply(.amend, .refused, client, .orderRejected)
    stage.bench.reply(.amend, .refused, sent.client, .orderRejected)
    #expect(stage.bench.orderStates[client] == .partiallyFilled && stage.bench.orderStates[sent.client] == .rejected)
    #expect(stage.bench.status.worstLong == "1" && stage.bench.position().quantity == "0.3")
    stage.bench.fill(client, "0.7")
    #expect(stage.bench.position().quantity == "1" && stage.bench.unsettled == 0 && stage.bench.state == .live)
}

@Test func anAmendmentWithoutAnAnswerIsUnknownAndBothGenerationsAreLookedUp() throws {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    let sent = try #require(stage.amend(client, to: "49980", "1"))
    stage.bench.wait(milliseconds: 2200)
    #expect(stage.bench.orderStates[client] == .unknown && stage.bench.orderStates[sent.client] == .unknown)
    #expect(Set(stage.bench.queries.map(\.client)) == [client, sent.client])
    #expect(stage.bench.status.worstLong == "1" && stage.place() == nil && stage.verdict == .unknownOrders)
    // It was done: the look-ups tell.
    stage.bench.update(.cancelled, client, .query)
    stage.bench.update(.new, sent.client, .query)
    #expect(stage.bench.orderStates[client] == .cancelled && stage.bench.orderStates[sent.client] == .open)
    #expect(stage.bench.status.worstLong == "1" && stage.bench.amended.count == 1, "never sent again")
}

@Test func anAmendmentThatNeverArrivedLeavesTheOrderAsItWas() throws {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    let sent = try #require(stage.amend(client, to: "49980", "1"))
    stage.bench.wait(milliseconds: 2200)
    stage.bench.update(.new, client, .query)
    stage.bench.update(.absent, sent.client, .query)
    #expect(stage.bench.orderStates[client] == .open && stage.bench.orderStates[sent.client] == .unknown, "may be on its way")
    #expect(stage.amend(client, to: "49970", "1") == nil && stage.verdict == .notAmendable)
    stage.bench.wait(milliseconds: 6000)
    stage.bench.update(.absent, sent.client, .query)
    #expect(stage.bench.orderStates[sent.client] == .failed)
    #expect(stage.amend(client, to: "49970", "1") != nil)
}

@Test func executionsOfBothGenerationsBreakTheLineageAndLeadToSafe() throws {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    let sent = try #require(stage.amend(client, to: "49980", "1"))
    stage.bench.fill(client, "0.2")
    #expect(stage.bench.state == .live)
    stage.bench.fill(sent.client, "1", at: "49980")
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .conservationBreach)
    #expect(stage.bench.position().quantity == "1.2", "what happened is counted all the same")
}

@Test func aReductionThatIsOverdueIsProvedByTheLookUpOrGivenUp() throws {
    for isDone in [true, false] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "1")
        stage.amend(client, to: "49990", "0.4")
        stage.bench.wait(milliseconds: 2200)
        #expect(stage.bench.orderStates[client] == .unknown)
        stage.bench.update(.new, client, .query, quantity: isDone ? "0.4" : "1")
        #expect(stage.bench.orderStates[client] == .open)
        #expect(stage.bench.status.worstLong == (isDone ? "0.4" : "1"))
        if isDone { continue }
        #expect(stage.amend(client, to: "49990", "0.3") == nil && stage.verdict == .notAmendable)
        stage.bench.wait(milliseconds: 8000)
        #expect(stage.amend(client, to: "49990", "0.3") != nil)
    }
}

@Test func anAmendmentIsTheOwnersAndOfARestingOrderOnly() {
    let stage = Stage(perInstrument: 2)
    stage.bench.live()
    let client = stage.resting(by: 0)
    #expect(stage.amend(client, to: "49980", "0.1", by: 1) == nil)
    stage.cancel(client, by: 0)
    #expect(stage.amend(client, to: "49980", "0.1", by: 0) == nil)
    #expect(stage.bench.amended.isEmpty)
}

@Test func aKillWhileAnAmendmentIsInFlightCancelsBothGenerations() throws {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "1")
    let sent = try #require(stage.amend(client, to: "49980", "1"))
    stage.bench.command(.kill)
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    stage.bench.reply(.amend, .accepted, client)
    stage.bench.reply(.amend, .accepted, sent.client)
    stage.bench.update(.cancelled, client)
    let before = stage.bench.cancelAlls
    stage.bench.wait(milliseconds: 2500)
    #expect(stage.bench.cancelAlls > before && stage.bench.orderStates[sent.client] == .pendingCancel)
    stage.bench.update(.cancelled, sent.client)
    #expect(stage.bench.unsettled == 0)
}

/// Places one order and then changes it at every tick, by its own rule: the same inputs give the same proposals.
private struct Mover: Strategy {
    let instrument = InstrumentID(0)
    let versionHash: UInt32 = 1
    private var ticks: Int64 = 0

    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        ticks += 1
        guard context.orderCount > 0 else {
            intents.place(.buy, .postOnly, price: "49990", quantity: "1")
            return
        }
        let order = context.order(0)
        guard order.isWorking else { return }
        let price = ticks % 3 == 0 ? order.price : Price(raw: (49_900 + ticks % 50) * fixedPointUnit)
        intents.amend(order, price: price, quantity: ticks % 3 == 0 ? "0.5" : "1")
    }
}

private struct Movers: StrategySet {
    var mover = Mover()
    var count: Int { 1 }
    func instrument(of index: Int) -> InstrumentID { mover.instrument }
    func versionHash(of index: Int) -> UInt32 { mover.versionHash }
    mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) {
        if case .tick = event { mover.onTick(context, &intents) }
    }
}

@Test func amendmentsUsageAndAPersonsWordReplayToTheSameDecisions() {
    let bench = CoreBench { Movers() }
    bench.live()
    for round in 0..<60 {
        bench.tick()
        if let order = bench.placed(in: bench.last).first { bench.accept(order.client) }
        for case .amend(let amendment) in bench.last where round % 7 != 0 {
            bench.reply(.amend, .accepted, amendment.order.client)
            if amendment.isInPlace { continue }
            bench.reply(.amend, .accepted, amendment.client)
            bench.update(.cancelled, amendment.order.client)
        }
        if round % 9 == 0 { bench.usage(orders: VenueUsage.Limiter(used: 1, limit: 1000, endsIn: Nanoseconds(seconds: 5))) }
        bench.wait(milliseconds: round % 7 == 0 ? 9000 : 300, isFresh: false)
        for (client, state) in bench.orderStates.sorted(by: { $0.key.word < $1.key.word }) where state == .unknown {
            bench.update(.absent, client, .query)
            if bench.orderStates[client] == .unknown { bench.update(.new, client, .query, quantity: "1") }
        }
    }
    bench.tick()
    bench.usage(hold: .requests, seconds: 3)
    bench.wait(milliseconds: 40_000)
    let stuck = (0..<bench.unsettled).isEmpty ? nil : bench.orderStates.first { $0.value == .unknown }?.key
    if let stuck { _ = bench.resolve(stuck, .cancelled) }
    #expect(bench.amended.count > 5 && bench.amended.contains { $0.isInPlace } && bench.amended.contains { !$0.isInPlace })
    #expect(stuck != nil && bench.replayedHash() == bench.hash)
}

@Test func aBreachFoundAtTheLastGateHalts() {
    let stage = Stage()
    stage.bench.live()
    let resting = stage.resting()
    let client = stage.place()!
    stage.bench.reply(.place, .refused, client, .conservationBreach)
    #expect(stage.bench.state == .halted && stage.bench.status.stateReason == .conservationBreach)
    #expect(stage.bench.orderStates[client] == .rejected && stage.bench.orderStates[resting] == .pendingCancel)
    #expect(!stage.bench.command(.stage))
}
