import Foundation
import Journal
import Model
import Rings
import Testing
import Units

@Suite struct WriterTests {
    @Test func `What is written is read back, over several segments`() throws {
        let scratch = Scratch()
        try write(scratch, count: 1000, segmentBytes: 256 + 128 * 300)
        #expect(scratch.segments.count == 4)
        let back = readAll(scratch.segments)
        #expect(back.damage == nil)
        #expect(back.torn == nil)
        #expect(back.records.map(content) == (1...1000).map { content(record($0)) })
        let report = JournalReport(JournalReader(files: scratch.segments))
        #expect(report.isVerified)
        #expect(report.segments == 4)
        #expect(report.counts == ["input.top_of_book": 1000])
    }

    @Test func `Each start begins a segment and the chain between them holds`() throws {
        let scratch = Scratch()
        try write(scratch, count: 5, run: 1)
        try write(scratch, count: 7, run: 2)
        let report = JournalReport(JournalReader(directory: scratch.path, name: "run"))
        #expect(report.isVerified)
        #expect(report.runs.map(\.identity.run) == [1, 2])
        #expect(report.runs.map(\.records) == [5, 7])
        #expect(report.runs.map(\.isFromStart) == [true, true])
    }

    @Test func `A gap in the ring is refused and final`() throws {
        let scratch = Scratch()
        var ends = makeRing(of: Record.self, capacity: 8)
        for sequence: UInt64 in [1, 3] { push(record(sequence), &ends.producer) }
        var journal = try writer(scratch, ends.consumer)
        for _ in 0..<2 {
            do throws(JournalError) {
                _ = try journal.drain(wall: .zero, engine: .zero)
                Issue.record("a gap passed")
            } catch {
                #expect(error == .sequence(expected: 2, found: 3))
            }
        }
        let failure = journal.failure
        #expect(failure != nil)
    }

    @Test func `Syncs are grouped, and none waits longer than the interval`() throws {
        let scratch = Scratch()
        let disk = FaultyDisk()
        var ends = makeRing(of: Record.self, capacity: 64)
        var journal = try writer(scratch, ends.consumer, interval: Nanoseconds(milliseconds: 10), disk: disk)
        let atStart = disk.syncs
        for step in 1...30 {
            push(record(UInt64(step)), &ends.producer)
            _ = try journal.drain(wall: .zero, engine: Nanoseconds(milliseconds: Int64(step)))
        }
        #expect(disk.syncs - atStart == 2)
        let written30 = journal.written
        #expect(written30 == 30)
        let durable22 = journal.durable
        #expect(durable22 == 22)
        _ = try journal.drain(wall: .zero, engine: Nanoseconds(milliseconds: 40))
        let durable30 = journal.durable
        #expect(durable30 == 30)
    }

    @Test(arguments: [true, false])
    func `A failed write or sync is final, and the ring keeps what was not taken`(_ failsWrite: Bool) throws {
        let scratch = Scratch()
        let disk = FaultyDisk()
        var ends = makeRing(of: Record.self, capacity: 8)
        var journal = try writer(scratch, ends.consumer, disk: disk)
        disk.failWrites = failsWrite
        disk.failSyncs = !failsWrite
        push(record(1), &ends.producer)
        let expected = failsWrite ? JournalError.write(path: "x", errno: 28) : JournalError.sync(path: "x", errno: 5)
        let failure1 = failure { () throws(JournalError) in _ = try journal.drain(wall: .zero, engine: .zero) }
        #expect(failure1 == expected)
        disk.failWrites = false
        disk.failSyncs = false
        push(record(2), &ends.producer)
        let failure2 = failure { () throws(JournalError) in _ = try journal.drain(wall: .zero, engine: .zero) }
        #expect(failure2 == expected)
        let failure3 = failure { () throws(JournalError) in try journal.flush() }
        #expect(failure3 == expected)
        let waiting = ends.producer.count
        #expect(waiting == (failsWrite ? 2 : 1))
        let durable0 = journal.durable
        #expect(durable0 == 0)
    }
}

/// What the body throws.
private func failure(_ body: () throws(JournalError) -> Void) -> JournalError? {
    do throws(JournalError) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// A disk in memory that fails when told to.
final class FaultyDisk: JournalDisk {
    var failWrites = false
    var failSyncs = false
    var syncs = 0
    func create(_ path: String) throws(JournalError) -> any JournalSink { FaultySink(self) }
}

final class FaultySink: JournalSink {
    let disk: FaultyDisk
    init(_ disk: FaultyDisk) { self.disk = disk }
    func write(_ bytes: RawSpan) throws(JournalError) {
        if disk.failWrites { throw .write(path: "x", errno: 28) }
    }
    func synchronize() throws(JournalError) {
        if disk.failSyncs { throw .sync(path: "x", errno: 5) }
        disk.syncs += 1
    }
    func close() {}
}

@Suite struct WriteLoopTests {
    /// Plays a kernel that takes what the list says: a count, or an errno as a negative number.
    private func play(_ count: Int, _ answers: [Int]) -> (status: Int32, calls: [Range<Int>]) {
        var left = answers
        var calls: [Range<Int>] = []
        let status = writeAll(count) { from, count in
            calls.append(from..<from + count)
            let answer = left.removeFirst()
            if answer < 0 { errno = Int32(-answer) }
            return answer < 0 ? -1 : answer
        }
        return (status, calls)
    }

    @Test func `A short write goes on behind what was taken`() {
        let (status, calls) = play(10, [3, 1, 6])
        #expect(status == 0)
        #expect(calls == [0..<10, 3..<10, 4..<10])
    }

    @Test func `An interrupted write is repeated, any other failure is final`() {
        #expect(play(10, [3, -Int(EINTR), 7]).status == 0)
        let full = play(10, [3, -Int(ENOSPC)])
        #expect(full.status == ENOSPC && full.calls.count == 2)
        #expect(play(10, [0]).status == EIO, "a kernel that takes nothing is not asked for ever")
    }
}
