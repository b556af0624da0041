import BenchKit
import Binance
import BinanceBenchmarks
import Core
import CoreBenchmarks
import Model
import StrategyKit
import Units
import VenueKit
import Wire

/// Decoder and live core of one size, and a venue that answers at once.
final class FlatStage {
    private var core: TradingCore<FlatStrategies>
    private var outputs: OutputBuffer
    private var feed: BinanceMarketData
    private var events = FlatEvents()
    private var waiting: [Input] = []
    /// Two of each instrument, with prices that differ: a top that did not change is no event.
    private let texts: [UpdateText]
    private var isHigh: [Bool]
    private let size: FlatSize
    private var now = Nanoseconds(seconds: 100)
    private var update: UInt64 = 1
    private var venueOrder: UInt64 = 0
    private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private(set) var sent = 0
    /// Events that were to lead to an order, and orders before the first of them.
    private(set) var asked = 0
    private var sentBefore = 0
    var answered: Int { sent - sentBefore }
    /// The gate's last refusal, and messages the decoder did not believe.
    private(set) var refusal = "none"
    var refusedMessages: Int { events.refusals }

    init(_ size: FlatSize) throws {
        self.size = size
        // Plain instruments, then the strategies', then the one whose orders rest.
        let count = size.instruments + size.strategies + 1
        let model = try BenchCore.configuration()
        var limits = model.limits[0]
        limits.maxOpenOrders = 20_000
        let symbols = (0..<count).map { "C\($0)USDT" }
        let instruments = try symbols.enumerated().map { index, name in
            Instrument(
                id: InstrumentID(UInt16(index)), venue: VenueID(0), base: AssetID(UInt16(index + 1)), quote: AssetID(0),
                symbol: ShortText(name)!, tickSize: Price(raw: 1), lotSize: try Quantity("0.00001"),
                minQuantity: try Quantity("0.00001"), maxQuantity: try Quantity("100"), minNotional: .zero)
        }
        var configuration = CoreConfiguration(
            mode: .live, run: 7, venue: VenueID(0), prefix: model.prefix, instruments: instruments,
            limits: [RiskLimits](repeating: limits, count: count), configHash: 1)
        configuration.maxActiveOrders = size.orders + 64
        configuration.orderCapacity = 1 << 15
        core = TradingCore(
            configuration: configuration,
            strategies: FlatStrategies(first: size.instruments, count: size.strategies, resting: size.orders))
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        feed = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0),
                symbols: symbols.enumerated().map { BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1) },
                maxLinkSilence: Nanoseconds(seconds: 1 << 30)))
        texts = symbols.flatMap { name in
            [1, 2].map { tenth in
                let frame = PaddedFrame(
                    Array(
                        """
                        {"stream":"\(name.lowercased())@bookTicker","data":{"u":100000000000,"s":"\(name)",\
                        "b":"61000.\(tenth)0000000","B":"1.00000000","a":"61000.\(tenth + 2)0000000","A":"2.00000000"}}
                        """.utf8))
                return UpdateText(frame.view)
            }
        }
        isHigh = [Bool](repeating: false, count: count)
        events.items.reserveCapacity(64)
        feed.linkOpened(at: now, sink: &events)
        events.items.removeAll(keepingCapacity: true)
        begin(assets: count + 1)
        for index in 0..<count { tick(index) }
        // Until everything rests that is to rest.
        for _ in 0..<size.orders / 8 + 64 where openOrders < size.orders { tick(count - 1) }
        sentBefore = sent
    }

    var openOrders: Int { core.activeOrderCount }

    /// One event of the measured mixture.
    func event(_ call: Int) {
        if call & 7 == 7 { asked += 1 }
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        let pick = Int(truncatingIfNeeded: random >> 33)
        tick(call & 7 == 7 ? size.instruments + pick % size.strategies : pick % size.instruments)
    }

    func timer() { take(.timer) }

    private func tick(_ index: Int) {
        update += 1
        now = now + Nanoseconds(raw: 1_000)
        // Its other price than the last time.
        isHigh[index].toggle()
        let text = texts[index * 2 + (isHigh[index] ? 1 : 0)]
        text.set(update)
        feed.message(text.view, receivedAt: now, sink: &events)
        for at in 0..<events.items.count { take(events.items[at]) }
        events.items.removeAll(keepingCapacity: true)
        while let input = waiting.popLast() { take(input) }
    }

    private func take(_ input: Input) {
        outputs.reset()
        core.step(input, at: now, into: &outputs)
        for index in 0..<outputs.count {
            if case .verdict(let verdict) = outputs[index], verdict.verdict != .passed { refusal = verdict.verdict.name }
            guard case .place(let order) = outputs[index] else { continue }
            sent += 1
            venueOrder += 1
            waiting.append(
                BenchCore.update(order, order.timeInForce == .immediateOrCancel ? .expired : .new, venueOrder))
        }
    }

    /// Links up, reconciled, staged, armed, confirmed.
    private func begin(assets: Int) {
        for role in [LinkRole.marketData, .orders] {
            take(.link(LinkChange(venue: VenueID(0), role: role, state: .up, reason: 0)))
        }
        for isEnd in [false, true] {
            take(.snapshot(SnapshotMark(id: 1, venue: VenueID(0), isEnd: isEnd, isComplete: true, requestedAt: now)))
            for asset in 0..<(isEnd ? 0 : assets) {
                take(
                    .balance(
                        VenueBalance(
                            asset: AssetID(UInt16(asset)), venue: VenueID(0), source: .snapshot,
                            free: Quantity(raw: 1_000_000_000 * fixedPointUnit), locked: .zero, venueTime: .zero)))
            }
        }
        for index in stride(from: 0, to: texts.count, by: 2) {
            update += 1
            texts[index].set(update)
            feed.message(texts[index].view, receivedAt: now, sink: &events)
        }
        for input in events.items { take(input) }
        events.items.removeAll(keepingCapacity: true)
        for kind in [CommandKind.stage, .arm, .confirm] {
            take(.command(Command(kind: kind, operatorID: 0, hash: 9, lifetime: Nanoseconds(seconds: 86_400))))
        }
        precondition(core.state == .live, "the core is not live")
    }
}

/// Strategies that answer each tick of theirs, and one whose orders rest, 16 a tick at prices of their own, until enough do.
struct FlatStrategies: StrategySet {
    private var answers: ContiguousArray<TickAnswer> = []
    private let restingOn: InstrumentID
    private let resting: Int
    private var placed = 0
    private static let quantity = Quantity(raw: 1_000)

    init(first: Int, count: Int, resting: Int) {
        for index in first..<first + count {
            answers.append(TickAnswer(instrument: InstrumentID(UInt16(index)), quantity: Self.quantity))
        }
        restingOn = InstrumentID(UInt16(first + count))
        self.resting = resting
    }

    var count: Int { answers.count + 1 }
    func instrument(of index: Int) -> InstrumentID { index < answers.count ? answers[index].instrument : restingOn }
    func versionHash(of index: Int) -> UInt32 { 1 }
    /// Ticks alone move them.
    func nextTimer(of index: Int) -> Nanoseconds { Nanoseconds(raw: .max) }

    mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) {
        guard case .tick = event else { return }
        if index < answers.count { return answers[index].onTick(context, &intents) }
        guard context.hasTop else { return }
        for _ in 0..<16 where placed < resting {
            placed += 1
            let price = Price(raw: context.top.bidPrice.raw - Int64(placed) * 1_000_000)
            intents.place(.buy, .postOnly, price: price, quantity: Self.quantity)
        }
    }
}

/// What the decoder published, until it is stepped.
private struct FlatEvents: MarketSink, FrameSink {
    var items: ContiguousArray<Input> = []
    mutating func market(_ input: Input) { items.append(input) }
    mutating func requestSnapshot(_ instrument: InstrumentID) {}
    var refusals = 0
    mutating func refused(_ reason: FeedRefusal) { refusals += 1 }
    mutating func reconnect(_ reason: FeedRefusal) {}
    mutating func send(text: ByteView) -> Bool { true }
}
