import Books
import Foundation
import TestSupport
import Testing
import Units
import VenueKit

@testable import MarketFile

/// A file of one block: a diff, a ticker, a trade and a refusal.
private func corpus(_ path: String) throws -> [UInt8] {
    var writer = try MarketFileWriter(path: path, instruments: [MarketFileInstrument(symbol: "BTCUSDT", tick: 100, lot: 10)])
    let level = Level(price: Price(raw: 100), quantity: Quantity(raw: 5))
    for (place, kind) in MarketMessage.Kind.allCases.enumerated() {
        var message = MarketMessage()
        message.kind = kind
        message.row = [.depth, .ticker, .trade].contains(kind) ? 0 : -1
        (message.firstUpdate, message.lastUpdate, message.previousUpdate) = (5, 9, 4)
        (message.bid, message.ask) = (level, Level(price: Price(raw: 101), quantity: Quantity(raw: 5)))
        try unsafe withUnsafePointer(to: level) { pointer in
            let levels = unsafe LevelView(pointer, count: 1)
            try writer.append(message, bids: levels, asks: levels, at: Nanoseconds(raw: 1000 + Int64(place)))
        }
    }
    _ = try writer.finish()
    return Array(FileManager.default.contents(atPath: path) ?? Data())
}

/// Puts all sums right again where the parts have their places, so that what lies behind them is tried, too.
private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    func put(_ value: UInt32, _ at: Int) { for byte in 0..<4 { bytes[at + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) } }
    let (header, table, block, index) = (128, 64, 48, 40)
    guard bytes.count > header + table + block + index else { return bytes }
    let (start, end) = (header + table, bytes.count - index)
    let sum = marketFileSum(Array(bytes[start..<start + 44]) + bytes[start + block..<end])
    put(sum, start + 44)
    put(sum, end + 28)
    put(sum, 80)
    put(marketFileSum(Array(bytes[end..<end + 36])), end + 36)
    put(marketFileSum(Array(bytes[..<124]) + bytes[header..<start]), 124)
    return bytes
}

extension Fuzzers {
    @Test func `A market file of any bytes is refused, or every message in it is one that a book can take`() throws {
        let path = "\(fastDirectory)/fuzz-\(UUID().uuidString).market"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try corpus(path)
        fuzz("market file", corpus: [whole]) { dice in
            var bytes = whole
            for _ in 0...Int(dice.next() % 4) {
                bytes[Int(dice.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: dice.next() % 3 == 0 ? dice.next() : dice.next() % 5)
            }
            return dice.next() % 8 == 0 ? bytes : sealed(bytes)
        } property: { bytes in
            _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
            do throws(MarketFileError) {
                var reader = try MarketFileReader(path: path)
                var last = Int64(0)
                while try reader.next() {
                    let message = reader.message
                    guard reader.receivedAt.raw >= last else { return .wrong("time went back") }
                    last = reader.receivedAt.raw
                    for levels in [reader.bids, reader.asks] {
                        for at in 0..<levels.count where !levels[at].price.isPositive || levels[at].quantity.isNegative {
                            return .wrong("a level that no book can hold")
                        }
                    }
                    if message.kind == .ticker, message.bid.price >= message.ask.price { return .wrong("a crossed ticker") }
                    if message.kind == .depth, message.previousUpdate >= message.firstUpdate { return .wrong("ids overlap") }
                    if message.row >= reader.summary.instruments.count { return .wrong("an instrument of no row") }
                }
                return .taken
            } catch {
                return error.cause.isEmpty || error.cure.isEmpty ? .wrong("no reason") : .refused
            }
        }
    }
}
