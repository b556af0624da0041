import Foundation
import Journal
import Model
import Rings
import Testing
import Units

/// A disk whose n-th operation fails: a write leaves half of its bytes.
private final class NthFaultDisk: JournalDisk {
    private let real = FileDisk()
    private(set) var left: Int
    init(failing number: Int) { left = number }

    /// Whether this operation is the one.
    func strikes() -> Bool {
        left -= 1
        return left == 0
    }

    func create(_ path: String) throws(JournalError) -> any JournalSink {
        if strikes() { throw .create(path: path, errno: ENOSPC) }
        return NthFaultSink(try real.create(path), self)
    }

    func freeBytes(_ directory: String) -> UInt64? { nil }
}

private final class NthFaultSink: JournalSink {
    private let real: any JournalSink
    private let disk: NthFaultDisk
    init(_ real: any JournalSink, _ disk: NthFaultDisk) {
        self.real = real
        self.disk = disk
    }

    func reserve(_ byteCount: Int) throws(JournalError) {
        if disk.strikes() { throw .write(path: "", errno: ENOSPC) }
        try real.reserve(byteCount)
    }
    func write(_ bytes: RawSpan) throws(JournalError) {
        if disk.strikes() {
            try real.write(bytes.extracting(0..<bytes.byteCount / 2 + 3))
            throw .write(path: "", errno: EIO)
        }
        try real.write(bytes)
    }
    func synchronize() throws(JournalError) {
        if disk.strikes() { throw .sync(path: "", errno: EIO) }
        try real.synchronize()
    }
    func finish() { real.finish() }
    func close() { real.close() }
}

@Suite struct EveryFaultTests {
    private let count: UInt64 = 60

    /// Pushes and drains until something fails or all is written; whether it failed, and how many were pushed by then.
    private func run(_ scratch: Scratch, _ disk: NthFaultDisk) throws -> (failed: Bool, pushed: UInt64) {
        var pushed: UInt64 = 0
        let bytes = ringByteCount(of: Record.self, capacity: 64)
        let region = try SharedRegion(path: scratch.path + "/ring", byteCount: bytes, opening: .existingOrNew)
        var ends = makeRing(of: Record.self, capacity: 64, in: MemoryBlock(mapping: region))
        do throws(JournalError) {
            var journal = try writer(
                scratch, ends.consumer, segmentBytes: segmentSize(11), interval: Nanoseconds(milliseconds: 2), disk: disk)
            for sequence in 1...count {
                push(record(sequence), &ends.producer)
                pushed = sequence
                if sequence % 3 != 0 { continue }
                _ = try journal.drain(wall: .zero, engine: Nanoseconds(milliseconds: Int64(sequence / 3)))
            }
            try journal.end(wall: .zero, engine: .zero)
            return (false, pushed)
        } catch {
            return (true, pushed)
        }
    }

    @Test func `Whichever disk operation fails, nothing that was pushed is lost and nothing wrong is read`() throws {
        var number = 0
        while true {
            number += 1
            let scratch = Scratch(fast: true)
            let (failed, pushed) = try run(scratch, NthFaultDisk(failing: number))
            let recovery = try recoverJournal(ringFile: scratch.path + "/ring", directory: scratch.path, name: "run")
            let back = readAll(scratch.segments)
            #expect(back.damage == nil && back.torn == nil, "operation \(number)")
            #expect(back.records.map(content) == (0..<pushed).map { content(record($0 + 1)) }, "operation \(number)")
            #expect(recovery.orphans == 0 && (failed || pushed == count), "operation \(number)")
            if !failed { break }
            try write(scratch, count: 2, run: 2)
            #expect(JournalReport(JournalReader(files: scratch.segments)).isVerified, "operation \(number)")
        }
        print("journal: each of \(number - 1) disk operations failed once")
        #expect(number > 60)
    }
}
