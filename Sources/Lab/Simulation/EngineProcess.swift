import Core
import Journal
import Model
import Rings
import StrategyKit
import Transport
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
    /// A second feed of the same market, in the seeds that have one.
    var second: Market?
    var secondSocket: WebSocketClient
    /// Between the feeds and the core, as on the live feed thread.
    var pair: FeedPair<CollectedMarket>
    var orderEvents = CollectedOrders()
    var link = WorldLink()
    var marketSocket: WebSocketClient
    var orderSocket: WebSocketClient

    init(
        configuration: CoreConfiguration, strategies: Strategies, market: consuming Market, second: consuming Market?,
        orders: consuming Orders, ring: consuming RingEnds<Record>, directory: String, identity: JournalIdentity, disk: any JournalDisk,
        now: Nanoseconds, canary: Canary?
    ) throws(JournalError) {
        let writer = try JournalWriter(
            consumer: ring.consumer, directory: directory, identity: identity, segmentBytes: 4 << 20,
            syncInterval: Nanoseconds(seconds: 10), wall: now, engine: now, disk: disk)
        stepped = SteppedCore(configuration, strategies, journal: ring.producer, session: identity.session)
        stepped.canary = canary
        self.market = market
        var selector: FeedSelector?
        if second != nil { selector = FeedSelector(venue: configuration.venue, instruments: 1, rules: SecondFeed.rules) }
        pair = FeedPair(CollectedMarket(), selector: selector)
        self.second = second
        secondSocket = WebSocketClient(messageLimit: 1 << 20, outputLimit: 4096, seed: 3)
        self.orders = orders
        self.writer = writer
        marketSocket = WebSocketClient(messageLimit: 1 << 20, outputLimit: 4096, seed: 1)
        orderSocket = WebSocketClient(messageLimit: 1 << 20, outputLimit: 4096, seed: 2)
    }
}

// The adapters with their sinks: several parts of one value are changed at once, which only its own methods may do.
extension EngineProcess where Market: ~Copyable, Orders: ~Copyable {
    mutating func ordersOpened(at now: Nanoseconds, wallNow: Nanoseconds) {
        link.isOpen = true
        orderSocket.reset()
        orders.linkOpened(at: now, wallNow: wallNow, sink: &link, events: &orderEvents)
    }
    mutating func ordersClosed(at now: Nanoseconds) {
        link.isOpen = false
        link.sent = []
        orders.linkClosed(at: now, events: &orderEvents)
    }
    /// Bytes of the order connection, any part of a frame or several; `false` when the protocol was broken.
    mutating func ordersBytes(_ bytes: [UInt8], at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            var input = unsafe buffer
            while true {
                switch unsafe orderSocket.consume(&input) {
                case .needMore: return true
                case .message(let payload, _):
                    orders.message(
                        unsafe ByteView(payload), receivedAt: now, wallNow: wallNow, sink: &link, events: &orderEvents)
                case .ping: orderSocket.outputTaken()
                case .pong: break
                case .closed, .failed: return false
                }
            }
        }
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
    mutating func amend(_ amendment: OrderAmendment, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        orders.amend(amendment, at: now, wallNow: wallNow, sink: &link)
    }
    mutating func query(_ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        orders.query(order, at: now, wallNow: wallNow, sink: &link)
    }
    /// What the feeds said, as it goes on to the core.
    var marketSink: CollectedMarket {
        _read { yield pair.outlet }
        _modify { yield &pair.outlet }
    }
    private mutating func speaks(_ lane: Int, at now: Nanoseconds) {
        pair.lane = lane
        pair.now = now
    }
    mutating func marketOpened(at now: Nanoseconds) {
        speaks(0, at: now)
        marketSocket.reset()
        market.linkOpened(at: now, sink: &pair.outlet)
    }
    mutating func marketClosed(at now: Nanoseconds) {
        speaks(0, at: now)
        market.linkClosed(at: now, sink: &pair)
    }
    mutating func secondOpened(at now: Nanoseconds) {
        speaks(1, at: now)
        secondSocket.reset()
        second?.linkOpened(at: now, sink: &pair.outlet)
    }
    mutating func secondClosed(at now: Nanoseconds) {
        speaks(1, at: now)
        second?.linkClosed(at: now, sink: &pair)
    }
    /// As `ordersBytes`.
    mutating func secondBytes(_ bytes: [UInt8], at now: Nanoseconds) -> Bool {
        speaks(1, at: now)
        return unsafe bytes.withUnsafeBytes { buffer in
            var input = unsafe buffer
            while true {
                switch unsafe secondSocket.consume(&input) {
                case .needMore: return true
                case .message(let payload, _):
                    second?.message(unsafe ByteView(payload), receivedAt: now, sink: &pair)
                case .ping: secondSocket.outputTaken()
                case .pong: break
                case .closed, .failed: return false
                }
            }
        }
    }
    mutating func secondSnapshot(_ body: ByteView, at now: Nanoseconds) {
        speaks(1, at: now)
        second?.snapshot(InstrumentID(0), body, receivedAt: now, sink: &pair)
    }
    /// As `ordersBytes`.
    mutating func marketBytes(_ bytes: [UInt8], at now: Nanoseconds) -> Bool {
        speaks(0, at: now)
        return unsafe bytes.withUnsafeBytes { buffer in
            var input = unsafe buffer
            while true {
                switch unsafe marketSocket.consume(&input) {
                case .needMore: return true
                case .message(let payload, _):
                    market.message(unsafe ByteView(payload), receivedAt: now, sink: &pair)
                case .ping: marketSocket.outputTaken()
                case .pong: break
                case .closed, .failed: return false
                }
            }
        }
    }
    mutating func marketSnapshot(_ body: ByteView, at now: Nanoseconds) {
        speaks(0, at: now)
        market.snapshot(InstrumentID(0), body, receivedAt: now, sink: &pair)
    }
    mutating func marketTimer(at now: Nanoseconds) {
        speaks(0, at: now)
        market.timer(at: now, sink: &pair)
        guard second != nil else { return }
        speaks(1, at: now)
        second?.timer(at: now, sink: &pair)
        pair.judge(at: now)
    }
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
