import Crypto
import Foundation
import Loopback
import Matching
import Testing
import Units

@testable import LoopbackBinance

/// The venue without its server, with two accounts. Whoever stands between the best prices trades before the background.
private struct Desk {
    let core: VenueCore
    /// A price between the best bid and the best ask.
    let inside: String

    init() throws {
        var options = BinanceVenueOptions()
        options.seed = 5
        options.ordersPer10Seconds = 1000
        let balances = ["USDT": Quantity(raw: 100_000 * fixedPointUnit), "BTC": Quantity(raw: 2 * fixedPointUnit)]
        options.accounts = ["one", "two"].map { VenueAccount(apiKey: $0, hmacSecret: "secret", balances: balances) }
        core = try BinanceVenueServer(options: options).core
        let tick = fixedPointUnit / 100
        while core.market.bestAsk!.price.raw - core.market.bestBid!.price.raw < 4 * tick {
            core.market.step(into: &core.output)
            core.settleOutput()
        }
        inside = "\(Price(raw: core.market.bestBid!.price.raw + 2 * tick))"
    }

    func send(_ method: String, _ path: String, _ text: String, key: String = "one") throws -> JSONValue {
        var query = text + "&symbol=BTCUSDT&timestamp=\(core.nowMs)"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(query.utf8), using: SymmetricKey(data: Data("secret".utf8)))
        query += "&signature=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let answer = core.respond(
            to: LoopbackRequest(
                method: method, path: "/api/v3/" + path, query: query, headers: [("X-MBX-APIKEY", key)], body: ""))
        return try JSONParser.parse(answer.body)
    }

    func place(_ side: String, _ quantity: String, at price: String? = nil, key: String = "one", name: String) throws -> Int64 {
        let answer = try send(
            "POST", "order",
            "type=LIMIT&timeInForce=GTC&side=\(side)&quantity=\(quantity)&price=\(price ?? inside)&newClientOrderId=\(name)",
            key: key)
        return try #require(answer["orderId"]?.integer, "\(answer)")
    }

    func amend(_ id: Int64, to quantity: String, name: String) throws -> JSONValue {
        try send("PUT", "order/amend/keepPriority", "orderId=\(id)&newQty=\(quantity)&newClientOrderId=\(name)")
    }

    func executed(_ id: Int64, key: String = "one") throws -> String? {
        try send("GET", "order", "orderId=\(id)", key: key)["executedQty"]?.text
    }

    func locked(_ asset: String) -> Int64 { core.accounts[0].balances[asset]?.locked ?? 0 }
}

@Suite struct LoopbackAmendTests {
    @Test func `A reduction keeps number, name and place in the queue, and frees the rest`() throws {
        let desk = try Desk()
        let first = try desk.place("BUY", "0.03", name: "a1")
        let behind = try desk.place("BUY", "0.03", key: "two", name: "b1")
        let before = desk.locked("USDT")
        let answer = try desk.amend(first, to: "0.02", name: "a1")
        #expect(answer["amendedOrder"]?["orderId"]?.integer == first, "\(answer)")
        #expect(answer["amendedOrder"]?["clientOrderId"]?.text == "a1")
        #expect(answer["amendedOrder"]?["qty"]?.text == "0.02000000")
        #expect(answer["amendedOrder"]?["executedQty"]?.text == "0.00000000")
        #expect(desk.locked("USDT") * 3 == before * 2)
        _ = try desk.place("SELL", "0.02", key: "two", name: "b2")
        #expect(try desk.executed(first) == "0.02000000", "it was there first")
        #expect(try desk.executed(behind, key: "two") == "0.00000000")
        #expect(desk.locked("USDT") == 0)
    }

    @Test func `A replacement at the same price stands behind who came before it`() throws {
        let desk = try Desk()
        let first = try desk.place("BUY", "0.03", name: "a1")
        let behind = try desk.place("BUY", "0.03", key: "two", name: "b1")
        let answer = try desk.send(
            "POST", "order/cancelReplace",
            "type=LIMIT&timeInForce=GTC&side=BUY&quantity=0.02&price=\(desk.inside)&cancelReplaceMode=STOP_ON_FAILURE"
                + "&cancelRestrictions=ONLY_NEW&cancelOrderId=\(first)&newClientOrderId=a2")
        let next = try #require(answer["newOrderResponse"]?["orderId"]?.integer, "\(answer)")
        #expect(next != first)
        #expect(try desk.send("GET", "order", "orderId=\(first)")["status"]?.text == "CANCELED")
        // Another account sells into both; its own order would be prevented, so it goes first.
        _ = try desk.send("DELETE", "order", "orderId=\(behind)", key: "two")
        _ = try desk.place("SELL", "0.02", key: "two", name: "b2")
        #expect(try desk.executed(next) == "0.02000000")
    }

    @Test func `What is executed in part is not replaced, but reduced down to above what is executed`() throws {
        let desk = try Desk()
        let order = try desk.place("BUY", "0.03", name: "a1")
        _ = try desk.place("SELL", "0.01", key: "two", name: "b1")
        #expect(try desk.executed(order) == "0.01000000")
        let refused = try desk.send(
            "POST", "order/cancelReplace",
            "type=LIMIT&timeInForce=GTC&side=BUY&quantity=0.03&price=50000&cancelReplaceMode=STOP_ON_FAILURE"
                + "&cancelRestrictions=ONLY_NEW&cancelOrderId=\(order)&newClientOrderId=a2")
        #expect(refused["code"]?.integer == -2022, "\(refused)")
        #expect(refused["data"]?["newOrderResult"]?.text == "NOT_ATTEMPTED")
        #expect(refused["data"]?["cancelResponse"]?["code"]?.integer == -2011)
        #expect(try desk.amend(order, to: "0.02", name: "a1")["amendedOrder"]?["status"]?.text == "PARTIALLY_FILLED")
        // Down to what is executed: nothing is left of it.
        #expect(try desk.amend(order, to: "0.01", name: "a1")["amendedOrder"]?["status"]?.text == "EXPIRED")
        #expect(desk.locked("USDT") == 0)
        #expect(try desk.amend(order, to: "0.005", name: "a1")["code"]?.integer == -2013)
    }

    @Test func `More, the same, nothing and an eleventh time are refused and leave the order as it was`() throws {
        let desk = try Desk()
        let order = try desk.place("BUY", "0.03", name: "a1")
        for wrong in ["0.03", "0.04"] { #expect(try desk.amend(order, to: wrong, name: "a1")["code"]?.integer == -2038) }
        #expect(try desk.amend(order, to: "0", name: "a1")["code"]?.integer == -1013)
        #expect(try desk.amend(order + 1, to: "0.01", name: "a1")["code"]?.integer == -2013)
        for step in 1...10 {
            #expect(try desk.amend(order, to: "0.0\(30 - step)", name: "a1")["code"] == nil, "\(step)")
        }
        #expect(try desk.amend(order, to: "0.015", name: "a1")["code"]?.integer != nil, "ten amendments are allowed")
        #expect(try desk.send("GET", "order", "orderId=\(order)")["origQty"]?.text == "0.02000000")
    }
}
