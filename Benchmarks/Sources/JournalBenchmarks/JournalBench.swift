import BenchKit
import CoreBenchmarks
import Foundation
import Journal
import Model
import Rings
import Units

/// A record into the ring, as the trade thread does it, and from the ring to the file, as the cold thread does.
public enum JournalBench {
    public static let benchmark = Benchmark("journal", "a record into the ring, and from the ring to the file", run: run)

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let append = Series("journal_append", "an input made a 128-byte record and pushed; batches of 16")
        let drain = Series("journal_drain", "a record from the ring to the segment file, with CRC and hash chain; batches of 4096")
        let directory = FileManager.default.temporaryDirectory.appending(path: "needletail-bench-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for repetition in 0..<plan.repeats { try once(plan, append, drain, directory.path, repetition) }
        return BenchReport(
            series: [append, drain],
            goals: [Goal("append on the hot side, p50", append.percentile(0.5), target: 40, unit: "ns")])
    }

    private static func once(
        _ plan: BenchPlan, _ append: Series, _ drain: Series, _ directory: String, _ repetition: Int
    ) throws {
        let ends = makeRing(of: Record.self, capacity: 65_536)
        var producer = ends.producer
        var writer = try JournalWriter(
            consumer: ends.consumer, directory: directory,
            identity: JournalIdentity(
                build: plan.build, configurationHash: 0, mode: .live, run: UInt32(repetition), name: "bench",
                session: 0),
            segmentBytes: 64 << 20, syncInterval: Nanoseconds(seconds: 3600), wall: .zero, engine: .zero)
        let input = Input.topOfBook(CoreStage<TickAnswer>.top(50_000, update: 1, now: Nanoseconds(seconds: 1)))
        var pushes = LatencyHistogram()
        var drains = LatencyHistogram()
        var sequence: UInt64 = 0
        let rounds = Swift.max(2, plan.scaled(40))
        for round in 0..<rounds {
            plan.focus()
            for _ in 0..<256 {
                let began = platformTicks()
                for _ in 0..<16 {
                    sequence += 1
                    _ = producer.tryPush(input.record(sequence: sequence, time: Nanoseconds(raw: Int64(sequence))))
                }
                // The first round touches the ring's memory.
                if round > 0 { pushes.record(plan.ticker.picoseconds(platformTicks() &- began, over: 16)) }
            }
            let began = platformTicks()
            let count = try writer.drain(wall: .zero, engine: .zero)
            if round > 0 { drains.record(plan.ticker.picoseconds(platformTicks() &- began, over: count)) }
            plan.relax()
        }
        append.add(pushes)
        drain.add(drains)
    }
}
