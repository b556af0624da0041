import Foundation
import Model
import Rings
import Testing
import Units

@testable import Journal

/// Gives the record in slot `slot` of the file another content and a checksum that fits it.
private func forge(_ file: String, slot: Int) throws {
    var all = bytes(file)
    let header = try #require(
        JournalHeader(words: (0..<512).map { word in (0..<8).reduce(0) { $0 | UInt64(all[word * 8 + $1]) << UInt64($1 * 8) } }))
    let place = JournalHeader.byteCount + slot * Record.byteCount
    all[place + 24] ^= 0xFF
    let sum = unsafe crc32c(Array(all[place..<place + 120]).span.bytes, seed: header.seed)
    for byte in 0..<4 { all[place + 120 + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(byte * 8)) }
    store(all, file)
}

/// A run of `groups` groups of three records.
private func writeGroups(_ scratch: Scratch, _ groups: Int, run: UInt32 = 1, segmentBytes: Int = 1 << 20) throws {
    var ends = makeRing(of: Record.self, capacity: 64)
    var journal = try writer(scratch, ends.consumer, run: run, segmentBytes: segmentBytes)
    var sequence: UInt64 = 0
    for group in 1...groups {
        for _ in 0..<3 {
            sequence += 1
            push(record(sequence, run: run), &ends.producer)
        }
        _ = try journal.drain(wall: .zero, engine: Nanoseconds(milliseconds: Int64(group)))
    }
    try journal.end(wall: .zero, engine: .zero)
}

@Suite struct ChainTests {
    @Test func `A record changed with its checksum put right is found, and its group named`() throws {
        for group in 0..<4 {
            let scratch = Scratch()
            try writeGroups(scratch, 4)
            let file = scratch.segments[0]
            #expect(JournalReport(JournalReader(files: [file])).groups == 4)
            // Four slots a group: three records and the marker.
            try forge(file, slot: group * 4 + 1)
            let report = JournalReport(JournalReader(files: [file]))
            #expect(!report.isVerified)
            #expect(report.groups == group)
            let first = UInt64(group * 3 + 1)
            #expect(
                report.damage
                    == .group(file: file, offset: 4096 + group * 4 * 128, first: first, last: first + 2))
            #expect(report.lines.contains { $0.contains("records \(first) to \(first + 2)") })
        }
    }

    @Test func `Whole groups taken off the end are told by the chain's value and by the next segment`() throws {
        let scratch = Scratch()
        try writeGroups(scratch, 4)
        let chain = JournalReport(JournalReader(files: scratch.segments)).chain
        try writeGroups(scratch, 1, run: 2)
        let files = scratch.segments
        store(Array(bytes(files[0]).dropLast(4 * 128)), files[0])
        let alone = JournalReport(JournalReader(files: [files[0]]))
        #expect(alone.isVerified)
        #expect(alone.chain != chain)
        #expect(JournalReport(JournalReader(files: files)).damage == .chain(file: files[1]))
    }

    @Test func `Each marker says what was durable, and the header carries the chain to the next segment`() throws {
        let scratch = Scratch()
        try writeGroups(scratch, 6, segmentBytes: segmentSize(9))
        #expect(scratch.segments.count == 3)
        let report = JournalReport(JournalReader(files: scratch.segments))
        #expect(report.isVerified)
        #expect(report.records == 18)
        #expect(report.unsealed == 0)
        #expect(report.chain.text.count == 64)
    }

    @Test func `Bytes of an old file behind the last record are no records`() throws {
        let scratch = Scratch()
        let old = Scratch()
        try write(old, count: 12, run: 7)
        try write(scratch, count: 5)
        let file = scratch.segments[0]
        // A file system that gave the new file the old one's blocks.
        let now = bytes(file)
        store(now + bytes(old.segments[0])[now.count...], file)
        let back = readAll([file])
        #expect(back.records.count == 5)
        #expect(back.damage == nil)
        #expect(back.torn?.offset == now.count)
        // The same with a whole earlier segment of the same start.
        let third = Scratch()
        try write(third, count: 30, segmentBytes: segmentSize(10))
        let files = third.segments
        let second = bytes(files[1])
        store(Array(bytes(files[0]).prefix(4096)) + second[4096...], files[0])
        #expect(readAll([files[0]]).records.isEmpty)
    }

    @Test func `A segment of the format before is refused by name`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/run-000001.ntj"
        let first: [UInt8] = Array("NTJRNL01".utf8) + [1, 0, 0, 0, 128, 0, 0, 0] + [UInt8](repeating: 3, count: 500)
        store(first, file)
        let report = JournalReport(JournalReader(files: [file]))
        #expect(report.damage == .version(file: file, found: 1))
        #expect(report.lines.contains { $0.contains("format 1") })
        #expect(throws: JournalRecoveryError.damage(.version(file: file, found: 1))) {
            _ = try recoverJournal(ringFile: nil, directory: scratch.path, name: "run")
        }
    }

    @Test func `A journal is followed while it is written, over its zeros and from segment to segment`() throws {
        let scratch = Scratch(fast: true)
        var ends = makeRing(of: Record.self, capacity: 64)
        var journal = try writer(scratch, ends.consumer, segmentBytes: segmentSize(7))
        var reader = JournalReader(following: scratch.path, name: "run")
        var found: [[UInt64]] = []
        for sequence: UInt64 in 1...40 {
            push(record(sequence), &ends.producer)
            _ = try journal.drain(wall: .zero, engine: Nanoseconds(milliseconds: Int64(sequence)))
            if sequence % 3 == 0 { while let record = try reader.next() { found.append(content(record)) } }
        }
        while let record = try reader.next() { found.append(content(record)) }
        #expect(found == (1...40).map { content(record($0)) })
        #expect(reader.tornTail == nil)
    }
}
