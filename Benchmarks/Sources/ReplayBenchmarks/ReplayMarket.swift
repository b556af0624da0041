import Binance
import Books
import Foundation
import Loopback
import MarketFile
import Memory
import Model
import Units
import VenueKit
import Wire

/// A market file to be played, made for the run.
struct ReplayMarket {
    let name: String
    let path: String
    let summary: MarketFileSummary
    /// What it is, for people.
    let about: String

    private static let recordings = [
        (name: "usdm", file: "data/binance/usdm/btcusdt_20240808.gz", product: BinanceProduct.usdMargined),
        (name: "spot", file: "data/binance/spot/btcusdt_20240808.gz", product: .spot),
    ]

    var instrument: Instrument {
        let (tick, lot) = (summary.instruments[0].tick, summary.instruments[0].lot)
        return Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: Price(raw: tick), lotSize: Quantity(raw: lot), minQuantity: Quantity(raw: lot),
            maxQuantity: Quantity(raw: 1000 * fixedPointUnit / lot * lot), minNotional: .zero)
    }

    /// The recordings, or, where they are absent, one seeded market that says so in its name.
    static func all(_ directory: String, quick: Bool, remarks: inout [String]) throws -> [ReplayMarket] {
        let shared = ProcessInfo.processInfo.environment["NEEDLETAIL_SHARED"] ?? "../shared"
        var markets: [ReplayMarket] = []
        for recording in recordings {
            let path = "\(shared)/\(recording.file)"
            guard FileManager.default.isReadableFile(atPath: path) else {
                remarks.append("replay: SKIP \(recording.name): no recording \(path)")
                continue
            }
            markets.append(try decode(recording.name, path, recording.product, directory, linesMax: quick ? 10_000 : .max))
        }
        return markets.isEmpty ? [try seeded(directory, messages: quick ? 10_000 : 200_000)] : markets
    }

    private static func decode(
        _ name: String, _ recording: String, _ product: BinanceProduct, _ directory: String, linesMax: Int
    ) throws -> ReplayMarket {
        var configuration = BinanceMarketConfiguration(
            venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")], asksVenue: false)
        configuration.product = product
        var adapter = try BinanceMarketData(configuration)
        let (tick, lot): (Int64, Int64) = product == .spot ? (1_000_000, 1000) : (10_000_000, 100_000)
        let path = "\(directory)/\(name).market"
        var writer = try MarketFileWriter(
            path: path, instruments: [MarketFileInstrument(symbol: "BTCUSDT", tick: tick, lot: lot)])
        var counts = [UInt64](repeating: 0, count: MarketMessage.Kind.allCases.count)
        var reader = try RecordingReader(files: [recording])
        let snapshot = Array("{\"lastUpdateId\"".utf8)
        while reader.lineNumber < linesMax, let line = try reader.next() {
            let message = unsafe line.json.withUnsafeBytes { bytes in
                unsafe line.json.starts(with: snapshot)
                    ? adapter.decodeSnapshot(ByteView(bytes)) : adapter.decode(ByteView(bytes))
            }
            counts[Int(message.kind.rawValue)] += 1
            try writer.append(message, bids: adapter.decodedBids, asks: adapter.decodedAsks, at: line.time)
        }
        let summary = try writer.finish()
        func count(_ kind: MarketMessage.Kind) -> UInt64 { counts[Int(kind.rawValue)] }
        let about = "\(name): BTCUSDT of 2024-08-08, \(summary.messages) messages (depth \(count(.depth)), ticker "
            + "\(count(.ticker)), trade \(count(.trade)), snapshot \(count(.snapshot))), \(summary.rows) level rows"
        return ReplayMarket(name: name, path: path, summary: summary, about: about)
    }

    /// A random walk: of ten messages seven tickers, two trades, one diff of ten levels a side; seed 42.
    private static func seeded(_ directory: String, messages: Int) throws -> ReplayMarket {
        let path = "\(directory)/synthetic.market"
        var writer = try MarketFileWriter(
            path: path, instruments: [MarketFileInstrument(symbol: "BTCUSDT", tick: 1_000_000, lot: 1000)])
        var state: UInt64 = 42
        func draw(_ bound: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % bound
        }
        var bids = SlabList(capacity: 1000, filler: Level(price: .zero, quantity: .zero))
        var asks = SlabList(capacity: 1000, filler: Level(price: .zero, quantity: .zero))
        var (mid, update, now) = (Int64(6_000_000), Int64(1000), Int64(1_723_161_253_000_000_000))
        func fill(_ count: Int64, deletions: Bool) {
            bids.removeAll()
            asks.removeAll()
            for depth in 1...count {
                let quantity = deletions && draw(3) == 0 ? 0 : (1 + draw(500)) * 1000
                bids.append(Level(price: Price(raw: (mid - depth) * 1_000_000), quantity: Quantity(raw: quantity)))
                asks.append(Level(price: Price(raw: (mid + depth) * 1_000_000), quantity: Quantity(raw: quantity)))
            }
        }
        for number in 0..<messages {
            now += 500_000 + draw(2_000_000)
            mid += draw(5) - 2
            var message = MarketMessage()
            message.row = 0
            message.eventTime = now / 1_000_000
            switch number == 1 ? 10 : number % 10 {
            case 10:
                fill(1000, deletions: false)
                message.kind = .snapshot
                message.row = -1
                message.lastUpdate = update
            case 0:
                fill(10, deletions: true)
                message.kind = .depth
                (message.firstUpdate, message.previousUpdate, message.lastUpdate) = (update + 1, update, update + 20)
                update += 20
            case 3, 6:
                message.kind = .trade
                message.trade = Int64(number)
                message.bid = Level(price: Price(raw: (mid + draw(3) - 1) * 1_000_000), quantity: Quantity(raw: (1 + draw(50)) * 1000))
                message.buyerIsMaker = draw(2) == 0
            default:
                message.kind = .ticker
                message.lastUpdate = update + Int64(number % 10)
                message.bid = Level(price: Price(raw: (mid - 1) * 1_000_000), quantity: Quantity(raw: (1 + draw(500)) * 1000))
                message.ask = Level(price: Price(raw: (mid + 1) * 1_000_000), quantity: Quantity(raw: (1 + draw(500)) * 1000))
            }
            try writer.append(message, bids: LevelView(bids), asks: LevelView(asks), at: Nanoseconds(raw: now))
        }
        let summary = try writer.finish()
        return ReplayMarket(
            name: "synthetic", path: path, summary: summary,
            about: "synthetic: no recording at hand; a seeded random walk of \(summary.messages) messages, \(summary.rows) level rows")
    }
}
