import Model
import Testing
import Units

@Test func thePortfolioNetSetsLongAndShortOff() {
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxPortfolioNet = "60000" } })
    stage.bench.live()
    stage.hold("1")
    #expect(stage.place(.buy, "1", by: 1, in: 1) == nil)
    #expect(stage.verdict == .portfolioNet)
    #expect(stage.place(.sell, "1", by: 1, in: 1) != nil)
    #expect(stage.place(.buy, "1", by: 1, in: 1) == nil, "a sale that only rests does not make room")
}

@Test func thePortfolioGrossAddsEverything() {
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxPortfolioGross = "120000" } })
    stage.bench.live()
    stage.hold("1")
    #expect(stage.place(.sell, "1", by: 1, in: 1) != nil)
    #expect(stage.place(.sell, "1", by: 1, in: 1) == nil)
    #expect(stage.verdict == .portfolioGross)
    #expect(stage.place(.sell, "1") != nil, "it reduces")
}

@Test func theStatusCountsOpenAndUnknownOrdersOfEveryInstrument() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    _ = stage.resting(.buy, "1")
    let client = stage.place(.buy, "1", by: 1, in: 1)!
    stage.bench.reply(.place, .unknown, client, .venueUnavailable)
    #expect(stage.bench.status.openOrders == 2)
    #expect(stage.bench.status.unknownOrders == 1)
}

@Test func unknownOrdersCountInEveryExposure() {
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxPortfolioGross = "60000" } })
    stage.bench.live()
    let client = stage.place(.buy, "1")!
    stage.bench.reply(.place, .unknown, client, .venueUnavailable)
    #expect(stage.place(.buy, "1", by: 1, in: 1) == nil)
    #expect(stage.verdict == .portfolioGross)
}

@Test func anInstrumentsExposureIsBoundedInQuote() {
    let net = Stage(.bench { $0.limit { $0.maxNetExposure = "60000" } })
    net.bench.live()
    net.hold("1")
    #expect(net.place(.buy, "0.5") == nil && net.verdict == .netExposure)
    #expect(net.place(.sell, "2") != nil)
    let gross = Stage(.bench { $0.limit { $0.maxGrossExposure = "120000" } })
    gross.bench.live()
    _ = gross.resting(.buy, "1")
    _ = gross.resting(.sell, "1")
    #expect(gross.place(.sell, "1") == nil && gross.verdict == .grossExposure)
}

@Test func anOrderThatTakesStaysWithinItsSlippage() {
    let stage = Stage(.bench { $0.limit { $0.maxSlippageBps = 10 } })
    stage.bench.live()
    #expect(stage.place(.buy, "0.1", at: "50051.02", .immediateOrCancel) == nil)
    #expect(stage.verdict == .slippage)
    #expect(stage.place(.buy, "0.1", at: "50051", .immediateOrCancel) != nil)
    #expect(stage.place(.sell, "0.1", at: "49949.99", .immediateOrCancel) == nil && stage.verdict == .slippage)
}

@Test func nobodyTradesWithOurselves() {
    let stage = Stage(perInstrument: 2)
    stage.bench.live()
    let sell = stage.resting(.sell, at: "50011", by: 0)
    #expect(stage.place(.buy, at: "50011", by: 1) == nil)
    #expect(stage.verdict == .selfTrade)
    #expect(stage.place(.buy, at: "50010.99", by: 1) != nil)
    stage.cancel(sell, by: 0)
    #expect(stage.place(.buy, at: "50011", by: 1) == nil, "until the cancel is proved")
    stage.bench.update(.cancelled, sell)
    #expect(stage.place(.buy, at: "50011", by: 1) != nil)
}
