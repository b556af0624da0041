import Agents
import CPlatform
import Config
import Core
import Gateway
import Model
import Rings
import StrategyKit
import Units
import VenueKit

/// Makes the rings and agents of a run and starts them on their threads.
enum HotAssembly {
    /// Records between the core and the disk: 8 MiB, at least twenty of the largest steps.
    static let journalCapacity = 65_536

    struct Rings: ~Copyable {
        var side: HotSide
        var journal: RingConsumer<Record>
    }

    /// A second feed of the same market.
    struct SecondFeed<Market: MarketDataAdapter & ~Copyable>: ~Copyable {
        var market: Market
        let plan: LinkPlan
        let selector: FeedSelector
    }

    /// Everything the hot side needs, made on the cold side.
    struct Parts<Market: MarketDataAdapter & ~Copyable, Route: OrderRoute & ~Copyable>: ~Copyable {
        var market: Market
        /// What the mode may do with orders.
        var orders: Route
        var marketLink: LinkPlan
        var second: SecondFeed<Market>?
        /// What the order link did not believe.
        var quarantinedOrders: RingConsumer<QuarantinedMessage>
        var core: CoreConfiguration
        var strategies: Roster.Strategies
        /// Of the journal's identity: whose the records in shared memory are.
        var session: UInt64
    }

    /// Makes the agents and starts them on the threads that the topology names. The cold side's threads, all there are
    /// and all to come, are kept to the cold core first.
    static func start<Market: MarketDataAdapter & ~Copyable, Route: OrderRoute & ~Copyable>(
        _ parts: consuming Parts<Market, Route>, configuration: RunConfiguration
    ) throws -> Rings {
        if let cold = configuration.topology.runner(of: Topology.cold) { try ColdThreads.keep(to: cold.core) }
        let frames = makeByteRing(capacity: 8 << 20)
        let outgoing = makeByteRing(capacity: 64 << 10)
        let bodies = makeByteRing(capacity: 8 << 20)
        let market = makeRing(of: Input.self, capacity: 8192)
        let cold = makeRing(of: Input.self, capacity: 8192)
        let urgent = makeRing(of: Input.self, capacity: 8)
        let kills = KillGauge.board()
        let requests = makeRing(of: SnapshotRequest.self, capacity: 64)
        let quarantined = makeRing(of: QuarantinedMessage.self, capacity: 256)
        let journal = makeRing(
            of: Record.self, capacity: journalCapacity,
            in: try shared(configuration.journalRingFile, ringByteCount(of: Record.self, capacity: journalCapacity)))
        let heartbeat = makeLatest(
            of: EngineBeat.self,
            in: try shared(configuration.heartbeatFile, latestByteCount(of: EngineBeat.self)))
        let status = makeLatest(of: EngineStatus.self)
        let linkCounters = makeLatest(of: FeedLinkCounters.self)
        let parseCounters = makeLatest(of: FeedParseCounters.self)
        let stages = StageHistograms()
        let decrypt = LatencyHistogram()
        let decode = LatencyHistogram()
        let readers = stages.readers(decrypt: decrypt.reader(), decode: decode.reader())

        let secondGauges = parts.second?.plan.gauges
        var connection: FeedConnection?
        var twin: FeedTwin<Market>?
        if let second = parts.second.take() {
            let frames = makeByteRing(capacity: 8 << 20)
            let outgoing = makeByteRing(capacity: 64 << 10)
            connection = FeedConnection(plan: second.plan, frames: frames.producer, outgoing: outgoing.consumer)
            let selector = second.selector
            twin = FeedTwin(
                adapter: second.market, frames: frames.consumer, outgoing: RingFrameSink(outgoing.producer),
                selector: selector)
        }
        let feed = FeedIOAgent(
            plan: parts.marketLink, frames: frames.producer, outgoing: outgoing.consumer, counters: linkCounters.writer,
            second: connection, decrypt: decrypt)
        let parse = FeedParseAgent(
            adapter: parts.market, frames: frames.consumer, snapshots: bodies.consumer,
            outgoing: RingFrameSink(outgoing.producer),
            outlet: MarketOutlet(
                events: market.producer, requests: requests.producer, quarantined: quarantined.producer,
                instruments: parts.core.instruments.count),
            counters: parseCounters.writer, twin: twin, decode: decode)
        let gauges = HotGauges(market: parts.marketLink.gauges, second: secondGauges, orders: parts.orders.gauges)
        let coldBeat = HeartbeatWriter()
        let trade = TradeAgent(
            core: TradingCore(configuration: parts.core, strategies: parts.strategies),
            outputCapacity: parts.core.outputCapacity,
            orders: parts.orders,
            inlets: TradeInlets(market: market.consumer, cold: cold.consumer, urgent: urgent.consumer),
            journal: journal.producer,
            session: parts.session,
            telemetry: TradeTelemetry(
                status: status.writer, heartbeat: heartbeat.writer,
                process: EngineBeat(process: platform_process_id(), startedAt: Nanoseconds(raw: platform_realtime_ns())),
                histograms: stages, stalls: SharedCounter()),
            stallLimit: Nanoseconds(raw: configuration.timeouts.guardSilence.raw / 2),
            cold: ColdWatch(coldBeat.reader(), limit: EngineHost.coldStallLimit), kills: kills)
        let threads = try HotThreads.start(
            feed: feed, parse: parse, trade: trade, topology: configuration.topology,
            countsSyscalls: configuration.countsSyscalls)
        return Rings(
            side: HotSide(
                cold: cold.producer, urgent: urgent.producer, kills: kills, snapshotRequests: requests.consumer, snapshots: bodies.producer,
                status: status.reader, stages: readers, gauges: gauges,
                quarantine: QuarantineReaders(market: quarantined.consumer, orders: parts.quarantinedOrders),
                feed: FeedReaders(link: linkCounters.reader, parse: parseCounters.reader), coldBeat: coldBeat,
                threads: threads),
            journal: journal.consumer)
    }

    /// Memory that outlives the process, so that what the core decided before a crash survives it.
    private static func shared(_ path: String, _ bytes: Int) throws -> MemoryBlock {
        do {
            return MemoryBlock(mapping: try SharedRegion(path: path, byteCount: bytes, opening: .existingOrNew))
        } catch {
            throw ToolError(
                "shared memory \(path) cannot be mapped (errno \(error.errno))",
                cure: "check that run.directory exists, is writable and has room")
        }
    }
}
