import Binance
import Model
import TestSupport
import Testing
import Units
import VenueKit
import Wire

/// Counts what an order-entry adapter says about each command.
private struct OrderWitness: OrderSink {
    var complaint: String?
    /// Answers to the commands place, cancel, cancel all, query, in this order.
    var answers = [0, 0, 0, 0]
    var events = 0
    var isDown = false
    var log: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func order(_ input: Input) {
        events += 1
        for byte in "\(input)".utf8 { log = (log ^ UInt64(byte)) &* 0x100_0000_01B3 }
        switch input {
        case .orderReply(let reply):
            switch reply.kind {
            case .place: answers[0] += 1
            case .cancel: answers[1] += 1
            case .cancelAll: answers[2] += 1
            case .query: answers[3] += 1
            default: complaint = "an answer to nothing: \(reply)"
            }
            if reply.outcome == .accepted, reply.kind != .cancelAll, reply.venueOrder == .none { complaint = "accepted without a number: \(reply)" }
        case .orderUpdate(let update):
            if update.source == .query { answers[3] += 1 }
            if update.price.raw < 0 || update.quantity.raw < 0 || update.cumulativeQuantity.raw < 0 { complaint = "below zero: \(update)" }
        case .fill(let fill):
            if fill.price.raw <= 0 || fill.quantity.raw <= 0 || fill.venueOrder == .none { complaint = "a fill of nothing: \(fill)" }
        case .balance: break
        case .link(let change): isDown = change.state == .down
        case .venueUsage(let usage):
            for limiter in [usage.weight, usage.orders, usage.ordersLong]
            where limiter.used < 0 || limiter.limit < 0 || limiter.endsIn.raw < 0 { complaint = "below zero: \(usage)" }
            if usage.holdFor.raw < 0 { complaint = "a pause that is over: \(usage)" }
        default: complaint = "an order sink got \(input)"
        }
        if let over = answers.firstIndex(where: { $0 > 1 }) { complaint = "command \(over) was answered twice" }
    }
    mutating func reconnect(_ reason: OrderLinkProblem) {
        if !isDown { complaint = "a reconnection is asked for before the link is down" }
    }
}

private let pem = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
    -----END PRIVATE KEY-----

    """
let fuzzSymbols = ["BTCUSDT", "ETHUSDT", "ETHBTC", "LTCBTC", "BNBBTC", "LTCBNB"].enumerated().map {
    BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1)
}
let fuzzAssets = ["BTC", "USDT", "ETH", "LTC", "BNB"].enumerated().map { BinanceAsset(asset: AssetID(UInt16($0)), name: $1) }

private let ownFrames = [
    #"{"id":3,"status":200,"result":{"symbol":"BTCUSDT","orderId":12,"clientOrderId":"nt-00000030000009","transactTime":1660801715639}}"#,
    #"{"id":4,"status":200,"result":{"symbol":"BTCUSDT","origClientOrderId":"nt-00000030000009","orderId":12,"clientOrderId":"x","price":"1","origQty":"1","executedQty":"0","status":"CANCELED","side":"BUY","transactTime":5}}"#,
    #"{"id":5,"status":400,"error":{"code":-2011,"msg":"Unknown order sent."}}"#,
    #"{"id":6,"status":200,"result":{"symbol":"BTCUSDT","orderId":12,"clientOrderId":"nt-00000030000009","price":"1","origQty":"2","executedQty":"1","status":"PARTIALLY_FILLED","side":"BUY","time":5,"updateTime":6}}"#,
    #"{"subscriptionId":0,"event":{"e":"executionReport","E":1,"s":"BTCUSDT","c":"nt-00000030000009","S":"BUY","o":"LIMIT","q":"1","p":"2","C":"","x":"TRADE","X":"FILLED","r":"NONE","i":12,"l":"1","z":"1","L":"2","n":"0.001","N":"BTC","T":7,"t":9,"m":true}}"#,
    #"{"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1,"u":2,"B":[{"a":"BTC","f":"1","l":"0"},{"a":"X","f":"1e30","l":"0"}]}}"#,
    #"{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1}}"#, #"{"id":null,"status":401,"error":{"code":-1,"msg":"x"}}"#,
]

private func orderSessions() throws -> [[UInt8]] {
    let documented = try SharedFiles.lines("venues/binance/doc_spot_wsapi_examples.jsonl", for: "documented answers")
        .filter { $0.contains("\"kind\":\"response\"") }.compactMap { value(of: $0, after: "json") }
    let events = try ["doc_spot_user_data_examples": "json", "fixture_spot_executionReport": "msg", "fixture_spot_account_events": "msg"]
        .sorted { $0.key < $1.key }
        .flatMap { name, key in
            try SharedFiles.lines("venues/binance/\(name).jsonl", for: "documented events").compactMap { value(of: $0, after: key) }
        }
        .map { $0.hasPrefix("{\"e\"") ? "{\"subscriptionId\":0,\"event\":\($0)}" : $0 }
    var sessions = [ownFrames[0..<4].joined(separator: "\n"), ownFrames[4...].joined(separator: "\n"), ownFrames[4..<6].joined(separator: "\n")]
    for (index, answer) in documented.enumerated() where answer.utf8.count < 4096 {
        // Answers to the commands sent: their ids are 3 to 6.
        let id = answer.replacing(/"id":"[^"]*"/, with: "\"id\":\(3 + index % 4)", maxReplacements: 1)
        sessions.append(id + "\n" + (events.isEmpty ? ownFrames[4] : events[index % events.count]))
    }
    return sessions.map { Array($0.utf8) }
}

extension Fuzzers {
    private func converse(_ lines: [[UInt8]]) throws -> OrderWitness {
        var entry = try BinanceOrderEntry(
            BinanceOrderConfiguration(
                venue: VenueID(0), symbols: fuzzSymbols, assets: fuzzAssets, clientIDs: ClientOrderIDFormat(prefix: "nt-")!,
                credentials: BinanceCredentials(apiKey: "abc", secret: .ed25519(pem: pem)), requestsInFlightMax: 8))
        var witness = OrderWitness()
        var frames = SilentFrames()
        var now = Nanoseconds(seconds: 4)
        let wall = Nanoseconds(milliseconds: 1_649_729_878_532)
        func receive(_ bytes: [UInt8]) {
            now = now + Nanoseconds(milliseconds: 1)
            withGuarded(bytes) { entry.message(ByteView($0), receivedAt: now, wallNow: wall, sink: &frames, events: &witness) }
        }
        entry.linkOpened(at: now, wallNow: wall, sink: &frames, events: &witness)
        receive(Array(#"{"id":1,"status":200,"result":{}}"#.utf8))
        receive(Array(#"{"id":2,"status":200,"result":{"subscriptionId":0}}"#.utf8))
        guard entry.isReady else {
            witness.complaint = "it is not ready after log-on"
            return witness
        }
        let client = ClientOrderID(run: 3, sequence: 9)
        let instrument = InstrumentID(0)
        let order = NewOrder(
            client: client, instrument: instrument, strategy: StrategyID(0), side: .buy, timeInForce: .postOnly,
            price: Price(raw: 100_000_000), quantity: Quantity(raw: 200_000_000))
        let name = OrderReference(client: client, instrument: instrument, venueOrder: .none)
        let sent = [
            entry.place(order, at: now, wallNow: wall, sink: &frames), entry.cancel(name, at: now, wallNow: wall, sink: &frames),
            entry.cancelAll(instrument, at: now, wallNow: wall, sink: &frames), entry.query(name, at: now, wallNow: wall, sink: &frames),
        ]
        if sent.contains(false) { witness.complaint = "a command was not sent" }
        for line in lines where witness.complaint == nil {
            let before = witness.events
            receive(line)
            if witness.events > before + line.count / 20 + 8 { witness.complaint = "more events than one frame can hold" }
            if entry.isReady, witness.isDown { witness.complaint = "ready on a link that is down" }
        }
        let isWhole = entry.isReady
        entry.linkClosed(at: now, events: &witness)
        // Whatever the frames said, each command has exactly one answer once the link is closed.
        if witness.complaint == nil, witness.answers != [1, 1, 1, 1] { witness.complaint = "answers: \(witness.answers)" }
        if entry.requestsInFlight != 0 || entry.isReady { witness.complaint = "something is in flight on a closed link" }
        witness.isDown = !isWhole
        return witness
    }

    @Test func `Order frames of any content answer every command exactly once`() throws {
        let sessions = try orderSessions()
        let mutator = Mutator(
            sessions, shape: .jsonLines,
            dictionary: [
                "\"id\":3", "\"id\":4", "\"id\":5", "\"id\":6", "\"status\":200", "\"status\":503", "\"code\":-1007", "executionReport",
                "\"event\":", "\"result\":", "BTCUSDT", "nt-00000030000009", "\"CANCELED\"", "\"SELL\"", "outboundAccountPosition",
            ])
        fuzz("Binance order entry", corpus: sessions, rounds: 20_000, seconds: 4, mutate: { mutator(&$0) }) { input in
            let lines = input.split(separator: 10).map(Array.init)
            let witness = try converse(lines)
            if let complaint = witness.complaint { return .wrong(complaint) }
            return witness.isDown ? .refused : .taken
        }
    }

    @Test func `REST answers of any content give rows or a failure that is named`() throws {
        let rest = try BinanceRest(
            BinanceRestConfiguration(
                venue: VenueID(0), symbols: fuzzSymbols, assets: fuzzAssets, clientIDs: ClientOrderIDFormat(prefix: "nt-")!,
                credentials: BinanceCredentials(apiKey: "abc", secret: .hmac("secret"))))
        let own = [
            #"{"serverTime":1499827319559}"#, #"[]"#, #"{"code":-2013,"msg":"Order does not exist."}"#, "<html>",
            #"[{"symbol":"LTCBTC","orderId":1,"clientOrderId":"nt-00000030000009","price":"0.1","origQty":"1.0","executedQty":"0.0","status":"NEW","side":"BUY","time":1499827319559,"updateTime":1499827319559}]"#,
            #"{"updateTime":123456789,"balances":[{"asset":"BTC","free":"4723846.89208129","locked":"0.00000000"}]}"#,
            #"[{"symbol":"BNBBTC","id":28457,"orderId":100234,"price":"4.00000100","qty":"12.0","commission":"10.1","commissionAsset":"BNB","time":1499865549590,"isBuyer":true,"isMaker":false}]"#,
            #"{"symbols":[{"symbol":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01"},{"filterType":"LOT_SIZE","stepSize":"0.1","minQty":"0.1","maxQty":"9"},{"filterType":"NOTIONAL","minNotional":"5"}]}]}"#,
        ]
        let documented = try SharedFiles.lines("venues/binance/doc_spot_rest_examples.jsonl", for: "documented REST answers")
            .compactMap { value(of: $0, after: "json") }.filter { $0.utf8.count < 6000 }
        let mutator = Mutator(own + documented, shape: .json, dictionary: ["\"BTCUSDT\"", "\"filters\":", "\"isBuyer\":true", "\"orderId\":1"])
        var turn: UInt64 = 0
        fuzz("Binance REST", corpus: mutator.corpus, rounds: 12_000, seconds: 3, mutate: { mutator(&$0) }) { input in
            turn &+= 1
            let status = [200, 200, 200, 400, 418, 502, 0, -1, .max][Int(turn % 9)]
            var taken = 0
            /// Failures are declared types: whatever else is thrown ends the run.
            func take(_ body: () throws(RestFailure) -> String?) -> FuzzOutcome? {
                do throws(RestFailure) {
                    if let complaint = try body() { return .wrong(complaint) }
                    taken += 1
                } catch {
                    if case .malformed = error, !(200..<300).contains(status) { return .wrong("an error answer is called malformed") }
                }
                return nil
            }
            let bound = input.count / 2 + 1
            let wrong =
                take { () throws(RestFailure) in try rest.parseServerTime(status: status, body: input).raw < 0 ? "a time before 1970" : nil }
                ?? take { () throws(RestFailure) in
                    let rows = try rest.parseExchangeInfo(status: status, body: input)
                    return rows.contains { $0.tickSize.raw <= 0 || $0.lotSize.raw <= 0 || $0.minNotional.raw < 0 } ? "rules that cannot be kept" : nil
                }
                ?? take { () throws(RestFailure) in
                    let rows = try rest.parseOpenOrders(status: status, body: input)
                    return rows.count > bound || rows.contains { $0.price.raw < 0 || $0.quantity.raw < 0 } ? "\(rows)" : nil
                }
                ?? take { () throws(RestFailure) in
                    try rest.parseAccount(status: status, body: input).count > bound ? "more balances than text" : nil
                }
                ?? take { () throws(RestFailure) in
                    let row = try rest.parseOrder(ClientOrderID(run: 1, sequence: 1), InstrumentID(3), status: status, body: input)
                    return row.client == ClientOrderID(run: 1, sequence: 1) ? nil : "another order: \(row)"
                }
                ?? take { () throws(RestFailure) in
                    let rows = try rest.parseMyTrades(InstrumentID(4), status: status, body: input)
                    return rows.contains { $0.price.raw <= 0 || $0.quantity.raw <= 0 } ? "a trade of nothing" : nil
                }
                ?? take { () throws(RestFailure) in try rest.parseCancelAllOpen(status: status, body: input) > bound ? "more orders than text" : nil }
                ?? take { () throws(RestFailure) in
                    _ = try rest.parseCancel(status: status, body: input)
                    return nil
                }
            return wrong ?? (taken > 0 ? .taken : .refused)
        }
    }
}
