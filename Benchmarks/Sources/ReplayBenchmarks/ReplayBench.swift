import BenchKit
import Binance
import Core
import Foundation
import Journal
import MarketFile
import Model
import Quoting
import Rings
import Simulation
import StrategyKit
import Units
import VenueKit

/// A recorded market through the whole core, as `needletail backtest` plays a market file: file, book and integrity of the
/// adapter, core, the quoting strategy, risk gate, simulated venue, on one pinned core.
public enum ReplayBench {
    public static let benchmark = Benchmark("replay", "recorded markets from market files through the whole core", run: run)

    /// Messages of a second that are wanted.
    static let aim = 3_000_000.0

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let directory = FileManager.default.temporaryDirectory.appending(path: "needletail-replay-\(getpid())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var report = BenchReport()
        for market in try ReplayMarket.all(directory, quick: plan.quick, remarks: &report.remarks) {
            try measure(market, plan, directory, &report)
        }
        report.remarks.append(
            "replay: from opening the file to the last answer after the end: sums proved, books kept, quotes, fills and "
                + "limits on; 1 ms timers as live unless the name says another; decoding to the file was before")
        return report
    }

    /// A way to play: what its name adds, the core's timer, whether a journal is written.
    private static let ways: [(name: String, timer: Int64, isJournalled: Bool, playsAllTimers: Bool)] = [
        ("", 1, false, false), ("_timer_100ms", 100, false, false), ("_journal", 1, true, false), ("_all_timers", 1, false, true),
    ]

    private static func measure(
        _ market: ReplayMarket, _ plan: BenchPlan, _ directory: String, _ report: inout BenchReport
    ) throws {
        var rates = ways.map { _ in [Double]() }
        var hashes: [UInt64?] = ways.map { _ in nil }
        var told: [ReplayResult?] = ways.map { _ in nil }
        for _ in 0..<plan.repeats {
            for (index, way) in ways.enumerated() {
                plan.focus()
                defer { plan.relax() }
                let result = try ReplayStage.play(
                    market, timer: Nanoseconds(milliseconds: way.timer), journal: way.isJournalled ? directory : nil,
                    playsAllTimers: way.playsAllTimers)
                let seconds = Double(plan.ticker.picoseconds(result.ticks)) / 1e12
                rates[index].append(Double(market.summary.messages) / seconds)
                guard hashes[index] == nil || hashes[index] == result.decisionHash else {
                    throw BenchError("replay \(market.name)\(way.name): two runs of the same market decided differently")
                }
                hashes[index] = result.decisionHash
                told[index] = result
            }
        }
        guard hashes[0] == hashes[2] else { throw BenchError("replay \(market.name): the journal changed what was decided") }
        guard hashes[0] == hashes[3] else {
            throw BenchError("replay \(market.name): the timers that were left out would have changed what was decided")
        }
        let rowsPerMessage = Double(market.summary.rows) / Double(market.summary.messages)
        for (index, way) in ways.enumerated() {
            let (middle, best) = (median(rates[index]), rates[index].max() ?? 0)
            let name = "replay_\(market.name)\(way.name)"
            report.figures.append((name, middle, "messages/s, the median; best \(Int(best))"))
            report.figures.append((name + "_rows", middle * rowsPerMessage, "level rows/s"))
            if index == 0 {
                report.goals.append(
                    Goal("\(market.name), messages through the whole core", middle, target: aim, unit: "/s", isFloor: true))
            }
            if let result = told[index] {
                report.remarks.append(
                    "\(name): \(result.timers) timers, \(result.orders) orders, \(result.cancels) cancels, \(result.fills) fills, "
                        + "decision hash \(String(result.decisionHash, radix: 16))")
            }
        }
        report.remarks.append(market.about)
    }
}
