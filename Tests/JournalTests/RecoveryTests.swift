import Foundation
import Journal
import Model
import Rings
import Testing
import Units

/// A ring in a file, as the engine's.
private func ring(_ path: String) throws -> RingEnds<Record> {
    let region = try SharedRegion(path: path, byteCount: ringByteCount(of: Record.self, capacity: 64), opening: .existingOrNew)
    return makeRing(of: Record.self, capacity: 64, in: MemoryBlock(mapping: region))
}

@Suite struct RecoveryTests {
    @Test func `What a dead process left in the ring reaches its segment`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        do {
            var ends = try ring(file)
            for sequence: UInt64 in 1...10 { push(record(sequence), &ends.producer) }
            var journal = try writer(scratch, ends.consumer)
            let drained = try journal.drain(limit: 6, wall: .zero, engine: .zero)
            #expect(drained == 6)
        }
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.recovered == 4)
        #expect(result.cutBytes == 0)
        #expect(result.orphans == 0)
        let back = readAll(scratch.segments)
        #expect(back.records.map(content) == (1...10).map { content(record($0)) })
        #expect(back.torn == nil)
        // In a segment of their own, sealed, of the same run; the ring is gone.
        #expect(scratch.segments.count == 2)
        let report = JournalReport(JournalReader(files: scratch.segments))
        #expect(report.isVerified)
        #expect(report.runs.map(\.records) == [10])
        #expect(report.unsealed == 0)
        #expect(access(file, F_OK) != 0)
        let again = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(again.isClean)
        #expect(again.end == result.end)
        #expect(readAll(scratch.segments).records.count == 10)
    }

    @Test func `A torn write is kept aside, cut off, and taken again from the ring into a new segment`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        try write(scratch, count: 5)
        let segment = scratch.segments[0]
        let whole = bytes(segment)
        store(Array(whole.dropLast(128 + 100)), segment)
        do {
            var ends = try ring(file)
            for sequence: UInt64 in 3...7 { push(record(sequence), &ends.producer) }
        }
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.cutBytes == 28)
        #expect(result.recovered == 3)
        #expect(bytes(segment) == Array(whole.prefix(4096 + 4 * 128)))
        let kept = try #require(result.cutTo)
        #expect(bytes(kept) == Array(whole[4096 + 4 * 128..<4096 + 4 * 128 + 28]))
        #expect(readAll(scratch.segments).records.map(content) == (1...7).map { content(record($0)) })
        try write(scratch, count: 2, run: 2)
        #expect(JournalReport(JournalReader(files: scratch.segments)).isVerified)
    }

    @Test func `Records that do not follow are left alone, and no ring at all is no error`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        try write(scratch, count: 5)
        do {
            var ends = try ring(file)
            for sequence: UInt64 in 9...10 { push(record(sequence), &ends.producer) }
        }
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.orphans == 2)
        #expect(result.recovered == 0)
        #expect(readAll(scratch.segments).records.count == 5)
        let none = try recoverJournal(ringFile: scratch.path + "/none", directory: scratch.path, name: "run")
        #expect(none.recovered == 0)
    }

    @Test func `A segment cut inside its header is put aside, and the one before it is completed`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        try write(scratch, count: 5)
        store([1, 2, 3], scratch.path + "/run-000002.ntj")
        do {
            var ends = try ring(file)
            push(record(6), &ends.producer)
        }
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.cutBytes == 3)
        #expect(result.recovered == 1)
        #expect(bytes(try #require(result.cutTo)) == [1, 2, 3])
        try write(scratch, count: 2, run: 2)
        let report = JournalReport(JournalReader(files: scratch.segments))
        #expect(report.isVerified)
        #expect(report.runs.map(\.records) == [6, 2])
    }

    @Test func `Records of another start are never taken for those of the last`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        try write(scratch, count: 5)
        do {
            var ends = try ring(file)
            for sequence: UInt64 in 5...7 { push(record(sequence, run: 2), &ends.producer) }
        }
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.recovered == 0)
        #expect(result.orphans == 3)
        #expect(readAll(scratch.segments).records.count == 5)
    }

    @Test func `A recovery that was cut short is taken up again, wherever it was cut`() throws {
        // What a recovery leaves: the first segment, cut, and the second with the ring's records.
        let model = Scratch(fast: true)
        func prepare(_ scratch: Scratch) throws {
            try write(scratch, count: 5)
            let segment = scratch.segments[0]
            store(Array(bytes(segment).dropLast(128 + 100)), segment)
            var ends = try ring(scratch.path + "/ring")
            for sequence: UInt64 in 3...9 { push(record(sequence), &ends.producer) }
        }
        try prepare(model)
        _ = try recoverJournal(ringFile: model.path + "/ring", directory: model.path, name: "run")
        let second = bytes(model.segments[1])
        for length in stride(from: 0, through: second.count, by: 61) {
            let scratch = Scratch(fast: true)
            try prepare(scratch)
            _ = try recoverJournal(ringFile: nil, directory: scratch.path, name: "run")
            store(Array(second.prefix(length)), scratch.path + "/run-000002.ntj")
            _ = try recoverJournal(ringFile: scratch.path + "/ring", directory: scratch.path, name: "run")
            let back = readAll(scratch.segments)
            #expect(back.records.map(content) == (1...9).map { content(record($0)) }, "cut at \(length)")
            #expect(back.damage == nil && back.torn == nil, "cut at \(length)")
            try write(scratch, count: 2, run: 2)
            #expect(JournalReport(JournalReader(files: scratch.segments)).isVerified)
        }
    }

    @Test func `A damaged journal is not gone on with`() throws {
        let scratch = Scratch()
        try write(scratch, count: 5)
        let segment = scratch.segments[0]
        var spoiled = bytes(segment)
        spoiled[4096 + 2 * 128 + 40] ^= 1
        store(spoiled, segment)
        #expect(throws: JournalRecoveryError.damage(.record(file: segment, offset: 4096 + 2 * 128))) {
            _ = try recoverJournal(ringFile: nil, directory: scratch.path, name: "run")
        }
        #expect(bytes(segment) == spoiled)
        #expect(throws: JournalError.previous(.record(file: segment, offset: 4096 + 2 * 128))) {
            try write(scratch, count: 1, run: 2)
        }
    }

    @Test func `A ring file that a power cut left blank is no error`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        try write(scratch, count: 5)
        store([UInt8](repeating: 0, count: 1 << 16), file)
        chmod(file, 0o600)
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.isClean)
        #expect(readAll(scratch.segments).records.count == 5)
        #expect(access(file, F_OK) != 0)
    }

    @Test func `A ring file that is not a ring is refused`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        store([UInt8](repeating: 7, count: 4096), file)
        chmod(file, 0o600)
        #expect(throws: JournalRecoveryError.ring(.notFound)) {
            _ = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        }
    }
}
