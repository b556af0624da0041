import BenchKit
import CPlatform
import Foundation
import Model
import Rings
import Units

/// A million frames a second for ten seconds into the engine's parser, already decrypted, from five streams, while orders
/// are worked; then an ordinary rate. What the burst cost, how long it was felt, and that nothing was lost in it.
public enum BurstBench {
    public static let benchmark = Benchmark(
        "burst", "a million frames a second for ten seconds while orders are worked", run: run)

    /// Aims: age of a tick from a second after the burst on, and how long the windows are by which recovery is told.
    static let ageLimit: Int64 = 100_000
    static let window: Int64 = 10_000_000
    static let second: Int64 = 1_000_000_000

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        guard plan.core != plan.peer else { throw BenchError("burst needs two cores: the hot thread's, and one that feeds it") }
        let directory = FileManager.default.temporaryDirectory.appending(path: "needletail-burst-\(getpid())").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        plan.relax()
        let schedule = BurstSchedule(quick: plan.quick)
        // As the engine does when it starts: a heap that gives nothing back, and every page present.
        platform_keep_heap(64 << 20)
        let locking = platform_lock_all_memory()
        let result = try BurstStage(schedule, directory: directory, plan: plan).run(plan)
        let (ledger, problems) = result.audit(directory: directory)
        guard problems.isEmpty else { throw BenchError("burst: " + problems.joined(separator: "\n  ")) }
        var report = report(result, ledger)
        if locking != 0 {
            report.remarks.append("memory is not locked (errno \(locking)): pages of the program may come in late")
        }
        return report
    }

    private static func report(_ result: BurstResult, _ ledger: BurstLedger) -> BenchReport {
        let seen = result.seen
        let due = "a market event's frame due by the clock, to the trade thread taking the event"
        let before = series("burst_age_before", "\(due); 10,000 frames/s, before the burst", result.before)
        let during = series("burst_age_during", "\(due); frames of the burst", result.during)
        let first = series(
            "burst_age_first_second", "\(due); the first second after the burst", seen.ages.due(from: 0, to: second))
        let late = seen.ages.due(from: second)
        let later = series("burst_age_after", "\(due); from one second after the burst on", late)
        var report = BenchReport(series: [before, during, first, later])
        let spread = (seen.pages.max() ?? 0) - (seen.pages.min() ?? 0)
        report.goals = [
            Goal("tick age from a second after the burst on, p99", later.percentile(0.99) / 1000, target: 100, unit: "us"),
            Goal("orders and fills lost", Double(ledger.lost), target: 0, unit: ""),
            Goal(
                "frames refused, and stops of the engine's own", Double(result.refused) + (result.tradedOn ? 0 : 1),
                target: 0, unit: ""),
            Goal(
                "orders sent from the burst's beginning on",
                Double(seen.statusAfter.ordersSent - seen.statusBefore.ordersSent), target: 1, unit: "", isFloor: true),
            Goal("resident pages, most less least", Double(spread), target: 0, unit: ""),
        ]
        report.figures = frames(result) + work(result, ledger)
        if let recovered = seen.ages.recovered(window: window, limit: ageLimit) {
            report.figures.append(
                ("recovered_after", Double(recovered) / 1e6, "ms, when p99 of each 10 ms came to stay at 100 us or below"))
        } else {
            report.remarks.append("p99 of 10 ms was above 100 us at the very end")
        }
        if result.refused > 0 { report.remarks.append("refused by the adapter: \(result.refusals)") }
        if !result.tradedOn {
            report.remarks.append("the engine stopped trading: \(seen.statusAfter.state.name), \(seen.statusAfter.stateReason)")
        }
        report.remarks.append(
            "every order sent and every word of the venue is in the journal in its order, the core's position is that of its "
                + "fills, and every frame's event was stepped, or counted as conflated or refused")
        return report
    }

    /// What became of the frames.
    private static func frames(_ result: BurstResult) -> [(name: String, value: Double, unit: String)] {
        let (seen, schedule) = (result.seen, result.seen.schedule)
        let offer = seen.offer
        let taken = Double(offer.burstTakenAt - schedule.before) / 1e9
        return [
            ("frames_offered", Double(offer.frames), "\(schedule.framesOfBurst) of them in the burst"),
            ("frames_taken", Double(result.framesTaken), "by the parser"),
            ("frames_per_second", Double(schedule.framesOfBurst) / taken, "taken from the burst's first to its last"),
            (
                "frames_held_back", Double(offer.heldBack),
                "late because the ring was full; at most \(offer.longestHold / 1000) us"
            ),
            ("frame_decode_p50", Double(result.decode.percentile(0.5)), "ns in the parser: checked, book, event in the ring"),
            (
                "producer_late_p99", Double(result.lateness.percentile(0.99)) / 1000,
                "us, the producer's own, after the burst: due, to the frame in the ring"
            ),
            (
                "conflated", Double(seen.counters.conflated),
                "tops of book that a newer one replaced before they were stepped"
            ),
            ("trades_delayed", Double(seen.counters.delayedTrades), "waited beside the full ring; none is conflated"),
        ]
    }

    /// What the engine did meanwhile, and at what price.
    private static func work(
        _ result: BurstResult, _ ledger: BurstLedger
    ) -> [(name: String, value: Double, unit: String)] {
        let seen = result.seen
        return [
            ("events_stepped", Double(ledger.tickers + ledger.depths + ledger.trades), "market events in the journal"),
            ("orders_sent", Double(ledger.count(.placed)), ""), ("fills", Double(ledger.count(.filled)), ""),
            ("orders_filled_in_parts", Double(ledger.partiallyFilled), ""),
            ("cancels_sent", Double(ledger.count(.cancelled)), ""), ("journal_records", Double(seen.records), ""),
            ("journal_waiting_most", Double(seen.waitingMax), "of 65,536 records that wait for the disk at once"),
            ("journal_stalls", Double(seen.stalls), "turns in which nothing was stepped: no room in the journal"),
            ("cold_turn_longest", Double(seen.longestTurn) / 1e6, "ms, with its writes and syncs"),
            (
                "resident_pages", Double(seen.pages.last ?? 0),
                "at the end; \(Set(seen.pages).count) values at \(seen.pages.count) looks"
            ),
            ("hot_allocations", Double(result.hot.allocations), ""), ("hot_retains", Double(result.hot.retains), ""),
            ("hot_switches", Double(result.hot.switches), "times that the scheduler took the hot thread's core away"),
        ]
    }

    private static func series(_ name: String, _ method: String, _ taken: LatencySnapshot) -> Series {
        let series = Series(name, method, inNanoseconds: true)
        series.add(taken)
        return series
    }

    private static func series(_ name: String, _ method: String, _ ages: [Int64]) -> Series {
        var histogram = LatencyHistogram()
        for age in ages { histogram.record(age) }
        return series(name, method, histogram.snapshot())
    }
}
