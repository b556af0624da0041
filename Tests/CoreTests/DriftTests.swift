import Core
import Model
import TestSupport
import Testing
import Units

private func drifting(_ bps: Int32 = 50) -> Stage { Stage(.bench { $0.limit { $0.maxDriftBps = bps } }) }

private func top(_ stage: Stage, _ bid: (Price, Quantity), _ ask: (Price, Quantity), _ update: UInt64) {
    stage.bench.step(
        .topOfBook(
            TopOfBook(
                instrument: InstrumentID(0), bidPrice: bid.0, bidQuantity: bid.1, askPrice: ask.0, askQuantity: ask.1,
                updateID: update, venueTime: .zero, receivedAt: stage.bench.now)))
}

@Test func aPriceFarFromTheLastMinutesIsRefusedUntilOthersHaveStayedThere() {
    let stage = drifting()
    stage.bench.live()
    stage.bench.wait(milliseconds: 60_000, every: 500)
    stage.bench.tick("50500")
    #expect(stage.place(at: "50490") == nil && stage.verdict == .priceDrift, "98 basis points from the minute before")
    stage.bench.wait(milliseconds: 61_000, every: 500)
    #expect(stage.place(at: "50490") != nil)
}

@Test func whereOnlyWeHaveQuotedForAMinuteThereIsNoReference() {
    let stage = drifting()
    stage.bench.live()
    let client = stage.resting(.buy, "1", at: "50000")
    // The best bid shows what our order shows and no more.
    stage.bench.wait(milliseconds: 62_000, every: 500)
    #expect(stage.place(at: "49990") == nil && stage.verdict == .priceDrift)
    stage.bench.update(.cancelled, client, price: "50000")
    #expect(stage.place(at: "49990") == nil, "the book may still show it")
    stage.bench.wait(milliseconds: 2000, every: 500)
    #expect(stage.place(at: "49990") != nil)
}

@Test func aPublicTradeCountsWhereNoneOfOursCouldBePartOfIt() {
    for (price, isOthers) in [("49990", false), ("50005", true), ("50011", false)] as [(Price, Bool)] {
        let stage = drifting(1)
        stage.bench.link(.marketData, .up)
        stage.bench.link(.orders, .up)
        stage.bench.snapshot()
        stage.bench.tick()
        #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
        _ = stage.resting(.buy, "1", at: "50000")
        _ = stage.resting(.sell, "1", at: "50005.01")
        stage.bench.wait(milliseconds: 62_000, every: 500)
        stage.bench.step(
            .trade(
                PublicTrade(
                    instrument: InstrumentID(0), aggressor: .buy, price: price, quantity: "1", trade: TradeID(low: 1),
                    venueTime: .zero, receivedAt: stage.bench.now)))
        #expect((stage.place(at: "50004.99") != nil) == isOthers, "a trade at \(price)")
    }
}

/// Others quote 50000 to 50010 and never move. A strategy bids, or offers, one step further each time, so that the best
/// price it sees is its own, and places the next against the mid that its own order made. However it goes about it, no
/// order that leaves is further from others' mids than the limit.
@Test(arguments: 1...60 as ClosedRange<UInt64>) func ownQuotesCannotWalkTheReference(seed: UInt64) {
    var dice = Dice(seed: seed)
    let stage = drifting(30)
    stage.bench.live()
    var update: UInt64 = 1_000_000
    var resting: [(client: ClientOrderID, side: Side, price: Price, quantity: Quantity)] = []
    var refused = 0
    for _ in 0..<400 {
        let isUp = dice.below(8) > 0
        let side: Side = isUp ? .buy : .sell
        // What the book shows: others' levels, and ours in front of them; what ended may be shown for a while.
        let best = resting.filter { $0.side == .buy && !dice.oneIn(6) }.max { $0.price < $1.price }
        let low = resting.filter { $0.side == .sell && !dice.oneIn(6) }.min { $0.price < $1.price }
        var bid: (Price, Quantity) = ("50000", "2")
        var ask: (Price, Quantity) = ("50010", "2")
        if let best, best.price > bid.0 { bid = (best.price, best.quantity) }
        if let low, low.price < ask.0, low.price > bid.0 { ask = (low.price, low.quantity) }
        // The others' offer goes away as ours comes up to it, and comes back behind.
        if bid.0 >= ask.0 { ask = (bid.0 + "10", "2") }
        update += 1
        let quantity = Quantity(raw: Int64(1 + dice.below(9)) * fixedPointUnit / 1000)
        let price = side == .buy ? bid.0 + Price(raw: Int64(1 + dice.below(900)) * fixedPointUnit / 100) : ask.0 - "1"
        stage.scripts[0].lines = [.place(side, .postOnly, price, quantity)]
        top(stage, bid, ask, update)
        if stage.verdict == .priceDrift { refused += 1 }
        for order in stage.bench.placed(in: stage.bench.last) {
            // Others' mid is 50005; 30 basis points of it are 150.015.
            let distance = Swift.max(order.price.raw, 50_005 * fixedPointUnit) - Swift.min(order.price.raw, 50_005 * fixedPointUnit)
            #expect(distance <= 15_002 * fixedPointUnit / 100, "seed \(seed): an order left at \(order.price)")
            stage.bench.accept(order.client)
            resting.append((order.client, order.side, order.price, order.quantity))
        }
        if resting.count > 4 {
            let old = resting.removeFirst()
            stage.bench.update(.cancelled, old.client, quantity: old.quantity, price: old.price, side: old.side)
        }
        stage.bench.timer(after: Int64(50 + dice.below(700)))
    }
    #expect(refused > 0, "seed \(seed): it never came to the limit")
}
