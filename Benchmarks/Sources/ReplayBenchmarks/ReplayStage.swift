import BenchKit
import Binance
import Core
import Foundation
import Gateway
import Journal
import MarketFile
import Model
import Quoting
import Rings
import Simulation
import StrategyKit
import Units
import VenueKit

/// What one play came to.
struct ReplayResult {
    var ticks: UInt64
    var timers: UInt64
    var orders: UInt64
    var cancels: UInt64
    var fills: UInt64
    var decisionHash: UInt64
}

/// The parts of a backtest, as config/paper.yaml sets them, with the quoter alone.
public enum ReplayStage {
    static func play(_ market: ReplayMarket, timer: Nanoseconds, journal: String?, playsAllTimers: Bool) throws -> ReplayResult {
        let instrument = market.instrument
        let configuration = try core(instrument, from: market.summary.first)
        let venue = SimulatedVenueSettings(
            venue: VenueID(0), instruments: [instrument],
            balances: Array(repeating: Quantity(raw: 10_000_000 * fixedPointUnit), count: 2))
        let adapter = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")], asksVenue: false))
        let ring = makeRing(of: Record.self, capacity: 65_536)
        let writer: JournalWriter? = journal == nil
            ? nil
            : try JournalWriter(
                consumer: ring.consumer, directory: journal ?? "",
                identity: JournalIdentity(
                    build: "bench", configurationHash: 1, mode: .backtest, run: 1, name: "replay-\(UUID().uuidString)", session: 1),
                segmentBytes: 64 << 20, syncInterval: Nanoseconds(seconds: 3600), wall: .zero, engine: .zero)
        let backtest = Backtest(
            market: adapter, configuration: configuration, strategies: SingleStrategy(try quoter()),
            route: SimulatedRoute(venue), journal: ring.producer, writer: writer, session: 1, mandateHash: 1,
            timerInterval: timer)
        backtest.playsAllTimers = playsAllTimers
        let began = platformTicks()
        try feed(backtest, market.path)
        backtest.end()
        let ticks = platformTicks() &- began
        if let failure = backtest.failure { throw BenchError("replay: the journal cannot be written: \(failure)") }
        let status = backtest.status
        return ReplayResult(
            ticks: ticks, timers: backtest.timers, orders: status.ordersSent, cancels: status.cancelsSent,
            fills: backtest.venueFills.all, decisionHash: status.decisionHash)
    }

    private static func feed(
        _ backtest: Backtest<BinanceMarketData, SingleStrategy<Quoter>>, _ path: String
    ) throws(MarketFileError) {
        var reader = try MarketFileReader(path: path)
        while try reader.next() {
            backtest.message(reader.message, bids: reader.bids, asks: reader.asks, at: reader.receivedAt)
        }
    }

    private static func quoter() throws -> Quoter {
        try Quoter(
            instrument: InstrumentID(0),
            parameters: [
                "orderQuantity": 200_000, "halfSpreadTicks": 150, "halfSpreadBps": 0, "skewTicks": 20,
                "maxInventory": 2_000_000, "minReplaceInterval": 100_000_000, "minPriceChangeTicks": 5,
            ])
    }

    private static func core(_ instrument: Instrument, from first: Nanoseconds) throws -> CoreConfiguration {
        var configuration = CoreConfiguration(
            mode: .backtest, run: 1, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "bench-")!,
            instruments: [instrument], limits: [try limits()], configHash: 1)
        let day = Nanoseconds(seconds: 86_400).raw
        configuration.firstDayEnds = Nanoseconds(raw: (first.raw / day + 1) * day)
        return configuration
    }

    /// Every limit of config/paper.yaml that a market can reach.
    public static func limits() throws -> RiskLimits {
        var limits = RiskLimits(
            maxOrderQuantity: try Quantity("0.02"), maxOrderNotional: try Notional("5000"), maxPosition: try Quantity("0.1"),
            maxOpenOrders: 8, priceCollarBps: 50, maxDataAge: Nanoseconds(seconds: 1), maxOrdersPerSecond: 20,
            maxOrdersPerMinute: 600, maxDailyLoss: try Notional("500"))
        limits.maxUnconfirmed = Nanoseconds(seconds: 10)
        limits.maxUnreconciled = Nanoseconds(seconds: 60)
        limits.maxNetExposure = try Notional("10000")
        limits.maxGrossExposure = try Notional("20000")
        limits.maxPortfolioNet = try Notional("10000")
        limits.maxPortfolioGross = try Notional("20000")
        limits.maxSlippageBps = 50
        limits.maxMessagesPerSecond = 60
        limits.maxMessagesPerMinute = 2400
        limits.cancelSharePercent = 25
        limits.maxIdenticalOrders = 40
        limits.maxOrderAge = Nanoseconds(seconds: 60)
        limits.maxConsecutiveErrors = 20
        limits.maxOrderCycles = 1200
        limits.maxDirectionFlips = 200
        limits.maxExecutions = 600
        limits.maxDrawdown = try Notional("500")
        limits.drawdownConfirmations = 3
        limits.throttleDrawdown = try Notional("250")
        limits.throttlePercent = 50
        limits.maxMoveBps = 200
        limits.maxAckLatency = Nanoseconds(seconds: 1)
        limits.breachPause = Nanoseconds(seconds: 10)
        limits.maxStrategyLoss = try Notional("250")
        limits.maxQuietAge = Nanoseconds(milliseconds: 250)
        limits.maxVenueAge = Nanoseconds(seconds: 2)
        limits.quoteReserve = try Notional("100")
        limits.feeAllowanceBps = 10
        limits.maxDriftBps = 200
        limits.maxFillCostBps = 50
        limits.maxOrdersPerTrade = 400
        limits.orderToTradeFloor = 6000
        limits.maxInstrumentOrdersPerSecond = 60
        limits.maxInstrumentOrdersPerMinute = 2400
        limits.maxDayDrawdown = try Notional("500")
        limits.maxPriceGapBps = 30
        limits.maxTradeAge = Nanoseconds(seconds: 10)
        limits.unconfirmedEvaluations = 30
        limits.maxStrategyDrawdown = try Notional("250")
        limits.maxRejectPercent = 90
        limits.maxStrategySlippageBps = 30
        limits.minStrategySamples = 20
        limits.strategyCooldown = Nanoseconds(seconds: 300)
        limits.stopLoss = try Notional("250")
        limits.takeProfit = try Notional("500")
        limits.exitPause = Nanoseconds(seconds: 300)
        return limits
    }
}
