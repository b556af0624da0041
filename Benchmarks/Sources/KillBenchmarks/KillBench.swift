import BenchKit
import CPlatform
import Control
import Foundation
import Rings
import Units

/// Time to safe: a client connects to the control socket and sends `kill` → the last cancel is given to the kernel. The
/// engine's own process with all of its threads, its order link over TLS to the loopback venue, its journal and its latch
/// on disk; 100 orders of its own rest at the venue before each kill.
public enum KillBench {
    public static let benchmark = Benchmark("kill", "kill on the control socket to the last cancel, 100 orders resting", run: run)
    static let orders: Int64 = 100

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        guard plan.words == ["bench"] else {
            var report = BenchReport()
            report.remarks = ["not measured: this program holds no engine; use needletail bench kill"]
            return report
        }
        guard plan.core != plan.peer else { throw BenchError("kill needs two cores: the engine's cold side and its hot one") }
        // The processes started here use every core, whatever the benchmark before this one was pinned to.
        plan.relax()
        let safe = Series(
            "kill_to_safe", "a client connects to the control socket and sends kill, to the last cancel given to the kernel; "
                + "the engine's process, \(orders) orders resting at the loopback venue, journal and latch on disk")
        let inside = Series("kill_in_engine", "the same from the moment the engine saw the command: as ctl kill and ctl latency show it")
        let answered = Series("kill_answered", "the client connects to its answer: the latch is on disk then")
        let rig = try KillRig(plan)
        defer { rig.end() }
        let each = plan.quick ? 2 : 20
        var cancels = 0.0
        for _ in 0..<plan.repeats {
            var whole = LatencyHistogram()
            var own = LatencyHistogram()
            var told = LatencyHistogram()
            for _ in 0..<each {
                try rig.rest(Self.orders)
                let kill = try rig.kill()
                guard kill.orders == Self.orders, kill.cancels > 0 else {
                    throw BenchError("the engine was killed with \(kill.orders) orders and \(kill.cancels) cancels; \(orders) were to rest")
                }
                cancels = Double(kill.cancels)
                whole.record(kill.toSafe * 1000)
                own.record(kill.inside * 1000)
                told.record(kill.toAnswer * 1000)
                try rig.recover()
            }
            safe.add(whole)
            inside.add(own)
            answered.add(told)
        }
        var report = BenchReport(
            series: [safe, inside, answered],
            goals: [
                Goal(
                    "time to safe, \(orders) open orders, p99", safe.percentile(0.99) / 1000, target: 200, unit: "us")
            ])
        report.figures = [("orders_resting", Double(orders), ""), ("cancels_sent", cancels, "")]
        report.remarks = [
            "one mass cancel for each instrument takes all its orders; the venue shows none of them before the next kill"
        ]
        report.stages = [
            StageBar(
                "kill, 100 orders",
                [
                    ("connect, and seen by the engine", Swift.max(0, safe.percentile(0.5) - inside.percentile(0.5))),
                    ("trade thread: step, journal, cancel sent", inside.percentile(0.5)),
                    ("latch on disk, answer", Swift.max(0, answered.percentile(0.5) - safe.percentile(0.5))),
                ])
        ]
        return report
    }
}
