import BenchKit
import Binance
import BooksBenchmarks
import Model
import Units
import VenueKit
import Wire

/// Decoding market data: strict, exact fixed point; beside simdjson on demand doing the same; the book alone; and the whole
/// adapter with books and checks.
public enum DecodeBench {
    public static let benchmark = Benchmark("decode", "frames to fixed point, beside simdjson", run: run)

    static let symbol = BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let frames = Frames(count: 512)
        let ticker = Series("decode_book_ticker", "one frame of \(frames.tickers[0].count) bytes; batches of 16")
        let shuffled = Series("decode_book_ticker_any_order", "the same, its members in another order; batches of 16")
        let depth = Series("decode_depth_100", "one diff of 100 levels, \(frames.depths[0].count) bytes; batches of 4")
        let booked = Series("apply_depth_100", "100 decoded levels set in a book of 1,000 a side; batches of 4")
        let peerTicker = Series("simdjson_book_ticker", "the same frames, the same numbers; batches of 16")
        let peerDepth = Series("simdjson_depth_100", "the same frames, the same numbers; batches of 4")
        let adapted = (
            Series("adapt_book_ticker", "decoded, checked and published as top of book; batches of 16"),
            Series("adapt_depth_100", "decoded and applied to a live book; batches of 4"))
        let peer = Result { () throws(PeerParser.Absent) in try PeerParser() }
        let parser = try? peer.get()
        var decoder = try BinanceFrameDecoder(symbols: [symbol])
        let diffs = BookDiffs()
        for _ in 0..<plan.repeats {
            plan.measure(ticker, batches: 20_000, size: 16) { precondition(decoder.decode(frames.tickers[$0 & 511])) }
            if let parser {
                plan.measure(peerTicker, batches: 20_000, size: 16) {
                    precondition(parser.ticker(frames.tickers[$0 & 511]))
                }
            }
            plan.measure(shuffled, batches: 20_000, size: 16) { precondition(decoder.decode(frames.shuffled[$0 & 511])) }
            plan.measure(depth, batches: 5_000, size: 4) { precondition(decoder.decode(frames.depths[$0 & 511])) }
            if let parser {
                plan.measure(peerDepth, batches: 5_000, size: 4) {
                    precondition(parser.depth(frames.depths[$0 & 511]) == 100)
                }
            }
            plan.measure(booked, batches: 5_000, size: 4) { diffs.apply($0) }
            try adapt(plan, adapted.0, adapted.1, frames)
        }
        withExtendedLifetime(frames) {}
        var report = BenchReport(series: [ticker, shuffled, depth, booked, adapted.0, adapted.1])
        switch peer {
        case .success(let parser):
            report.series += [peerTicker, peerDepth]
            report.comparisons = [
                Comparison("book ticker against \(parser.name)", ticker, against: peerTicker, aim: 0.6),
                Comparison("book ticker in any order against the same", shuffled, against: peerTicker, aim: 0.6),
                Comparison("100 levels against the same", depth, against: peerDepth, aim: 0.65),
            ]
        case .failure(let absent): report.remarks = ["not compared with simdjson: \(absent.reason)"]
        }
        return report
    }

    private static func adapt(_ plan: BenchPlan, _ tickers: Series, _ depths: Series, _ frames: Frames) throws {
        var feed = try BinanceMarketData(
            BinanceMarketConfiguration(venue: VenueID(0), symbols: [symbol], maxLinkSilence: Nanoseconds(seconds: 1 << 30)))
        var sink = CountingSink()
        feed.linkOpened(at: Nanoseconds(seconds: 1), sink: &sink)
        // Update ids have to grow for ever: the frames' fixed-width digits are rewritten before each call.
        let text = UpdateText(frames.tickers[0])
        var update: UInt64 = 1
        plan.measure(tickers, batches: 20_000, size: 16) { call in
            update += 1
            text.set(update)
            feed.message(text.view, receivedAt: Nanoseconds(raw: 1_000_000_000 + Int64(call) * 1000), sink: &sink)
        }
        precondition(sink.refusals == 0 && sink.events > 0, "the frames were not believed")

        let diff = UpdateText(frames.depths[0], keys: ["\"U\":", "\"u\":"])
        let now = Nanoseconds(seconds: 2)
        diff.set(1)
        feed.message(diff.view, receivedAt: now, sink: &sink)
        let snapshot = Array(#"{"lastUpdateId":100000000001,"bids":[["61000.0","1"]],"asks":[["62500.0","1"]]}"#.utf8)
        unsafe snapshot.withUnsafeBytes { unsafe feed.snapshot(InstrumentID(0), ByteView($0), receivedAt: now, sink: &sink) }
        precondition(feed.bookTop(InstrumentID(0)) != nil, "the book is not live")
        var last: UInt64 = 1
        plan.measure(depths, batches: 5_000, size: 4) { call in
            last += 1
            diff.set(last)
            feed.message(diff.view, receivedAt: now, sink: &sink)
        }
        precondition(sink.refusals == 0, "the diffs were not believed")
    }

    struct CountingSink: MarketSink, FrameSink {
        var events = 0
        var refusals = 0
        mutating func market(_ input: Input) { events &+= 1 }
        mutating func requestSnapshot(_ instrument: InstrumentID) {}
        mutating func refused(_ reason: FeedRefusal) { refusals &+= 1 }
        mutating func reconnect(_ reason: FeedRefusal) { refusals &+= 1 }
        mutating func send(text: ByteView) -> Bool { true }
    }
}

/// Frames as the venue sends them, with changing numbers.
struct Frames {
    private(set) var tickers: [ByteView] = []
    /// The tickers' members in another order than the venue's.
    private(set) var shuffled: [ByteView] = []
    private(set) var depths: [ByteView] = []
    /// What the views show: whoever uses them keeps these alive.
    private var kept: [PaddedFrame] = []

    init(count: Int) {
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        func padded(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: digits - text.count) + text
        }
        func level(_ base: UInt64) -> String {
            "[\"\(base + draw(400)).\(padded(draw(100), 2))000000\",\"\(draw(3)).\(padded(draw(100_000), 5))000\"]"
        }
        for _ in 0..<count {
            let bid = 61_000 + draw(900)
            let members = [
                "\"u\":1\(padded(draw(10_000_000_000), 11))", "\"s\":\"BTCUSDT\"", "\"b\":\"\(bid).\(padded(draw(100), 2))000000\"",
                "\"B\":\"\(draw(9)).\(padded(draw(99_998) + 1, 5))000\"", "\"a\":\"\(bid + 1).\(padded(draw(100), 2))000000\"",
                "\"A\":\"\(draw(9)).\(padded(draw(99_998) + 1, 5))000\"",
            ]
            func frame(_ order: [Int]) -> String {
                "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\(order.map { members[$0] }.joined(separator: ","))}}"
            }
            tickers.append(keep(frame([0, 1, 2, 3, 4, 5])))
            shuffled.append(keep(frame([5, 1, 0, 4, 3, 2])))
            let bids = (0..<50).map { _ in level(60_500) }.joined(separator: ",")
            let asks = (0..<50).map { _ in level(62_600) }.joined(separator: ",")
            depths.append(
                keep(
                    """
                    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723111200123,"s":"BTCUSDT",\
                    "U":100000000001,"u":100000000001,"b":[\(bids)],"a":[\(asks)]}}
                    """))
        }
    }

    private mutating func keep(_ text: String) -> ByteView {
        let frame = PaddedFrame(Array(text.utf8))
        kept.append(frame)
        return frame.view
    }
}

/// A frame whose update ids, twelve digits each, are written anew in place.
public final class UpdateText {
    private let frame: PaddedFrame
    private var places: [Int] = []

    public init(_ model: ByteView, keys: [String] = ["\"u\":"]) {
        let bytes = model.bytes()
        frame = PaddedFrame(bytes)
        for key in keys {
            let wanted = Array(key.utf8)
            let at = bytes.indices.first { $0 + 4 <= bytes.count && Array(bytes[$0..<$0 + 4]) == wanted }
            places.append(at! + 4)
        }
    }

    public var view: ByteView { frame.view }

    public func set(_ id: UInt64) {
        for place in places {
            var rest = id + 100_000_000_000
            for digit in stride(from: place + 11, through: place, by: -1) {
                frame[digit] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
    }
}
