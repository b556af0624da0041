import Testing
import Units

@testable import LoopbackBinance

private func run(seed: UInt64, events: Int) -> (output: [PublicEvent], times: [Int64]) {
    let market = SeededMarket(seed: seed, rules: InstrumentRules(symbol: "BTCUSDT"))
    var output = MarketOutput()
    var times: [Int64] = []
    for _ in 0..<events {
        times.append(market.nextEventTime?.raw ?? -1)
        market.step(into: &output)
    }
    return (output.published, times)
}

@Test("the same seed gives the same market, another seed another")
func seedsDecideTheMarket() {
    let first = run(seed: 7, events: 3000)
    let again = run(seed: 7, events: 3000)
    #expect(first.output == again.output && first.times == again.times)
    #expect(run(seed: 8, events: 3000).output != first.output)
}

@Test("the seeded market has both sides, moves, trades, and 50 to 200 events a second")
func theSeededMarketIsAlive() {
    let market = SeededMarket(seed: 3, rules: InstrumentRules(symbol: "BTCUSDT"))
    var output = MarketOutput()
    var steps = 0
    while let time = market.nextEventTime, time < Nanoseconds(seconds: 60) {
        market.step(into: &output)
        steps += 1
        if let bid = market.bestBid, let ask = market.bestAsk { #expect(bid.price < ask.price) }
    }
    let trades = output.published.filter { if case .trade = $0 { true } else { false } }.count
    print("seeded market: \(steps) events, \(trades) trades in 60 s, best \(market.bestBid!) \(market.bestAsk!)")
    #expect((3000...12000).contains(steps))
    #expect(trades > 200)
    #expect(market.levels(.buy, limit: 100).count >= 20 && market.levels(.sell, limit: 100).count >= 20)
}
