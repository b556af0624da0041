import Books
import Foundation
import Memory
import Units
import VenueKit

@testable import MarketFile

/// A directory of its own, removed with the value.
final class Scratch {
    let path = (FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory())
        + "/market-file-\(UUID().uuidString)"
    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// A message with its levels, as a test compares it.
struct Told: Equatable {
    var message: MarketMessage
    var bids: [Level] = []
    var asks: [Level] = []
    var at: Int64
}

func level(_ price: Int64, _ quantity: Int64) -> Level { Level(price: Price(raw: price), quantity: Quantity(raw: quantity)) }

func list(_ levels: [Level]) -> SlabList<Level> {
    var list = SlabList(capacity: max(1, levels.count), filler: level(0, 0))
    for level in levels { list.append(level) }
    return list
}

func message(_ kind: MarketMessage.Kind, row: Int = -1, _ set: (inout MarketMessage) -> Void = { _ in }) -> MarketMessage {
    var message = MarketMessage()
    message.kind = kind
    message.row = row
    set(&message)
    return message
}

/// Every kind of message, some of them several times.
func everyKind() -> [Told] {
    let time: Int64 = 1_723_161_253_937_085_768
    let wall: Int64 = 1_723_161_255_208
    var told: [Told] = []
    told.append(Told(message: message(.none), at: time))
    for update: Int64 in 0..<6 {
        let depth = message(.depth, row: Int(update % 2)) {
            $0.eventTime = wall + update
            $0.previousUpdate = 100 + update * 10
            $0.firstUpdate = 101 + update * 10
            $0.lastUpdate = 110 + update * 10
        }
        let bids = (0..<update).map { level(6_000_000_000_000 - $0 * 100, $0 == 1 ? 0 : 5 + $0) }
        told.append(Told(message: depth, bids: bids, asks: [level(6_000_000_001_000, update)], at: time + update * 1000))
        let ticker = message(.ticker, row: 0) {
            $0.lastUpdate = 105 + update * 10
            $0.bid = level(6_000_000_000_000, 3)
            $0.ask = level(6_000_000_000_100, 4)
        }
        told.append(Told(message: ticker, at: time + update * 1000 + 1))
        let trade = message(.trade, row: 1) {
            $0.eventTime = wall + update
            $0.trade = 77 + update
            $0.bid = level(6_000_000_000_000, 9)
            $0.buyerIsMaker = update % 2 == 1
        }
        told.append(Told(message: trade, at: time + update * 1000 + 1))
    }
    let snapshot = message(.snapshot) { $0.lastUpdate = 120 }
    told.append(Told(message: snapshot, bids: [level(50, 1), level(40, 2)], asks: [level(60, 1)], at: time + 9000))
    for (place, reason) in [FeedRefusal.malformed, .crossedBook].enumerated() {
        let at = time + 9000 + Int64(place)
        told.append(Told(message: message(.refused) { $0.refusal = reason }, at: at))
        told.append(Told(message: message(.refusedSnapshot) { $0.refusal = reason }, at: at))
    }
    told.append(Told(message: message(.controlError), at: time + 9001))
    told.append(Told(message: message(.shutdown), at: time + 9002))
    return told
}

let table = [MarketFileInstrument(symbol: "BTCUSDT", tick: 1_000_000, lot: 1000), MarketFileInstrument(symbol: "ETHUSDT")]

@discardableResult
func write(_ told: [Told], to path: String, blockBytes: Int? = nil) throws -> MarketFileSummary {
    var writer = try MarketFileWriter(path: path, instruments: table, blockBytes: blockBytes)
    for entry in told {
        let bids = list(entry.bids)
        let asks = list(entry.asks)
        try writer.append(entry.message, bids: LevelView(bids), asks: LevelView(asks), at: Nanoseconds(raw: entry.at))
    }
    return try writer.finish()
}

/// All messages of a file from a time on; the error when it is refused.
func read(_ path: String, from time: Nanoseconds? = nil) throws(MarketFileError) -> [Told] {
    var reader = try MarketFileReader(path: path)
    if let time { reader.seek(to: time) }
    var told: [Told] = []
    while try reader.next() {
        let (bids, asks) = (reader.bids, reader.asks)
        told.append(
            Told(
                message: reader.message, bids: (0..<bids.count).map { bids[$0] }, asks: (0..<asks.count).map { asks[$0] },
                at: reader.receivedAt.raw))
    }
    return told
}
