import Foundation
import Loopback
import TestSupport
import Testing
import Units

@testable import LoopbackBinance

private let calls = [
    #"{"id":1,"method":"order.place","params":{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","price":"60000.00","quantity":"0.01","newClientOrderId":"a","newOrderRespType":"FULL"}}"#,
    #"{"id":2,"method":"order.place","params":{"symbol":"BTCUSDT","side":"SELL","type":"MARKET","quantity":"0.003"}}"#,
    #"{"id":3,"method":"order.place","params":{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quoteOrderQty":"120"}}"#,
    #"{"id":4,"method":"order.place","params":{"symbol":"BTCUSDT","side":"SELL","type":"LIMIT_MAKER","price":"61000","quantity":0.01,"selfTradePreventionMode":"DECREMENT"}}"#,
    #"{"id":5,"method":"order.cancel","params":{"symbol":"BTCUSDT","origClientOrderId":"a"}}"#,
    #"{"id":6,"method":"order.cancelReplace","params":{"symbol":"BTCUSDT","cancelReplaceMode":"ALLOW_FAILURE","cancelOrigClientOrderId":"a","side":"BUY","type":"LIMIT","timeInForce":"IOC","price":"60001","quantity":"0.02"}}"#,
    #"{"id":7,"method":"order.status","params":{"symbol":"BTCUSDT","orderId":1000001}}"#, #"{"id":8,"method":"openOrders.cancelAll","params":{"symbol":"BTCUSDT"}}"#,
    #"{"id":9,"method":"depth","params":{"symbol":"BTCUSDT","limit":5}}"#, #"{"id":10,"method":"myTrades","params":{"symbol":"BTCUSDT","fromId":1,"limit":10}}"#,
    #"{"id":11,"method":"exchangeInfo","params":{"symbols":["BTCUSDT"]}}"#, #"{"id":12,"method":"allOrders","params":{"symbol":"BTCUSDT","startTime":1,"endTime":2}}"#,
    #"{"id":13,"method":"account.status","params":{"omitZeroBalances":true}}"#, #"{"id":14,"method":"openOrders.status","params":{}}"#,
]

extension Fuzzers {
    private func venue() throws -> VenueCore {
        var options = BinanceVenueOptions()
        options.ordersPer10Seconds = 1_000_000
        options.weightPerMinute = 1_000_000_000
        options.accounts = [
            VenueAccount(
                apiKey: "one", hmacSecret: "secret",
                balances: ["USDT": Quantity(raw: 100_000 * fixedPointUnit), "BTC": Quantity(raw: 2 * fixedPointUnit)])
        ]
        return try BinanceVenueServer(options: options).core
    }

    @Test func `The loopback venue answers any calls with JSON or an error of the venue, and its books stay whole`() throws {
        let sessions = calls + [calls[0..<4].joined(separator: "\n"), calls[0...7].joined(separator: "\n"), calls[3...].joined(separator: "\n")]
        let mutator = Mutator(
            sessions, shape: .jsonLines,
            dictionary: ["\"quantity\":\"90\"", "\"price\":\"59999.99\"", "\"BUY\"", "\"SELL\"", "\"IOC\"", "\"FOK\"", "order.test", "\"orderId\":1000002"])
        fuzz("loopback venue", corpus: mutator.corpus, rounds: 3_000, seconds: 4, mutate: { mutator(&$0) }) { input in
            let core = try venue()
            let account = core.accounts[0]
            var taken = 0
            for line in input.split(separator: 10) {
                guard let request = try? JSONParser.parse(Array(line)), let method = request["method"]?.text else { continue }
                do throws(ApiError) {
                    let answer = try core.perform(method, Parameters(request["params"]), account)
                    if (try? JSONParser.parse(answer)) == nil { return .wrong("an answer that is not JSON: \(answer)") }
                    taken += 1
                } catch {
                    if (try? JSONParser.parse(error.json)) == nil { return .wrong("an error that is not JSON: \(error.json)") }
                    if !(400..<600).contains(error.status) { return .wrong("status \(error.status)") }
                }
                core.heldEvents.removeAll()
                for (asset, balance) in account.balances where balance.free < 0 || balance.locked < 0 {
                    return .wrong("\(asset): \(balance) after \(String(decoding: line, as: UTF8.self))")
                }
            }
            return taken > 0 ? .taken : .refused
        }
    }

    @Test func `The loopback venue answers any HTTP request`() throws {
        let core = try venue()
        let requests = [
            "GET /api/v3/time?", "GET /api/v3/depth?symbol=BTCUSDT&limit=5", "GET /api/v3/exchangeInfo?symbols=%5B%22BTCUSDT%22%5D",
            "POST /api/v3/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timestamp=1&signature=00\nquantity=1&price=%31", "GET /api/v3/account?timestamp=1&signature=",
            "DELETE /api/v3/openOrders?symbol=BTCUSDT&recvWindow=5000&timestamp=99999999999999&signature=ab",
        ]
        let mutator = Mutator(requests, shape: .bytes, dictionary: ["%", "%4", "%41", "+", "&", "=", "&&", "signature=", "timestamp=", "recvWindow=60001", "é", "%ff"])
        fuzz("loopback HTTP", corpus: mutator.corpus, rounds: 6_000, mutate: { mutator(&$0) }) { input in
            let parts = String(decoding: input, as: UTF8.self).split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let line = (parts.first ?? "").split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            let target = (line.count > 1 ? line[1] : "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let answer = core.respond(
                to: LoopbackRequest(
                    method: String(line.first ?? ""), path: String(target.first ?? ""), query: target.count > 1 ? String(target[1]) : "",
                    headers: [("x-mbx-apikey", "one")], body: parts.count > 1 ? String(parts[1]) : ""))
            if (try? JSONParser.parse(answer.body)) == nil { return .wrong("not JSON: \(answer.body)") }
            return answer.status == 200 ? .taken : .refused
        }
    }

    @Test func `A recording is played to its end or refused with its line`() throws {
        let path = fastDirectory + "/fuzz-recording-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let snapshot = #"{"lastUpdateId":100,"bids":[["10.0","1"],["9.0","2"]],"asks":[["11.0","3"],["12.0","4"]]}"#
        let lines = [
            #"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1000,"s":"BTCUSDT","U":90,"u":100,"b":[["10","1"]],"a":[["11","3"]]}}"#,
            snapshot,
            #"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1100,"s":"BTCUSDT","U":101,"u":103,"b":[["10.5","7"]],"a":[]}}"#,
            #"{"stream":"btcusdt@bookTicker","data":{"u":104,"s":"BTCUSDT","b":"10.6","B":"1","a":"10.9","A":"1"}}"#,
            #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1199,"s":"BTCUSDT","t":12,"p":"10.6","q":"0.5","T":1198,"m":true,"M":true}}"#,
        ]
        let whole = lines.enumerated().map { "172316125500000000\($0) \($1)" }.joined(separator: "\n")
        let micro = lines.enumerated().map { "172316125500000\($0) \($1)" }.joined(separator: "\n")
        let mutator = Mutator([whole, micro], shape: .jsonLines, dictionary: ["9223372036854775807 ", "-999999999999999 ", "\n", " "])
        fuzz("recording", corpus: mutator.corpus, rounds: 5_000, seconds: 3, mutate: { mutator(&$0) }) { input in
            FileManager.default.createFile(atPath: path, contents: Data(input))
            do throws(VenueStartError) {
                let market = try RecordedMarket(files: [path])
                var output = MarketOutput()
                var steps = 0
                while market.nextEventTime != nil, steps <= input.count {
                    market.step(into: &output)
                    output.removeAll()
                    steps += 1
                }
                if steps > input.count { return .wrong("more steps than bytes") }
                if let bid = market.bestBid, let ask = market.bestAsk, bid.price.raw <= 0 || ask.price.raw <= 0 { return .wrong("a price of nothing") }
                return .taken
            } catch {
                return error.reason.isEmpty ? .wrong("refused without a reason") : .refused
            }
        }
    }
}
