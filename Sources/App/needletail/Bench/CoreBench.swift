import Core
import Model
import Quoting
import Rings
import Risk
import StrategyKit
import Units

/// The deterministic core: a tick that decides nothing, one that decides an order, and the gate alone.
enum CoreBench {
    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let quiet = Series("core_step_no_order", "a tick that moves no quote, two orders resting; batches of 16")
        let order = Series("core_step_order", "a tick that leads to strategy, risk gate and one order sent; single steps")
        for _ in 0..<plan.repeats {
            var calm = try CoreStage(strategy: CoreStage.quoter(minChange: 1_000_000))
            calm.makeLive()
            calm.settle()
            plan.measure(quiet, batches: 20_000, size: 16) { call in calm.tick(bid: 50_000 + Int64(call & 1)) }
            precondition(calm.sent == 2, "a quiet tick sent something")
            try orders(plan, order)
        }
        return BenchReport(series: [quiet, order])
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

    static func risk(_ plan: BenchPlan) throws -> BenchReport {
        let series = Series("risk_gate", "one order judged with every check on, and passed; batches of 16")
        var stage = try GateStage()
        for _ in 0..<plan.repeats { plan.measure(series, batches: 20_000, size: 16) { stage.judge($0) } }
        precondition(stage.refused == 0, "the gate refused")
        return BenchReport(series: [series])
    }

    /// `count` judgements; how many refused.
    static func gate(_ count: Int) throws -> UInt64 {
        var stage = try GateStage()
        for call in 0..<count { stage.judge(call) }
        precondition(stage.refused == 0, "the gate refused")
        return UInt64(stage.refused)
    }
}

/// One order and all that the gate is told, a little different each time.
private struct GateStage {
    private var context: RiskContext
    private var intent: Intent
    private let bid: Price
    private(set) var refused = 0

    init() throws {
        let stage = try CoreStage(strategy: TickAnswer(instrument: InstrumentID(0), quantity: Quantity(raw: 1_000_000)))
        let top = CoreStage<TickAnswer>.top(50_000, update: 1, now: Nanoseconds(seconds: 100))
        context = RiskContext(
            now: Nanoseconds(seconds: 100), state: .live, isAllowed: true, instrument: stage.instrument,
            limits: stage.limits, hasTop: true, top: top, linksUp: true, position: .zero, openOrders: 2,
            unknownOrders: 0, openBuy: Quantity(raw: 1_000_000), openSell: Quantity(raw: 1_000_000), ordersLastSecond: 3,
            ordersLastMinute: 50, dayResult: .zero, hasCapacity: true)
        intent = Intent(
            kind: .place, strategy: StrategyID(0), instrument: InstrumentID(0), side: .buy, timeInForce: .postOnly,
            price: top.bidPrice, quantity: Quantity(raw: 1_000_000), client: .none)
        bid = top.bidPrice
    }

    mutating func judge(_ call: Int) {
        intent.price = Price(raw: bid.raw - Int64(call & 15) * 1_000_000)
        context.openOrders = Int32(call & 3)
        if RiskGate.evaluate(intent, context).verdict != .passed { refused &+= 1 }
    }
}

/// Answers every tick with one immediate-or-cancel order at the bid: BUY when the bid is at or above the last one, SELL when
/// below. For measuring: each tick takes the whole way.
struct TickAnswer: Strategy {
    let instrument: InstrumentID
    let quantity: Quantity
    let versionHash: UInt32
    private var lastBid = Price.zero

    init(instrument: InstrumentID, quantity: Quantity) {
        self.instrument = instrument
        self.quantity = quantity
        versionHash = strategyVersionHash(code: 1, [quantity.raw])
    }

    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        guard context.hasTop else { return }
        let bid = context.top.bidPrice
        intents.place(bid >= lastBid ? .buy : .sell, .immediateOrCancel, price: bid, quantity: quantity)
        lastBid = bid
    }
}
