import Core
import Model
import Testing
import Units

/// A live bench with this much quote.
private func funded(quote: Quantity?, _ change: @escaping (inout CoreConfiguration) -> Void = { _ in }) -> Stage {
    let stage = Stage(.bench(change))
    stage.bench.quoteBalance = quote
    stage.bench.live()
    return stage
}

@Test func aBuyNeedsQuoteAndASaleNeedsBase() {
    let stage = funded(quote: "4999")
    // 0.1 at 49990 is 4999.
    #expect(stage.place(.buy, "0.10001", at: "49990") == nil && stage.verdict == .insufficientBalance)
    #expect(stage.place(.buy, "0.1", at: "49990") != nil, "to the last unit")
    #expect(stage.place(.sell, "9.5", at: "50011") != nil)
    #expect(stage.place(.sell, "0.50001", at: "50012") == nil && stage.verdict == .insufficientBalance)
    #expect(stage.place(.sell, "0.5", at: "50012") != nil)
}

@Test func whatOwnOrdersMayStillTakeIsSpent() {
    let stage = funded(quote: "10000")
    let first = stage.place(.buy, "0.1", at: "49990")!
    stage.bench.accept(first)
    #expect(stage.place(.buy, "0.1", at: "50000") != nil, "4999 of 10000 is bound, the second takes 5000")
    #expect(stage.place(.buy, "0.001", at: "49990") == nil && stage.verdict == .insufficientBalance)
    stage.bench.update(.cancelled, first)
    #expect(stage.place(.buy, "0.1", at: "49990") != nil, "what was cancelled is free at once")
}

@Test func anUnknownOrderBindsItsWorstCase() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.quoteBalance = "5000"
    stage.bench.live()
    let client = stage.place(.buy, "0.1", at: "49990")!
    stage.bench.reply(.place, .unknown, client, .venueUnavailable)
    #expect(stage.place(.buy, "0.1", by: 1, in: 1) == nil, "the other instrument pays from the same account")
    #expect(stage.verdict == .insufficientBalance)
}

@Test func aBalanceThatNobodyToldIsNone() {
    let stage = funded(quote: nil)
    #expect(stage.place(.buy) == nil && stage.verdict == .insufficientBalance)
    #expect(stage.place(.sell) != nil, "the base was told")
    stage.bench.streamBalance("100000", usdt)
    #expect(stage.place(.buy) != nil)
}

@Test func aLostLinkForgetsTheBalances() {
    let stage = funded(quote: "100000")
    stage.bench.link(.orders, .down)
    stage.bench.link(.orders, .up)
    stage.bench.quoteBalance = nil
    #expect(stage.bench.rearm())
    #expect(stage.place(.buy) == nil && stage.verdict == .insufficientBalance, "the old link's word is worth nothing")
    #expect(stage.place(.sell) != nil)
}

@Test func aFillPaysAtOnceAndBringsOnlyWhatTheVenueShows() {
    let stage = funded(quote: "5000")
    stage.hold("0.05", at: "50001")
    #expect(stage.place(.buy, "0.05", at: "50001") == nil && stage.verdict == .insufficientBalance, "2500.05 are gone")
    #expect(stage.place(.sell, "10", at: "50011") != nil)
    #expect(stage.place(.sell, "0.05", at: "50012") == nil, "what was bought is not yet shown")
    stage.bench.streamBalance("10.05")
    #expect(stage.place(.sell, "0.05", at: "50012") != nil)
}

@Test func aSnapshotOlderThanAFillProvesNothing() {
    let stage = funded(quote: "5000")
    let asked = stage.bench.now
    stage.hold("0.05", at: "50001")
    stage.bench.quoteBalance = "5000"
    stage.bench.snapshot(requestedAt: asked)
    #expect(stage.place(.buy, "0.05", at: "50001") == nil && stage.verdict == .insufficientBalance)
    stage.bench.timer()
    stage.bench.snapshot(balance: "10.05")
    #expect(stage.place(.buy, "0.05", at: "50001") != nil, "asked for after the fill, it is the venue's word")
}

@Test func whatOthersLockIsNotOurs() {
    let stage = funded(quote: "10000")
    stage.bench.step(
        .balance(
            VenueBalance(
                asset: usdt, venue: VenueID(0), source: .stream, free: "1000", locked: "9000", venueTime: .zero)))
    #expect(stage.place(.buy, "0.1") == nil && stage.verdict == .insufficientBalance)
    #expect(stage.place(.buy, "0.02", at: "49990") != nil)
}

@Test func theReserveStaysButForWhatReduces() {
    let stage = funded(quote: "10000") { $0.limit { $0.quoteReserve = "5001" } }
    #expect(stage.place(.buy, "0.1", at: "49990.01") == nil && stage.verdict == .insufficientBalance)
    stage.hold("0.1", .sell)
    stage.bench.command(.flatten)
    stage.bench.timer()
    #expect(stage.bench.placed.last?.side == .buy, "flattening may use it")
}

@Test func theFeeAllowanceIsPartOfTheCost() {
    let stage = funded(quote: "5000") { $0.limit { $0.feeAllowanceBps = 10 } }
    #expect(stage.place(.buy, "0.1", at: "49990") == nil && stage.verdict == .insufficientBalance, "4999 and 4.999")
    #expect(stage.place(.buy, "0.0999", at: "49990") != nil)
}

@Test func shadowHasNoAccountToAsk() {
    let stage = Stage(.bench(mode: .shadow))
    stage.bench.link(.marketData, .up)
    stage.bench.tick()
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    _ = stage.place(.buy)
    #expect(stage.verdict == .passed)
}
