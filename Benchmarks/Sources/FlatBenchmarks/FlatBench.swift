import BenchKit
import Units

/// What an event costs as the run grows: from 1 to 500 instruments, 1 to 50 strategies, 10 to 10,000 open orders.
///
/// An event is a book ticker's text, decoded, checked, published and stepped. Seven of eight are of instruments without a
/// strategy, picked at random; the eighth leads to an order, whose end is stepped too. Each growth is compared with the
/// smallest run, in turns.
public enum FlatBench {
    public static let benchmark = Benchmark("flat", "cost of an event as instruments, strategies and orders grow", run: run)

    private static let sizes: [(name: String, size: FlatSize)] = [
        ("1 instrument, 1 strategy, 10 orders", FlatSize(instruments: 1, strategies: 1, orders: 10)),
        ("500 instruments", FlatSize(instruments: 500, strategies: 1, orders: 10)),
        ("50 strategies", FlatSize(instruments: 1, strategies: 50, orders: 10)),
        ("1,000 orders", FlatSize(instruments: 1, strategies: 1, orders: 1_000)),
        ("10,000 orders", FlatSize(instruments: 1, strategies: 1, orders: 10_000)),
    ]

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let names = ["flat_small", "flat_500_instruments", "flat_50_strategies", "flat_1000_orders", "flat_10000_orders"]
        let all = zip(names, sizes).map { name, item in
            (
                series: Series(name, "text to decision with \(item.name), one event in eight sends an order; batches of 64"),
                size: item.size
            )
        }
        let timers = Series("flat_timer_10000_orders", "the millisecond's timer with 10,000 open orders; batches of 4")
        let stages = try all.map { try FlatStage($0.size) }
        for repetition in 0..<plan.repeats {
            // Who begins changes, so that nobody gains from its place.
            for turn in all.indices {
                let at = (turn + repetition) % all.count
                plan.measure(all[at].series, batches: 500, size: 64) { stages[at].event($0) }
            }
            plan.measure(timers, batches: 200, size: 4) { _ in stages[all.count - 1].timer() }
        }
        for (index, stage) in stages.enumerated() {
            guard stage.answered == stage.asked, stage.openOrders == all[index].size.orders else {
                throw BenchError(
                    "\(all[index].series.name): \(stage.openOrders) orders rest, \(stage.answered) of \(stage.asked) were sent; the gate's last "
                        + "refusal: \(stage.refusal); messages not believed: \(stage.refusedMessages)")
            }
        }
        let comparisons = zip(all, sizes).dropFirst().map { one, item in
            Comparison("event with \(item.name) against the small run", one.series, against: all[0].series, aim: 1.3)
        }
        return BenchReport(series: all.map(\.series) + [timers], comparisons: comparisons)
    }
}

/// How large a run is.
struct FlatSize: Sendable {
    /// Without a strategy; the strategies' and the resting orders' come on top.
    let instruments: Int
    let strategies: Int
    let orders: Int
}
