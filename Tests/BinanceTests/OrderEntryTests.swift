import Foundation
import Model
import TestSupport
import Testing
import Units
import VenueKit
import Wire

@testable import Binance

private let hmacSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
private let apiKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
private let pem = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
    -----END PRIVATE KEY-----

    """
private let at = Nanoseconds(seconds: 5)
private let wall = Nanoseconds(milliseconds: 1_649_729_878_532)
private let client = ClientOrderID(run: 3, sequence: 9)

private func configuration(_ secret: BinanceCredentials.Secret) -> BinanceOrderConfiguration {
    BinanceOrderConfiguration(
        venue: VenueID(0),
        symbols: [
            BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT"),
            BinanceSymbol(instrument: InstrumentID(1), symbol: "ETHUSDT"),
            BinanceSymbol(instrument: InstrumentID(2), symbol: "ETHBTC"),
        ],
        assets: [BinanceAsset(asset: AssetID(0), name: "BTC"), BinanceAsset(asset: AssetID(1), name: "ETH")],
        clientIDs: ClientOrderIDFormat(prefix: "nt-")!, credentials: BinanceCredentials(apiKey: apiKey, secret: secret))
}

private struct Desk: ~Copyable {
    var entry: BinanceOrderEntry
    var frames = Frames()
    var log = OrderLog()

    init(_ secret: BinanceCredentials.Secret) throws {
        entry = try BinanceOrderEntry(configuration(secret))
        entry.linkOpened(at: at, wallNow: wall, sink: &frames, events: &log)
    }

    /// Logged on and subscribed, with the frames of that forgotten.
    static func ready() throws -> Desk {
        var desk = try Desk(.ed25519(pem: pem))
        desk.receive("{\"id\":1,\"status\":200,\"result\":{\"apiKey\":\"x\",\"userDataStream\":false}}")
        desk.receive("{\"id\":2,\"status\":200,\"result\":{\"subscriptionId\":0}}")
        let isReady = desk.entry.isReady
        #expect(isReady)
        desk.frames.sent = []
        desk.log.inputs = []
        return desk
    }

    mutating func receive(_ text: String) {
        withView(Array(text.utf8)) { entry.message($0, receivedAt: at, wallNow: wall, sink: &frames, events: &log) }
    }

    mutating func place(_ timeInForce: TimeInForce = .goodTillCancel) -> Bool {
        entry.place(
            NewOrder(
                client: client, instrument: InstrumentID(0), strategy: StrategyID(0), side: .sell,
                timeInForce: timeInForce, price: try! Price("52000"), quantity: try! Quantity("0.01")),
            at: at, wallNow: wall, sink: &frames)
    }
}

@Suite struct BinanceOrderEntryTests {
    @Test("An Ed25519 session is logged on with the venue's known signature, then subscribed, then up")
    func logon() throws {
        var desk = try Desk(.ed25519(pem: pem))
        let logon = try #require(desk.frames.sent.first)
        #expect(logon.hasPrefix("{\"id\":1,\"method\":\"session.logon\",\"params\":{\"apiKey\":\"\(apiKey)\",\"recvWindow\":5000,\"timestamp\":1649729878532,\"signature\":\""))
        let early = desk.place()
        #expect(!early)
        desk.receive("{\"id\":1,\"status\":200,\"result\":{}}")
        #expect(desk.frames.sent.last == "{\"id\":2,\"method\":\"userDataStream.subscribe\",\"params\":{}}")
        desk.receive("{\"id\":2,\"status\":200,\"result\":{\"subscriptionId\":0}}")
        #expect(desk.log.links == [.connecting, .up])
    }

    @Test("An HMAC key signs the sorted parameters of every request")
    func hmac() throws {
        var desk = try Desk(.hmac(hmacSecret))
        #expect(desk.frames.sent[0].contains("\"method\":\"userDataStream.subscribe.signature\""))
        desk.receive("{\"id\":1,\"status\":200,\"result\":{\"subscriptionId\":0}}")
        let placed = desk.place()
        #expect(placed)
        let frame = try #require(desk.frames.sent.last)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(frame.utf8)) as? [String: Any])
        var params = try #require(object["params"] as? [String: Any])
        let signature = try #require(params.removeValue(forKey: "signature") as? String)
        let payload = params.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            .map { "\($0)=\(params[$0]!)" }.joined(separator: "&")
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = ["openssl", "dgst", "-sha256", "-hmac", hmacSecret, "-hex"]
        let (input, output) = (Pipe(), Pipe())
        openssl.standardInput = input
        openssl.standardOutput = output
        try openssl.run()
        input.fileHandleForWriting.write(Data(payload.utf8))
        input.fileHandleForWriting.closeFile()
        let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        openssl.waitUntilExit()
        #expect(answer.contains(signature))
        #expect(signature.utf8.count == 64)
    }

    @Test("An order without a signature is written as its parameters one by one would be")
    func plainOrders() throws {
        var desk = try Desk.ready()
        let seed = UInt64.random(in: 1 ... .max)
        var dice = Dice(seed: seed)
        let names = ClientOrderIDFormat(prefix: "nt-")!
        for id in 3..<203 {
            let name = ClientOrderID(
                run: UInt32(truncatingIfNeeded: dice.next()), sequence: UInt32(truncatingIfNeeded: dice.next()))
            let life = dice.pick(TimeInForce.allCases)
            let order = NewOrder(
                client: name, instrument: InstrumentID(0), strategy: StrategyID(0), side: dice.oneIn(2) ? .buy : .sell,
                timeInForce: life, price: Price(raw: Int64(dice.next() >> UInt64(1 + dice.below(60)))),
                quantity: Quantity(raw: Int64(dice.next() >> UInt64(1 + dice.below(60)))))
            let sent = desk.entry.place(order, at: at, wallNow: wall, sink: &desk.frames)
            #expect(sent)
            let lives: [TimeInForce: String] = [.goodTillCancel: "GTC", .immediateOrCancel: "IOC", .fillOrKill: "FOK"]
            var wanted = "{\"id\":\(id),\"method\":\"order.place\",\"params\":{\"newClientOrderId\":\""
            wanted += names.text(name).string + "\",\"newOrderRespType\":\"ACK\",\"price\":\"\(order.price)\","
            wanted += "\"quantity\":\"\(order.quantity)\",\"recvWindow\":5000,\"side\":\"\(order.side == .buy ? "BUY" : "SELL")\","
            wanted += "\"symbol\":\"BTCUSDT\"," + (lives[life].map { "\"timeInForce\":\"\($0)\"," } ?? "")
            wanted += "\"timestamp\":1649729878532,\"type\":\"\(life == .postOnly ? "LIMIT_MAKER" : "LIMIT")\"}}"
            #expect(desk.frames.sent.last == wanted, "seed \(seed)")
            desk.receive("{\"id\":\(id),\"status\":200,\"result\":{\"orderId\":1}}")
        }
    }

    @Test("Orders, cancels and look-ups are written as the venue wants them")
    func frames() throws {
        var desk = try Desk.ready()
        _ = desk.place()
        #expect(
            desk.frames.sent.last
                == "{\"id\":3,\"method\":\"order.place\",\"params\":{\"newClientOrderId\":\"nt-00000030000009\",\"newOrderRespType\":\"ACK\",\"price\":\"52000\",\"quantity\":\"0.01\",\"recvWindow\":5000,\"side\":\"SELL\",\"symbol\":\"BTCUSDT\",\"timeInForce\":\"GTC\",\"timestamp\":1649729878532,\"type\":\"LIMIT\"}}")
        _ = desk.place(.postOnly)
        let maker = try #require(desk.frames.sent.last)
        #expect(maker.contains("\"type\":\"LIMIT_MAKER\"") && !maker.contains("timeInForce"))
        let known = OrderReference(client: client, instrument: InstrumentID(0), venueOrder: VenueOrderID(77))
        _ = desk.entry.cancel(known, at: at, wallNow: wall, sink: &desk.frames)
        #expect(desk.frames.sent.last!.contains("\"order.cancel\",\"params\":{\"orderId\":77,"))
        let unknown = OrderReference(client: client, instrument: InstrumentID(0), venueOrder: .none)
        _ = desk.entry.query(unknown, at: at, wallNow: wall, sink: &desk.frames)
        #expect(desk.frames.sent.last!.contains("\"order.status\",\"params\":{\"origClientOrderId\":\"nt-00000030000009\","))
        _ = desk.entry.cancelAll(InstrumentID(0), at: at, wallNow: wall, sink: &desk.frames)
        #expect(desk.frames.sent.last!.contains("\"openOrders.cancelAll\",\"params\":{\"recvWindow\":5000,\"symbol\":\"BTCUSDT\","))
        desk.frames.isFull = true
        let before = desk.entry.requestsInFlight
        let sent = desk.place()
        let after = desk.entry.requestsInFlight
        #expect(!sent && before == after)
    }

    @Test("Answers find their request, and errors keep their outcome")
    func replies() throws {
        let rows: [(String, Outcome, ErrorCode)] = [
            ("\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\",\"orderId\":8389765739703625592,\"clientOrderId\":\"a\",\"transactTime\":5}", .accepted, .none),
            ("\"status\":400,\"error\":{\"code\":-2010,\"msg\":\"Account has insufficient balance for requested action.\"}", .refused, .insufficientBalance),
            ("\"status\":400,\"error\":{\"code\":-2010,\"msg\":\"Order would immediately match and take.\"}", .refused, .orderRejected),
            ("\"status\":400,\"error\":{\"code\":-1013,\"msg\":\"Filter failure: LOT_SIZE\"}", .refused, .invalidOrder),
            ("\"status\":400,\"error\":{\"code\":-1021,\"msg\":\"x\"}", .refused, .clockSkew),
            ("\"status\":429,\"error\":{\"code\":-1015,\"msg\":\"x\",\"data\":{\"retryAfter\":1}}", .refused, .orderRateLimitBreach),
            ("\"status\":500,\"error\":{\"code\":-1006,\"msg\":\"x\"}", .unknown, .venueUnavailable),
            ("\"status\":408,\"error\":{\"code\":-1007,\"msg\":\"x\"}", .unknown, .venueUnavailable),
            ("\"status\":503,\"error\":{\"code\":-1008,\"msg\":\"x\"}", .refused, .venueUnavailable),
            ("\"status\":401,\"error\":{\"code\":-2015,\"msg\":\"x\"}", .refused, .authentication),
        ]
        for (body, outcome, error) in rows {
            var desk = try Desk.ready()
            _ = desk.place()
            desk.receive("{\"id\":3,\(body),\"rateLimits\":[]}")
            let reply = try #require(desk.log.replies.first)
            #expect(reply.kind == .place && reply.client == client && reply.outcome == outcome && reply.error == error, "\(body)")
            if outcome == .accepted { #expect(reply.venueOrder.raw == 8_389_765_739_703_625_592) }
            desk.receive("{\"id\":3,\(body)}")
            let late = desk.entry.lateReplies
            #expect(late == 1)
        }
        var desk = try Desk.ready()
        _ = desk.entry.query(
            OrderReference(client: client, instrument: InstrumentID(0), venueOrder: .none), at: at, wallNow: wall,
            sink: &desk.frames)
        desk.receive("{\"id\":3,\"status\":400,\"error\":{\"code\":-2013,\"msg\":\"Order does not exist.\"}}")
        #expect(desk.log.updates.map(\.status) == [.absent])
    }

    @Test("A look-up answered with an order that has no status is unknown, once")
    func emptyLookUp() throws {
        var desk = try Desk.ready()
        let order = OrderReference(client: client, instrument: InstrumentID(0), venueOrder: .none)
        _ = desk.entry.query(order, at: at, wallNow: wall, sink: &desk.frames)
        desk.receive("{\"id\":3,\"status\":200,\"result\":{\"orderId\":3}}")
        #expect(desk.log.replies.map(\.kind) == [.query] && desk.log.replies.map(\.outcome) == [.unknown])
        #expect(desk.log.links == [.down])
    }

    @Test("A closed, revoked or unreadable session leaves what is in flight unknown")
    func endings() throws {
        for text in ["close", "{\"id\":null,\"status\":401,\"error\":{\"code\":-2015,\"msg\":\"x\"}}", "{\"event\":{\"e\":\"eventStreamTerminated\",\"E\":1}}", "{\"event\":"] {
            var desk = try Desk.ready()
            _ = desk.place()
            if text == "close" { desk.entry.linkClosed(at: at, events: &desk.log) } else { desk.receive(text) }
            #expect(desk.log.replies.map(\.outcome) == [.unknown])
            #expect(desk.log.links == [.down])
            #expect(desk.log.reconnects.count == (text == "close" ? 0 : 1))
            let late = desk.place()
            #expect(!late)
        }
    }

    @Test("Execution report fixtures become fills and updates")
    func executionReports() throws {
        var fills = 0
        var updates = 0
        for file in ["fixture_spot_executionReport", "doc_spot_user_data_examples", "doc_spot_market_order_execution_sequence"] {
            for line in try sharedLines("venues/binance/\(file).jsonl", "executionReports") {
                guard let body = tail(of: line, after: file.hasPrefix("fixture") ? "msg" : "json") else { continue }
                // The private stream's envelope, whatever the file's.
                var event = body
                if let inner = tail(of: body, after: "event") ?? tail(of: body, after: "data") { event = inner }
                var desk = try Desk.ready()
                desk.receive("{\"subscriptionId\":0,\"event\":\(event)}")
                fills += desk.log.fills.count
                updates += desk.log.updates.count
                let ended = event.contains("eventStreamTerminated") || event.contains("serverShutdown")
                #expect(desk.log.reconnects == (ended ? [.ended] : []), "\(line.prefix(80))")
            }
        }
        print("execution reports: \(updates) updates, \(fills) fills")
        if sharedPath("venues/binance/fixture_spot_executionReport.jsonl") != nil { #expect(updates >= 24 && fills >= 5) }
    }

    @Test("The original client id wins, foreign orders have none, and balances of named assets are told")
    func privateStream() throws {
        func report(_ c: String, _ original: String) -> String {
            """
            {"subscriptionId":0,"event":{"e":"executionReport","E":1,"s":"ETHUSDT","c":"\(c)","S":"BUY","o":"LIMIT","f":"GTC","q":"1.0","p":"2500.0","C":"\(original)","x":"TRADE","X":"PARTIALLY_FILLED","r":"NONE","i":12,"l":"0.4","z":"0.4","L":"2499.5","n":"0.001","N":"ETH","T":1709654401000,"t":98765432,"I":4,"w":true,"m":true}}
            """
        }
        var desk = try Desk.ready()
        desk.receive(report("cancelname", "nt-00000030000009"))
        desk.receive(report("nt-00000030000009", ""))
        desk.receive(report("someone", ""))
        #expect(desk.log.fills.map(\.client) == [client, client, .none])
        let fill = desk.log.fills[0]
        #expect(fill.price.description == "2499.5" && fill.fee == 100_000 && fill.feeAsset == AssetID(1) && fill.isMaker)
        #expect(fill.trade.low == 98_765_432 && fill.cumulativeQuantity.description == "0.4")
        desk.receive("{\"subscriptionId\":0,\"event\":{\"e\":\"outboundAccountPosition\",\"E\":1,\"u\":2,\"B\":[{\"a\":\"PEPE\",\"f\":\"999999999999999.0\",\"l\":\"0\"},{\"a\":\"BTC\",\"f\":\"1.5\",\"l\":\"0.5\"}]}}")
        #expect(desk.log.balances.map(\.free.description) == ["1.5"])
        desk.receive(report("x", "").replacingOccurrences(of: "ETHUSDT", with: "PEPEUSDT"))
        let foreign = desk.entry.foreignEvents
        #expect(foreign == 1 && desk.log.reconnects.isEmpty)
    }

    @Test("Flipped and cut frames never crash the order session")
    func fuzz() throws {
        var texts = try sharedLines("venues/binance/fixture_spot_executionReport.jsonl", "fuzz").compactMap { line in
            tail(of: line, after: "msg").map { "{\"subscriptionId\":0,\"event\":\($0)}" }
        }
        texts.append("{\"id\":3,\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\",\"orderId\":12,\"transactTime\":5}}")
        let seed = UInt64.random(in: 1...UInt64.max)
        print("order fuzz seed \(seed)")
        var random = SplitMix(state: seed)
        for round in 0..<1500 {
            var bytes = Array(texts[round % texts.count].utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            var desk = try Desk.ready()
            _ = desk.place()
            withView(bytes) { desk.entry.message($0, receivedAt: at, wallNow: wall, sink: &desk.frames, events: &desk.log) }
            for fill in desk.log.fills { #expect(fill.quantity.isPositive && fill.price.isPositive) }
        }
    }
}
