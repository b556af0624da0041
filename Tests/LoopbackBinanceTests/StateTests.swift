import Foundation
import Loopback
import Testing
import Units

@testable import LoopbackBinance

private func temporaryFile() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("venue-state-\(UUID().uuidString)").path
}

private func options(_ state: String) -> BinanceVenueOptions {
    var options = BinanceVenueOptions()
    options.seed = 11
    options.stateFile = state
    let balances = ["USDT": Quantity(raw: 100_000 * fixedPointUnit), "BTC": Quantity(raw: 2 * fixedPointUnit)]
    options.accounts = [
        VenueAccount(apiKey: "one", hmacSecret: "s", balances: balances),
        VenueAccount(apiKey: "two", hmacSecret: "s", balances: balances),
    ]
    return options
}

private func place(_ core: VenueCore, _ key: String, _ text: String) throws -> JSONValue {
    let account = try #require(core.account(key: key))
    let reply = try core.perform("order.place", Parameters(query: text, body: ""), account)
    core.releaseEvents()
    return try JSONParser.parse(reply)
}

/// What a client can ask for: balances, orders, trades.
private func picture(_ core: VenueCore, _ key: String) throws -> [String] {
    let account = try #require(core.account(key: key))
    return [
        core.accountJson(account, omitZero: false),
        try core.perform("allOrders", Parameters(query: "symbol=BTCUSDT", body: ""), account),
        try core.perform("openOrders.status", Parameters(query: "symbol=BTCUSDT", body: ""), account),
        try core.perform("myTrades", Parameters(query: "symbol=BTCUSDT", body: ""), account),
    ]
}

private let limit = "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC"

@Test("a venue that is gone without a word comes back with the same balances, orders and trades, and its orders rest")
func stateSurvives() throws {
    let file = temporaryFile()
    var before: [[String]] = []
    var resting: Int64 = 0
    do {
        let core = try BinanceVenueServer(options: options(file)).core
        _ = try place(core, "one", limit + "&side=BUY&quantity=0.01&price=50000&newClientOrderId=rests")
        resting = try #require(core.accounts[0].open.keys.first)
        _ = try place(core, "one", "symbol=BTCUSDT&type=MARKET&side=BUY&quantity=0.05")
        _ = try place(core, "two", limit + "&side=SELL&quantity=0.2&price=59500&newClientOrderId=part")
        let gone = try place(core, "two", limit + "&side=SELL&quantity=0.1&price=70000")
        _ = try core.perform(
            "order.cancel", Parameters(query: "symbol=BTCUSDT&orderId=\(gone["orderId"]?.integer ?? 0)", body: ""), core.accounts[1])
        core.releaseEvents()
        before = try ["one", "two"].map { try picture(core, $0) }
    }
    let again = try BinanceVenueServer(options: options(file)).core
    #expect(try ["one", "two"].map { try picture(again, $0) } == before)
    #expect(again.market.levels(.buy, limit: 5000).contains { $0.price == Price(raw: 50_000 * fixedPointUnit) })
    let best = try #require(again.market.bestBid).price
    #expect(abs(best.raw - 60_000 * fixedPointUnit) < 600 * fixedPointUnit, "the market goes on near where it was")

    let next = try place(again, "one", limit + "&side=BUY&quantity=0.01&price=50001")
    let seen = again.ordersById.keys.filter { $0 != next["orderId"]?.integer }
    #expect(seen.allSatisfy { $0 < next["orderId"]?.integer ?? 0 }, "an id is never given twice")
    let canceled = try again.perform(
        "order.cancel", Parameters(query: "symbol=BTCUSDT&orderId=\(resting)", body: ""), again.accounts[0])
    #expect(try JSONParser.parse(canceled)["status"]?.text == "CANCELED")
}

@Test("a state file cut at any byte of its last line comes back as it was before that line")
func tornTail() throws {
    let file = temporaryFile()
    var lines: [Substring] = []
    do {
        let core = try BinanceVenueServer(options: options(file)).core
        for price in 50_000..<50_004 { _ = try place(core, "one", limit + "&side=BUY&quantity=0.01&price=\(price)") }
        lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: true)
    }
    let last = try #require(lines.last).utf8.count + 1
    let whole = Array(try String(contentsOfFile: file, encoding: .utf8).utf8)
    for cut in stride(from: 1, through: last, by: max(1, last / 40)) {
        try Data(whole.dropLast(cut)).write(to: URL(fileURLWithPath: file))
        let core = try BinanceVenueServer(options: options(file)).core
        #expect(core.accounts[0].open.count == 3, "cut \(cut) of \(last)")
        #expect(core.accounts[0].balances["USDT"]?.locked == 1500 * fixedPointUnit + 3_000_000)
    }
}

@Test("a state file damaged in the middle, of another symbol, or in use is refused with the reason")
func badStateIsRefused() throws {
    let file = temporaryFile()
    do {
        let server = try BinanceVenueServer(options: options(file))
        _ = try place(server.core, "one", limit + "&side=BUY&quantity=0.01&price=50000")
        let busy = #expect(throws: VenueStartError.self) { try BinanceVenueServer(options: options(file)) }
        #expect(busy?.reason.contains("another venue") == true)
        withExtendedLifetime(server) {}
    }
    var other = options(file)
    other.symbol = "ETHUSDT"
    #expect(throws: VenueStartError.self) { try BinanceVenueServer(options: other) }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[20] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
    let damaged = #expect(throws: VenueStartError.self) { try BinanceVenueServer(options: options(file)) }
    #expect(damaged?.reason.contains("damaged in line 1") == true)
}

@Test("without a port asked for, a venue takes the port it had")
func portIsKept() throws {
    let file = temporaryFile()
    func start() throws -> Int {
        let server = try BinanceVenueServer(options: options(file))
        defer { server.stop() }
        return try server.start()
    }
    let first = try start()
    #expect(try start() == first)
}

@Test("a recording goes on where it was, with the orders that rested in it and ids that only rise")
func recordingGoesOn() throws {
    func line(_ second: Int, _ json: String) -> String { "17231612\(50 + second)000000000 \(json)" }
    func diff(_ id: Int, _ second: Int, _ bid: String) -> String {
        line(second, #"{"data":{"e":"depthUpdate","s":"BTCUSDT","U":\#(id),"u":\#(id),"b":[["\#(bid)","1"]],"a":[]}}"#)
    }
    let recording = temporaryFile()
    try [
        line(0, #"{"lastUpdateId":10,"bids":[["50000.01","1.25"]],"asks":[["60000.02","2"]]}"#), diff(11, 1, "50001.00"),
        diff(12, 2, "50002.00"), diff(13, 3, "50003.00"),
    ].joined(separator: "\n").write(toFile: recording, atomically: true, encoding: .utf8)
    var options = options(temporaryFile())
    options.dataFiles = [recording]
    var seen: Int64 = 0
    do {
        let core = try BinanceVenueServer(options: options).core
        core.market.step(into: &core.output)
        core.settleOutput()
        core.market.step(into: &core.output)
        core.settleOutput()
        _ = try place(core, "one", limit + "&side=BUY&quantity=0.25&price=55000")
        core.store?.note(core.market.position)
        core.store?.commit()
        seen = core.market.updateId
    }
    let again = try BinanceVenueServer(options: options).core
    #expect(again.market.levels(.buy, limit: 9).map(\.price.description) == ["55000", "50002", "50001", "50000.01"])
    #expect(again.market.bestBid?.quantity == (try Quantity("0.25")) && again.market.updateId > seen)
    again.market.step(into: &again.output)
    #expect(again.market.levels(.buy, limit: 2).map(\.price.description) == ["55000", "50003"])
    #expect(again.market.nextEventTime == nil)
}
