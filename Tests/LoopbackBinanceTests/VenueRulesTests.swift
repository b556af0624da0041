import Crypto
import Foundation
import Loopback
import Matching
import TestSupport
import Testing
import Units

@testable import LoopbackBinance

/// The venue without its server: requests go straight to the core.
private struct Desk {
    let core: VenueCore
    static let unit = fixedPointUnit

    init(_ change: (inout BinanceVenueOptions) -> Void = { _ in }) throws {
        var options = BinanceVenueOptions()
        let balances = ["USDT": Quantity(raw: 100_000 * Self.unit), "BTC": Quantity(raw: 2 * Self.unit)]
        options.accounts = [
            VenueAccount(apiKey: "one", hmacSecret: "secret", balances: balances),
            VenueAccount(apiKey: "two", hmacSecret: "secret", balances: balances),
        ]
        change(&options)
        core = try BinanceVenueServer(options: options).core
    }

    func send(
        _ method: String, _ path: String, _ text: String = "", key: String = "one", shift: Int64 = 0, secret: String = "secret"
    ) throws -> (response: LoopbackResponse, json: JSONValue) {
        var query = text + (text.isEmpty ? "" : "&") + "timestamp=\(core.nowMs + shift)"
        let code = HMAC<SHA256>.authenticationCode(for: Data(query.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        query += "&signature=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let response = core.respond(
            to: LoopbackRequest(
                method: method, path: "/api/v3/" + path, query: query, headers: [("X-MBX-APIKEY", key)], body: ""))
        return (response, try JSONParser.parse(response.body))
    }

    func code(_ method: String, _ path: String, _ text: String = "", key: String = "one", shift: Int64 = 0, secret: String = "secret")
        throws -> Int64?
    { try send(method, path, text, key: key, shift: shift, secret: secret).json["code"]?.integer }
}

private let limit = "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC"

@Test("every refusal carries the venue's code")
func refusalsCarryCodes() throws {
    let desk = try Desk()
    #expect(try desk.code("GET", "account", shift: -5001) == -1021)
    #expect(try desk.code("GET", "account", shift: 1500) == -1021)
    #expect(try desk.code("GET", "account", "recvWindow=60001") == -1131)
    #expect(try desk.code("GET", "account", secret: "other") == -1022)
    #expect(try desk.code("GET", "account", key: "nobody") == -2015)
    #expect(try desk.code("GET", "account", key: "") == -2014)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=0.01&price=50000.001") == -1013)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=0.000001&price=50000") == -1013)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=0.00001&price=50000") == -1013)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=0.01&price=1") == -1013)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=0.01&price=50000.123456789") == -1111)
    #expect(try desk.code("POST", "order", limit + "&side=UP&quantity=0.01&price=50000") == -1117)
    #expect(try desk.code("POST", "order", "symbol=BTCUSDT&type=LIMIT&side=BUY&quantity=0.01&price=50000") == -1102)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=3&price=50000") == -2010)
    #expect(try desk.code("POST", "order", limit + "&side=BUY&quantity=0.01&price=50000&newClientOrderId=a.b") == -1100)
    #expect(try desk.code("DELETE", "order", "symbol=BTCUSDT&orderId=5") == -2011)
    #expect(try desk.code("GET", "order", "symbol=BTCUSDT&orderId=5") == -2013)
    #expect(try desk.code("DELETE", "openOrders", "symbol=BTCUSDT") == -2011)
    #expect(try desk.code("GET", "myTrades", "symbol=ETHUSDT") == -1121)
}

@Test("the order limit of a window refuses one more with 429 and says when to come back")
func orderLimit() throws {
    let desk = try Desk { $0.ordersPer10Seconds = 3 }
    var refused: LoopbackResponse?
    for _ in 0..<8 where refused == nil {
        let answer = try desk.send("POST", "order", limit + "&side=BUY&quantity=0.01&price=50000").response
        if answer.status == 429 { refused = answer } else {
            #expect(answer.headers.contains { $0.name == "X-MBX-ORDER-COUNT-10S" })
        }
    }
    #expect(refused?.body.contains("-1015") == true)
    #expect(refused?.headers.contains { $0.name == "Retry-After" } == true)
}

@Test("cancel-replace answers each outcome with its status and code")
func cancelReplaceOutcomes() throws {
    let desk = try Desk()
    let id = try #require(
        try desk.send("POST", "order", limit + "&side=BUY&quantity=0.01&price=50000").json["orderId"]?.integer)
    func replace(_ id: Int64, _ mode: String, _ price: String, _ quantity: String = "0.01") throws -> (Int, JSONValue) {
        let (response, json) = try desk.send(
            "POST", "order/cancelReplace",
            limit + "&side=BUY&quantity=\(quantity)&price=\(price)&cancelReplaceMode=\(mode)&cancelOrderId=\(id)")
        return (response.status, json)
    }
    let both = try replace(id, "STOP_ON_FAILURE", "50001")
    #expect(both.0 == 200 && both.1["cancelResult"]?.text == "SUCCESS" && both.1["newOrderResult"]?.text == "SUCCESS")
    let second = try #require(both.1["newOrderResponse"]?["orderId"]?.integer)
    let stopped = try replace(id, "STOP_ON_FAILURE", "50002")
    #expect(stopped.0 == 400 && stopped.1["code"]?.integer == -2022)
    #expect(stopped.1["data"]?["newOrderResult"]?.text == "NOT_ATTEMPTED")
    let placedOnly = try replace(id, "ALLOW_FAILURE", "50003")
    #expect(placedOnly.0 == 409 && placedOnly.1["code"]?.integer == -2021)
    let canceledOnly = try replace(second, "STOP_ON_FAILURE", "50004", "3")
    #expect(canceledOnly.0 == 409 && canceledOnly.1["data"]?["newOrderResponse"]?["code"]?.integer == -2010)
}

@Test("trading conserves every asset but for the fees, and nothing stays locked once all orders are gone")
func balancesAreConserved() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("balances: seed \(seed)")
    let desk = try Desk {
        $0.seed = seed
        $0.ordersPer10Seconds = 100_000
        $0.weightPerMinute = 1_000_000
    }
    var random = SeededRandom(seed: seed)
    for _ in 0..<300 {
        let side = Bool.random(using: &random) ? "BUY" : "SELL"
        let price = 60_000 + Int.random(in: -8...8, using: &random)
        let key = Bool.random(using: &random) ? "one" : "two"
        switch Int.random(in: 0..<4, using: &random) {
        case 0: _ = try desk.send("POST", "order", "symbol=BTCUSDT&type=MARKET&side=\(side)&quantity=0.003", key: key)
        case 1: _ = try desk.send("DELETE", "openOrders", "symbol=BTCUSDT", key: key)
        default: _ = try desk.send("POST", "order", limit + "&side=\(side)&quantity=0.004&price=\(price)", key: key)
        }
        desk.core.market.step(into: &desk.core.output)
        desk.core.settleOutput()
    }
    var fills = 0
    for account in desk.core.accounts {
        _ = try desk.send("DELETE", "openOrders", "symbol=BTCUSDT", key: account.apiKey)
        #expect(account.open.isEmpty)
        var expected = ["USDT": 100_000 * fixedPointUnit, "BTC": 2 * fixedPointUnit]
        for trade in account.trades {
            let sign: Int64 = trade.side == .buy ? 1 : -1
            expected["BTC"]! += sign * trade.quantity.raw
            expected["USDT"]! -= sign * trade.quote.raw
            expected[trade.feeAsset]! -= trade.fee
        }
        fills += account.trades.count
        for (asset, amount) in expected { #expect(account.balances[asset] == Balance(free: amount, locked: 0), "\(asset) seed \(seed)") }
    }
    #expect(fills > 50)
}

@Test("the published signing vectors verify, and not with a byte changed")
func signingVectors() throws {
    guard let file = SharedFiles.file("venues/binance/signing_vectors.jsonl", for: "signingVectors")?.path else { return }
    var checked = 0
    for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
        let vector = try JSONParser.parse(String(line))
        guard let payload = vector["payload"]?.text, let signature = vector["signature"]?.text else { continue }
        var account = VenueAccount(apiKey: "k", balances: [:])
        account.hmacSecret = vector["key"]?.text
        if let hex = vector["public_hex"]?.text {
            let digits = Array(hex).compactMap(\.hexDigitValue)
            let raw = (0..<32).map { UInt8(digits[2 * $0] * 16 + digits[2 * $0 + 1]) }
            account.ed25519PublicKeyPEM = "-----BEGIN PUBLIC KEY-----\n" + Data(raw).base64EncodedString()
        }
        guard account.hmacSecret != nil || account.ed25519PublicKeyPEM != nil else { continue }
        let state = try AccountState(number: 1, account)
        #expect(state.verifies(signature, over: payload), "\(vector["name"]?.text ?? "")")
        #expect(!state.verifies(signature, over: payload + " "))
        checked += 1
    }
    #expect(checked >= 14)
}
