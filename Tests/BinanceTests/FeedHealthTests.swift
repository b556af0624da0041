import Model
import Testing
import Units
import VenueKit
import Wire

@testable import Binance

/// The adapter with one symbol, its book live at update id 101, and a clock.
private struct Feed: ~Copyable {
    var adapter: BinanceMarketData
    var log = MarketLog()
    var now = Nanoseconds(seconds: 1000)
    private var trade = 0

    init() throws {
        adapter = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")]))
        var frames = Frames()
        adapter.linkOpened(at: now, sink: &frames)
        frame(
            #"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000000,"s":"BTCUSDT","U":101,"u":101,"#
                + #""b":[["99.00","1.0"]],"a":[]}}"#)
        snapshot(100)
    }

    mutating func frame(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes { unsafe adapter.message(ByteView($0), receivedAt: now, sink: &log) }
    }
    mutating func snapshot(_ id: Int) {
        let bytes = Array(#"{"lastUpdateId":\#(id),"bids":[["98.00","1.0"]],"asks":[["101.00","1.0"]]}"#.utf8)
        unsafe bytes.withUnsafeBytes { unsafe adapter.snapshot(InstrumentID(0), ByteView($0), receivedAt: now, sink: &log) }
    }
    mutating func print(_ count: Int = 1) {
        for _ in 0..<count {
            trade += 1
            let time = 1_700_000_000_000 + (now - Nanoseconds(seconds: 1000)).milliseconds
            frame(
                #"{"stream":"btcusdt@trade","data":{"e":"trade","E":\#(time),"s":"BTCUSDT","t":\#(trade),"p":"99.00","q":"1.0","#
                    + #""T":\#(time),"m":true,"M":true}}"#)
        }
    }
    /// Lets time pass, with the adapter's timer and a ping a second.
    mutating func wait(_ milliseconds: Int64) {
        let end = now + Nanoseconds(milliseconds: milliseconds)
        while now < end {
            now = now + Nanoseconds(milliseconds: 50)
            adapter.linkProof(at: now)
            adapter.timer(at: now, sink: &log)
        }
    }
}

@Suite struct FeedHealthTests {
    @Test func `A book that stands while trades print is suspect, the venue is asked, and its answer is the end`() throws {
        var feed = try Feed()
        let isLive = feed.adapter.bookTop(InstrumentID(0)) != nil
        #expect(isLive)
        let asked = feed.log.snapshots.count
        feed.print(3)
        feed.wait(2100)
        let first = try #require(feed.log.health.last)
        #expect(first.verdict == .suspect && first.reason == .tradesPrint)
        #expect(feed.log.snapshots.count == asked + 1, "the venue is asked for its book")
        feed.snapshot(150)
        for _ in 0..<10 {
            feed.wait(1000)
            feed.print()
        }
        let last = try #require(feed.log.health.last)
        #expect(last.verdict == .dead && last.reason == .probeAhead)
        #expect(feed.log.reconnects == [.feedDead], "asked for once")
    }

    @Test func `A silent link whose book the venue confirms is quiet and stays`() throws {
        var feed = try Feed()
        feed.wait(2100)
        #expect(feed.log.health.map(\.verdict) == [.quiet])
        feed.snapshot(101)
        feed.wait(60_000)
        #expect(feed.log.health.map(\.verdict) == [.quiet] && feed.log.reconnects.isEmpty)
    }

    @Test func `A ticker carries the newest exchange time of its connection`() throws {
        var feed = try Feed()
        feed.wait(300)
        feed.print()
        feed.frame(
            #"{"stream":"btcusdt@bookTicker","data":{"u":102,"s":"BTCUSDT","b":"99.00","B":"2.0","a":"101.00","A":"1.0"}}"#)
        #expect(feed.log.tops.last?.venueTime == Nanoseconds(milliseconds: 1_700_000_000_300))
    }
}
