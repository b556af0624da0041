import Binance
import Model
import Units
import VenueKit
import Wire

/// Decoding market data: strict, any key order, exact fixed point; and the whole adapter with books and checks.
enum DecodeBench {
    static let symbol = BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let frames = Frames(count: 512)
        let ticker = Series("decode_book_ticker", "one frame of \(frames.tickers[0].count) bytes; batches of 16")
        let depth = Series("decode_depth_100", "one diff of 100 levels, \(frames.depths[0].count) bytes; batches of 4")
        let adapter = Series("adapt_book_ticker", "decoded, checked and published as top of book; batches of 16")
        let booked = Series("adapt_depth_100", "decoded and applied to a live book; batches of 4")
        var decoder = try BinanceFrameDecoder(symbols: [symbol])
        for _ in 0..<plan.repeats {
            plan.measure(ticker, batches: 20_000, size: 16) { call in
                precondition(frames.with(frames.tickers, call) { decoder.decode($0) })
            }
            plan.measure(depth, batches: 5_000, size: 4) { call in
                precondition(frames.with(frames.depths, call) { decoder.decode($0) })
            }
            try adapt(plan, adapter, booked, frames)
        }
        return BenchReport(series: [ticker, depth, adapter, booked])
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
    private(set) var tickers: [[UInt8]] = []
    private(set) var depths: [[UInt8]] = []

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
            tickers.append(
                Array(
                    """
                    {"stream":"btcusdt@bookTicker","data":{"u":\(padded(draw(900_000_000_00) + 100_000_000_00, 12)),\
                    "s":"BTCUSDT","b":"\(bid).\(padded(draw(100), 2))000000","B":"\(draw(9)).\(padded(draw(99_998) + 1, 5))000",\
                    "a":"\(bid + 1).\(padded(draw(100), 2))000000","A":"\(draw(9)).\(padded(draw(99_998) + 1, 5))000"}}
                    """.replacingID()))
            let bids = (0..<50).map { _ in level(60_500) }.joined(separator: ",")
            let asks = (0..<50).map { _ in level(62_600) }.joined(separator: ",")
            depths.append(
                Array(
                    """
                    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723111200123,"s":"BTCUSDT",\
                    "U":100000000001,"u":100000000001,"b":[\(bids)],"a":[\(asks)]}}
                    """.utf8))
        }
    }

    @inline(__always) func with<R>(_ list: [[UInt8]], _ call: Int, _ body: (ByteView) -> R) -> R {
        unsafe list[call % list.count].withUnsafeBytes { unsafe body(ByteView($0)) }
    }
}

extension String {
    /// Update ids without a leading zero, which JSON forbids.
    fileprivate func replacingID() -> [UInt8] {
        var bytes = Array(utf8)
        let key = Array("\"u\":".utf8)
        if let at = bytes.indices.first(where: { $0 + 4 < bytes.count && Array(bytes[$0..<$0 + 4]) == key }) {
            bytes[at + 4] = UInt8(ascii: "1")
        }
        return bytes
    }
}

/// A frame whose update ids, twelve digits each, are written anew in place.
@safe final class UpdateText {
    private let bytes: UnsafeMutableRawBufferPointer
    private var places: [Int] = []

    init(_ frame: [UInt8], keys: [String] = ["\"u\":"]) {
        unsafe bytes = .allocate(byteCount: frame.count + 64, alignment: 64)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe bytes.copyBytes(from: frame)
        count = frame.count
        for key in keys {
            let wanted = Array(key.utf8)
            let at = frame.indices.first { $0 + 4 <= frame.count && Array(frame[$0..<$0 + 4]) == wanted }
            places.append(at! + 4)
        }
    }

    deinit { unsafe bytes.deallocate() }
    private let count: Int
    var view: ByteView { unsafe ByteView(UnsafeRawBufferPointer(rebasing: bytes[0..<count])) }

    func set(_ id: UInt64) {
        for place in places {
            var rest = id + 100_000_000_000
            for digit in stride(from: place + 11, through: place, by: -1) {
                unsafe bytes[digit] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
    }
}
