import Binance
import Foundation
import Model
import Quoting
import SimulatedBinance
import Simulation
import StrategyKit
import Taking
import Testing
import Units

private typealias Strategies = StrategyPair<SingleStrategy<Quoter>, SingleStrategy<MomentumTaker>>

/// A small engine on one instrument, with limits that bind.
private func engine() throws -> WorldEngine<BinanceMarketData, BinanceOrderEntry, Strategies> {
    let unit = fixedPointUnit
    let instrument = Instrument(
        id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
        tickSize: Price(raw: unit / 10), lotSize: Quantity(raw: unit / 1000), minQuantity: Quantity(raw: unit / 1000),
        maxQuantity: Quantity(raw: 1000 * unit), minNotional: Notional(raw: 5 * unit))
    let limits = RiskLimits(
        maxOrderQuantity: Quantity(raw: unit / 10), maxOrderNotional: Notional(raw: 10_000 * unit),
        maxPosition: Quantity(raw: unit / 5), maxOpenOrders: 6, priceCollarBps: 50,
        maxDataAge: Nanoseconds(milliseconds: 1500), maxOrdersPerSecond: 10, maxOrdersPerMinute: 200,
        maxDailyLoss: Notional(raw: 3_000 * unit))
    let symbols = [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")]
    let assets = [BinanceAsset(asset: AssetID(0), name: "BTC"), BinanceAsset(asset: AssetID(1), name: "USDT")]
    let identifiers = try #require(ClientOrderIDFormat(prefix: "sim-"))
    let quoter = try Quoter(
        instrument: InstrumentID(0),
        parameters: [
            "orderQuantity": unit / 20, "halfSpreadTicks": 3, "halfSpreadBps": 0, "skewTicks": 2, "maxInventory": unit / 4,
            "minReplaceInterval": 2_000_000_000, "minPriceChangeTicks": 4,
        ])
    let taker = try MomentumTaker(
        instrument: InstrumentID(0),
        parameters: [
            "orderQuantity": unit / 20, "threshold": unit, "halfLife": 2_000_000_000, "cooldown": 30_000_000_000,
            "maxInventory": unit / 4, "slippageTicks": 3,
        ])
    return WorldEngine(
        makeMarket: { try! BinanceMarketData(BinanceMarketConfiguration(venue: VenueID(0), symbols: symbols)) },
        makeOrders: {
            try! BinanceOrderEntry(
                BinanceOrderConfiguration(
                    venue: VenueID(0), symbols: symbols, assets: assets, clientIDs: identifiers,
                    credentials: BinanceCredentials(apiKey: "simulated", secret: .hmac("simulated"))))
        },
        makeStrategies: { StrategyPair(SingleStrategy(quoter), SingleStrategy(taker)) },
        rest: try BinanceRest(
            BinanceRestConfiguration(
                venue: VenueID(0), symbols: symbols, assets: assets, clientIDs: identifiers, credentials: nil)),
        instrument: instrument, limits: limits, clientIDs: identifiers,
        dialect: BinanceDialect(symbol: "BTCUSDT", base: "BTC", quote: "USDT", clientIDs: identifiers))
}

/// A seed's world played to its end.
private func play(
    _ seed: UInt64, seconds: Int64, canary: Canary? = nil, only: Set<FaultClass>? = nil
) throws -> (violations: [Violation], report: WorldReport, faults: FaultPlan) {
    let directory = NSTemporaryDirectory() + "/world-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let world = World(
        try engine(),
        WorldSettings(seed: seed, span: Nanoseconds(seconds: seconds), canary: canary, only: only, directory: directory))
    return (world.play(), world.report, world.faults)
}

// The long run is Tests/EndToEnd/simulate.sh, with the release binary; here is what must hold of the world itself.
@Suite struct WorldTests {
    @Test func `One seed gives one history, to the decision`() throws {
        let first = try play(4, seconds: 400)
        let second = try play(4, seconds: 400)
        #expect(first.violations.isEmpty, "\(first.violations)")
        #expect(first.report.orders > 20)
        #expect(first.report.digest == second.report.digest)
        #expect(first.faults.counts == second.faults.counts)
        #expect(try play(5, seconds: 400).report.digest != first.report.digest)
    }

    @Test func `Without faults the engine trades and ends at rest`() throws {
        let calm = try play(1, seconds: 300, only: [])
        #expect(calm.violations.isEmpty, "\(calm.violations)")
        #expect(calm.faults.total == 0)
        #expect(calm.report.fills > 5 && calm.report.lives == 1 && calm.report.replays == 1)
    }

    @Test(arguments: [
        Canary.capIgnored, .orderNotJournalled, .terminalRevived, .inputNotJournalled, .hiddenClock,
    ])
    func `A rule broken on purpose is caught by its own invariant`(_ canary: Canary) throws {
        let found = try play(1, seconds: 300, canary: canary).violations
        #expect(found.first?.invariant == canary.invariant, "\(canary): \(found)")
    }
}
