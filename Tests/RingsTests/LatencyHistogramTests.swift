import CPlatform
import Testing

@testable import Rings

@Suite struct LatencyHistogramTests {
    @Test func everyBucketHoldsExactlyTheValuesUpToItsEdge() {
        var previous: UInt64?
        for bucket in 0..<HistogramShape.bucketCount {
            let edge = HistogramShape.upperEdge(bucket)
            #expect(HistogramShape.bucket(edge) == bucket)
            #expect(HistogramShape.bucket(previous.map { $0 + 1 } ?? 0) == bucket)
            previous = edge
        }
        #expect(previous == HistogramShape.largest)
    }

    @Test func percentilesAgreeWithASortedListToTheWidthOfABucket() {
        var random = seededGenerator()
        for _ in 0..<20 {
            var histogram = LatencyHistogram()
            var values: [Int64] = []
            let scale = Int.random(in: 3...38, using: &random)
            for _ in 0..<Int.random(in: 1...3_000, using: &random) {
                let value = Int64.random(in: 0..<(1 << scale), using: &random)
                histogram.record(value)
                values.append(value)
            }
            values.sort()
            for quantile in [0.0, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0] {
                let rank = max(1, Int((quantile * Double(values.count)).rounded(.up)))
                let exact = values[rank - 1]
                let found = histogram.percentile(quantile)
                #expect(found >= exact)
                #expect(found <= exact + exact / 64 + 1)
            }
            expect(histogram.count == values.count)
            expect(histogram.max == values.last!)
            let snapshot = histogram.snapshot()
            #expect(snapshot.min == values.first!)
            #expect(snapshot.mean == values.reduce(0, +) / Int64(values.count))
            #expect(snapshot.percentile(0.5) == histogram.percentile(0.5))
        }
    }

    @Test func whatIsOutsideTheRangeIsKeptAtItsEnds() {
        var histogram = LatencyHistogram()
        histogram.record(-5)
        expect(histogram.percentile(1) == 0)
        histogram.record(.max)
        expect(histogram.max == .max)
        expect(histogram.percentile(1) == .max)
        expect(histogram.percentile(0.5) == 0)
    }

    @Test func anEmptyHistogramAnswersZero() {
        let histogram = LatencyHistogram()
        expect(histogram.percentile(0.99) == 0)
        let snapshot = histogram.snapshot()
        #expect(snapshot == LatencySnapshot())
        #expect(snapshot.min == 0 && snapshot.max == 0 && snapshot.mean == 0)
    }

    @Test func mergedHistogramsEqualOneThatSawEverything() {
        var first = LatencyHistogram(), second = LatencyHistogram(), both = LatencyHistogram()
        for i in 0..<1_000 {
            if i % 3 == 0 { first.record(Int64(i * i)) } else { second.record(Int64(i * i)) }
            both.record(Int64(i * i))
        }
        var snapshot = first.snapshot()
        snapshot.merge(second.snapshot())
        first.merge(second)
        #expect(first.snapshot() == both.snapshot())
        #expect(snapshot == both.snapshot())
        both.reset()
        #expect(both.snapshot() == LatencySnapshot())
    }

    @Test func aReaderOnAnotherThreadSeesWholePublishedCopies() {
        var histogram = LatencyHistogram()
        let baton = Baton(histogram.reader())
        let result = SharedResult()
        #expect(histogram.reader().tryRead() == nil)
        let last = 20_000
        let thread = TestThread {
            let reader = baton.take()
            let deadline = Deadline()
            var reads: Int64 = 0
            while !deadline.passed {
                guard let snapshot = reader.tryRead() else { continue }
                // Published after every 100th sample of 10 ns, so anything else is torn.
                if snapshot.count % 100 != 0 || snapshot.percentile(0.5) != 10 || snapshot.mean != 10 { return }
                reads += 1
                if snapshot.count == last { break }
            }
            result.set(reads)
        }
        for i in 1...last {
            histogram.record(10)
            if i % 100 == 0 { histogram.publish() }
        }
        thread.join()
        #expect(result.value > 0)
    }
}

@Suite struct SharedCounterTests {
    @Test func oneThreadCountsAndAnotherWatchesItRise() {
        let counter = SharedCounter()
        let reader = counter.reader()
        let baton = Baton(counter)
        let thread = TestThread {
            var counter = baton.take()
            for _ in 0..<100_000 { counter.add() }
            counter.add(5)
        }
        var last: Int64 = 0
        let deadline = Deadline()
        while last < 100_005, !deadline.passed {
            let now = reader.value
            #expect(now >= last)
            last = now
            platform_yield()
        }
        thread.join()
        #expect(reader.value == 100_005)
    }

    @Test func aCounterInSharedMemoryKeepsItsValue() throws {
        let file = ScratchFile("counter")
        do {
            let region = try SharedRegion(path: file.path, byteCount: 256, opening: .existingOrNew)
            var counter = SharedCounter(in: MemoryBlock(mapping: region), at: 128)
            counter.set(41)
            counter.add()
        }
        let region = try SharedRegion(path: file.path, byteCount: 256, opening: .existing)
        #expect(CounterReader(in: MemoryBlock(mapping: region), at: 128).value == 42)
    }
}
