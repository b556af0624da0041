import Agents
import Binance
import Core
import CoreBenchmarks
import Gateway
import Model
import Rings
import StrategyKit
import Transport
import Units
import Uring
import VenueKit
import Wire

/// The engine's hot loop on one connection: transport, frame ring, decoder and books, event ring, core with strategy and
/// risk, journal, encoder, transport. What a venue would answer to each order is made here, after the order has left, so
/// that its decoding and booking are part of the loop too.
struct WireClient: ~Copyable {
    private var parse: FeedParseAgent<BinanceMarketData>
    private var market: RingConsumer<Input>
    private let requests: RingConsumer<SnapshotRequest>
    private let frames: ByteRingConsumer
    private let bodies: ByteRingProducer
    private var stamps: RingConsumer<FrameStamps>
    private var trader: WireTrader

    /// The frames that arrive go into `frames`; the market's symbol was read off the first one.
    /// `stamps`: one for each frame.
    init(
        _ parts: consuming WireParts, frames: consuming ByteRingConsumer, stamps: consuming RingConsumer<FrameStamps>,
        journal: consuming RingProducer<Record>
    ) {
        self.stamps = stamps
        let bodies = makeByteRing(capacity: 64 << 10)
        let outgoing = makeByteRing(capacity: 64 << 10)
        let market = makeRing(of: Input.self, capacity: 8192)
        let requests = makeRing(of: SnapshotRequest.self, capacity: 64)
        let quarantined = makeRing(of: QuarantinedMessage.self, capacity: 64)
        let counters = makeLatest(of: FeedParseCounters.self)
        parse = FeedParseAgent(
            adapter: parts.adapter, frames: frames, snapshots: bodies.consumer, outgoing: RingFrameSink(outgoing.producer),
            outlet: MarketOutlet(
                events: market.producer, requests: requests.producer, quarantined: quarantined.producer, instruments: 1),
            counters: counters.writer)
        self.market = market.consumer
        self.requests = requests.consumer
        self.frames = outgoing.consumer
        self.bodies = bodies.producer
        trader = WireTrader(parts.core, parts.entry, journal)
    }

    /// One turn after the link's: what arrived is parsed, decided and answered on the link.
    mutating func turn(_ now: Nanoseconds, _ link: inout Link) {
        _ = parse.doWork(now: now)
        var input = Input.timer
        while trader.canStep, market.tryPop(&input) {
            var frame = FrameStamps()
            // A book ticker each, in their order.
            if case .topOfBook = input, !stamps.tryPop(&frame) { preconditionFailure("an event without a frame") }
            trader.step(input, frame, now, &link)
        }
        trader.timer(now, &link)
    }

    var orders: UInt64 { trader.orders }
    /// Where the time of the orders went, as lines for the rig; none where frames came that were no book tickers, since then
    /// it is not known which one an order answers.
    var lines: [String] { mutating get { stamps.count == 0 ? trader.stages.lines : [] } }
    mutating func beginMeasuring() { trader.beginMeasuring() }
}

/// What can be refused when a client is made.
struct WireParts: ~Copyable {
    let core: CoreConfiguration
    let adapter: BinanceMarketData
    let entry: BinanceOrderEntry

    static func make(symbol: String) throws -> WireParts {
        let names = [BinanceSymbol(instrument: InstrumentID(0), symbol: symbol)]
        let core = try BenchCore.configuration()
        // A published test key (RFC 8410, section 10.3): it opens nothing.
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----

            """
        var orders = BinanceOrderConfiguration(
            venue: VenueID(0), symbols: names, assets: [], clientIDs: core.prefix,
            credentials: BinanceCredentials(apiKey: "benchmark", secret: .ed25519(pem: pem)))
        orders.priceDigits = 8
        let adapter = try BinanceMarketData(BinanceMarketConfiguration(venue: VenueID(0), symbols: names))
        let entry = try BinanceOrderEntry(orders)
        return WireParts(core: core, adapter: adapter, entry: entry)
    }
}

/// The trade thread's half: journal, core, orders.
struct WireTrader: ~Copyable {
    private var core: TradingCore<SingleStrategy<TickAnswer>>
    private var outputs: OutputBuffer
    private var entry: BinanceOrderEntry
    private var journal: RingProducer<Record>
    private var sequence: UInt64 = 1
    private var clock = EngineClock()
    private var events = WireEvents()
    private var lastTimer = Nanoseconds.zero
    private var answer = ByteWriter(capacity: 512)
    private var request: UInt64 = 2
    private(set) var orders: UInt64 = 0
    private(set) var stages: WireStages

    init(
        _ configuration: CoreConfiguration, _ entry: consuming BinanceOrderEntry,
        _ journal: consuming RingProducer<Record>
    ) {
        core = TradingCore(
            configuration: configuration,
            strategies: SingleStrategy(TickAnswer(instrument: InstrumentID(0), quantity: Quantity(raw: 1_000_000))))
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        self.entry = entry
        self.journal = journal
        stages = WireStages(clock)
        logOn()
        let now = clock.now()
        BenchCore.ceremony(now) { input in
            outputs.reset()
            core.step(input, at: now, into: &outputs)
        }
        outputs.reset()
        precondition(core.state == .live, "the benchmark's core is not live")
    }

    /// The log-on's two requests and their answers, without a venue.
    private mutating func logOn() {
        var nowhere = DiscardFrames()
        let now = clock.now()
        entry.linkOpened(at: now, wallNow: now + clock.realtimeOffset, sink: &nowhere, events: &events)
        for id in 1...2 {
            answer.reset()
            answer.append("{\"id\":")
            answer.append(int: id)
            answer.append(",\"status\":200,\"result\":{\"subscriptionId\":0}}")
            entry.message(
                answer.view, receivedAt: now, wallNow: now + clock.realtimeOffset, sink: &nowhere, events: &events)
        }
        events.forget()
    }

    var canStep: Bool { mutating get { journal.freeCount() > outputs.capacity } }

    mutating func timer(_ now: Nanoseconds, _ link: inout Link) {
        guard (now - lastTimer).raw >= 1_000_000, canStep else { return }
        lastTimer = now
        step(.timer, FrameStamps(), now, &link)
    }

    /// Journal, core, journal, orders; then the venue's answers to them, one after the other.
    mutating func step(_ input: Input, _ frame: FrameStamps, _ now: Nanoseconds, _ link: inout Link) {
        let began = ProcessorTicks.now()
        decide(input, now)
        let decided = ProcessorTicks.now()
        var placed: NewOrder?
        for index in 0..<outputs.count {
            guard case .place(let order) = outputs[index] else { continue }
            var text = EncodedFrame()
            let isEncoded = entry.place(order, at: now, wallNow: now + clock.realtimeOffset, sink: &text)
            let encoded = ProcessorTicks.now()
            let sent = isEncoded && link.send(text: text.text)
            precondition(sent, "the link refused an order")
            orders &+= 1
            placed = order
            if frame.turn > 0 {
                stages.record(
                    frame, AnswerStamps(stepBegan: began, decided: decided, encoded: encoded), link.stamps)
            }
        }
        if let placed { settle(placed, now) }
        journal.prepare(6)
    }

    private mutating func decide(_ input: Input, _ now: Nanoseconds) {
        append(input.record(sequence: 0, time: now))
        outputs.reset()
        core.step(input, at: now, into: &outputs)
        for index in 0..<outputs.count { append(outputs.record(index)) }
    }

    private mutating func append(_ unnumbered: Record) {
        var record = unnumbered
        record.sequence = sequence
        precondition(journal.tryPush(record), "the journal is full")
        sequence += 1
    }

    /// The venue's good answer, read by the adapter, and the end of the order.
    private mutating func settle(_ order: NewOrder, _ now: Nanoseconds) {
        request += 1
        answer.reset()
        answer.append("{\"id\":")
        answer.append(int: request)
        answer.append(",\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\",\"orderId\":")
        answer.append(int: request)
        answer.append(",\"orderListId\":-1,\"clientOrderId\":\"nt-\",\"transactTime\":1723111200123}}")
        var nowhere = DiscardFrames()
        entry.message(answer.view, receivedAt: now, wallNow: now + clock.realtimeOffset, sink: &nowhere, events: &events)
        for index in 0..<events.count { decide(events[index], now) }
        events.forget()
        decide(BenchCore.update(order, .expired, request), now)
    }

    /// Forgets what was measured so far: the end of the warm-up.
    mutating func beginMeasuring() {
        stages.reset()
    }
}

/// Shows the encoder's frame where it lies, until the encoder is used again.
private struct EncodedFrame: FrameSink {
    var text = ByteView()
    mutating func send(text: ByteView) -> Bool {
        self.text = text
        return true
    }
}

private struct DiscardFrames: FrameSink {
    mutating func send(text: ByteView) -> Bool { true }
}

/// What the order adapter reported, until the core has taken it.
private struct WireEvents: OrderSink {
    private var items: ContiguousArray<Input> = []
    init() { items.reserveCapacity(64) }
    var count: Int { items.count }
    subscript(index: Int) -> Input { items[index] }
    mutating func order(_ input: Input) { items.append(input) }
    mutating func reconnect(_ reason: OrderLinkProblem) {}
    mutating func forget() { items.removeAll(keepingCapacity: true) }
}
