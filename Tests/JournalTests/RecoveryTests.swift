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
        let again = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(again.recovered == 0)
        #expect(readAll(scratch.segments).records.count == 10)
    }

    @Test func `A torn write is cut off and written again from the ring`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/ring"
        try write(scratch, count: 5)
        let segment = scratch.segments[0]
        store(Array(bytes(segment).dropLast(100)), segment)
        do {
            var ends = try ring(file)
            for sequence: UInt64 in 3...7 { push(record(sequence), &ends.producer) }
        }
        let result = try recoverJournal(ringFile: file, directory: scratch.path, name: "run")
        #expect(result.cutBytes == 28)
        #expect(result.recovered == 3)
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

    @Test func `A segment cut inside its header is removed, and the one before it is completed`() throws {
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
        try write(scratch, count: 2, run: 2)
        let report = JournalReport(JournalReader(files: scratch.segments))
        #expect(report.isVerified)
        #expect(report.runs.map(\.records) == [6, 2])
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
