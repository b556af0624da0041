import Agents
import BenchKit
import Binance
import Core
import CPlatform
import Foundation
import Gateway
import Journal
import Model
import Quoting
import ReplayBenchmarks
import Rings
import Simulation
import StrategyKit
import Units
import VenueKit

/// The engine's hot side as the two-core preset runs it, with a producer in the place of the feed's link and the simulated
/// venue of DRY_RUN behind the order route: parser and trade agent on one pinned thread that spins; producer and cold side
/// on the other core.
final class BurstStage {
    typealias Strategies = StrategyPair<SingleStrategy<Quoter>, SingleStrategy<Quoter>>
    typealias Hot = Pair<FeedParseAgent<BinanceMarketData>, TradeAgent<BurstRoute, Strategies>>

    private let schedule: BurstSchedule
    private let hot: Carrier<Hot>
    private let producer: Carrier<BurstProducer>
    private let cold: Carrier<BurstCold>
    private let gauges = GaugeBoard(count: BurstRoute.Gauge.allCases.count)
    private let board = BurstBoard()
    private let during: LatencyReader
    private let before: LatencyReader
    private let decode: LatencyReader
    private let lateness: LatencyReader

    /// Makes everything that the run needs.
    init(_ schedule: BurstSchedule, directory: String, plan: BenchPlan) throws {
        self.schedule = schedule
        // Capacities as in the engine.
        let frames = makeByteRing(capacity: 8 << 20)
        let outgoing = makeByteRing(capacity: 64 << 10)
        let bodies = makeByteRing(capacity: 8 << 20)
        let market = makeRing(of: Input.self, capacity: 8192)
        let commands = makeRing(of: Input.self, capacity: 8192)
        let requests = makeRing(of: SnapshotRequest.self, capacity: 64)
        let quarantined = makeRing(of: QuarantinedMessage.self, capacity: 256)
        let journal = makeRing(of: Record.self, capacity: 65_536)
        let deeds = makeRing(of: BurstDeed.self, capacity: 1 << 16)
        let ages = makeRing(of: BurstAge.self, capacity: 1 << 16)
        let status = makeLatest(of: EngineStatus.self)
        let heartbeat = makeLatest(of: EngineBeat.self)
        let counters = makeLatest(of: FeedParseCounters.self)
        let offer = makeLatest(of: BurstOffer.self)
        let stalls = SharedCounter()
        let beforeAges = LatencyHistogram()
        let duringAges = LatencyHistogram()
        let decodeTimes = LatencyHistogram()
        let late = LatencyHistogram()
        before = beforeAges.reader()
        during = duringAges.reader()
        decode = decodeTimes.reader()
        lateness = late.reader()

        let configuration = try Self.core()
        let adapter = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0),
                symbols: BurstFrames.symbols.enumerated().map {
                    BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1)
                }))
        let parse = FeedParseAgent(
            adapter: adapter, frames: frames.consumer, snapshots: bodies.consumer, outgoing: RingFrameSink(outgoing.producer),
            outlet: MarketOutlet(
                events: market.producer, requests: requests.producer, quarantined: quarantined.producer,
                instruments: configuration.instruments.count),
            counters: counters.writer, decode: decodeTimes)
        let coldBeat = HeartbeatWriter()
        let stallReader = stalls.reader()
        let trade = TradeAgent(
            core: TradingCore(configuration: configuration, strategies: try Self.strategies()),
            outputCapacity: configuration.outputCapacity,
            orders: BurstRoute(
                // The account's first word comes before its link is known to be up, and the second soon after.
                SimulatedRoute(Self.venue(configuration.instruments), snapshotInterval: Nanoseconds(milliseconds: 200)),
                schedule, board, deeds: deeds.producer, ages: ages.producer, before: beforeAges, during: duringAges,
                gauges: gauges, priority: plan.priority),
            inlets: TradeInlets(market: market.consumer, cold: commands.consumer), journal: journal.producer, session: 1,
            telemetry: TradeTelemetry(
                status: status.writer, heartbeat: heartbeat.writer,
                process: EngineBeat(process: platform_process_id(), startedAt: Nanoseconds(raw: platform_realtime_ns())),
                histograms: StageHistograms(), stalls: stalls),
            stallLimit: Nanoseconds(milliseconds: 500),
            cold: ColdWatch(coldBeat.reader(), limit: Nanoseconds(seconds: 5)))
        hot = Carrier(Pair(parse, trade))
        producer = Carrier(
            BurstProducer(
                ring: frames.producer, schedule: schedule, board: board, shown: offer.writer,
                lateness: late))
        let writer = try JournalWriter(
            consumer: journal.consumer, directory: directory,
            identity: JournalIdentity(
                build: plan.build, configurationHash: 1, mode: .dryRun, run: 1, name: "burst", session: 1),
            segmentBytes: 64 << 20, syncInterval: Nanoseconds(milliseconds: 10),
            wall: Nanoseconds(raw: platform_realtime_ns()), engine: Nanoseconds(raw: platform_monotonic_ns()))
        cold = Carrier(
            BurstCold(
                schedule: schedule, board: board, writer: writer, commands: commands.producer, requests: requests.consumer,
                bodies: bodies.producer, quarantined: quarantined.consumer, outgoing: outgoing.consumer, deeds: deeds.consumer,
                ages: ages.consumer, status: status.reader, counters: counters.reader, offer: offer.reader,
                stalls: stallReader, beat: coldBeat))
    }

    /// Runs to the end; what was seen.
    func run(_ plan: BenchPlan) throws -> BurstResult {
        let runner = try Runner(hot.take(), name: "hot", core: Int(plan.core), idle: IdleState(.spin))
        let patience = platform_monotonic_ns() + 10_000_000_000
        while runner.heartbeat.read().turns == 0 {
            guard platform_monotonic_ns() < patience else { throw BenchError("burst: the hot thread does not turn") }
            usleep(1000)
        }
        board.begin(at: Nanoseconds(raw: platform_monotonic_ns() + 100_000_000))
        let (producer, cold, board) = (producer, cold, board)
        let feeding = PeerThread(core: plan.peer, priority: false) {
            var producer = producer.take()
            producer.run()
        }
        let box = BurstBox()
        // A core of its own where there is one.
        let coldCore = (0..<Int32(platform_core_count())).first { $0 != plan.core && $0 != plan.peer }
        let minding = PeerThread(core: coldCore ?? plan.peer, priority: false) {
            var cold = cold.take()
            cold.mind()
            board.stop()
            box.cold.put(cold)
        }
        minding.join()
        feeding.join()
        // The agents go with their thread: their last words are published when they stop.
        _ = runner.join()
        var last = box.cold.take()
        last.finish()
        var result = BurstResult(last.seen)
        result.before = before.tryRead() ?? LatencySnapshot()
        result.during = during.tryRead() ?? LatencySnapshot()
        result.decode = decode.tryRead() ?? LatencySnapshot()
        // The link's opening is a record of the ring, too.
        result.framesTaken = max(0, result.decode.count - 1)
        result.lateness = lateness.tryRead() ?? LatencySnapshot()
        result.hot = BurstCounts(
            allocations: gauges.read(BurstRoute.Gauge.allocations.rawValue),
            retains: gauges.read(BurstRoute.Gauge.retains.rawValue), switches: gauges.read(BurstRoute.Gauge.switches.rawValue))
        return result
    }

    // MARK: parts

    private static func instruments() throws -> [Instrument] {
        try BurstFrames.symbols.enumerated().map { index, name in
            Instrument(
                id: InstrumentID(UInt16(index)), venue: VenueID(0), base: AssetID(UInt16(index)), quote: AssetID(2),
                symbol: ShortText(name)!, tickSize: try Price("0.01"), lotSize: try Quantity("0.00001"),
                minQuantity: try Quantity("0.00001"), maxQuantity: try Quantity("1000"), minNotional: try Notional("5"))
        }
    }

    /// Every limit of config/paper.yaml; those of rates and counts wider, since this market moves as no market does.
    private static func core() throws -> CoreConfiguration {
        var limits = try ReplayStage.limits()
        limits.maxOrdersPerSecond = 2_000
        limits.maxOrdersPerMinute = 100_000
        limits.maxMessagesPerSecond = 4_000
        limits.maxMessagesPerMinute = 200_000
        limits.maxInstrumentOrdersPerSecond = 4_000
        limits.maxInstrumentOrdersPerMinute = 200_000
        limits.maxIdenticalOrders = 100_000
        limits.maxOrderCycles = 100_000
        limits.maxDirectionFlips = 100_000
        limits.maxExecutions = 100_000
        limits.orderToTradeFloor = 1_000_000
        let instruments = try instruments()
        return CoreConfiguration(
            mode: .dryRun, run: 1, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "burst-")!, instruments: instruments,
            limits: [RiskLimits](repeating: limits, count: instruments.count), configHash: 1)
    }

    private static func strategies() throws -> Strategies {
        func quoter(_ index: UInt16) throws -> SingleStrategy<Quoter> {
            SingleStrategy(
                try Quoter(
                    instrument: InstrumentID(index),
                    parameters: [
                        "orderQuantity": 1_000_000, "halfSpreadTicks": 5, "halfSpreadBps": 0, "skewTicks": 4,
                        "maxInventory": 5_000_000, "minReplaceInterval": 20_000_000, "minPriceChangeTicks": 2,
                    ]))
        }
        return StrategyPair(try quoter(0), try quoter(1))
    }

    private static func venue(_ instruments: [Instrument]) -> SimulatedVenueSettings {
        SimulatedVenueSettings(
            venue: VenueID(0), instruments: instruments,
            balances: Array(repeating: Quantity(raw: 10_000_000 * fixedPointUnit), count: instruments.count + 1))
    }
}

/// What the cold thread leaves behind.
private final class BurstBox: @unchecked Sendable {
    let cold = Mailbox<BurstCold>()
}

/// Holds one value between two threads of which one was joined.
private final class Mailbox<T: ~Copyable>: @unchecked Sendable {
    private var value: T?
    func put(_ value: consuming T) { self.value = consume value }
    func take() -> T { value.take()! }
}
