import CPlatform
import Testing

@testable import Rings

/// A message of 64 bytes whose fields can be checked against each other.
struct Message: BitwiseCopyable, Equatable {
    var a: UInt64, b: UInt64, c: UInt64, d: UInt64, e: UInt64, f: UInt64, g: UInt64, h: UInt64
    init(_ n: UInt64) { (a, b, c, d, e, f, g, h) = (n, ~n, n &* 3, n ^ 7, n &+ 1, n &- 1, n &* n, n << 1) }
}

@Suite struct RingTests {
    @Test func aRingHandsOutWhatWasPushedInOrder() {
        var ends = makeRing(of: Int.self, capacity: 4)
        expect(ends.consumer.tryPop() == nil)
        for i in 1...4 { expect(ends.producer.tryPush(i)) }
        expect(ends.consumer.count == 4)
        var out = 0
        for i in 1...4 {
            expect(ends.consumer.tryPop(&out))
            expect(out == i)
        }
        expect(!ends.consumer.tryPop(&out))
        expect(out == 4)
    }

    @Test func aFullRingRefusesAndCounts() {
        var ends = makeRing(of: Int.self, capacity: 2)
        expect(ends.producer.freeCount() == 2)
        expect(ends.producer.tryPush(1) && ends.producer.tryPush(2))
        expect(!ends.producer.tryPush(3))
        expect(!ends.producer.tryPush(3))
        expect(ends.producer.refusals == 2)
        expect(ends.consumer.refusals == 2)
        expect(ends.consumer.tryPop() == 1)
        expect(ends.producer.tryPush(4))
        expect(ends.producer.freeCount() == 0)
        expect(ends.consumer.tryPop() == 2)
        expect(ends.consumer.tryPop() == 4)
    }

    @Test func aRingBehavesAsAQueueUnderRandomOperations() {
        var random = seededGenerator()
        for _ in 0..<50 {
            let capacity = 1 << Int.random(in: 0...6, using: &random)
            var ends = makeRing(of: Message.self, capacity: capacity)
            var queue: [Message] = []
            var next: UInt64 = 0
            for _ in 0..<2_000 {
                if Bool.random(using: &random) {
                    let accepted = ends.producer.tryPush(Message(next))
                    expect(accepted == (queue.count < capacity))
                    if accepted { queue.append(Message(next)) }
                    next += 1
                } else {
                    let value = ends.consumer.tryPop()
                    expect(value == queue.first)
                    if value != nil { queue.removeFirst() }
                }
                expect(ends.producer.count == queue.count)
                expect(ends.consumer.count == queue.count)
            }
        }
    }

    /// Under the thread sanitizer this says something only in a release build: in a debug build the slots are copied by the
    /// uninstrumented standard library, and a relaxed store of the tail goes unnoticed.
    @Test func twoThreadsPassEveryMessageOnceAndWhole() {
        let total: UInt64 = 200_000
        let ends = makeRing(of: Message.self, capacity: 64)
        let producer = Baton(ends.producer)
        var consumer = ends.consumer
        let thread = TestThread {
            var producer = producer.take()
            let deadline = Deadline()
            for i in 0..<total {
                while !producer.tryPush(Message(i)) {
                    if deadline.passed { return }
                    platform_yield()
                }
            }
        }
        let deadline = Deadline()
        var expected: UInt64 = 0
        while expected < total, !deadline.passed {
            guard let message = consumer.tryPop() else {
                platform_yield()
                continue
            }
            if message != Message(expected) { break }
            expected += 1
        }
        thread.join()
        expect(expected == total)
    }

    @Test func theIndicesAndTheSlotsAreTwoCacheLinesApart() {
        let memory = MemoryBlock(byteCount: ringByteCount(of: Message.self, capacity: 8))
        let header = RingHeader(memory.base)
        expect(Int(bitPattern: memory.base) % 128 == 0)
        expect(UnsafeRawPointer(header.tail) == UnsafeRawPointer(memory.base))
        expect(UnsafeRawPointer(header.head) - UnsafeRawPointer(header.tail) == 128)
        expect(UnsafeRawPointer(header.slots) - UnsafeRawPointer(header.tail) == 256)
        expect(ringByteCount(of: Message.self, capacity: 8) == 256 + 8 * 64)
        expect(MemoryLayout<Message>.size == 64)
        expect(MemoryLayout<Message>.stride == 64)
        expect(MemoryLayout<Message>.alignment == 8)
        expect(SharedCounter.byteCount == 128)
    }

    @Test func aRingInAMappedFileSurvivesItsHandles() throws {
        let file = ScratchFile("ring")
        let bytes = ringByteCount(of: Int.self, capacity: 8)
        do {
            let region = try SharedRegion(path: file.path, byteCount: bytes, opening: .new)
            expect(region.wasCreated)
            var ends = makeRing(of: Int.self, capacity: 8, in: MemoryBlock(mapping: region))
            for i in 0..<6 { expect(ends.producer.tryPush(i)) }
            expect(ends.consumer.tryPop() == 0)
        }
        let memory = MemoryBlock(mapping: try SharedRegion(path: file.path, byteCount: 0, opening: .existing))
        var consumer = try attachConsumer(of: Int.self, in: memory)
        var producer = try attachProducer(of: Int.self, in: memory)
        expect(consumer.capacity == 8)
        expect(consumer.count == 5)
        for i in 6..<9 { expect(producer.tryPush(i)) }
        expect(!producer.tryPush(9))
        for i in 1..<9 { expect(consumer.tryPop() == i) }
        expect(consumer.tryPop() == nil)
    }

    @Test func attachingRefusesWhatIsNotThatRing() throws {
        let memory = MemoryBlock(byteCount: 4096)
        #expect(throws: AttachError.notFound) { _ = try attachConsumer(of: Int.self, in: memory) }
        var ends = makeRing(of: Int.self, capacity: 8, in: memory)
        expect(ends.producer.tryPush(1))
        #expect(throws: AttachError.wrongShape) { _ = try attachConsumer(of: Message.self, in: memory) }
        #expect(throws: AttachError.tooSmall) { _ = try attachConsumer(of: Int.self, in: memory, at: 3968) }
        let header = RingHeader(memory.base)
        header.tail.pointee.store(100, ordering: .relaxed)
        #expect(throws: AttachError.damaged) { _ = try attachConsumer(of: Int.self, in: memory) }
    }

    @Test func aCapacityThatIsNoPowerOfTwoIsOurMistake() async {
        await #expect(processExitsWith: .failure) { _ = makeRing(of: Int.self, capacity: 6) }
    }

    @Test func aRingBeyondItsMemoryIsOurMistake() async {
        await #expect(processExitsWith: .failure) {
            _ = makeRing(of: Int.self, capacity: 64, in: MemoryBlock(byteCount: 256))
        }
    }
}
