import Binance
import Model
import Units
import VenueKit
import Wire

/// An order as the venue's text, and the venue's answer to it, which frees its place.
func encoded(_ count: Int) throws -> UInt64 {
    // A published test key (RFC 8410, section 10.3): it opens nothing.
    let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """
    var configuration = BinanceOrderConfiguration(
        venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")], assets: [],
        clientIDs: ClientOrderIDFormat(prefix: "nt-")!,
        credentials: BinanceCredentials(apiKey: "instructions", secret: .ed25519(pem: pem)))
    configuration.priceDigits = 8
    var stage = EncoderStage(try BinanceOrderEntry(configuration))
    for _ in 0..<count { stage.place() }
    return stage.sink.bytes
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

    init(_ encoder: consuming BinanceOrderEntry) {
        entry = encoder
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
