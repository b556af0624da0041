import Binance
import Model
import Quoting
import Simulation
import StrategyKit
import Taking
import Units
import VenueKit

/// The engine that `needletail simulate` and the tests put into the seeded world.
package enum BinanceWorld {
    package typealias Strategies = StrategyPair<SingleStrategy<Quoter>, SingleStrategy<MomentumTaker>>
    package typealias Engine = WorldEngine<BinanceMarketData, BinanceOrderEntry, Strategies>

    /// A quoter and a taker on one instrument, with limits that bind.
    package static func engine() throws -> Engine {
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: Price(raw: fixedPointUnit / 10), lotSize: Quantity(raw: fixedPointUnit / 1000),
            minQuantity: Quantity(raw: fixedPointUnit / 1000), maxQuantity: Quantity(raw: 1000 * fixedPointUnit),
            minNotional: Notional(raw: 5 * fixedPointUnit))
        let limits = RiskLimits(
            maxOrderQuantity: Quantity(raw: fixedPointUnit / 10), maxOrderNotional: Notional(raw: 10_000 * fixedPointUnit),
            maxPosition: Quantity(raw: fixedPointUnit / 5), maxOpenOrders: 6, priceCollarBps: 50,
            maxDataAge: Nanoseconds(milliseconds: 1500), maxOrdersPerSecond: 10, maxOrdersPerMinute: 200,
            maxDailyLoss: Notional(raw: 3_000 * fixedPointUnit))
        let symbols = [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")]
        let assets = [BinanceAsset(asset: AssetID(0), name: "BTC"), BinanceAsset(asset: AssetID(1), name: "USDT")]
        let identifiers = ClientOrderIDFormat(prefix: "sim-")!
        // No account: the key signs for a venue that exists in this process only.
        let credentials = BinanceCredentials(apiKey: "simulated", secret: .hmac("simulated"))
        let unit = fixedPointUnit
        return WorldEngine(
            makeMarket: { try! BinanceMarketData(BinanceMarketConfiguration(venue: VenueID(0), symbols: symbols)) },
            makeOrders: {
                try! BinanceOrderEntry(
                    BinanceOrderConfiguration(
                        venue: VenueID(0), symbols: symbols, assets: assets, clientIDs: identifiers,
                        credentials: credentials))
            },
            makeStrategies: {
                StrategyPair(
                    SingleStrategy(
                        try! Quoter(
                            instrument: InstrumentID(0),
                            parameters: [
                                "orderQuantity": unit / 20, "halfSpreadTicks": 3, "halfSpreadBps": 0, "skewTicks": 2,
                                "maxInventory": unit / 4, "minReplaceInterval": 2_000_000_000, "minPriceChangeTicks": 4,
                            ])),
                    SingleStrategy(
                        try! MomentumTaker(
                            instrument: InstrumentID(0),
                            parameters: [
                                "orderQuantity": unit / 20, "threshold": unit, "halfLife": 2_000_000_000,
                                "cooldown": 30_000_000_000, "maxInventory": unit / 4, "slippageTicks": 3,
                            ])))
            },
            rest: try BinanceRest(
                BinanceRestConfiguration(
                    venue: VenueID(0), symbols: symbols, assets: assets, clientIDs: identifiers, credentials: nil)),
            instrument: instrument, limits: limits, clientIDs: identifiers,
            dialect: BinanceDialect(symbol: "BTCUSDT", base: "BTC", quote: "USDT", clientIDs: identifiers))
    }
}
