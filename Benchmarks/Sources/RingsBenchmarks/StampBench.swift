import Agents
import BenchKit
import Rings

/// What it costs to know what things cost: a reading of the processor's counter, and a stage's stamp, which is a reading, its
/// difference in nanoseconds and a place in a histogram.
public enum StampBench {
    public static let benchmark = Benchmark("stamp", "the cost of a stage's stamp", run: run)

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let reading = Series("stamp_read", "the processor's counter read; batches of 16")
        let stamp = Series("stamp", "read, turned into nanoseconds since the last reading, counted in a histogram; batches of 16")
        let scale = TickScale(EngineClock())
        var stages = LatencyHistogram()
        for _ in 0..<plan.repeats {
            var last = platformTicks()
            plan.measure(reading, batches: 20_000, size: 16) { _ in last = platformTicks() }
            consume(last)
            plan.measure(stamp, batches: 20_000, size: 16) { _ in
                let now = platformTicks()
                stages.record(scale.ns(last, now))
                last = now
            }
        }
        guard stages.count > 0 else { throw BenchError("no stamp was counted") }
        return BenchReport(series: [reading, stamp])
    }
}
