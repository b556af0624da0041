import Books
import Foundation
import TestSupport
import Testing
import Units
import VenueKit

@testable import MarketFile

@Suite struct MarketFileTests {
    let scratch = Scratch()

    @Test func `What was written is read, in blocks of one record, of some and of all`() throws {
        let told = everyKind()
        for blockBytes in [1, 300, nil] {
            let path = scratch.file("a.market")
            let summary = try write(told, to: path, blockBytes: blockBytes)
            #expect(try read(path) == told)
            var reader = try MarketFileReader(path: path)
            #expect(reader.summary == summary)
            #expect(summary.messages == UInt64(told.count))
            #expect(summary.rows == UInt64(told.filter(\.message.hasLevels).map { $0.bids.count + $0.asks.count }.reduce(0, +)))
            #expect(summary.blocks == (blockBytes == 1 ? UInt64(told.count) : blockBytes == nil ? 1 : summary.blocks))
            #expect(summary.instruments == table)
            #expect(try reader.next())
        }
    }

    @Test func `The same messages make the same bytes`() throws {
        try write(everyKind(), to: scratch.file("a"), blockBytes: 300)
        try write(everyKind(), to: scratch.file("b"), blockBytes: 300)
        #expect(FileManager.default.contents(atPath: scratch.file("a")) == FileManager.default.contents(atPath: scratch.file("b")))
    }

    @Test func `A file cut short anywhere, or with a byte behind its end, is refused with place and cure`() throws {
        let path = scratch.file("whole")
        try write(everyKind(), to: path, blockBytes: 400)
        let bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        let cut = scratch.file("cut")
        for length in 0..<bytes.count {
            _ = FileManager.default.createFile(atPath: cut, contents: Data(bytes[..<length]))
            let error = try #require(throws: MarketFileError.self) { try read(cut) }
            #expect(error.offset >= 0 && !error.cause.isEmpty && error.description.contains("cure: "))
        }
        _ = FileManager.default.createFile(atPath: cut, contents: Data(bytes + [0]))
        #expect(throws: MarketFileError.self) { try read(cut) }
    }

    @Test func `Every single bit that is not as it was written is refused`() throws {
        let path = scratch.file("whole")
        try write(Array(everyKind().suffix(12)), to: path, blockBytes: 300)
        var bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        let flipped = scratch.file("flipped")
        for place in bytes.indices {
            for bit in 0..<8 {
                bytes[place] ^= 1 << bit
                _ = FileManager.default.createFile(atPath: flipped, contents: Data(bytes))
                #expect(throws: MarketFileError.self, "byte \(place), bit \(bit)") { try read(flipped) }
                bytes[place] ^= 1 << bit
            }
        }
    }

    @Test func `Two blocks that changed places are refused although each is whole`() throws {
        let path = scratch.file("blocks")
        let told = everyKind().filter { $0.message.kind == .ticker }.map { Told(message: $0.message, at: 1_723_161_253_000_000_000) }
        try write(told, to: path, blockBytes: 1)
        var bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        let (start, size) = (128 + 2 * 64, 48 + 64 + 32)
        let first = Array(bytes[start..<start + size])
        bytes.replaceSubrange(start..<start + size, with: bytes[start + size..<start + 2 * size])
        bytes.replaceSubrange(start + size..<start + 2 * size, with: first)
        _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
        let error = try #require(throws: MarketFileError.self) { try read(path) }
        #expect(error.offset == Int64(start))
    }

    @Test func `A reader goes to the block of a time`() throws {
        let path = scratch.file("seek")
        let told = everyKind()
        try write(told, to: path, blockBytes: 300)
        for entry in told {
            let rest = try read(path, from: Nanoseconds(raw: entry.at))
            let expected = told.filter { $0.at >= entry.at }
            #expect(Array(rest.suffix(expected.count)) == expected)
            #expect(rest.count < expected.count + 8)
        }
        #expect(try read(path, from: Nanoseconds(raw: told[told.count - 1].at + 1)).isEmpty)
    }

    @Test func `What no book can hold is not written`() throws {
        let depth = try #require(everyKind().first { $0.message.kind == .depth })
        func refuses(_ change: (inout Told) -> Void) {
            var told = depth
            change(&told)
            #expect(throws: MarketFileError.self) { try write([told], to: scratch.file("bad")) }
        }
        refuses { $0.bids = [level(0, 1)] }
        refuses { $0.asks = [level(1, -1)] }
        refuses { $0.message.row = 2 }
        refuses { $0.message.row = -1 }
        refuses { $0.message.previousUpdate = $0.message.firstUpdate }
        refuses { $0.message.lastUpdate = $0.message.firstUpdate - 1 }
        refuses { $0.message.eventTime = .max }
        refuses { $0.at = 0 }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("bad")))
        #expect(!FileManager.default.fileExists(atPath: scratch.file("bad.part")))
        #expect(throws: MarketFileError.self) { try write([], to: scratch.file("bad")) }
        #expect(throws: MarketFileError.self) { try read(scratch.file("bad")) }
    }

    @Test func `A writer that is given up leaves the file that was there before`() throws {
        let path = scratch.file("kept")
        try write(everyKind(), to: path)
        do {
            var writer = try MarketFileWriter(path: path, instruments: table)
            try writer.append(everyKind()[0].message, at: Nanoseconds(raw: 5))
        }
        #expect(try read(path) == everyKind())
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
    }
}
