import CPlatform
import Testing

@testable import Rings

/// Bytes that depend on a number, to recognise a record by.
private func pattern(_ seed: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: seed &* 31 &+ $0) }
}

private func push(_ producer: inout ByteRingProducer, _ bytes: [UInt8], tag: Int) -> Bool {
    bytes.withUnsafeBytes { producer.tryPush($0, tag: UInt64(tag), time: Int64(tag) * 10) }
}

@Suite struct ByteRingTests {
    @Test func aFrameComesOutWithItsTagItsTimeAndZerosBehindIt() {
        var ends = makeByteRing(capacity: 1024)
        memset(ends.producer, 0xFF)
        let room = ends.producer.reserve(100)!
        room.copyBytes(from: pattern(1, 100))
        expect(ends.consumer.peek() == nil)
        ends.producer.commit(50, tag: 7, time: -3)
        let frame = ends.consumer.peek()!
        #expect(frame.tag == 7)
        #expect(frame.time == -3)
        #expect(Array(frame.bytes) == pattern(1, 50))
        let behind = UnsafeRawBufferPointer(start: frame.bytes.baseAddress! + 50, count: 32)
        #expect(behind.allSatisfy { $0 == 0 })
        expect(ends.consumer.peek()?.tag == 7)
        ends.consumer.release()
        expect(ends.consumer.peek() == nil)
        expect(ends.consumer.usedBytes == 0)
    }

    @Test func aFrameThatDoesNotFitTheEndStartsAtTheBeginning() {
        var ends = makeByteRing(capacity: 512)
        // Spans of 160, 160, 160 leave 32 at the end.
        for i in 0..<3 { expect(push(&ends.producer, pattern(i, 90), tag: i)) }
        expect(!push(&ends.producer, pattern(3, 90), tag: 3))
        expect(ends.producer.refusals == 1)
        expect(ends.consumer.peek()?.tag == 0)
        ends.consumer.release()
        expect(push(&ends.producer, pattern(3, 90), tag: 3))
        for i in 1..<4 {
            let frame = ends.consumer.peek()!
            #expect(frame.tag == UInt64(i))
            #expect(Array(frame.bytes) == pattern(i, 90))
            if i == 3 { #expect(UnsafeRawPointer(frame.bytes.baseAddress!) == ends.consumer.slots + 32) }
            ends.consumer.release()
        }
        expect(ends.consumer.peek() == nil)
    }

    @Test func theLargestFrameFitsAnEmptyRingWhereverItStands() {
        for lead in 0..<40 {
            var ends = makeByteRing(capacity: 1024)
            for i in 0..<lead {
                expect(push(&ends.producer, [], tag: i))
                expect(ends.consumer.peek()?.bytes.count == 0)
                ends.consumer.release()
            }
            let largest = pattern(lead, ends.producer.maximumPayloadBytes)
            expect(push(&ends.producer, largest, tag: 99))
            expect(ends.consumer.peek().map { Array($0.bytes) } == largest)
        }
    }

    @Test func aByteRingBehavesAsAQueueUnderRandomOperations() {
        var random = seededGenerator()
        for _ in 0..<12 {
            var ends = makeByteRing(capacity: 1 << Int.random(in: 8...12, using: &random))
            let largest = ends.producer.maximumPayloadBytes
            var queue: [(bytes: [UInt8], tag: Int)] = []
            for step in 0..<1_500 {
                if Bool.random(using: &random) {
                    let bytes = pattern(step, Int.random(in: 0...largest, using: &random))
                    if push(&ends.producer, bytes, tag: step) {
                        queue.append((bytes, step))
                    } else {
                        expect(!queue.isEmpty)
                    }
                } else if let frame = ends.consumer.peek() {
                    #expect(queue.first.map { $0.tag == Int(frame.tag) && $0.bytes == Array(frame.bytes) } == true)
                    ends.consumer.release()
                    if !queue.isEmpty { queue.removeFirst() }
                } else {
                    #expect(queue.isEmpty)
                }
                let least = queue.reduce(0) { $0 + ByteRecord.span($1.bytes.count) }
                expect(ends.producer.usedBytes >= least)
            }
        }
    }

    @Test func twoThreadsPassEveryFrameOnceAndWhole() {
        let total = 15_000
        let ends = makeByteRing(capacity: 4096)
        let producer = Baton(ends.producer)
        var consumer = ends.consumer
        let thread = TestThread {
            var producer = producer.take()
            let deadline = Deadline()
            for i in 0..<total {
                let bytes = pattern(i, i % 300)
                while !push(&producer, bytes, tag: i) {
                    if deadline.passed { return }
                    platform_yield()
                }
            }
        }
        let deadline = Deadline()
        var expected = 0
        while expected < total, !deadline.passed {
            guard let frame = consumer.peek() else {
                platform_yield()
                continue
            }
            if frame.tag != UInt64(expected) || !frame.bytes.elementsEqual(pattern(expected, expected % 300)) { break }
            consumer.release()
            expected += 1
        }
        thread.join()
        #expect(expected == total)
    }

    @Test func anUncommittedFrameIsLostAndAnUnreleasedOneStaysWhenTheProcessEnds() throws {
        let file = ScratchFile("bytes")
        do {
            let region = try SharedRegion(path: file.path, byteCount: byteRingByteCount(capacity: 1024), opening: .new)
            var ends = makeByteRing(capacity: 1024, in: MemoryBlock(mapping: region))
            expect(push(&ends.producer, pattern(1, 10), tag: 1))
            expect(push(&ends.producer, pattern(2, 20), tag: 2))
            _ = ends.producer.reserve(30)
            expect(ends.consumer.peek()?.tag == 1)
        }
        let memory = MemoryBlock(mapping: try SharedRegion(path: file.path, byteCount: 0, opening: .existing))
        var producer = try attachByteProducer(in: memory)
        var consumer = try attachByteConsumer(in: memory)
        expect(push(&producer, pattern(3, 30), tag: 3))
        for i in 1...3 {
            let frame = consumer.peek()!
            #expect(frame.tag == UInt64(i))
            #expect(Array(frame.bytes) == pattern(i, i * 10))
            consumer.release()
        }
        expect(consumer.peek() == nil)
    }

    @Test func aFrameLargerThanHalfTheRingIsOurMistake() async {
        await #expect(processExitsWith: .failure) {
            var ends = makeByteRing(capacity: 256)
            _ = ends.producer.reserve(ends.producer.maximumPayloadBytes + 1)
        }
    }

    @Test func bytesThatCanNeverFitAreRefusedAndCounted() {
        var ends = makeByteRing(capacity: 256)
        let largest = ends.producer.maximumPayloadBytes
        expect(!push(&ends.producer, pattern(1, largest + 1), tag: 1))
        expect(!push(&ends.producer, pattern(2, 5000), tag: 2))
        expect(ends.producer.refusals == 2)
        expect(ends.consumer.peek() == nil)
        expect(push(&ends.producer, pattern(3, largest), tag: 3))
        expect(ends.consumer.peek()?.tag == 3)
    }

    @Test func whatIsFreeIsKnownWithoutAReservation() {
        var ends = makeByteRing(capacity: 1024)
        expect(ends.producer.hasFree(1024))
        for i in 0..<3 { expect(push(&ends.producer, pattern(i, 90), tag: i)) }
        let free = 1024 - 3 * ByteRecord.span(90)
        expect(ends.producer.hasFree(free))
        expect(!ends.producer.hasFree(free + 1))
        _ = ends.consumer.peek()
        ends.consumer.release()
        expect(ends.producer.hasFree(free + ByteRecord.span(90)))
        expect(ends.producer.refusals == 0)
    }

    @Test func committingMoreThanWasReservedIsOurMistake() async {
        await #expect(processExitsWith: .failure) {
            var ends = makeByteRing(capacity: 256)
            _ = ends.producer.reserve(8)
            ends.producer.commit(9, tag: 0, time: 0)
        }
    }

    @Test func committingTwiceIsOurMistake() async {
        await #expect(processExitsWith: .failure) {
            var ends = makeByteRing(capacity: 256)
            _ = ends.producer.reserve(8)
            ends.producer.commit(8, tag: 0, time: 0)
            ends.producer.commit(0, tag: 0, time: 0)
        }
    }

    @Test func releasingWhatWasNotShownIsOurMistake() async {
        await #expect(processExitsWith: .failure) {
            var ends = makeByteRing(capacity: 256)
            ends.consumer.release()
        }
    }

    @Test func aDamagedLengthTrapsInsteadOfReadingBeyondTheRing() async {
        await #expect(processExitsWith: .failure) {
            var ends = makeByteRing(capacity: 256)
            _ = ends.producer.reserve(8)
            ends.producer.commit(8, tag: 0, time: 0)
            ends.producer.slots.storeBytes(of: 100_000, as: UInt32.self)
            _ = ends.consumer.peek()
        }
    }

    /// Fills the room of an empty ring, so that leftovers would show.
    private func memset(_ producer: borrowing ByteRingProducer, _ byte: UInt8) {
        producer.slots.initializeMemory(as: UInt8.self, repeating: byte, count: producer.capacity)
    }
}
