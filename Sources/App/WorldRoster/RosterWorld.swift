import Binance
import Model
import Quoting
import SimulatedBinance
import Simulation
import StrategyKit
import Taking
import Units

/// The engine of the seeded world, for `needletail simulate` and its tests.
package enum RosterWorld {
    package typealias Strategies = StrategyPair<SingleStrategy<Quoter>, SingleStrategy<MomentumTaker>>

    /// A quoter and a taker on one instrument, set as the seed's temper says.
    package static func engine(
        seed: UInt64
    ) throws -> WorldEngine<BinanceMarketData, BinanceOrderEntry, Strategies> {
        let temper = WorldTemper(seed: seed)
        let instrument = WorldTemper.instrument
        let symbols = [BinanceSymbol(instrument: instrument.id, symbol: "BTCUSDT")]
        let assets = [BinanceAsset(asset: AssetID(0), name: "BTC"), BinanceAsset(asset: AssetID(1), name: "USDT")]
        let identifiers = ClientOrderIDFormat(prefix: "sim-")!
        // No account: the key signs for a venue that exists in this process only.
        let credentials = BinanceCredentials(apiKey: "simulated", secret: .hmac("simulated"))
        let quoter = try Quoter(instrument: instrument.id, parameters: temper.quoter(seed: seed))
        let taker = try MomentumTaker(instrument: instrument.id, parameters: temper.taker)
        return WorldEngine(
            makeMarket: { try! BinanceMarketData(BinanceMarketConfiguration(venue: VenueID(0), symbols: symbols)) },
            makeOrders: {
                try! BinanceOrderEntry(
                    BinanceOrderConfiguration(
                        venue: VenueID(0), symbols: symbols, assets: assets, clientIDs: identifiers,
                        credentials: credentials))
            },
            makeStrategies: { StrategyPair(SingleStrategy(quoter), SingleStrategy(taker)) },
            rest: try BinanceRest(
                BinanceRestConfiguration(
                    venue: VenueID(0), symbols: symbols, assets: assets, clientIDs: identifiers, credentials: nil)),
            instrument: instrument, limits: temper.limits, clientIDs: identifiers,
            dialect: BinanceDialect(symbol: "BTCUSDT", base: "BTC", quote: "USDT", clientIDs: identifiers))
    }
}
