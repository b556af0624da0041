import Foundation
import Journal
import Model
import Testing
import Units

/// Damage at every place, not at some: 64 KiB of journal cut at every byte, 8 KiB with every bit flipped. The segments
/// are small, 24 records and their marker each, so that each try reads little.
@Suite struct EveryByteTests {
    private static let header = JournalHeader.byteCount
    private static let perSegment = 24
    private static let segmentBytes = segmentSize(perSegment)

    /// A run over `segments` full segments, in memory where the machine has such a directory.
    private func run(segments: Int) throws -> (scratch: Scratch, files: [String]) {
        let scratch = Scratch(fast: true)
        try write(scratch, count: UInt64(segments * Self.perSegment), segmentBytes: Self.segmentBytes)
        let files = scratch.segments
        try #require(files.count == segments)
        return (scratch, files)
    }

    /// How many records the files give, which must be those from `first` on, each right.
    private func count(_ files: [String], from first: Int) -> (count: Int, damage: JournalDamage?, torn: TornTail?) {
        let back = readAll(files)
        for (index, found) in back.records.enumerated() where content(found) != content(record(UInt64(first + index))) {
            Issue.record("a wrong record was accepted as number \(first + index)")
            return (-1, back.damage, back.torn)
        }
        return (back.records.count, back.damage, back.torn)
    }

    @Test func `Cut at any byte of its last 64 KiB, a journal gives the records before the cut and names the torn tail`() throws {
        let segments = (64 << 10) / Self.segmentBytes + 2
        let (scratch, files) = try run(segments: segments)
        defer { withExtendedLifetime(scratch) {} }
        var cuts = 0
        // From the end to the start: what lies behind the cut is gone, as it is when a machine loses power.
        for which in (1..<segments).reversed() {
            let first = (which - 1) * Self.perSegment + 1
            for length in (0..<Self.segmentBytes).reversed() {
                try #require(truncate(files[which], length) == 0)
                let found = count([files[which - 1], files[which]], from: first)
                let full = min(Self.perSegment, max(0, length - Self.header) / Record.byteCount)
                let rest = length < Self.header ? length : (length - Self.header) % Record.byteCount
                let isTorn = length < Self.header || rest > 0
                let right = found.count == Self.perSegment + full && found.damage == nil
                    && (isTorn ? found.torn?.byteCount == rest && found.torn?.file == files[which] : found.torn == nil)
                if !right { Issue.record("segment \(which + 1) cut at \(length): \(found)") }
                cuts += 1
                if !right { return }
            }
        }
        print("journal: cut at \(cuts) bytes, no wrong record accepted")
        #expect(cuts >= 64 << 10)
    }

    @Test func `Zeros written ahead are the end, wherever the records stop`() throws {
        let (scratch, files) = try run(segments: 1)
        defer { withExtendedLifetime(scratch) {} }
        let file = open(files[0], O_WRONLY)
        try #require(file >= 0)
        defer { close(file) }
        let whole = bytes(files[0])
        for length in (Self.header..<Self.segmentBytes).reversed() {
            var zero: UInt8 = 0
            try #require(pwrite(file, &zero, 1, length) == 1)
            let found = count(files, from: 1)
            let full = (length - Self.header) / Record.byteCount
            let left = whole[Self.header + full * Record.byteCount..<length]
            let isTorn = left.contains { $0 != 0 }
            // What follows a slot's last byte that is not zero is zero in the whole slot as well.
            let isWhole = whole[length..<Self.header + (full + 1) * Record.byteCount].allSatisfy { $0 == 0 }
            let right = found.damage == nil && (found.torn != nil) == (isTorn && !isWhole)
                && found.count == min(Self.perSegment, full + (isWhole ? 1 : 0))
            if !right { Issue.record("zeros from \(length): \(found)") }
            if !right { return }
        }
    }

    @Test func `With any bit of 8 KiB flipped no wrong record is accepted, and a torn tail is told from damage`() throws {
        let segments = (8 << 10) / Self.segmentBytes + 2
        let (scratch, files) = try run(segments: segments)
        defer { withExtendedLifetime(scratch) {} }
        var flips = 0, torn = 0
        for which in 0..<segments - 1 {
            let first = which * Self.perSegment + 1
            let whole = bytes(files[which])
            let file = open(files[which], O_WRONLY)
            try #require(file >= 0)
            defer { close(file) }
            for place in 0..<Self.segmentBytes {
                for bit in 0..<8 {
                    var byte = whole[place] ^ UInt8(1 << bit)
                    try #require(pwrite(file, &byte, 1, place) == 1)
                    let index = (place - Self.header) / Record.byteCount
                    // As the last segment: a bad last record may be a write that did not end.
                    let last = count([files[which]], from: first)
                    // Behind the last record stands its marker, which is a whole slot: only that can be a torn tail.
                    let isTail = place >= Self.header && index == Self.perSegment
                    let version = JournalHeader.version ^ (place / 4 == 2 ? 1 << UInt32(place % 4 * 8 + bit) : 0)
                    let wanted: JournalDamage? = version != JournalHeader.version ? .version(file: files[which], found: version)
                        : place < Self.header ? .header(file: files[which])
                        : isTail ? nil : .record(file: files[which], offset: Self.header + index * Record.byteCount)
                    var right = last.count == (place < Self.header ? 0 : index) && last.damage == wanted && (last.torn != nil) == isTail
                    if isTail { torn += 1 }
                    // With a segment behind it nothing is a torn tail.
                    if place % 8 == bit {
                        let middle = count([files[which], files[which + 1]], from: first)
                        right = right && middle.damage != nil && middle.torn == nil && middle.count == last.count
                    }
                    byte = whole[place]
                    try #require(pwrite(file, &byte, 1, place) == 1)
                    flips += 1
                    if !right {
                        Issue.record("segment \(which + 1), byte \(place), bit \(bit): \(last)")
                        return
                    }
                }
            }
        }
        print("journal: \(flips) bits flipped, no wrong record accepted; \(torn) of them a torn tail")
        #expect(flips >= 8 << 13)
    }
}
