import Foundation
import Model
import Rings
import TestSupport
import Testing
import Units

@testable import Journal

/// Where files are written often: in memory, where the machine has such a directory.
let fastDirectory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()

/// A directory of its own, removed with the value.
private final class Scratch {
    let path = fastDirectory + "/fuzz-journal-\(UUID().uuidString)"
    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func store(_ bytes: [UInt8], _ number: Int) -> String {
        let file = "\(path)/run-00000\(number).ntj"
        FileManager.default.createFile(atPath: file, contents: Data(bytes))
        return file
    }
}

/// The bytes of the segments of two runs, the first over two segments.
private func segments() throws -> [[UInt8]] {
    let scratch = Scratch()
    for run: UInt32 in [1, 2] {
        var ends = makeRing(of: Record.self, capacity: 64)
        for sequence: UInt64 in 1...10 {
            var record = Input.timer.record(sequence: sequence, time: Nanoseconds(raw: Int64(sequence)))
            record.words[3] = sequence &* 0x9E37_79B9_7F4A_7C15
            _ = ends.producer.tryPush(record)
        }
        var journal = try JournalWriter(
            consumer: ends.consumer, directory: scratch.path,
            identity: JournalIdentity(build: "abc", configurationHash: 7, mode: .live, run: run, name: "run",
                session: 0),
            segmentBytes: 4096 + 128 * 7, syncInterval: .zero, wall: Nanoseconds(seconds: 1), engine: .zero)
        _ = try journal.drain(wall: .zero, engine: .zero)
        try journal.end(wall: .zero, engine: .zero)
    }
    return JournalSegments.list(directory: scratch.path, name: "run").map {
        Array(FileManager.default.contents(atPath: $0.path) ?? Data())
    }
}

/// Puts the checksums right again, so that what lies behind them is tried, too.
private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var seed: UInt32 = 0
    func put(_ place: Int, _ count: Int, at target: Int) {
        let crc = Array(bytes[place..<place + count]).span.bytes
        let value = crc32c(crc, seed: place == 0 ? 0 : seed)
        for byte in 0..<8 { bytes[target + byte] = byte < 4 ? UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) : 0 }
    }
    if bytes.count >= 4096 {
        let value = crc32c(Array(bytes[0..<4092]).span.bytes)
        for byte in 0..<4 { bytes[4092 + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) }
        // Session id and segment number, as the header has them now.
        seed = crc32c(Array(bytes[56..<64] + bytes[32..<40]).span.bytes)
    }
    var place = 4096
    while place + 128 <= bytes.count {
        put(place, 120, at: place + 120)
        place += 128
    }
    return bytes
}

extension Fuzzers {
    @Test func `A journal of any bytes ends in damage or a torn tail, and its sequence never skips`() throws {
        let whole = try segments()
        try #require(whole.count == 4)
        let scratch = Scratch()
        // One input is four files: a length of two bytes before each.
        func join(_ files: [[UInt8]]) -> [UInt8] {
            files.flatMap { [UInt8(truncatingIfNeeded: $0.count), UInt8(truncatingIfNeeded: $0.count >> 8)] + $0 }
        }
        func split(_ bytes: [UInt8]) -> [[UInt8]] {
            var files: [[UInt8]] = []
            var rest = bytes[...]
            while rest.count >= 2, files.count < 4 {
                let count = Int(rest.removeFirst()) | Int(rest.removeFirst()) << 8
                files.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            return files
        }
        func mutate(_ dice: inout Dice) -> [UInt8] {
            var files = whole
            for _ in 0...dice.below(2) {
                let which = dice.below(files.count)
                if files[which].isEmpty { continue }
                switch dice.below(6) {
                case 0: files[which].removeLast(dice.below(files[which].count + 1))
                case 1: files.swapAt(which, dice.below(files.count))
                case 2: files[which] = files[dice.below(files.count)]
                case 3:
                    let from = 4096 + 128 * dice.below(7), to = 4096 + 128 * dice.below(7)
                    if max(from, to) + 128 <= files[which].count { files[which].replaceSubrange(to..<to + 128, with: Array(files[which][from..<from + 128])) }
                default: files[which][dice.below(files[which].count)] = UInt8(truncatingIfNeeded: dice.next())
                }
                if dice.oneIn(2) { files[which] = sealed(files[which]) }
            }
            return join(files)
        }
        fuzz("journal", corpus: [join(whole)], rounds: 6_000, seconds: 4, mutate: mutate) { input in
            let files = split(input).enumerated().map { scratch.store($1, $0 + 1) }
            var reader = JournalReader(files: files)
            var export = JournalExport()
            var sequence: UInt64 = 0
            var run: UInt32?
            var count = 0
            do throws(JournalDamage) {
                while let record = try reader.next() {
                    count += 1
                    guard let header = reader.header else { return .wrong("a record without a segment") }
                    if run != header.identity.run { (run, sequence) = (header.identity.run, record.sequence &- 1) }
                    if record.sequence != sequence &+ 1 { return .wrong("record \(record.sequence) behind \(sequence)") }
                    sequence = record.sequence
                    _ = export.lines(record, header: header)
                    if count > input.count / 128 + 1 { return .wrong("more records than bytes") }
                }
            } catch {
                return .refused
            }
            if count < 20, reader.tornTail == nil, split(input).count == 4, split(input).allSatisfy({ $0.count > 4096 + 128 * 4 }) {
                return .wrong("\(count) records of whole files, and nothing is said to be missing")
            }
            return .taken
        }
    }

    @Test func `A ring left in shared memory is attached to when it is whole, and refused when not`() {
        let byteCount = ringByteCount(of: Record.self, capacity: 4)
        let memory = MemoryBlock(byteCount: byteCount)
        var ends = makeRing(of: Record.self, capacity: 4, in: memory)
        for sequence: UInt64 in 1...3 { _ = ends.producer.tryPush(Input.timer.record(sequence: sequence, time: .zero)) }
        let whole = Array(UnsafeRawBufferPointer(start: memory.base, count: byteCount))
        func mutate(_ dice: inout Dice) -> [UInt8] {
            var bytes = whole
            for _ in 0...dice.below(3) {
                // Tail, magic, capacity, stride, head: one of their bytes, or all.
                let word = dice.pick([0, 8, 64, 72, 80, 128])
                if dice.oneIn(3) {
                    for byte in 0..<8 { bytes[word + byte] = dice.oneIn(2) ? 0xFF : 0 }
                } else {
                    bytes[word + dice.below(8)] = UInt8(truncatingIfNeeded: dice.next())
                }
            }
            return bytes
        }
        fuzz("shared ring", corpus: [whole], mutate: mutate) { input in
            let damaged = MemoryBlock(byteCount: byteCount)
            damaged.base.copyMemory(from: input, byteCount: min(byteCount, input.count))
            do throws(AttachError) {
                var consumer = try attachConsumer(of: Record.self, in: damaged)
                var record = Record()
                var waiting = 0
                while waiting < 100, consumer.peek(waiting, into: &record) { waiting += 1 }
                return waiting <= 4 ? .taken : .wrong("\(waiting) records in a ring of four")
            } catch {
                return .refused
            }
        }
    }
}
