import Binance
import Model
import TestSupport
import Testing
import Units
import VenueKit
import Wire

/// Checks what a market-data adapter says, as it says it.
private struct MarketWitness: MarketSink {
    var complaint: String?
    var events = 0
    var refusals = 0
    var isAccepted = false
    var lastUpdate: UInt64 = 0
    var log: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) { for byte in text.utf8 { log = (log ^ UInt64(byte)) &* 0x100_0000_01B3 } }

    mutating func market(_ input: Input) {
        events += 1
        add("\(input)")
        switch input {
        case .topOfBook(let top):
            if top.bidPrice >= top.askPrice || top.bidPrice.raw <= 0 { complaint = "a crossed or empty top: \(top)" }
            if top.bidQuantity.raw <= 0 || top.askQuantity.raw <= 0 { complaint = "a top without quantity: \(top)" }
            if top.updateID < lastUpdate { complaint = "update \(top.updateID) after \(lastUpdate)" }
            lastUpdate = top.updateID
        case .trade(let trade):
            if trade.price.raw <= 0 || trade.quantity.raw <= 0 { complaint = "a trade of nothing: \(trade)" }
        case .link(let change):
            if change.state == .down { lastUpdate = 0 }
        case .health(let health): if health.standing.raw < 0 { complaint = "a book that stands since later: \(health)" }
        default: complaint = "a market sink got \(input)"
        }
    }
    mutating func requestSnapshot(_ instrument: InstrumentID) { add("snapshot \(instrument)") }
    mutating func refused(_ reason: FeedRefusal) {
        refusals += 1
        add("\(reason)")
    }
    mutating func reconnect(_ reason: FeedRefusal) {
        refusals += 1
        add("reconnect \(reason)")
    }
}

struct SilentFrames: FrameSink {
    mutating func send(text: ByteView) -> Bool { true }
}

private let ownSession = """
    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1000,"s":"BTCUSDT","U":90,"u":100,"b":[["10","1"],["9.5","2"]],"a":[["11","3"]]}}
    {"lastUpdateId":95,"bids":[["10.0","1"],["9.0","2"]],"asks":[["11.0","3"],["12.0","4"]]}
    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1100,"s":"BTCUSDT","U":101,"u":103,"b":[["10.5","7"],["9","0"]],"a":[]}}
    {"stream":"btcusdt@bookTicker","data":{"u":104,"s":"BTCUSDT","b":"10.6","B":"1","a":"10.9","A":"1"}}
    {"stream":"btcusdt@trade","data":{"e":"trade","E":1199,"s":"BTCUSDT","t":12,"p":"10.6","q":"0.5","T":1198,"m":true,"M":true}}
    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1200,"s":"BTCUSDT","U":104,"u":110,"b":[["10.6","1"]],"a":[["10.9","1"]]}}
    """

/// Sessions of a few frames each: recorded streams with the snapshot among them, and the documentation's examples.
private func marketSessions() throws -> [[UInt8]] {
    // Times at both ends of what the adapter takes, so that a mutation or two meets them together.
    let farTimes = ownSession.replacing("\"E\":1000", with: "\"E\":9223372036853").replacing("\"E\":1200", with: "\"E\":1")
    var sessions = [ownSession, ownSession, farTimes]
    let names = ["recorded_spot_depth_diff_100ms", "recorded_spot_bookTicker", "recorded_spot_trade"]
    let streams = try names.map { try SharedFiles.lines("venues/binance/\($0).jsonl", for: "recorded market sessions") }
    for start in stride(from: 0, to: 60, by: 4) where streams.allSatisfy({ $0.count > 64 }) {
        let diffs = streams[0][start..<start + 3].filter { $0.utf8.count < 3000 }
        let rest = streams[1][start..<start + 2] + streams[2][start..<start + 2]
        // A snapshot of few levels that joins the first of the diffs.
        let first = diffs.first.flatMap { $0.firstMatch(of: /"u":([0-9]+)/)?.1 } ?? "1"
        let snapshot = "{\"lastUpdateId\":\(first),\"bids\":[[\"60000\",\"1\"]],\"asks\":[[\"63000\",\"1\"]]}"
        sessions.append((diffs.prefix(1) + [snapshot] + diffs.dropFirst() + rest).joined(separator: "\n"))
    }
    let examples = try SharedFiles.lines("venues/binance/doc_spot_stream_examples.jsonl", for: "documented frames")
        .compactMap { value(of: $0, after: "json") }
    sessions += examples.filter { $0.utf8.count < 3000 }
    return sessions.map { Array($0.utf8) }
}

/// The text of the value of `"key":` at the end of a one-line object `{…,"key":VALUE}`.
func value(of line: String, after key: String) -> String? {
    guard let range = line.firstRange(of: "\"\(key)\":") else { return nil }
    return String(line[range.upperBound...].dropLast())
}

extension Fuzzers {
    private func watch(_ lines: [[UInt8]]) throws -> MarketWitness {
        var market = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0),
                symbols: ["BTCUSDT", "BNBBTC"].enumerated().map { BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1) }))
        var witness = MarketWitness()
        var frames = SilentFrames()
        var now = Nanoseconds(seconds: 1)
        market.linkOpened(at: now, sink: &frames)
        for line in lines {
            now = now + Nanoseconds(milliseconds: 3)
            let before = (witness.refusals, witness.events)
            withGuarded(line) { bytes in
                if line.starts(with: Array("{\"lastUpdateId\"".utf8)) {
                    market.snapshot(InstrumentID(0), ByteView(bytes), receivedAt: now, sink: &witness)
                } else {
                    market.message(ByteView(bytes), receivedAt: now, sink: &witness)
                }
            }
            if witness.refusals + witness.events > before.0 + before.1 + 4 { witness.complaint = "more than four events of one frame" }
            if let top = market.bookTop(InstrumentID(0)), top.bidPrice >= top.askPrice { witness.complaint = "a crossed book is live" }
            if witness.complaint != nil { break }
        }
        witness.isAccepted = witness.refusals == 0
        market.timer(at: now + Nanoseconds(seconds: 20), sink: &witness)
        if market.refusals.total != UInt64(witness.refusals) {
            witness.complaint = "\(market.refusals.total) refusals counted, \(witness.refusals) told"
        }
        market.linkClosed(at: now, sink: &witness)
        if market.bookTop(InstrumentID(0)) != nil { witness.complaint = "a book outlives its link" }
        return witness
    }

    @Test func `Market frames of any content give a book that is not crossed, or a named refusal`() throws {
        let sessions = try marketSessions()
        let mutator = Mutator(
            sessions, shape: .jsonLines,
            dictionary: ["BTCUSDT", "btcusdt@trade", "@bookTicker", "[[\"1\",\"2\"]]", "\"U\":", "\"u\":", "serverShutdown", "[\"11\",\"0\"]"])
        fuzz("Binance market data", corpus: sessions, rounds: 20_000, seconds: 4, mutate: { mutator(&$0) }) { input in
            let lines = input.split(separator: 10).map(Array.init)
            let witness = try watch(lines)
            if let complaint = witness.complaint { return .wrong(complaint) }
            if try watch(lines).log != witness.log { return .wrong("the same frames gave other events") }
            return witness.isAccepted ? .taken : .refused
        }
    }
}
