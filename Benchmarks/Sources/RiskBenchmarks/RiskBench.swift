import BenchKit
import CoreBenchmarks
import Model
import Risk
import Units

/// The pre-trade gate alone.
public enum RiskBench {
    public static let benchmark = Benchmark("risk", "one order judged by the gate", run: run)

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let series = Series("risk_gate", "one order judged with every check on, and passed; batches of 16")
        let stage = try CoreStage(strategy: TickAnswer(instrument: InstrumentID(0), quantity: Quantity(raw: 1_000_000)))
        let top = CoreStage<TickAnswer>.top(50_000, update: 1, now: Nanoseconds(seconds: 100))
        var context = RiskContext(
            now: Nanoseconds(seconds: 100), state: .live, isAllowed: true, instrument: stage.instrument,
            limits: stage.limits, hasTop: true, top: top, linksUp: true, position: .zero, openOrders: 2,
            unknownOrders: 0, openBuy: Quantity(raw: 1_000_000), openSell: Quantity(raw: 1_000_000), ordersLastSecond: 3,
            ordersLastMinute: 50, dayResult: .zero, hasCapacity: true)
        var intent = Intent(
            kind: .place, strategy: StrategyID(0), instrument: InstrumentID(0), side: .buy, timeInForce: .postOnly,
            price: top.bidPrice, quantity: Quantity(raw: 1_000_000), client: .none)
        var refused = 0
        for _ in 0..<plan.repeats {
            plan.measure(series, batches: 20_000, size: 16) { call in
                intent.price = Price(raw: top.bidPrice.raw - Int64(call & 15) * 1_000_000)
                context.openOrders = Int32(call & 3)
                if RiskGate.judge(intent, &context).verdict != .passed { refused &+= 1 }
            }
        }
        precondition(refused == 0, "the gate refused")
        return BenchReport(
            series: [series], goals: [Goal("gate with every check, p50", series.percentile(0.5), target: 60, unit: "ns")])
    }
}
