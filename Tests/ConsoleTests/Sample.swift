import Model
import Telemetry
import Units

/// Documents to draw.
enum Sample {
    static func money<Value: FixedPoint>(_ text: String) -> Value {
        guard let value = try? Value(text) else { preconditionFailure("\(text) is no number") }
        return value
    }

    static var limits: RiskLimits {
        RiskLimits(
            maxOrderQuantity: money("0.5"), maxOrderNotional: money("50000"), maxPosition: money("0.25"),
            maxOpenOrders: 8, priceCollarBps: 50, maxDataAge: Nanoseconds(milliseconds: 500),
            maxOrdersPerSecond: 20, maxOrdersPerMinute: 300, maxDailyLoss: money("250"))
    }

    static var live: StatusDocument {
        var engine = EngineStatus()
        let now = Nanoseconds(seconds: 5000)
        func ago(_ milliseconds: Int64) -> Nanoseconds { now - Nanoseconds(milliseconds: milliseconds) }
        engine.now = now
        engine.state = .live
        engine.stateSince = ago(167_000)
        engine.mandateHash = 0x3F2A_91C0_77DE_0042
        engine.mandateExpires = now + Nanoseconds(seconds: 3432)
        engine.bidPrice = money("61837.62")
        engine.bidQuantity = money("1.20453")
        engine.askPrice = money("61837.63")
        engine.askQuantity = money("0.00812")
        engine.topReceivedAt = ago(12)
        engine.position = money("0.0215")
        engine.averagePrice = money("61820.415")
        engine.realised = money("4.18")
        engine.unrealised = money("0.36991")
        engine.fees = money("1.3291")
        engine.dayResult = money("3.22081")
        (engine.openOrders, engine.unknownOrders) = (2, 0)
        engine.worstLong = money("0.0715")
        engine.worstShort = money("-0.0285")
        (engine.ordersLastSecond, engine.ordersLastMinute) = (14, 263)
        (engine.ticks, engine.ordersSent, engine.cancelsSent, engine.fills) = (184_233, 1204, 1168, 34)
        (engine.venueRejects, engine.riskRejects) = (1, 12)
        (engine.marketLink, engine.orderLink) = (.up, .up)
        engine.lastReconciledAt = ago(4200)
        var document = StatusDocument(engine: engine, limits: limits, uptime: Nanoseconds(seconds: 171))
        document.latencies = LatencyTable([
            LatencySummary(stage: "decrypt", count: 9, p50: 910, p99: 2100, p999: 4020, max: 81_000),
            LatencySummary(stage: "decode", count: 9, p50: 410, p99: 880, p999: 1900, max: 15_250),
            LatencySummary(stage: "receive_to_step", count: 9, p50: 1600, p99: 3300, p999: 6100, max: 96_000),
            LatencySummary(stage: "decide", count: 9, p50: 300, p99: 720, p999: 1500, max: 9800),
            LatencySummary(stage: "risk", count: 9, p50: 96, p99: 140, p999: 210, max: 1800),
            LatencySummary(stage: "journal", count: 9, p50: 42, p99: 80, p999: 130, max: 900),
            LatencySummary(stage: "encode", count: 9, p50: 640, p99: 1200, p999: 2100, max: 12_000),
            LatencySummary(stage: "encrypt", count: 9, p50: 980, p99: 1700, p999: 3000, max: 20_000),
            LatencySummary(stage: "submit", count: 9, p50: 30, p99: 45, p999: 70, max: 400),
            LatencySummary(stage: "kernel_send", count: 9, p50: 5400, p99: 12_300, p999: 31_000, max: 1_204_000),
            LatencySummary(
                stage: "order_round_trip", count: 9, p50: 1_210_000, p99: 4_800_000, p999: 9_100_000, max: 21_000_000),
            LatencySummary(
                stage: "cancel_round_trip", count: 9, p50: 980_000, p99: 3_100_000, p999: 8_000_000, max: 12_000_000),
            LatencySummary(stage: "amend_round_trip", count: 0, p50: 0, p99: 0, p999: 0, max: 0),
            LatencySummary(
                stage: "query_round_trip", count: 1, p50: 2_100_000, p99: 2_100_000, p999: 2_100_000, max: 2_100_000),
            LatencySummary(stage: "tick_to_order", count: 9, p50: 8320, p99: 20_000, p999: 48_420, max: 1_306_050),
        ])
        document.links = [
            LinkLine(name: "market data", state: .up, verdict: "healthy", age: Nanoseconds(milliseconds: 12)),
            LinkLine(name: "orders", state: .up, verdict: "healthy", age: Nanoseconds(milliseconds: 340)),
            LinkLine(name: "rest", state: .connecting, verdict: "retry in 1.2 s", age: Nanoseconds(seconds: 8), reconnects: 1),
        ]
        var log = EventLog(symbols: ["BTCUSDT"])
        let order = ClientOrderID(run: 7, sequence: 1203)
        let bitcoin = InstrumentID(0)
        log.note(StateChange(from: .disarmed, to: .staged, error: .none, command: 1), at: ago(170_000))
        log.note(StateChange(from: .armed, to: .live, error: .none, command: 3), at: ago(167_000))
        log.note(
            .position(PositionChange(instrument: bitcoin, quantity: engine.position, averagePrice: engine.averagePrice, realised: engine.realised, fees: engine.fees, client: order, isLate: false)),
            at: ago(9000))
        log.note(OrderTransition(client: order, instrument: bitcoin, from: .pendingNew, to: .rejected, error: .invalidOrder, filled: .zero), at: ago(3100))
        for _ in 0..<12 {
            log.note(
                .verdict(Verdict(intent: Intent(kind: .place, strategy: StrategyID(0), instrument: bitcoin, side: .buy, timeInForce: .postOnly, price: .zero, quantity: .zero, client: .none), verdict: .orderRate, value: 21, limit: 20, strategyVersion: 1)),
                at: ago(800))
        }
        document.events = log.lines
        document.keepers.journalRecords = 402_118
        document.keepers.journalBytes = 51_471_104
        document.keepers.heartbeatAge = Nanoseconds(milliseconds: 3)
        document.keepers.guardRunning = true
        document.keepers.venueOrders = 2
        document.keepers.venueAge = Nanoseconds(milliseconds: 4250)
        document.feed.refusals = ["GAP": 2, "STALE_EXCHANGE_TIME": 12]
        document.feed.conflated = 31
        document.names.symbol = "BTCUSDT"
        document.names.base = "BTC"
        document.names.quote = "USDT"
        document.names.venue = "binance-spot"
        document.names.account = "demo"
        document.names.strategies = ["quoter"]
        document.names.build = "ab911bc"
        return document
    }

    /// Everything as large and as hostile as its type allows.
    static func extreme(_ state: SystemState) -> StatusDocument {
        var document = live
        let hostile = String(repeating: "\u{1B}[2J\u{7}\n日本👩‍👩‍👧e\u{301}\u{202E}long ", count: 30)
        document.engine.state = state
        document.engine.stateReason = .orderRateLimitBreach
        document.engine.now = Nanoseconds(raw: .max)
        document.engine.mandateExpires = Nanoseconds(raw: .max)
        document.engine.mandateHash = .max
        document.engine.bidPrice = Price(raw: .max - 1)
        document.engine.askPrice = .max
        document.engine.bidQuantity = .max
        document.engine.askQuantity = .max
        document.engine.position = Quantity(raw: .min)
        document.engine.averagePrice = .max
        document.engine.realised = Notional(raw: .min)
        document.engine.unrealised = Notional(raw: .min)
        document.engine.fees = .max
        document.engine.worstLong = .max
        document.engine.worstShort = Quantity(raw: .min)
        (document.engine.openOrders, document.engine.unknownOrders) = (.max, .max)
        (document.engine.ordersLastSecond, document.engine.ordersLastMinute) = (.max, .min)
        (document.engine.ticks, document.engine.ordersSent, document.engine.cancelsSent) = (.max, .max, .max)
        (document.engine.fills, document.engine.venueRejects, document.engine.riskRejects) = (.max, .max, .max)
        document.engine.reconcileBreaks = .max
        document.limits.maxPosition = .max
        document.limits.maxOrdersPerSecond = 0
        document.links = (0..<9).map { _ in
            LinkLine(name: hostile, state: .connecting, verdict: hostile, age: Nanoseconds(raw: .max))
        }
        document.latencies = LatencyTable((0..<20).map { _ in
            LatencySummary(stage: hostile, count: .max, p50: .max, p99: .max, p999: -1, max: .max)
        })
        document.events = (0..<50).map { _ in
            EventLine(time: .zero, code: hostile, severity: .critical, text: hostile, repeats: .max)
        }
        document.feed.refusals = [hostile: UInt64(Int64.max) / 2, "B": 1]
        (document.feed.conflated, document.feed.droppedFrames) = (.max, UInt64(Int64.max))
        document.keepers.stopped = hostile
        document.keepers.venueOrders = .max
        document.keepers.venueAge = Nanoseconds(raw: .max)
        document.keepers.journalRecords = .max
        document.keepers.journalBytes = .max
        document.keepers.journalBacklog = .max
        document.keepers.journalFailed = true
        document.keepers.latched = true
        document.names.symbol = hostile
        document.names.base = hostile
        document.names.quote = hostile
        document.names.account = hostile
        document.uptime = Nanoseconds(raw: .max)
        return document
    }
}
