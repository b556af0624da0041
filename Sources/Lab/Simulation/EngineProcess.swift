import Core
import Journal
import Model
import Rings
import StrategyKit
import Units
import VenueKit
import Wire

/// What the seeded world needs to know of one kind of engine, so that it can start it again and again.
package struct WorldEngine<Market: MarketDataAdapter & ~Copyable, Orders: OrderEntryAdapter & ~Copyable, Strategies: StrategySet> {
    package var makeMarket: () -> Market
    package var makeOrders: () -> Orders
    package var makeStrategies: () -> Strategies
    package var rest: any RestAdapter
    package var instrument: Instrument
    package var limits: RiskLimits
    package var clientIDs: ClientOrderIDFormat
    package var dialect: any VenueDialect

    package init(
        makeMarket: @escaping () -> Market, makeOrders: @escaping () -> Orders,
        makeStrategies: @escaping () -> Strategies, rest: any RestAdapter, instrument: Instrument, limits: RiskLimits,
        clientIDs: ClientOrderIDFormat, dialect: any VenueDialect
    ) {
        self.makeMarket = makeMarket
        self.makeOrders = makeOrders
        self.makeStrategies = makeStrategies
        self.rest = rest
        self.instrument = instrument
        self.limits = limits
        self.clientIDs = clientIDs
        self.dialect = dialect
    }
}

/// One life of the engine in the simulated world: the real core, both real protocol machines and the real journal writer.
/// Dropping it is a crash: what is not in the journal's shared ring or on the disk is gone.
struct EngineProcess<Market: MarketDataAdapter & ~Copyable, Orders: OrderEntryAdapter & ~Copyable, Strategies: StrategySet>: ~Copyable {
    var stepped: SteppedCore<Strategies>
    var market: Market
    var orders: Orders
    var writer: JournalWriter
    var marketSink = CollectedMarket()
    var orderEvents = CollectedOrders()
    var link = WorldLink()

    init(
        configuration: CoreConfiguration, strategies: Strategies, market: consuming Market, orders: consuming Orders,
        ring: consuming RingEnds<Record>, directory: String, identity: JournalIdentity, disk: any JournalDisk,
        now: Nanoseconds, canary: Canary?
    ) throws(JournalError) {
        let writer = try JournalWriter(
            consumer: ring.consumer, directory: directory, identity: identity, segmentBytes: 64 << 20,
            syncInterval: Nanoseconds(seconds: 10), wall: now, engine: now, disk: disk)
        stepped = SteppedCore(configuration, strategies, journal: ring.producer, session: identity.session)
        stepped.canary = canary
        self.market = market
        self.orders = orders
        self.writer = writer
    }
}

// The adapters with their sinks: several parts of one value are changed at once, which only its own methods may do.
extension EngineProcess where Market: ~Copyable, Orders: ~Copyable {
    mutating func ordersOpened(at now: Nanoseconds, wallNow: Nanoseconds) {
        link.isOpen = true
        orders.linkOpened(at: now, wallNow: wallNow, sink: &link, events: &orderEvents)
    }
    mutating func ordersClosed(at now: Nanoseconds) {
        link.isOpen = false
        link.sent = []
        orders.linkClosed(at: now, events: &orderEvents)
    }
    mutating func ordersMessage(_ bytes: ByteView, at now: Nanoseconds, wallNow: Nanoseconds) {
        orders.message(bytes, receivedAt: now, wallNow: wallNow, sink: &link, events: &orderEvents)
    }
    mutating func ordersTimer(at now: Nanoseconds, wallNow: Nanoseconds) {
        orders.timer(at: now, wallNow: wallNow, sink: &link, events: &orderEvents)
    }
    /// As the live driver does; `false` when it did not leave.
    mutating func place(_ order: NewOrder, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        orders.place(order, at: now, wallNow: wallNow, sink: &link)
    }
    mutating func cancel(_ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        orders.cancel(order, at: now, wallNow: wallNow, sink: &link)
    }
    mutating func cancelAll(_ instrument: InstrumentID, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        orders.cancelAll(instrument, at: now, wallNow: wallNow, sink: &link)
    }
    mutating func query(_ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        orders.query(order, at: now, wallNow: wallNow, sink: &link)
    }
    mutating func marketOpened(at now: Nanoseconds) { market.linkOpened(at: now, sink: &marketSink) }
    mutating func marketClosed(at now: Nanoseconds) { market.linkClosed(at: now, sink: &marketSink) }
    mutating func marketMessage(_ bytes: ByteView, at now: Nanoseconds) {
        market.message(bytes, receivedAt: now, sink: &marketSink)
    }
    mutating func marketSnapshot(_ body: ByteView, at now: Nanoseconds) {
        market.snapshot(InstrumentID(0), body, receivedAt: now, sink: &marketSink)
    }
    mutating func marketTimer(at now: Nanoseconds) { market.timer(at: now, sink: &marketSink) }
}

/// Keeps what the order adapter says until it is taken.
struct CollectedOrders: OrderSink {
    var inputs: [Input] = []
    var wantsReconnect = false
    mutating func order(_ input: Input) { inputs.append(input) }
    mutating func reconnect(_ reason: OrderLinkProblem) { wantsReconnect = true }
}

/// The order link as the adapter sees it: frames go in, the world takes them out.
struct WorldLink: FrameSink {
    var isOpen = false
    /// The kernel takes nothing now.
    var isFull = false
    var sent: [[UInt8]] = []

    mutating func send(text: ByteView) -> Bool {
        guard isOpen, !isFull else { return false }
        sent.append(text.bytes())
        return true
    }
}

/// A disk that can fail: each write and sync asks first. What it is told to tear, it writes half of.
final class WorldDisk: JournalDisk {
    enum Trouble { case none, full, error, torn }
    var next = Trouble.none
    private let real = FileDisk()

    func create(_ path: String) throws(JournalError) -> any JournalSink {
        WorldSink(try real.create(path), path: path, disk: self)
    }

    /// Never short: what the test's machine has left is no part of the world.
    func freeBytes(_ directory: String) -> UInt64? { nil }
}

private final class WorldSink: JournalSink {
    private let real: any JournalSink
    private let path: String
    private let disk: WorldDisk

    init(_ real: any JournalSink, path: String, disk: WorldDisk) {
        self.real = real
        self.path = path
        self.disk = disk
    }

    func write(_ bytes: RawSpan) throws(JournalError) {
        let trouble = disk.next
        disk.next = .none
        switch trouble {
        case .none: try real.write(bytes)
        case .full: throw .write(path: path, errno: 28)
        case .error: throw .write(path: path, errno: 5)
        case .torn:
            // A whole number of records and a half.
            try real.write(bytes.extracting(0..<(bytes.byteCount / 256 * 128 + 64)))
            throw .write(path: path, errno: 5)
        }
    }

    func reserve(_ byteCount: Int) throws(JournalError) { try real.reserve(byteCount) }
    func synchronize() throws(JournalError) { try real.synchronize() }
    func finish() { real.finish() }
    func close() { real.close() }
}
