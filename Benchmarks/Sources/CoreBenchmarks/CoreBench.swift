import BenchKit
import Model
import Quoting
import Rings
import Units

/// The deterministic core: a tick that decides nothing, and one that decides an order.
public enum CoreBench {
    public static let benchmark = Benchmark("core", "one step of the deterministic core", run: run)

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let quiet = Series("core_step_no_order", "a tick that moves no quote, two orders resting; batches of 16")
        let order = Series("core_step_order", "a tick that leads to strategy, risk gate and one order sent; single steps")
        for _ in 0..<plan.repeats {
            var calm = try CoreStage(strategy: CoreStage.quoter(minChange: 1_000_000))
            calm.makeLive()
            calm.settle()
            plan.measure(quiet, batches: 20_000, size: 16) { call in calm.tick(bid: 50_000 + Int64(call & 1)) }
            precondition(calm.sent == 2 && calm.cancelled == 0, "a quiet tick moved a quote")
            try orders(plan, order)
        }
        return BenchReport(
            series: [quiet, order],
            goals: [
                Goal("step without an order, p50", quiet.percentile(0.5), target: 60, unit: "ns"),
                Goal("step with strategy, risk and order, p50", order.percentile(0.5), target: 300, unit: "ns"),
            ])
    }

    /// One step that places an order, taken alone; what the venue would say follows unmeasured.
    private static func orders(_ plan: BenchPlan, _ series: Series) throws {
        var stage = try CoreStage(strategy: TickAnswer(instrument: InstrumentID(0), quantity: Quantity(raw: 1_000_000)))
        stage.makeLive()
        var histogram = LatencyHistogram()
        let count = plan.scaled(20_000)
        plan.focus()
        for call in 0..<(count + count / 10) {
            let ticks = stage.timedTick(bid: 50_000 + Int64(call % 97))
            if call >= count / 10 { histogram.record(plan.ticker.picoseconds(ticks)) }
            stage.settle()
        }
        plan.relax()
        precondition(stage.sent >= count, "ticks sent no orders")
        series.add(histogram)
    }
}
