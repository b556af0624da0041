import Core
import Model
import Quoting
import StrategyKit
import Testing
import Units

/// A bench with the real quoter.
private func quoting(mode: RunMode = .live) throws -> CoreBench<SingleStrategy<Quoter>> {
    let quoter = try Quoter(
        instrument: InstrumentID(0),
        parameters: [
            "orderQuantity": 1_000_000, "halfSpreadTicks": 5, "halfSpreadBps": 0, "skewTicks": 2,
            "maxInventory": 100_000_000, "minReplaceInterval": 0, "minPriceChangeTicks": 1,
        ])
    return CoreBench(.bench(mode: mode)) { SingleStrategy(quoter) }
}

@Test func theSameInputsGiveTheSameHash() throws {
    let bench = try quoting()
    bench.live()
    let order = try #require(bench.placed.first)
    bench.accept(order.client)
    bench.fill(order.client, order.quantity, at: order.price, side: order.side)
    bench.clock(offset: Nanoseconds(seconds: 1_700_000_000))
    bench.feed(.suspect)
    bench.wait(milliseconds: 500)
    bench.feed(.quiet, .silence)
    bench.wait(milliseconds: 500)
    bench.feed(.live, .none)
    bench.wait(milliseconds: 3000)
    bench.step(.timer, after: Nanoseconds(seconds: 3 * 86_400))
    bench.link(.orders, .down)
    bench.wait(milliseconds: 3000)
    #expect(bench.replayedHash() == bench.hash)
}

@Test func aShadowRunDecidesAndSendsNothing() throws {
    let bench = try quoting(mode: .shadow)
    bench.live()
    #expect(bench.status.intents > 0)
    #expect(bench.verdicts.contains(.passed))
    #expect(bench.placed.isEmpty)
}
