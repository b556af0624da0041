import BenchKit
import CBench
import CPlatform
import Rings

/// A message of the size that crosses the engine's rings most.
struct RingMessage: BitwiseCopyable {
    var words = InlineArray<8, UInt64>(repeating: 0)
}

/// The SPSC ring between two cores: ours, the same design in C, and the bare cache line that both stand on.
public enum RingBench {
    public static let benchmark = Benchmark("ring", "the SPSC ring against C and the bare cache line", run: run)

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        guard plan.core != plan.peer else { throw BenchError("the ring benchmark needs two cores") }
        let ours = Series("ring_round_trip", "64-byte message there and back through two rings, two pinned threads")
        let theirs = Series("ring_round_trip_c", "the same design in C")
        let lines = Series("cache_lines_round_trip", "one word each way on a line of its own, nothing else: what two rings stand on")
        let line = Series("cache_line_round_trip", "one word there and back on one line, nothing else")
        let flow = Series("ring_throughput", "64-byte messages one way, 1024 slots; a sample is a run")
        let flowC = Series("ring_throughput_c", "the same design in C")
        let trips = plan.scaled(100_000)
        let messages = UInt64(plan.scaled(2_000_000))
        // Kept to the end: each repetition gets lines of its own, and all that is compared in it uses the same ones.
        var places: [Place] = []
        for _ in 0..<plan.repeats {
            let place = Place()
            places.append(place)
            let (there, back) = unsafe (place.there.base, place.back.base)
            plan.focus()
            record(roundTrips(plan, place, trips), ours, plan)
            record(unsafe collect(trips) { unsafe bench_c_ring_round_trips(plan.core, plan.peer, there, back, $0, trips) }, theirs, plan)
            record(unsafe collect(trips) { unsafe bench_cache_line_round_trips(plan.core, plan.peer, there, back, $0, trips) }, lines, plan)
            record(unsafe collect(trips) { unsafe bench_cache_line_round_trips(plan.core, plan.peer, there, there, $0, trips) }, line, plan)
            single(throughput(plan, place, messages), flow)
            single(unsafe bench_c_ring_throughput(plan.core, plan.peer, there, messages), flowC)
            plan.relax()
        }
        return BenchReport(
            series: [ours, theirs, lines, line, flow, flowC],
            comparisons: [
                Comparison("ring round trip against C", ours, against: theirs, aim: 1.05),
                Comparison("ring round trip against two cache lines", ours, against: lines, aim: 1.10),
                Comparison("ring round trip against one cache line", ours, against: line, aim: 1.10),
                Comparison("ring throughput against C", flow, against: flowC, aim: 1.05),
            ])
    }

    /// Memory for two rings.
    private struct Place {
        let there = MemoryBlock(byteCount: bench_ring_bytes)
        let back = MemoryBlock(byteCount: bench_ring_bytes)
    }

    private static func collect(_ count: Int, _ body: (UnsafeMutablePointer<UInt64>) -> Void) -> [UInt64] {
        unsafe [UInt64](unsafeUninitializedCapacity: count) { buffer, made in
            unsafe body(buffer.baseAddress!)
            made = count
        }
    }

    private static func record(_ ticks: [UInt64], _ series: Series, _ plan: BenchPlan) {
        var histogram = LatencyHistogram()
        // The first tenth is warm-up.
        for value in ticks.dropFirst(ticks.count / 10) { histogram.record(plan.ticker.picoseconds(value)) }
        series.add(histogram)
    }

    private static func single(_ nanoseconds: Double, _ series: Series) {
        var histogram = LatencyHistogram()
        histogram.record(Int64(nanoseconds * 1000))
        series.add(histogram)
    }

    private static func roundTrips(_ plan: BenchPlan, _ place: Place, _ count: Int) -> [UInt64] {
        let there = makeRing(of: RingMessage.self, capacity: 1024, in: place.there)
        let back = makeRing(of: RingMessage.self, capacity: 1024, in: place.back)
        var out = there.producer
        var home = back.consumer
        let echo = Carrier(Ends(consumer: there.consumer, producer: back.producer))
        let thread = PeerThread(core: plan.peer, priority: plan.priority) {
            var ends = echo.take()
            var message = RingMessage()
            for _ in 0..<count {
                while !ends.consumer.tryPop(&message) {}
                while !ends.producer.tryPush(message) {}
            }
        }
        var message = RingMessage()
        var ticks: [UInt64] = []
        ticks.reserveCapacity(count)
        for index in 0..<count {
            let began = platform_rdtsc()
            message.words[0] = UInt64(index)
            _ = out.tryPush(message)
            while !home.tryPop(&message) {}
            ticks.append(platform_rdtsc() &- began)
        }
        thread.join()
        return ticks
    }

    private static func throughput(_ plan: BenchPlan, _ place: Place, _ count: UInt64) -> Double {
        let ends = makeRing(of: RingMessage.self, capacity: 1024, in: place.there)
        var producer = ends.producer
        let carrier = Carrier(ends.consumer)
        let thread = PeerThread(core: plan.peer, priority: plan.priority) {
            var consumer = carrier.take()
            var message = RingMessage()
            var taken: UInt64 = 0
            var sum: UInt64 = 0
            while taken < count {
                guard consumer.tryPop(&message) else { continue }
                sum &+= message.words[0]
                taken += 1
            }
            consume(sum)
        }
        var message = RingMessage()
        let began = platform_monotonic_ns()
        var sent: UInt64 = 0
        while sent < count {
            message.words[0] = sent
            if producer.tryPush(message) { sent += 1 }
        }
        thread.join()
        return Double(platform_monotonic_ns() - began) / Double(count)
    }

    private struct Ends: ~Copyable {
        var consumer: RingConsumer<RingMessage>
        var producer: RingProducer<RingMessage>
    }
}
