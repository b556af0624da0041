import Model
import Testing
import Units

private let earlier = ClientOrderID(run: 6, sequence: 12)

@Test func anOpenOrderOfAnEarlierRunIsTakenInAndCancelled() {
    let stage = Stage()
    stage.bench.ready()
    stage.bench.update(.new, earlier, .snapshot)
    #expect(stage.bench.unsettled == 0, "a row outside a snapshot is nothing")
    stage.bench.snapshot(resting: [earlier])
    #expect(stage.bench.unsettled == 1)
    #expect(stage.bench.cancels.map(\.client) == [earlier])
    #expect(stage.bench.status.worstLong == "0.1")
    stage.bench.command(.stage)
    stage.bench.command(.arm)
    #expect(!stage.bench.command(.confirm), "not while it is unsettled")
    stage.bench.update(.cancelled, earlier)
    #expect(stage.bench.unsettled == 0)
    #expect(stage.bench.command(.confirm))
}

@Test func aTakenInOrderThatTradesIsPartOfThePosition() {
    let stage = Stage()
    stage.bench.ready()
    stage.bench.snapshot(resting: [earlier])
    stage.bench.fill(earlier, "0.1")
    #expect(stage.bench.position().quantity == "0.1")
    #expect(stage.bench.orderStates[earlier] == .filled)
}

@Test func aTakenInOrdersLostFillComesFromTheHistory() {
    let stage = Stage()
    stage.bench.ready()
    stage.bench.snapshot(resting: [earlier])
    stage.bench.fill(earlier, "0.1", trade: 900, source: .tradeHistory)
    #expect(stage.bench.position().quantity == .zero, "the venue has not claimed it: it may be from before")
    stage.bench.update(.filled, earlier, cumulative: "0.1")
    #expect(stage.bench.unsettled == 1, "claimed, and not told")
    stage.bench.fill(earlier, "0.1", trade: 900, source: .tradeHistory)
    #expect(stage.bench.position().quantity == "0.1" && stage.bench.unsettled == 0)
    stage.bench.fill(earlier, "0.1", trade: 901, source: .tradeHistory)
    #expect(stage.bench.position().quantity == "0.1", "nothing more is owed")
}

@Test func anOrderOfAnEarlierRunSeenWithTheLinkDownIsCancelledLater() {
    let stage = Stage()
    stage.bench.update(.new, earlier)
    #expect(stage.bench.unsettled == 1 && stage.bench.cancels.isEmpty)
    stage.bench.link(.marketData, .up)
    stage.bench.link(.orders, .up)
    stage.bench.wait(milliseconds: 200)
    #expect(stage.bench.cancelAlls == 1)
}

@Test func aForeignOrderIsLeftAlone() {
    let stage = Stage()
    stage.bench.live()
    stage.bench.update(.new, .none)
    #expect(stage.bench.unsettled == 0 && stage.bench.cancels.isEmpty && stage.bench.state == .live)
}

@Test func anotherEngineUnderOurPrefixHalts() {
    for client in [ClientOrderID(run: 8, sequence: 1), ClientOrderID(run: 7, sequence: 900), ClientOrderID(run: 7, sequence: .max)] {
        let stage = Stage()
        stage.bench.live()
        let own = stage.resting()
        stage.bench.update(.new, client)
        #expect(stage.bench.state == .halted, "\(client)")
        #expect(stage.bench.orderStates[own] == .pendingCancel)
        #expect(stage.bench.cancels.map(\.client) == [client])
        #expect(!stage.bench.command(.stage))
        // After a person looked at it, no number of ours is given twice.
        stage.bench.update(.cancelled, client)
        stage.bench.update(.cancelled, own)
        stage.bench.command(.unlatch)
        stage.bench.incident()
        stage.bench.snapshot()
        stage.bench.command(.stage)
        stage.bench.command(.arm)
        #expect(stage.bench.command(.confirm))
        let next = stage.place()
        if client.run == 7 { #expect(next.map { $0.sequence > client.sequence } ?? (stage.verdict == .capacity)) }
    }
}

@Test func anOrderThatRestsAfterItsEndIsCancelledAndLeadsToSafe() {
    let stage = Stage()
    stage.bench.live()
    let failed = stage.place()!
    stage.bench.wait(milliseconds: 9000)
    stage.bench.update(.absent, failed, .query)
    #expect(stage.bench.orderStates[failed] == .failed)
    stage.bench.update(.new, failed)
    #expect(stage.bench.state == .safe)
    #expect(stage.bench.cancels.map(\.client) == [failed])
    #expect(stage.bench.orderStates[failed] == .failed, "terminal stays terminal")
    #expect(!stage.bench.command(.stage) || !stage.bench.command(.arm) || !stage.bench.command(.confirm))
}

@Test func aSnapshotThatStillShowsACancelledOrderIsBelievedOnlyWhenItIsNewer() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    let asked = stage.bench.now
    stage.bench.update(.cancelled, client)
    stage.bench.snapshot(resting: [client], requestedAt: asked)
    #expect(stage.bench.state == .live && stage.bench.cancels.isEmpty, "asked for before the end")
    stage.bench.update(.new, client)
    #expect(stage.bench.state == .live, "the stream may be overtaken")
    stage.bench.snapshot(resting: [client])
    #expect(stage.bench.state == .safe && stage.bench.cancels.map(\.client) == [client])
    stage.bench.incident()
    stage.bench.command(.stage)
    stage.bench.command(.arm)
    #expect(!stage.bench.command(.confirm))
    stage.bench.snapshot()
    #expect(stage.bench.command(.confirm), "a snapshot without it is the proof")
}
