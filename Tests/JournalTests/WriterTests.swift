import Foundation
import Journal
import Model
import Rings
import Testing
import Units

@Suite struct WriterTests {
    @Test func `What is written is read back, over several segments`() throws {
        let scratch = Scratch()
        try write(scratch, count: 1000, segmentBytes: segmentSize(300))
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

    @Test func `A fill, a command and a change of state are on disk at once`() throws {
        let fill = Fill(
            instrument: InstrumentID(0), side: .buy, isMaker: true, source: .stream, client: .none, venueOrder: .none,
            trade: TradeID(low: 4), price: Price(raw: 1), quantity: Quantity(raw: 1), cumulativeQuantity: Quantity(raw: 1),
            fee: 0, feeAsset: AssetID(1), venueTime: .zero)
        let urgent: [Record] = [
            Input.fill(fill).record(sequence: 2, time: .zero),
            Input.command(Command(kind: .disarm, operatorID: 0, hash: 0, lifetime: .zero)).record(sequence: 2, time: .zero),
            Output.state(StateChange(from: .live, to: .safe, error: .none)).record(sequence: 2, time: .zero),
        ]
        for second in urgent + [record(2)] {
            let disk = FaultyDisk()
            var ends = makeRing(of: Record.self, capacity: 64)
            var journal = try writer(Scratch(), ends.consumer, interval: Nanoseconds(seconds: 1), disk: disk)
            push(record(1), &ends.producer)
            _ = try journal.drain(wall: .zero, engine: .zero)
            let before = journal.durable
            #expect(before == 0)
            push(stamped(second), &ends.producer)
            _ = try journal.drain(wall: .zero, engine: .zero)
            let durable = journal.durable
            #expect(durable == (second.tag == record(2).tag ? 0 : 2))
        }
    }

    @Test func `Zeros stand ahead of what is written, and an orderly end gives them back`() throws {
        let scratch = Scratch()
        let disk = FaultyDisk()
        var ends = makeRing(of: Record.self, capacity: 64)
        var journal = try writer(scratch, ends.consumer, segmentBytes: 8 << 20, disk: disk)
        for sequence: UInt64 in 1...20_000 {
            push(record(sequence), &ends.producer)
            if sequence % 50 == 0 { _ = try journal.drain(wall: .zero, engine: .zero) }
            let file = disk.files[0]
            if sequence >= 50, file.reserved < file.size { Issue.record("\(file.size) bytes written, \(file.reserved) reserved") }
        }
        var real = makeRing(of: Record.self, capacity: 64)
        var other = try writer(scratch, real.consumer, segmentBytes: 8 << 20)
        push(record(1), &real.producer)
        _ = try other.drain(wall: .zero, engine: .zero)
        #expect(bytes(scratch.segments[0]).count > 1 << 20)
        #expect(readAll(scratch.segments).records.count == 1)
        #expect(readAll(scratch.segments).torn == nil)
        try other.end(wall: .zero, engine: .zero)
        #expect(bytes(scratch.segments[0]).count == segmentSize(1))
    }

    @Test func `Less free space than two segments is refused at the start, and ends a run`() throws {
        let disk = FaultyDisk()
        disk.free = 2 << 20
        var ends = makeRing(of: Record.self, capacity: 64)
        var journal = try writer(Scratch(), ends.consumer, segmentBytes: 1 << 20, disk: disk)
        disk.free = (2 << 20) - 1
        push(record(1), &ends.producer)
        let early = try journal.drain(wall: .zero, engine: Nanoseconds(milliseconds: 900))
        #expect(early == 1)
        push(record(2), &ends.producer)
        let expected = JournalError.space(path: "", free: (2 << 20) - 1, floor: 2 << 20)
        for _ in 0..<2 {
            let found = failure { () throws(JournalError) in _ = try journal.drain(wall: .zero, engine: Nanoseconds(seconds: 1)) }
            if case .space(_, (2 << 20) - 1, 2 << 20)? = found {} else { Issue.record("\(String(describing: found)), not \(expected)") }
            disk.free = 1 << 40
        }
        // What was not taken can still be looked at, once, and stays where it is.
        var seen: [UInt64] = []
        let shown = journal.observeWaiting { seen.append($0.sequence) }
        let again = journal.observeWaiting { seen.append($0.sequence) }
        #expect(shown == 1)
        #expect(again == 0)
        #expect(seen == [2])
        let left = ends.producer.count
        #expect(left == 1)
        disk.free = 0
        let refused = failure { () throws(JournalError) in
            _ = try JournalStart(
                directory: "/", identity: identity(), segmentBytes: 1 << 20, wall: .zero, engine: .zero, disk: disk)
        }
        if case .space? = refused {} else { Issue.record("\(String(describing: refused))") }
    }

    @Test func `A record of another start is refused`() throws {
        var ends = makeRing(of: Record.self, capacity: 8)
        push(record(1, run: 2), &ends.producer)
        var journal = try writer(Scratch(), ends.consumer)
        let found = failure { () throws(JournalError) in _ = try journal.drain(wall: .zero, engine: .zero) }
        #expect(found == .foreign(session: session(2)))
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
        let failure3 = failure { () throws(JournalError) in try journal.flush(wall: .zero, engine: .zero) }
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
    var free: UInt64?
    var files: [FaultySink] = []
    func create(_ path: String) throws(JournalError) -> any JournalSink {
        files.append(FaultySink(self))
        return files[files.count - 1]
    }
    func freeBytes(_ directory: String) -> UInt64? { free }
}

final class FaultySink: JournalSink {
    let disk: FaultyDisk
    var size = 0
    var reserved = 0
    init(_ disk: FaultyDisk) { self.disk = disk }
    func reserve(_ byteCount: Int) throws(JournalError) { reserved = max(reserved, byteCount) }
    func write(_ bytes: RawSpan) throws(JournalError) {
        if disk.failWrites { throw .write(path: "x", errno: 28) }
        size += bytes.byteCount
    }
    func synchronize() throws(JournalError) {
        if disk.failSyncs { throw .sync(path: "x", errno: 5) }
        disk.syncs += 1
    }
    func finish() {}
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
