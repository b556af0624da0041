import CPlatform
import Testing

@testable import Rings

@Suite struct LatestStateTests {
    @Test func aReaderSeesOnlyTheNewestValue() {
        var ends = makeLatest(of: Message.self)
        var out = Message(1)
        expect(!ends.reader.tryRead(&out))
        #expect(out == Message(1))
        for n in 2...5 { ends.writer.publish(Message(UInt64(n))) }
        expect(ends.reader.version == 4)
        expect(ends.reader.tryReadNew(&out))
        #expect(out == Message(5))
        expect(ends.reader.seenVersion == 4)
        expect(!ends.reader.tryReadNew(&out))
        expect(ends.reader.tryRead(&out))
        ends.writer.publish(Message(6))
        expect(ends.reader.tryReadNew(&out))
        #expect(out == Message(6))
    }

    @Test func aValueWhoseSizeIsNoMultipleOfEightIsCarriedWhole() {
        struct Odd: BitwiseCopyable, Equatable { var a: UInt64, b: UInt32, c: UInt8 }
        var ends = makeLatest(of: Odd.self)
        ends.writer.publish(Odd(a: .max, b: 7, c: 255))
        var out = Odd(a: 0, b: 0, c: 0)
        expect(ends.reader.tryRead(&out))
        #expect(out == Odd(a: .max, b: 7, c: 255))
    }

    @Test func twoReadersOnTheirOwnThreadsNeverSeeATornOrAnOlderValue() {
        let ends = makeLatest(of: Message.self)
        let readers = [Baton(ends.reader.another()), Baton(ends.reader.another())]
        let total: UInt64 = 50_000
        let good = [SharedResult(), SharedResult()]
        let threads = (0..<2).map { index in
            let baton = readers[index]
            let result = good[index]
            return TestThread {
                var reader = baton.take()
                var out = Message(0)
                let deadline = Deadline()
                while out.a < total, !deadline.passed {
                    let before = out.a
                    if !reader.tryReadNew(&out) {
                        platform_yield()
                        continue
                    }
                    if out != Message(out.a) || out.a < before { return }
                }
                result.set(Int64(out.a))
            }
        }
        var writer = ends.writer
        for n in 1...total { writer.publish(Message(n)) }
        for thread in threads { thread.join() }
        #expect(good[0].value == Int64(total))
        #expect(good[1].value == Int64(total))
    }

    @Test func aReaderGivesUpAgainstAWriterThatDiedInsideAndTheNextWriterRepairsIt() throws {
        let memory = MemoryBlock(byteCount: latestByteCount(of: Message.self))
        var ends = makeLatest(of: Message.self, in: memory)
        ends.writer.publish(Message(1))
        let shared = SequencedWords(memory.base, count: 8)
        shared.sequence.pointee.store(3, ordering: .relaxed)
        shared.words[0].store(99, ordering: .relaxed)
        var out = Message(0)
        expect(!ends.reader.tryRead(&out))
        #expect(out == Message(0))
        var writer = try attachLatestWriter(of: Message.self, in: memory)
        expect(!ends.reader.tryRead(&out))
        writer.publish(Message(2))
        expect(ends.reader.tryRead(&out))
        #expect(out == Message(2))
        var other = try attachLatestReader(of: Message.self, in: memory)
        expect(other.tryRead(&out))
        expect(other.version == 2)
    }

    @Test func theSequenceAndTheWordsAreTwoCacheLinesApart() {
        let memory = MemoryBlock(byteCount: latestByteCount(of: Message.self))
        let shared = SequencedWords(memory.base, count: 8)
        #expect(UnsafeRawPointer(shared.words) - UnsafeRawPointer(shared.sequence) == 128)
        #expect(latestByteCount(of: Message.self) == 256)
        #expect(throws: AttachError.tooSmall) {
            _ = try attachLatestReader(of: Message.self, in: memory, at: 128)
        }
    }
}

/// A counter that a test thread writes and the test reads.
final class SharedResult: @unchecked Sendable {
    private var counter = SharedCounter()
    var value: Int64 { counter.value }
    func set(_ value: Int64) { counter.set(value) }
}
