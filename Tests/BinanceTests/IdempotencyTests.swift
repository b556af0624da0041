import Model
import Testing
import Units
import VenueKit
import Wire

@testable import Binance

/// A market that is known beside what is said of it: prices with their quantities, an update id, a trade id.
private struct TrueMarket {
    var bids: [Int: Int] = [:]
    var asks: [Int: Int] = [:]
    var id = 100
    var trade = 10

    init() {
        for level in 1...5 {
            bids[1000 - level] = 10 * level
            asks[1000 + level] = 10 * level
        }
    }

    static func rows(_ levels: [(Int, Int)]) -> String {
        "[" + levels.map { "[\"\($0.0).00\",\"\($0.1).0\"]" }.joined(separator: ",") + "]"
    }

    /// The next message of a random kind.
    mutating func next(_ random: inout SplitMix, time: Int, isDiff: Bool = false) -> String {
        let bid = bids.keys.max()!
        let ask = asks.keys.min()!
        switch isDiff ? 3 : random.next() % 4 {
        case 0:
            trade += 1
            return #"{"stream":"btcusdt@trade","data":{"e":"trade","E":\#(time),"s":"BTCUSDT","t":\#(trade),"p":"1000.00","#
                + #""q":"1.0","T":\#(time),"m":true,"M":true}}"#
        case 1:
            return #"{"stream":"btcusdt@bookTicker","data":{"u":\#(id),"s":"BTCUSDT","b":"\#(bid).00","B":"\#(bids[bid]!).0","#
                + #""a":"\#(ask).00","A":"\#(asks[ask]!).0"}}"#
        default:
            var newBids: [(Int, Int)] = []
            var newAsks: [(Int, Int)] = []
            for _ in 0..<Int(random.next() % 3 + 1) {
                let level = Int(random.next() % 8) + 1
                let quantity = random.next() % 3 == 0 && level > 1 ? 0 : Int(random.next() % 90) + 1
                if random.next() & 1 == 0 { newBids.append((1000 - level, quantity)) } else { newAsks.append((1000 + level, quantity)) }
            }
            for (price, quantity) in newBids { bids[price] = quantity == 0 ? nil : quantity }
            for (price, quantity) in newAsks { asks[price] = quantity == 0 ? nil : quantity }
            let first = id + 1
            id += Int(random.next() % 3) + 1
            return #"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":\#(time),"s":"BTCUSDT","U":\#(first),"u":\#(id),"#
                + #""b":\#(Self.rows(newBids)),"a":\#(Self.rows(newAsks))}}"#
        }
    }

    var snapshot: String {
        #"{"lastUpdateId":\#(id),"bids":\#(Self.rows(bids.sorted { $0.key > $1.key })),"#
            + #""asks":\#(Self.rows(asks.sorted { $0.key < $1.key }))}"#
    }
}

private func withView(_ text: String, _ body: (ByteView) -> Void) {
    let bytes = Array(text.utf8)
    unsafe bytes.withUnsafeBytes { unsafe body(ByteView($0)) }
}

@Suite struct IdempotencyTests {
    @Test func `Repeated, reordered and lost messages: the true book or a resync, and no event twice`() throws {
        var resyncs = 0
        var equal = 0
        var duplicates = 0
        for seed in UInt64(1)...150 {
            var random = SplitMix(state: seed)
            var truth = TrueMarket()
            var adapter = try BinanceMarketData(
                BinanceMarketConfiguration(
                    venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")]))
            var log = MarketLog()
            var frames = Frames()
            var now = Nanoseconds(seconds: 1000)
            adapter.linkOpened(at: now, sink: &frames)
            // What the venue sends, with a snapshot after the first twenty messages.
            var messages: [String] = []
            var snapshot = ""
            for step in 0..<300 {
                messages.append(truth.next(&random, time: 1_700_000_000_000 + step, isDiff: step > 297))
                if step == 20 { snapshot = truth.snapshot }
            }
            // What the network makes of it; the last diff comes through, so that what is missing before it is seen.
            let harm = random.next() % 4
            var index = 30
            while index < messages.count - 2 {
                switch (harm, random.next() % 12) {
                case (1, 0): messages.insert(messages[index - Int(random.next() % 8)], at: index)
                case (2, 0): messages.swapAt(index, index + 1)
                case (3, 0): messages.remove(at: index)
                case (3, 1): messages.insert(messages[index], at: index)
                default: break
                }
                index += 1
            }
            for (step, message) in messages.enumerated() {
                now = now + Nanoseconds(milliseconds: 1)
                withView(message) { adapter.message($0, receivedAt: now, sink: &log) }
                if step == 25 { withView(snapshot) { adapter.snapshot(InstrumentID(0), $0, receivedAt: now, sink: &log) } }
            }
            duplicates += log.refusals.count { $0 == .duplicate || $0 == .outOfOrder }
            #expect(Set(log.trades.map(\.trade.low)).count == log.trades.count, "seed \(seed): a trade was told twice")
            #expect(
                zip(log.trades, log.trades.dropFirst()).allSatisfy { $0.trade.low < $1.trade.low },
                "seed \(seed): trades in their order")
            #expect(
                zip(log.tops, log.tops.dropFirst()).allSatisfy { $0.updateID <= $1.updateID },
                "seed \(seed): a top older than the one before")
            if adapter.bookTop(InstrumentID(0)) == nil {
                // It knew that it did not know. The snapshot makes it whole.
                resyncs += 1
                for _ in 0..<40 {
                    now = now + Nanoseconds(milliseconds: 500)
                    let asked = log.snapshots.count
                    adapter.timer(at: now, sink: &log)
                    withView(truth.next(&random, time: 1_700_000_000_400 + Int((now - Nanoseconds(seconds: 1000)).milliseconds))) {
                        adapter.message($0, receivedAt: now, sink: &log)
                    }
                    if log.snapshots.count > asked || adapter.bookTop(InstrumentID(0)) == nil {
                        withView(truth.snapshot) { adapter.snapshot(InstrumentID(0), $0, receivedAt: now, sink: &log) }
                    }
                    if adapter.bookTop(InstrumentID(0)) != nil { break }
                }
            } else {
                equal += 1
            }
            let book = adapter.bookTop(InstrumentID(0))
            let top = try #require(book, "seed \(seed): no book after a resync")
            let bid = truth.bids.keys.max()!
            let ask = truth.asks.keys.min()!
            #expect(top.bidPrice == Price(raw: Int64(bid) * fixedPointUnit), "seed \(seed)")
            #expect(top.askPrice == Price(raw: Int64(ask) * fixedPointUnit), "seed \(seed)")
            #expect(top.bidQuantity == Quantity(raw: Int64(truth.bids[bid]!) * fixedPointUnit), "seed \(seed)")
            #expect(top.askQuantity == Quantity(raw: Int64(truth.asks[ask]!) * fixedPointUnit), "seed \(seed)")
        }
        print("idempotency: \(equal) equal books, \(resyncs) resyncs, \(duplicates) messages refused as repeated or late")
        #expect(equal > 20 && resyncs > 20 && duplicates > 100, "the harm did not reach every branch")
    }
    @Test func `Each stream counts what it told again, too late and left out, and nothing of it is an event`() throws {
        var adapter = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")]))
        var log = MarketLog()
        var frames = Frames()
        var now = Nanoseconds(seconds: 1000)
        adapter.linkOpened(at: now, sink: &frames)
        func say(_ text: String) {
            now = now + Nanoseconds(milliseconds: 1)
            withView(text) { adapter.message($0, receivedAt: now, sink: &log) }
        }
        func trade(_ id: Int) -> String {
            #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000000,"s":"BTCUSDT","t":\#(id),"p":"1000.00","#
                + #""q":"1.0","T":1700000000000,"m":true,"M":true}}"#
        }
        func ticker(_ id: Int) -> String {
            #"{"stream":"btcusdt@bookTicker","data":{"u":\#(id),"s":"BTCUSDT","b":"999.00","B":"1.0","a":"1001.00","A":"1.0"}}"#
        }
        func depth(_ first: Int, _ last: Int) -> String {
            #"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000000,"s":"BTCUSDT","U":\#(first),"u":\#(last),"#
                + #""b":[["999.00","1.0"]],"a":[["1001.00","1.0"]]}}"#
        }
        for id in [10, 10, 10, 9, 13, 13] { say(trade(id)) }
        for id in [100, 100, 99, 101] { say(ticker(id)) }
        say(depth(101, 102))
        now = now + Nanoseconds(milliseconds: 1)
        withView(#"{"lastUpdateId":100,"bids":[["999.00","1.0"]],"asks":[["1001.00","1.0"]]}"#) {
            adapter.snapshot(InstrumentID(0), $0, receivedAt: now, sink: &log)
        }
        #expect(adapter.bookTop(InstrumentID(0)) != nil)
        for (first, last) in [(101, 102), (103, 103), (103, 103), (102, 102), (107, 108)] { say(depth(first, last)) }
        var trades = StreamCounts()
        (trades.duplicates, trades.outOfOrder, trades.gaps) = (3, 1, 1)
        #expect(log.streams[0, .trades] == trades)
        var tickers = StreamCounts()
        (tickers.duplicates, tickers.outOfOrder) = (1, 1)
        #expect(log.streams[0, .ticker] == tickers)
        var diffs = StreamCounts()
        (diffs.duplicates, diffs.outOfOrder, diffs.gaps) = (2, 1, 1)
        #expect(log.streams[0, .depth] == diffs)
        #expect(log.trades.map(\.trade.low) == [10, 13])
    }
}
