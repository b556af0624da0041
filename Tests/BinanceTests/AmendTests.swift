import Model
import Testing
import Units
import VenueKit
import Wire

@testable import Binance

private let pem = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
    -----END PRIVATE KEY-----

    """
private let at = Nanoseconds(seconds: 5)
/// 43.532 s into its minute, 3.532 s into its ten seconds.
private let wall = Nanoseconds(milliseconds: 1_649_729_923_532)
private let old = ClientOrderID(run: 3, sequence: 9)
private let new = ClientOrderID(run: 3, sequence: 10)

private struct Desk: ~Copyable {
    var entry: BinanceOrderEntry
    var frames = Frames()
    var log = OrderLog()

    init() throws {
        entry = try BinanceOrderEntry(
            BinanceOrderConfiguration(
                venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")],
                assets: [BinanceAsset(asset: AssetID(0), name: "BTC")], clientIDs: ClientOrderIDFormat(prefix: "nt-")!,
                credentials: BinanceCredentials(apiKey: "k", secret: .ed25519(pem: pem))))
        entry.linkOpened(at: at, wallNow: wall, sink: &frames, events: &log)
        receive(#"{"id":1,"status":200,"result":{}}"#)
        receive(#"{"id":2,"status":200,"result":{"subscriptionId":0}}"#)
        frames.sent = []
        log.inputs = []
    }

    mutating func receive(_ text: String) {
        withView(Array(text.utf8)) { entry.message($0, receivedAt: at, wallNow: wall, sink: &frames, events: &log) }
    }

    mutating func amend(
        inPlace: Bool = false, venueOrder: UInt64 = 77, _ life: TimeInForce = .postOnly
    ) throws -> String {
        let sent = entry.amend(
            OrderAmendment(
                order: OrderReference(client: old, instrument: InstrumentID(0), venueOrder: VenueOrderID(venueOrder)),
                client: inPlace ? old : new, strategy: StrategyID(0), side: .sell, timeInForce: life,
                price: try Price("52000.5"), quantity: try Quantity("0.01")),
            at: at, wallNow: wall, sink: &frames)
        #expect(sent)
        return try #require(frames.sent.last)
    }

    /// The replies told, as `name outcome error`.
    mutating func replies() -> [String] {
        defer { log.inputs = [] }
        return log.inputs.compactMap {
            guard case .orderReply(let reply) = $0 else { return nil }
            #expect(reply.kind == .amend)
            return "\(reply.client == old ? "old" : reply.client == new ? "new" : "?") \(reply.outcome) \(reply.error.name)"
        }
    }
}

@Suite struct BinanceAmendTests {
    @Test("A replacement asks to end only what is untouched, and to stop when that fails")
    func written() throws {
        var desk = try Desk()
        #expect(
            try desk.amend()
                == #"{"id":3,"method":"order.cancelReplace","params":{"cancelOrderId":77,"cancelReplaceMode":"STOP_ON_FAILURE","cancelRestrictions":"ONLY_NEW","newClientOrderId":"nt-0000003000000a","newOrderRespType":"ACK","price":"52000.5","quantity":"0.01","recvWindow":5000,"side":"SELL","symbol":"BTCUSDT","timestamp":1649729923532,"type":"LIMIT_MAKER"}}"#)
        let named = try desk.amend(venueOrder: 0, .goodTillCancel)
        #expect(named.contains(#""cancelOrigClientOrderId":"nt-00000030000009","cancelReplaceMode""#))
        #expect(named.contains(#""timeInForce":"GTC","timestamp":1649729923532,"type":"LIMIT"}"#))
        #expect(
            try desk.amend(inPlace: true)
                == #"{"id":5,"method":"order.amend.keepPriority","params":{"newClientOrderId":"nt-00000030000009","newQty":"0.01","orderId":77,"recvWindow":5000,"symbol":"BTCUSDT","timestamp":1649729923532}}"#)
    }

    @Test("Both halves of a replacement are told, whatever became of them")
    func outcomes() throws {
        let done = #"{"id":3,"status":200,"result":{"cancelResult":"SUCCESS","newOrderResult":"SUCCESS","cancelResponse":{"orderId":77,"status":"CANCELED"},"newOrderResponse":{"symbol":"BTCUSDT","orderId":78,"clientOrderId":"nt-0000003000000a","transactTime":1649729923532}}}"#
        func failed(_ status: Int, _ code: Int, _ data: String) -> String {
            #"{"id":3,"status":\#(status),"error":{"code":\#(code),"msg":"Order cancel-replace failed."\#(data)}}"#
        }
        func halves(_ cancel: String, _ first: String, _ place: String, _ second: String) -> String {
            #","data":{"cancelResult":"\#(cancel)","newOrderResult":"\#(place)","cancelResponse":\#(first),"newOrderResponse":\#(second)}"#
        }
        let gone = #"{"code":-2011,"msg":"Unknown order sent."}"#
        let touched = #"{"code":-2011,"msg":"Order was not canceled due to cancel restrictions."}"#
        let crosses = #"{"code":-2010,"msg":"Order would immediately match and take."}"#
        let cases: [(String, [String])] = [
            (done, ["old accepted NONE", "new accepted NONE"]),
            (failed(400, -2022, halves("FAILURE", touched, "NOT_ATTEMPTED", "null")), ["old refused ORDER_REJECTED", "new refused ORDER_REJECTED"]),
            (failed(400, -2022, halves("FAILURE", gone, "NOT_ATTEMPTED", "null")), ["old refused UNKNOWN_ORDER", "new refused ORDER_REJECTED"]),
            (failed(409, -2021, halves("SUCCESS", #"{"orderId":77}"#, "FAILURE", crosses)), ["old accepted NONE", "new refused ORDER_REJECTED"]),
            (failed(409, -2021, ""), ["old unknown ORDER_REJECTED", "new unknown ORDER_REJECTED"]),
            (failed(409, -2021, halves("WHO", "{}", "KNOWS", "{}")), ["old unknown VENUE_UNAVAILABLE", "new unknown VENUE_UNAVAILABLE"]),
            (failed(400, -1013, ""), ["old refused INVALID_ORDER", "new refused INVALID_ORDER"]),
            (failed(429, -1015, ""), ["old refused ORDER_RATE_LIMIT_BREACH", "new refused ORDER_RATE_LIMIT_BREACH"]),
            (failed(503, -1007, ""), ["old unknown VENUE_UNAVAILABLE", "new unknown VENUE_UNAVAILABLE"]),
        ]
        for (answer, wanted) in cases {
            var desk = try Desk()
            _ = try desk.amend()
            desk.receive(answer)
            #expect(desk.replies() == wanted, "\(answer)")
        }
    }

    @Test("A yes that cannot be read is unknown, and so are both names when the link goes")
    func unread() throws {
        var desk = try Desk()
        _ = try desk.amend()
        desk.receive(#"{"id":3,"status":200,"result":{"cancelResult":"SUCCESS"}}"#)
        #expect(desk.replies() == ["old unknown NONE", "new unknown NONE"])
        var other = try Desk()
        _ = try other.amend()
        _ = try other.amend(inPlace: true)
        other.entry.linkClosed(at: at, events: &other.log)
        #expect(other.replies().sorted() == ["new unknown VENUE_UNAVAILABLE", "old unknown VENUE_UNAVAILABLE", "old unknown VENUE_UNAVAILABLE"])
    }

    @Test("A reduction in place is answered once")
    func reduced() throws {
        var desk = try Desk()
        _ = try desk.amend(inPlace: true)
        desk.receive(#"{"id":3,"status":200,"result":{"transactTime":1,"executionId":2,"amendedOrder":{"orderId":77,"qty":"0.01"}}}"#)
        #expect(desk.replies() == ["old accepted NONE"])
        _ = try desk.amend(inPlace: true)
        desk.receive(#"{"id":4,"status":400,"error":{"code":-2038,"msg":"Order amend (quantity increase) is not supported."}}"#)
        #expect(desk.replies() == ["old refused ORDER_REJECTED"])
        _ = try desk.amend(inPlace: true)
        desk.receive(#"{"id":5,"status":400,"error":{"code":-2013,"msg":"Order does not exist."}}"#)
        #expect(desk.replies() == ["old refused UNKNOWN_ORDER"])
    }
}

@Suite struct BinanceUsageTests {
    private func usage(_ answer: String) throws -> (VenueUsage?, first: Bool) {
        var desk = try Desk()
        _ = try desk.amend(inPlace: true)
        desk.receive(answer)
        for (index, input) in desk.log.inputs.enumerated() { if case .venueUsage(let usage) = input { return (usage, index == 0) } }
        return (nil, false)
    }

    private let limits = #""rateLimits":[{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100,"count":12},{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000,"count":4043},{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000,"count":321}]"#

    @Test("The venue's own counts are told with the end of their windows, before the answer itself")
    func counts() throws {
        let (usage, isFirst) = try usage(#"{"id":3,"status":200,"result":{},\#(limits)}"#)
        let said = try #require(usage)
        #expect(isFirst && said.hold == .none)
        #expect(said.orders == .init(used: 12, limit: 100, endsIn: Nanoseconds(milliseconds: 7_468)))
        #expect(said.weight == .init(used: 321, limit: 6000, endsIn: Nanoseconds(milliseconds: 17_468)))
        #expect(said.ordersLong.used == 4043 && said.ordersLong.limit == 200_000)
        #expect(said.ordersLong.endsIn > Nanoseconds(seconds: 3600))
    }

    @Test(
        "Each status asks for its pause, for as long as the venue says",
        arguments: [
            (429, -1003, #","data":{"serverTime":1000,"retryAfter":31000}"#, VenueUsage.Hold.requests, Int64(30_000)),
            (429, -1003, "", .requests, 17_468),
            (418, -1003, #","data":{"serverTime":1000,"retryAfter":301000}"#, .all, 300_000),
            (418, -1003, "", .all, 120_000), (403, -1, "", .all, 120_000),
            (429, -1015, #","data":{"serverTime":5000,"retryAfter":9000}"#, .orders, 4_000),
            (429, -1015, "", .orders, 7_468), (400, -1034, "", .requests, 17_468),
            (418, -1003, #","data":{"serverTime":1,"retryAfter":9223372036854775807}"#, .all, 259_200_000),
            (429, -1003, #","data":{"serverTime":9000,"retryAfter":100}"#, .requests, 17_468),
        ])
    func holds(_ status: Int, _ code: Int, _ data: String, _ hold: VenueUsage.Hold, _ milliseconds: Int64) throws {
        let (usage, isFirst) = try usage(#"{"id":3,"status":\#(status),"error":{"code":\#(code),"msg":"no"\#(data)}}"#)
        let said = try #require(usage)
        #expect(isFirst && said.hold == hold && said.holdFor == Nanoseconds(milliseconds: milliseconds))
    }

    @Test("Answers without counts say nothing, and rows that cannot be read are passed over")
    func silent() throws {
        #expect(try usage(#"{"id":3,"status":200,"result":{}}"#).0 == nil)
        #expect(try usage(#"{"id":3,"status":400,"error":{"code":-1013,"msg":"no"}}"#).0 == nil)
        let odd = #"{"id":3,"status":200,"result":{},"rateLimits":[{"rateLimitType":"ORDERS","interval":"FORTNIGHT","intervalNum":1,"limit":5,"count":5},{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":99999999999,"count":5},{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":7,"count":1}]}"#
        let said = try #require(try usage(odd).0)
        #expect(said.orders.limit == 0 && said.weight.limit == 7)
    }
}
