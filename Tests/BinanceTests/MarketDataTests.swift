import Foundation
import Model
import Testing
import Units
import VenueKit
import Wire

@testable import Binance

private func adapter(_ symbols: [String], trades: BinanceMarketConfiguration.Trades = .each) throws -> BinanceMarketData {
    try BinanceMarketData(
        BinanceMarketConfiguration(
            venue: VenueID(0),
            symbols: symbols.enumerated().map { BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1) },
            trades: trades))
}

/// Feeds one recorded line; a REST snapshot among them is handed over as the venue's answer.
private func feed(
    _ market: inout BinanceMarketData, _ text: Substring, at time: Nanoseconds, _ log: inout MarketLog
) {
    withView(Array(text.utf8)) { view in
        if text.hasPrefix("{\"lastUpdateId\"") {
            market.snapshot(InstrumentID(0), view, receivedAt: time, sink: &log)
        } else {
            market.message(view, receivedAt: time, sink: &log)
        }
    }
}

private func depth(_ first: Int, _ last: Int, bids: String = "[]", asks: String = "[]", symbol: String = "BTCUSDT") -> Substring {
    """
    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1000,"s":"\(symbol)","U":\(first),"u":\(last),"b":\(bids),"a":\(asks)}}
    """
}

private let snapshot100: Substring = """
    {"lastUpdateId":100,"bids":[["10.0","1"],["9.0","2"]],"asks":[["11.0","3"],["12.0","4"]]}
    """

private func opened(_ log: inout MarketLog) throws -> BinanceMarketData {
    var market = try adapter(["BTCUSDT"])
    var frames = Frames()
    market.linkOpened(at: Nanoseconds(seconds: 1), sink: &frames)
    #expect(frames.sent.isEmpty)
    return market
}

@Suite struct BinanceMarketDataTests {
    @Test("The rebuilt top of book equals the book ticker at every shared update id of the recordings")
    func recordingsAgree() throws {
        // The second file of a symbol goes on where the first ends; only the first holds a snapshot.
        for symbol in ["BTCUSDT", "ETHUSDT"] {
            let paths = ["20240808", "20240809"].compactMap {
                sharedPath("data/binance/spot/\(symbol.lowercased())_\($0).gz", "recordingsAgree")
            }
            if paths.count < 2 { continue }
            let unzip = Process()
            unzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            unzip.arguments = ["gzip", "-dc"] + paths
            let pipe = Pipe()
            unzip.standardOutput = pipe
            try unzip.run()
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            unzip.waitUntilExit()
            try replay([UInt8](data), symbol)
        }
    }

    private func replay(_ data: [UInt8], _ symbol: String) throws {
        var market = try adapter([symbol])
        var log = MarketLog()
        var frames = Frames()
        market.linkOpened(at: .zero, sink: &frames)
        // Compared by update id afterwards: a diff may arrive before the ticker of the same change.
        var decoder = MarketDecoder(symbols: try NameTable(symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: symbol)]))
        var tickers: [(id: UInt64, top: [Int64])] = []
        var books: [(id: UInt64, top: [Int64])] = []
        var lines = 0
        unsafe data.withUnsafeBytes { raw in
            let all = unsafe ByteView(raw)
            var start = 0
            while start < all.count {
                var end = start
                while end < all.count, all[end] != 10 { end += 1 }
                let line = all.slice(from: start, count: end - start)
                start = end + 1
                guard let blank = (0..<min(line.count, 32)).first(where: { line[$0] == 32 }) else { continue }
                guard let time = Int64(line.slice(from: 0, count: blank).string()) else { continue }
                let json = line.slice(from: blank + 1, count: line.count - blank - 1)
                lines += 1
                if json.count > 16, json.slice(from: 0, count: 15).equals("{\"lastUpdateId\"") {
                    market.snapshot(InstrumentID(0), json, receivedAt: Nanoseconds(raw: time), sink: &log)
                } else {
                    market.message(json, receivedAt: Nanoseconds(raw: time), sink: &log)
                }
                var message = MarketMessage()
                if decoder.decode(json, into: &message) == nil, message.kind == .ticker {
                    let (bid, ask) = (message.bid, message.ask)
                    let top = [bid.price.raw, bid.quantity.raw, ask.price.raw, ask.quantity.raw]
                    tickers.append((UInt64(message.lastUpdate), top))
                }
                guard let book = market.bookTop(InstrumentID(0)), book.updateID != books.last?.id ?? 0 else { continue }
                let top = [book.bidPrice.raw, book.bidQuantity.raw, book.askPrice.raw, book.askQuantity.raw]
                books.append((book.updateID, top))
            }
        }
        // At a shared id the two must agree. Between ids the ticker may have left out a change that lasted microseconds.
        var (compared, mismatches, between, skipped, next) = (0, 0, 0, 0, 0)
        for book in books {
            while next < tickers.count, tickers[next].id <= book.id { next += 1 }
            if next == 0 { continue }
            let same = tickers[next - 1].top == book.top
            if tickers[next - 1].id == book.id {
                compared += 1
                if !same { mismatches += 1 }
            } else {
                between += 1
                if !same { skipped += 1 }
            }
        }
        var kinds: [FeedRefusal: Int] = [:]
        for refusal in log.refusals { kinds[refusal, default: 0] += 1 }
        print(
            "\(symbol): \(lines) lines, \(log.tops.count) tops, \(log.trades.count) trades, \(compared) shared ids, "
                + "\(mismatches) mismatches, \(between) between ids, \(skipped) of them differ, \(log.snapshots.count) snapshots asked, refused \(kinds)")
        #expect(compared > 100)
        #expect(mismatches == 0)
        #expect(skipped * 1000 <= between)
        #expect(log.refusals.isEmpty)
        #expect(log.snapshots.count == 1)
    }

    @Test("Recorded streams and the documentation's examples are read")
    func fixtures() throws {
        var market = try adapter(["BTCUSDT", "BNBBTC", "NKNUSDT"], trades: .aggregated)
        for (file, count) in [
            ("recorded_spot_trade", 600), ("recorded_spot_bookTicker", 600), ("recorded_spot_depth_diff_100ms", 300),
        ] {
            var log = MarketLog()
            var frames = Frames()
            market.linkOpened(at: .zero, sink: &frames)
            let lines = try sharedLines("venues/binance/\(file).jsonl")
            if lines.isEmpty { continue }
            for line in lines { feed(&market, Substring(line), at: Nanoseconds(seconds: 1), &log) }
            #expect(lines.count == count)
            let malformed = log.refusals.filter { $0 != .gap && $0 != .staleExchangeTime }
            #expect(malformed.isEmpty, "\(file): \(malformed.prefix(3))")
        }
    }

    @Test("A snapshot bridges by U <= L+1 <= u, older diffs fall away, and the book is published")
    func bridges() throws {
        var log = MarketLog()
        var market = try opened(&log)
        let now = Nanoseconds(seconds: 2)
        feed(&market, depth(90, 99, bids: "[[\"5\",\"1\"]]"), at: now, &log)
        #expect(log.snapshots == [InstrumentID(0)])
        feed(&market, depth(100, 103, bids: "[[\"10.5\",\"7\"]]"), at: now, &log)
        feed(&market, snapshot100, at: now, &log)
        let top = try #require(log.tops.last)
        #expect(top.bidPrice.description == "10.5" && top.askPrice.description == "11" && top.updateID == 103)
        feed(&market, depth(104, 104, bids: "[[\"10.5\",\"0\"]]"), at: now, &log)
        #expect(log.tops.last?.bidPrice.description == "10")
        #expect(log.refusals.isEmpty)
        #expect(log.links.map(\.state) == [.up])
    }

    @Test("A gap discards the book and asks for one snapshot, later each time it fails")
    func gaps() throws {
        var log = MarketLog()
        var market = try opened(&log)
        var now = Nanoseconds(seconds: 2)
        feed(&market, depth(90, 100), at: now, &log)
        feed(&market, snapshot100, at: now, &log)
        #expect(market.bookTop(InstrumentID(0)) != nil)
        feed(&market, depth(102, 103), at: now, &log)
        #expect(log.refusals == [.gap])
        #expect(market.bookTop(InstrumentID(0)) == nil)
        #expect(log.snapshots.count == 1)
        now = now + Nanoseconds(milliseconds: 600)
        market.timer(at: now, sink: &log)
        #expect(log.snapshots.count == 2)
        // Snapshot 100 is older than the first diff kept: too old, and the next request waits.
        feed(&market, snapshot100, at: now, &log)
        #expect(log.refusals == [.gap, .snapshotTooOld])
        market.timer(at: now + Nanoseconds(milliseconds: 500), sink: &log)
        #expect(log.snapshots.count == 2)
        market.timer(at: now + Nanoseconds(seconds: 3), sink: &log)
        #expect(log.snapshots.count == 3)
    }

    @Test("Wrong symbol, crossed book, bad sizes and repeated ids are refused by name")
    func refusals() throws {
        var log = MarketLog()
        var market = try opened(&log)
        let now = Nanoseconds(seconds: 2)
        func ticker(_ id: Int, _ bid: String, _ size: String, _ ask: String, symbol: String = "BTCUSDT") -> Substring {
            """
            {"stream":"btcusdt@bookTicker","data":{"u":\(id),"s":"\(symbol)","b":"\(bid)","B":"\(size)","a":"\(ask)","A":"1"}}
            """
        }
        feed(&market, ticker(5, "10", "1", "11"), at: now, &log)
        #expect(log.tops.count == 1)
        for (text, reason) in [
            (ticker(6, "10", "1", "11", symbol: "ETHUSDT"), FeedRefusal.wrongSymbol),
            (ticker(6, "11", "1", "11"), .crossedBook), (ticker(6, "10", "0", "11"), .invalidQuantity),
            (ticker(6, "-1", "1", "11"), .invalidPrice), (ticker(5, "10", "1", "11"), .duplicate),
            (ticker(4, "10", "1", "11"), .outOfOrder), (ticker(6, "1e", "1", "11"), .malformed),
            (depth(1, 2, symbol: "ETHUSDT"), .wrongSymbol), (depth(1, 2, bids: "[[\"1\",\"-1\"]]"), .invalidQuantity),
            (depth(1, 2, bids: "[[\"1\"]]"), .malformed), (depth(3, 2), .outOfOrder),
            ("{\"stream\":\"dogeusdt@trade\",\"data\":{}}", .unknownStream), ("{\"stream\":", .malformed),
            ("{\"error\":{\"code\":2,\"msg\":\"x\"},\"id\":1}", .controlError),
        ] {
            log.refusals = []
            feed(&market, text, at: now, &log)
            #expect(log.refusals == [reason], "\(text)")
        }
        #expect(log.tops.count == 1)
        log.refusals = []
        feed(&market, depth(90, 100, bids: "[[\"11\",\"1\"]]"), at: now, &log)
        feed(&market, "{\"lastUpdateId\":95,\"bids\":[[\"10\",\"1\"]],\"asks\":[[\"10.5\",\"1\"]]}", at: now, &log)
        #expect(log.refusals == [.crossedBook])
        #expect(market.bookTop(InstrumentID(0)) == nil)
        feed(&market, "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1}}", at: now, &log)
        #expect(log.reconnects == [.serverShutdown])
    }

    @Test("A late message and a silent link are noticed")
    func staleness() throws {
        var log = MarketLog()
        var market = try opened(&log)
        func trade(_ id: Int, _ time: Int) -> Substring {
            """
            {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":\(id),"p":"1","q":"1","T":\(time),"m":true,"M":true}}
            """
        }
        feed(&market, trade(1, 5000), at: Nanoseconds(seconds: 5), &log)
        feed(&market, trade(2, 5100), at: Nanoseconds(seconds: 6), &log)
        #expect(log.refusals.isEmpty && log.trades.count == 2)
        #expect(log.trades[0].aggressor == .sell)
        feed(&market, trade(3, 5200), at: Nanoseconds(seconds: 8), &log)
        #expect(log.refusals == [.staleExchangeTime] && log.trades.count == 2)
        market.timer(at: Nanoseconds(seconds: 14), sink: &log)
        market.timer(at: Nanoseconds(seconds: 15), sink: &log)
        #expect(log.refusals == [.staleExchangeTime, .staleReceiveTime])
        market.timer(at: Nanoseconds(seconds: 24), sink: &log)
        #expect(log.reconnects == [.staleReceiveTime])
    }

    @Test("A venue clock that was set back makes every message late, and a new connection measures anew")
    func clockSetBack() throws {
        var log = MarketLog()
        var market = try opened(&log)
        func trade(_ id: Int, at second: Int64, clock: Int64) {
            let text: Substring = """
                {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":\(id),"p":"1","q":"1","T":\(clock),"m":true,"M":true}}
                """
            feed(&market, text, at: Nanoseconds(seconds: second), &log)
        }
        trade(1, at: 5, clock: 15_000)
        for second in Int64(6)...10 { trade(Int(second), at: second, clock: second * 1000) }
        #expect(log.trades.count == 1 && log.reconnects.isEmpty, "5 s are borne")
        trade(11, at: 11, clock: 21_000)
        for second in Int64(12)...18 { trade(Int(second), at: second, clock: second * 1000) }
        #expect(log.reconnects == [.staleExchangeTime], "one in time between them begins the count anew")
        var frames = Frames()
        market.linkClosed(at: Nanoseconds(seconds: 19), sink: &log)
        market.linkOpened(at: Nanoseconds(seconds: 19), sink: &frames)
        trade(20, at: 20, clock: 20_000)
        #expect(log.trades.count == 3)
    }

    @Test("Exchange times at both ends of the calendar are late, not too far apart to subtract")
    func farTimes() throws {
        var log = MarketLog()
        var market = try opened(&log)
        for (id, time) in [(1, 9_223_372_036_853), (2, 0)] {
            let text = """
                {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":\(id),"p":"1","q":"1","T":\(time),"m":true,"M":true}}
                """
            feed(&market, Substring(text), at: Nanoseconds(seconds: Int64(4 + id)), &log)
        }
        #expect(log.refusals == [.staleExchangeTime])
    }

    @Test("Flipped and cut messages never crash and never cross the book")
    func fuzz() throws {
        let lines = try sharedLines("venues/binance/recorded_spot_btcusdt_session.jsonl").prefix(60)
            .compactMap { tail(of: $0, after: "msg") }
        let texts = lines.isEmpty ? [String(depth(1, 2)), String(snapshot100)] : lines
        let seed = UInt64.random(in: 1...UInt64.max)
        print("market fuzz seed \(seed)")
        var random = SplitMix(state: seed)
        var log = MarketLog()
        var market = try opened(&log)
        for round in 0..<4000 {
            var bytes = Array(texts[round % texts.count].utf8.prefix(3000))
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let now = Nanoseconds(milliseconds: 1000 + Int64(round) * 10)
            withView(bytes) { view in
                market.message(view, receivedAt: now, sink: &log)
                market.snapshot(InstrumentID(0), view, receivedAt: now, sink: &log)
            }
            market.timer(at: now, sink: &log)
        }
        for top in log.tops { #expect(top.bidPrice < top.askPrice && top.bidQuantity.isPositive) }
        #expect(log.refusals.contains(.malformed))
    }
}
