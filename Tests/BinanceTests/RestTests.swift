import Foundation
import Model
import Signing
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
private let wall = Nanoseconds(milliseconds: 1_668_481_559_918)

private func rest(_ secret: BinanceCredentials.Secret = .hmac("secret")) throws -> BinanceRest {
    try BinanceRest(
        BinanceRestConfiguration(
            venue: VenueID(0),
            symbols: ["BTCUSDT", "LTCBTC", "BNBBTC"].enumerated().map {
                BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1)
            },
            assets: ["BTC", "USDT", "LTC", "BNB"].enumerated().map { BinanceAsset(asset: AssetID(UInt16($0)), name: $1) },
            clientIDs: ClientOrderIDFormat(prefix: "nt-")!,
            credentials: BinanceCredentials(apiKey: "abc", secret: secret)))
}

/// The documentation's example answers of one section.
private func examples(_ section: String) throws -> [[UInt8]] {
    try sharedLines("venues/binance/doc_spot_rest_examples.jsonl", "examples").filter {
        $0.contains("\"section\":\"\(section)\"") || $0.contains("\"section\": \"\(section)\"")
    }.compactMap { tail(of: $0, after: "json").map { Array($0.utf8) } }
}

@Suite struct BinanceRestTests {
    @Test("A signed request carries a signature over exactly the bytes of its query")
    func signedRequests() throws {
        let request = try rest(.ed25519(pem: pem)).account(wallNow: wall)
        #expect(request.headers.first?.value == "abc")
        let query = String(request.target.split(separator: "?")[1])
        let parts = query.components(separatedBy: "&signature=")
        #expect(parts[0] == "recvWindow=5000&timestamp=1668481559918")
        let signature = try #require(Data(base64Encoded: parts[1].removingPercentEncoding ?? ""))
        let key = Ed25519Signer(pem: pem)!.publicKey
        let good = withView(parts[0]) { Ed25519Signer.verify([UInt8](signature), of: $0, publicKey: key) }
        #expect(good)
        let cancel = try #require(
            try rest().cancel(ClientOrderID(run: 1, sequence: 2), InstrumentID(0), wallNow: wall))
        #expect(cancel.method == "DELETE")
        #expect(cancel.target.hasPrefix("/api/v3/order?symbol=BTCUSDT&origClientOrderId=nt-00000010000002&recvWindow="))
        let foreign = try rest().openOrders(InstrumentID(9), wallNow: wall)
        #expect(foreign?.target == nil)
        #expect(try rest().exchangeInfo().target.contains("%5B%22BTCUSDT%22%2C"))
    }

    @Test("The documentation's answers are read")
    func documented() throws {
        let rest = try rest()
        for body in try examples("Check server time") {
            #expect(try rest.parseServerTime(status: 200, body: body).milliseconds == 1_499_827_319_559)
        }
        for body in try examples("Current open orders (USER_DATA)") {
            let rows = try rest.parseOpenOrders(status: 200, body: body)
            #expect(rows.count == 1 && rows[0].instrument == InstrumentID(1) && rows[0].client.isNone)
            #expect(rows[0].price.description == "0.1" && rows[0].status == .new && rows[0].source == .snapshot)
        }
        for body in try examples("Query order (USER_DATA)") {
            let client = ClientOrderID(run: 1, sequence: 1)
            let row = try rest.parseOrder(client, InstrumentID(1), status: 200, body: body)
            #expect(row.client == client && row.source == .query)
        }
        for body in try examples("Account trade list (USER_DATA)") {
            let rows = try rest.parseMyTrades(InstrumentID(2), status: 200, body: body)
            #expect(rows.count == 1 && rows[0].trade.low == 28457 && rows[0].side == .buy)
            #expect(rows[0].price.description == "4.000001" && rows[0].feeAsset == AssetID(3))
        }
        for body in try examples("Account information (USER_DATA)") {
            let rows = try rest.parseAccount(status: 200, body: body)
            #expect(rows.map(\.free.description) == ["4723846.89208129", "4763368.68006011"])
            #expect(try rest.parseAccountNumber(status: 200, body: body) == 354_937_868)
            let without = String(decoding: body, as: UTF8.self).replacing(#""uid""#, with: #""other""#)
            #expect(without.contains("other"))
            #expect(try rest.parseAccountNumber(status: 200, body: Array(without.utf8)) == nil)
        }
        for body in try examples("Cancel All Open Orders on a Symbol (TRADE)") {
            #expect(try rest.parseCancelAllOpen(status: 200, body: body) >= 1)
        }
    }

    @Test("Instrument rules come from exchangeInfo")
    func rules() throws {
        let lines = try sharedLines("venues/binance/recorded_exchangeInfo_symbol_entries_via_ccxt.jsonl")
        guard let entry = lines.first.flatMap({ tail(of: $0, after: "entry") }) else { return }
        let body = Array("{\"timezone\":\"UTC\",\"symbols\":[\(entry)]}".utf8)
        let rows = try rest().parseExchangeInfo(status: 200, body: body)
        let row = try #require(rows.first)
        #expect(row.tickSize.description == "0.01" && row.lotSize.description == "0.00001")
        #expect(row.minQuantity.description == "0.00001" && row.maxQuantity.description == "9000")
        #expect(row.bidMultiplierUp.description == "5" && row.bidMultiplierDown.description == "0.2")
        #expect(row.askMultiplierUp.description == "5" && row.askMultiplierDown.description == "0.2")
        #expect(row.maxOpenOrders == 200)
        #expect(row.minNotional.description == "5" && row.base == AssetID(0) && row.quote == AssetID(1))
    }

    @Test("One percent-price rule of both sides, and none, are read as they are")
    func percentPrice() throws {
        let filters = [
            #"{"filterType":"PRICE_FILTER","tickSize":"0.01"}"#,
            #"{"filterType":"LOT_SIZE","stepSize":"0.00001","minQty":"0.00001","maxQty":"9000"}"#,
        ]
        let percent = #"{"filterType":"PERCENT_PRICE","multiplierUp":"1.05","multiplierDown":"0.95","avgPriceMins":5}"#
        func row(_ filters: [String]) throws -> Instrument? {
            let symbol = #"{"symbol":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT","filters":["#
            let body = #"{"symbols":["# + symbol + filters.joined(separator: ",") + "]}]}"
            return try rest().parseExchangeInfo(status: 200, body: Array(body.utf8)).first
        }
        let both = try #require(try row(filters + [percent]))
        #expect(both.bidMultiplierUp.description == "1.05" && both.askMultiplierUp.description == "1.05")
        #expect(both.bidMultiplierDown.description == "0.95" && both.askMultiplierDown.description == "0.95")
        let none = try #require(try row(filters))
        #expect(none.bidMultiplierUp == .zero && none.askMultiplierDown == .zero && none.maxOpenOrders == 0)
        #expect(try row(filters + [#"{"filterType":"PERCENT_PRICE"}"#]) == nil, "a rule that cannot be read binds the symbol")
    }

    @Test("Errors keep what they prove: refused, unknown, absent, or nothing")
    func errors() throws {
        let rest = try rest()
        let absent = Array("{\"code\":-2013,\"msg\":\"Order does not exist.\"}".utf8)
        #expect(try rest.parseOrder(.none, InstrumentID(0), status: 400, body: absent).status == .absent)
        let none = Array("{\"code\":-2011,\"msg\":\"Unknown order sent.\"}".utf8)
        #expect(try rest.parseCancelAllOpen(status: 400, body: none) == 0)
        #expect(try rest.parseCancel(status: 400, body: none) == false)
        #expect(throws: RestFailure.venue(error: .venueUnavailable, venueCode: 0, outcome: .unknown, httpStatus: 502)) {
            try rest.parseOpenOrders(status: 502, body: Array("<html>".utf8))
        }
        #expect(throws: RestFailure.venue(error: .rateLimited, venueCode: -1003, outcome: .refused, httpStatus: 418)) {
            try rest.parseAccount(status: 418, body: Array("{\"code\":-1003,\"msg\":\"x\"}".utf8))
        }
        for body in ["", "{}", "[{}]", "[", "{\"balances\":3}"] {
            #expect(throws: RestFailure.malformed) { try rest.parseAccount(status: 200, body: Array(body.utf8)) }
        }
        #expect(throws: RestFailure.malformed) { try rest.parseOpenOrders(status: 200, body: Array("[]x".utf8)) }
        #expect(try rest.parseOpenOrders(status: 200, body: Array("[]".utf8)).isEmpty)
    }
}
