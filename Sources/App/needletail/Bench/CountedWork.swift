import Binance
import Core
import Model
import Rings
import Signing
import Units
import VenueKit
import Wire

/// Pure functions of the hot path, done a number of times for a counter of instructions (Tests/Instructions): nothing is
/// measured here. Names are those in thresholds.txt.
enum CountedWork: String, CaseIterable {
    case decodeBookTicker, decodeBookTickerAnyOrder, decodeDepth100, applyDepth100, coreStepNoOrder, coreStepOrder
    case riskGate, encodeOrder, signHMAC, recordInput, ringPushPop

    /// Does it `count` times; a sum that depends on the results, so that nothing is left out.
    func run(_ count: Int) throws -> UInt64 {
        switch self {
        case .decodeBookTicker: return try Self.decode(count) { $0.tickers }
        case .decodeBookTickerAnyOrder: return try Self.decode(count) { $0.shuffled }
        case .decodeDepth100: return try Self.decode(count) { $0.depths }
        case .applyDepth100: return Self.apply(count)
        case .coreStepNoOrder: return try Self.quietSteps(count)
        case .coreStepOrder: return try Self.orderSteps(count)
        case .riskGate: return try CoreBench.gate(count)
        case .encodeOrder: return try Self.encode(count)
        case .signHMAC: return Self.sign(count)
        case .recordInput: return Self.record(count)
        case .ringPushPop: return Self.pass(count)
        }
    }

    private static func decode(_ count: Int, _ list: (Frames) -> [ByteView]) throws -> UInt64 {
        let frames = Frames(count: 64)
        let views = list(frames)
        var decoder = try BinanceFrameDecoder(symbols: [DecodeBench.symbol])
        var taken: UInt64 = 0
        for index in 0..<count where decoder.decode(views[index & 63]) { taken &+= 1 }
        withExtendedLifetime(frames) {}
        precondition(taken == UInt64(count), "a frame was refused")
        return taken
    }

    private static func apply(_ count: Int) -> UInt64 {
        let diffs = BookDiffs()
        for index in 0..<count { diffs.apply(index) }
        return UInt64(diffs.levels)
    }

    private static func quietSteps(_ count: Int) throws -> UInt64 {
        var stage = try CoreStage(strategy: CoreStage.quoter(minChange: 1_000_000))
        stage.makeLive()
        stage.settle()
        for index in 0..<count { stage.tick(bid: 50_000 + Int64(index & 1)) }
        precondition(stage.sent == 2, "a quiet tick sent something")
        return UInt64(stage.sent)
    }

    /// The tick with its order, and the venue's answer to it.
    private static func orderSteps(_ count: Int) throws -> UInt64 {
        var stage = try CoreStage(strategy: TickAnswer(instrument: InstrumentID(0), quantity: Quantity(raw: 1_000_000)))
        stage.makeLive()
        for index in 0..<count {
            stage.tick(bid: 50_000 + Int64(index % 97))
            stage.settle()
        }
        precondition(stage.sent >= count, "ticks sent no orders")
        return UInt64(stage.sent)
    }

    /// An order as the venue's text, and the venue's answer to it, which frees its place.
    private static func encode(_ count: Int) throws -> UInt64 {
        var stage = EncoderStage(try WireParts.make(symbol: "BTCUSDT"))
        for _ in 0..<count { stage.place() }
        return stage.sink.bytes
    }

    private static func sign(_ count: Int) -> UInt64 {
        let signer = HMACSigner(key: Array("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j".utf8))
        let request = PaddedFrame([UInt8](repeating: UInt8(ascii: "x"), count: 200))
        var sum: UInt64 = 0
        for _ in 0..<count { sum &+= UInt64(signer.sign(request.view)[0]) }
        return sum
    }

    private static func record(_ count: Int) -> UInt64 {
        let input = Input.topOfBook(CoreStage<TickAnswer>.top(50_000, update: 1, now: Nanoseconds(seconds: 1)))
        let ends = makeRing(of: Record.self, capacity: 1024)
        var producer = ends.producer
        var consumer = ends.consumer
        var record = input.record(sequence: 0, time: .zero)
        var sum: UInt64 = 0
        for index in 0..<count {
            _ = producer.tryPush(input.record(sequence: UInt64(index), time: Nanoseconds(raw: Int64(index))))
            if consumer.tryPop(&record) { sum &+= 1 }
        }
        return sum
    }

    private static func pass(_ count: Int) -> UInt64 {
        let ends = makeRing(of: RingMessage.self, capacity: 1024)
        var producer = ends.producer
        var consumer = ends.consumer
        var message = RingMessage()
        var sum: UInt64 = 0
        for index in 0..<count {
            message.words[0] = UInt64(index)
            _ = producer.tryPush(message)
            if consumer.tryPop(&message) { sum &+= message.words[0] }
        }
        return sum
    }
}

/// A logged-on order encoder and its venue's answers.
private struct EncoderStage: ~Copyable {
    struct Sink: FrameSink, OrderSink {
        var bytes: UInt64 = 0
        mutating func send(text: ByteView) -> Bool {
            bytes &+= UInt64(text.count)
            return true
        }
        mutating func order(_ input: Input) {}
        mutating func reconnect(_ reason: OrderLinkProblem) { preconditionFailure("the answers were not believed") }
    }

    private var entry: BinanceOrderEntry
    private var answer = ByteWriter(capacity: 512)
    private var request: UInt64 = 0
    private let now = Nanoseconds(seconds: 100)
    private let order = NewOrder(
        client: ClientOrderID(run: 7, sequence: 1), instrument: InstrumentID(0), strategy: StrategyID(0), side: .buy,
        timeInForce: .goodTillCancel, price: Price(raw: 6_183_763_000_000), quantity: Quantity(raw: 1_000_000))
    var sink = Sink()
    private var events = Sink()

    init(_ parts: consuming WireParts) {
        entry = parts.entry
        entry.linkOpened(at: now, wallNow: now, sink: &sink, events: &events)
        for _ in 1...2 { reply(",\"status\":200,\"result\":{\"subscriptionId\":0}}") }
        precondition(entry.isReady, "the log-on was not believed")
    }

    private mutating func reply(_ rest: StaticString) {
        request += 1
        answer.reset()
        answer.append("{\"id\":")
        answer.append(int: request)
        answer.append(rest)
        entry.message(answer.view, receivedAt: now, wallNow: now, sink: &sink, events: &events)
    }

    mutating func place() {
        let isEncoded = entry.place(order, at: now, wallNow: now, sink: &sink)
        precondition(isEncoded, "an order was not encoded")
        reply(",\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\",\"orderId\":1,\"clientOrderId\":\"nt-\",\"transactTime\":1}}")
    }
}
