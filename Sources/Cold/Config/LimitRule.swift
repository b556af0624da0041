import Model
import Units

/// One limit of the configuration: its key, what may stand there, and what it means in a sentence. Reading, hashing and
/// explaining go over this one table, so that no limit can be left out of any of them.
struct LimitRule: Sendable {
    enum Kind: Sendable {
        case quantity(WritableKeyPath<RiskLimits, Quantity> & Sendable)
        case notional(WritableKeyPath<RiskLimits, Notional> & Sendable)
        case count(WritableKeyPath<RiskLimits, Int32> & Sendable, ClosedRange<Int>)
        case span(WritableKeyPath<RiskLimits, Nanoseconds> & Sendable)
        /// From and to, seconds of the day; unlimited means always.
        case window(WritableKeyPath<RiskLimits, Int32> & Sendable, WritableKeyPath<RiskLimits, Int32> & Sendable)
        /// A lowest amount of the quote asset: unlimited means none.
        case atLeast(WritableKeyPath<RiskLimits, Notional> & Sendable)
        /// What a limit leads to.
        case action(WritableKeyPath<RiskLimits, LossAction> & Sendable)
        /// An amount in quote, or basis points written as `50bps`.
        case result(WritableKeyPath<RiskLimits, Notional> & Sendable, bps: WritableKeyPath<RiskLimits, Int32> & Sendable)
    }

    var name: String
    var kind: Kind
    /// What to write, for whoever left it out or wrote something else.
    var cure: String
    /// `#` stands for the value with its unit.
    var sentence: String

    init(_ name: String, _ kind: Kind, _ cure: String, _ sentence: String) {
        self.name = name
        self.kind = kind
        self.cure = cure
        self.sentence = sentence
    }

    static let all: [LimitRule] = [
        LimitRule(
            "max_order_quantity", .quantity(\.maxOrderQuantity), "write the largest order in base units, such as 0.01",
            "An order is at most #."),
        LimitRule(
            "max_order_notional", .notional(\.maxOrderNotional), "write the largest order in quote units, such as 1000",
            "An order is worth at most #."),
        LimitRule(
            "max_position", .quantity(\.maxPosition), "write the largest position in base units, such as 0.1",
            "The position, open and unknown orders at their worst included, stays within # either way."),
        LimitRule(
            "max_open_orders", .count(\.maxOpenOrders, 1...10_000), "write the largest number of open orders, such as 8",
            "At most # orders are open at once."),
        LimitRule(
            "price_collar_bps", .count(\.priceCollarBps, 1...10_000),
            "write the largest distance from the mid in basis points, such as 50",
            "A limit price is at most # basis points from the mid."),
        LimitRule(
            "max_data_age", .span(\.maxDataAge), "write the oldest data an order may rest on, such as 500ms",
            "No order rests on data older than #."),
        LimitRule(
            "max_orders_per_second", .count(\.maxOrdersPerSecond, 1...100_000), "write the order rate, such as 10",
            "At most # orders are sent in a second."),
        LimitRule(
            "max_orders_per_minute", .count(\.maxOrdersPerMinute, 1...1_000_000), "write the order rate, such as 200",
            "At most # orders are sent in a minute."),
        LimitRule(
            "max_daily_loss", .notional(\.maxDailyLoss),
            "write the loss in quote units at which the engine halts, such as 100",
            "The engine halts at a loss of # in the run's day."),
        LimitRule(
            "max_unconfirmed", .span(\.maxUnconfirmed),
            "write how long a fill may wait for the venue's balance, such as 10s",
            "After a fill no order is placed until the venue's balance confirms it; after # without, the engine goes SAFE."),
        LimitRule(
            "max_net_exposure", .notional(\.maxNetExposure),
            "write the largest worst-case position of an instrument in quote units, such as 5000",
            "An instrument's position is worth at most #, open orders at their worst included."),
        LimitRule(
            "max_gross_exposure", .notional(\.maxGrossExposure),
            "write the largest position plus open orders of an instrument in quote units, such as 10000",
            "An instrument's position and all its open orders together are worth at most #."),
        LimitRule(
            "max_portfolio_net", .notional(\.maxPortfolioNet),
            "write the largest worst-case exposure of the run in quote units, such as 5000",
            "Long and short set off, the run's exposure is worth at most #."),
        LimitRule(
            "max_portfolio_gross", .notional(\.maxPortfolioGross),
            "write the largest sum of positions and open orders of the run in quote units, such as 10000",
            "All positions and open orders together are worth at most #."),
        LimitRule(
            "max_slippage_bps", .count(\.maxSlippageBps, 1...10_000),
            "write how far past the best price an order may take, in basis points, such as 20",
            "An order takes at most # basis points past the best price."),
        LimitRule(
            "max_messages_per_second", .count(\.maxMessagesPerSecond, 1...100_000),
            "write the rate of requests of all kinds, such as 40", "At most # requests of all kinds are sent in a second."),
        LimitRule(
            "max_messages_per_minute", .count(\.maxMessagesPerMinute, 1...1_000_000),
            "write the rate of requests of all kinds, such as 1200",
            "At most # requests of all kinds are sent in a minute."),
        LimitRule(
            "cancel_share_percent", .count(\.cancelSharePercent, 0...90),
            "write the percentage of both that only cancels may use, such as 25",
            "# percent of the requests are kept for cancels."),
        LimitRule(
            "max_identical_orders", .count(\.maxIdenticalOrders, 1...500),
            "write how often the same order may be placed in ten seconds, such as 10",
            "The same order of a strategy is placed at most # times in ten seconds."),
        LimitRule(
            "max_order_age", .span(\.maxOrderAge), "write how long an order may rest, such as 60s",
            "An order that rests for longer than # is cancelled."),
        LimitRule(
            "max_consecutive_errors", .count(\.maxConsecutiveErrors, 1...10_000),
            "write how many refused or unanswered orders in a row lead to SAFE, such as 10",
            "# orders refused or unanswered in a row lead to SAFE."),
        LimitRule(
            "max_order_cycles", .count(\.maxOrderCycles, 1...1_000_000),
            "write how many orders a strategy may place and cancel unfilled in a minute, such as 300",
            "# orders of a strategy placed and cancelled unfilled in a minute lead to SAFE."),
        LimitRule(
            "max_direction_flips", .count(\.maxDirectionFlips, 1...1_000_000),
            "write how often a position may change its sign in a minute, such as 20",
            "A position that changes its sign # times in a minute leads to SAFE."),
        LimitRule(
            "max_executions", .count(\.maxExecutions, 1...1_000_000),
            "write how many executions a strategy may have on one side in a minute, such as 100",
            "# executions of a strategy on one side in a minute lead to SAFE."),
        LimitRule(
            "max_drawdown", .notional(\.maxDrawdown),
            "write the fall from the highest result in quote units at which the engine halts, such as 100",
            "The engine halts when the result falls # from its highest."),
        LimitRule(
            "drawdown_confirmations", .count(\.drawdownConfirmations, 1...1000),
            "write how many evaluations in a row must find the drawdown, such as 3",
            "A drawdown counts when # evaluations in a row find it."),
        LimitRule(
            "throttle_drawdown", .notional(\.throttleDrawdown),
            "write the fall from the highest result in quote units from which orders are kept small, such as 50",
            "When the result has fallen # from its highest, orders are kept small."),
        LimitRule(
            "throttle_percent", .count(\.throttlePercent, 1...100),
            "write the percentage of max_order_quantity that is left then, such as 25",
            "Small means # percent of the largest order."),
        LimitRule(
            "max_move_bps", .count(\.maxMoveBps, 1...100_000),
            "write the move of the mid in ten seconds after which an instrument is left alone, in basis points, such as 100",
            "An instrument whose mid moves more than # basis points in ten seconds is left alone, its orders taken back."),
        LimitRule(
            "max_ack_latency", .span(\.maxAckLatency),
            "write the time to an order's answer after which no new order leaves, such as 500ms",
            "When an order's answer takes longer than #, no new order leaves."),
        LimitRule(
            "breach_pause", .span(\.breachPause), "write how long both last, such as 10s", "Both last #."),
        LimitRule(
            "max_strategy_loss", .notional(\.maxStrategyLoss),
            "write the loss of one strategy in the day, in quote units, at which it is switched off, such as 50",
            "A strategy that lost # in the day is switched off."),
        LimitRule(
            "max_quiet_age", .span(\.maxQuietAge),
            "write the oldest data an order may rest on while the feed is QUIET, such as 250ms",
            "While the feed is QUIET, no order rests on data older than #."),
        LimitRule(
            "max_venue_age", .span(\.maxVenueAge),
            "write the oldest data by exchange time an order may rest on, such as 1s",
            "No order rests on data older than # by exchange time."),
        LimitRule(
            "quote_reserve", .atLeast(\.quoteReserve),
            "write what a buy must leave of the quote asset, such as 100", "A buy leaves at least # of the balance."),
        LimitRule(
            "fee_allowance_bps", .count(\.feeAllowanceBps, 0...1000),
            "write what fees may add to the price of a buy, in basis points, such as 10",
            "The balance must also pay # basis points of fees of a buy."),
        LimitRule(
            "max_drift_bps", .count(\.maxDriftBps, 1...10_000),
            "write the largest distance from what others said the price was over the last minute, such as 100",
            "A limit price is at most # basis points from what others said the price was over the last minute."),
        LimitRule(
            "max_fill_cost_bps", .count(\.maxFillCostBps, 1...10_000),
            "write the largest distance of an expected fill from the mid in basis points, such as 20",
            "An order that takes is expected to fill within # basis points of the mid, at worst at its limit price."),
        LimitRule(
            "trading_window", .window(\.windowStart, \.windowEnd),
            "write the hours in UTC, such as 08:00-16:30", "Orders are placed from # UTC only; reducing goes on."),
        LimitRule(
            "max_orders_per_trade", .count(\.maxOrdersPerTrade, 1...1_000_000),
            "write how many orders of an instrument an execution allows within ten minutes, such as 100",
            "At most # orders of an instrument are sent for each execution within ten minutes."),
        LimitRule(
            "order_to_trade_floor", .count(\.orderToTradeFloor, 1...1_000_000),
            "write how many orders need no execution within ten minutes, such as 500", "# of them need no execution."),
        LimitRule(
            "max_instrument_orders_per_second", .count(\.maxInstrumentOrdersPerSecond, 1...100_000),
            "write the rate of orders and cancels of one instrument, such as 20",
            "At most # orders and cancels of one instrument are sent in a second."),
        LimitRule(
            "max_instrument_orders_per_minute", .count(\.maxInstrumentOrdersPerMinute, 1...1_000_000),
            "write the rate of orders and cancels of one instrument, such as 600",
            "At most # orders and cancels of one instrument are sent in a minute."),
    ] + judged

    /// Limits of strategies, of single instruments, and of what a price must show before a loss counts.
    private static let judged: [LimitRule] = [
        LimitRule(
            "max_day_drawdown", .notional(\.maxDayDrawdown),
            "write the fall from the day's highest result in quote units, such as 100",
            "When the result falls # from the day's highest, that is a drawdown too."),
        LimitRule(
            "on_daily_loss", .action(\.onDailyLoss), "write what follows: halt, safe, reduce or flatten",
            "What follows the day's loss: #."),
        LimitRule(
            "on_drawdown", .action(\.onDrawdown), "write what follows: halt, safe, reduce or flatten",
            "What follows a drawdown: #."),
        LimitRule(
            "max_price_gap_bps", .count(\.maxPriceGapBps, 1...10_000),
            "write how far the mid may be from the last public trade in basis points, such as 30",
            "A loss counts at once only where the mid is within # basis points of the last public trade."),
        LimitRule(
            "max_trade_age", .span(\.maxTradeAge), "write how old that trade may be, such as 10s",
            "A trade older than # confirms nothing."),
        LimitRule(
            "unconfirmed_evaluations", .count(\.unconfirmedEvaluations, 1...10_000),
            "write after how many evaluations in a row a loss counts that no trade confirms, such as 30",
            "A loss that no trade confirms counts after # evaluations in a row."),
        LimitRule(
            "max_strategy_drawdown", .notional(\.maxStrategyDrawdown),
            "write the fall from a strategy's highest result in quote units at which it is switched off, such as 50",
            "A strategy whose result falls # from its highest is switched off."),
        LimitRule(
            "max_reject_percent", .count(\.maxRejectPercent, 1...100),
            "write which share of a strategy's orders the venue may refuse in percent, such as 50",
            "A strategy of whose last 64 orders the venue refused more than # percent is switched off."),
        LimitRule(
            "max_strategy_slippage_bps", .count(\.maxStrategySlippageBps, 1...10_000),
            "write what a strategy's fills may cost against the mid at its decision in basis points, such as 30",
            "A strategy whose last 64 fills cost more than # basis points against the mid at its decisions is switched off."),
        LimitRule(
            "min_strategy_samples", .count(\.minStrategySamples, 1...64),
            "write how many orders or fills there must be before either is judged, such as 20",
            "Neither share nor cost is judged on fewer than # of them."),
        LimitRule(
            "strategy_cooldown", .span(\.strategyCooldown),
            "write how long a strategy that a limit switched off stays off at least, such as 5m",
            "A strategy that a limit switched off may come back after # at the earliest, by a person."),
        LimitRule(
            "stop_loss", .result(\.stopLoss, bps: \.stopLossBps),
            "write the loss of an open position in quote units, such as 100, or of its average price, such as 200bps",
            "A position that lost # is closed and its instrument blocked."),
        LimitRule(
            "take_profit", .result(\.takeProfit, bps: \.takeProfitBps),
            "write the profit of an open position in quote units, such as 100, or of its average price, such as 200bps",
            "A position that won # is closed and its instrument blocked."),
        LimitRule(
            "exit_pause", .span(\.exitPause), "write for how long it is blocked then, such as 5m", "Both block for #."),
        LimitRule(
            "max_unreconciled", .span(\.maxUnreconciled),
            "write how old the last complete comparison with the venue's account may be, such as 60s",
            "No order leaves when the venue's account was not compared for #: SAFE."),
    ]

    /// As an integer: at scale 8, nanoseconds, or the count.
    func raw(_ limits: RiskLimits) -> Int64 {
        switch kind {
        case .quantity(let path): return limits[keyPath: path].raw
        case .notional(let path), .atLeast(let path): return limits[keyPath: path].raw
        case .count(let path, _): return Int64(limits[keyPath: path])
        case .window(let from, let to): return Int64(limits[keyPath: from]) * 86_400 + Int64(limits[keyPath: to])
        case .span(let path): return limits[keyPath: path].raw
        case .action(let path): return Int64(limits[keyPath: path].rawValue)
        case .result(let path, let bps):
            return limits[keyPath: bps] == .max ? limits[keyPath: path].raw : 0 - Int64(limits[keyPath: bps])
        }
    }

    /// A second of the day as HH:MM, with seconds where there are some.
    static func clock(_ second: Int32) -> String {
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(second / 3600) + ":" + two(second / 60 % 60) + (second % 60 == 0 ? "" : ":" + two(second % 60))
    }

    func explain(_ limits: RiskLimits, base: String, quote: String) -> String {
        sentence.replacing("#", with: value(limits, base: base, quote: quote))
    }

    /// With its unit, for people.
    func value(_ limits: RiskLimits, base: String, quote: String) -> String {
        switch kind {
        case .quantity, .notional, .atLeast, .count, .span: return text(raw(limits), base: base, quote: quote)
        case .window(let from, let to):
            return "\(Self.clock(limits[keyPath: from])) to \(Self.clock(limits[keyPath: to]))"
        case .action(let path): return limits[keyPath: path].name
        case .result(let path, let bps):
            return limits[keyPath: bps] == .max
                ? "\(limits[keyPath: path]) \(quote)" : "\(limits[keyPath: bps]) basis points of its average price"
        }
    }

    /// An integer of this limit's kind, as `raw` gives it, with its unit where it is a plain amount.
    func text(_ raw: Int64, base: String, quote: String) -> String {
        switch kind {
        case .quantity: return "\(Quantity(raw: raw)) \(base)"
        case .notional, .atLeast: return "\(Notional(raw: raw)) \(quote)"
        case .span: return RunConfiguration.text(Nanoseconds(raw: raw))
        case .count, .window, .action, .result: return "\(raw)"
        }
    }

    /// Reads it into the limits: a value, or `{unlimited: "reason"}`.
    func read(_ section: Section, into limits: inout RiskLimits, _ unlimited: inout [UnlimitedLimit]) {
        switch kind {
        case .quantity(let path):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: .zero, all: .max) {
                section.decimal($0, key: name, cure: cure).map(Quantity.init(raw:))
            }
        case .notional(let path):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: .zero, all: .max) {
                section.decimal($0, key: name, cure: cure).map(Notional.init(raw:))
            }
        case .atLeast(let path):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: .zero, all: .zero) {
                section.decimal($0, key: name, cure: cure).map(Notional.init(raw:))
            }
        case .window(let from, let to):
            let hours = section.limit(name, cure: cure, &unlimited, else: (Int32(0), Int32(0)), all: (0, 0)) {
                section.hours($0, key: name, cure: cure)
            }
            limits[keyPath: from] = hours.0
            limits[keyPath: to] = hours.1
        case .count(let path, let range):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: 0, all: .max) {
                section.whole($0, key: name, in: range, cure: cure).map(Int32.init)
            }
        case .span(let path):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: .zero, all: Nanoseconds(raw: .max)) {
                section.duration($0, key: name, cure: cure)
            }
        case .action(let path):
            limits[keyPath: path] = section.choice(name, LossAction.allCases.map { ($0.name, $0) }, else: .halt)
        case .result(let path, let bps): readResult(section, path, bps, into: &limits, &unlimited)
        }
    }
}

extension LimitRule {
    private func readResult(
        _ section: Section, _ path: WritableKeyPath<RiskLimits, Notional>, _ bps: WritableKeyPath<RiskLimits, Int32>,
        into limits: inout RiskLimits, _ unlimited: inout [UnlimitedLimit]
    ) {
        var points = Int32.max
        limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: .zero, all: .max) { text in
            guard text.hasSuffix("bps") else {
                return section.decimal(text, key: name, cure: cure).map(Notional.init(raw:))
            }
            let number = section.whole(String(text.dropLast(3)), key: name, in: 1...100_000, cure: cure)
            points = number.map(Int32.init) ?? points
            return number.map { _ in .max }
        }
        limits[keyPath: bps] = points
    }
}

extension RiskLimits {
    static var names: [String] { LimitRule.all.map(\.name) }

    init(_ section: Section, unlimited: inout [UnlimitedLimit]) {
        self.init(
            maxOrderQuantity: .zero, maxOrderNotional: .zero, maxPosition: .zero, maxOpenOrders: 0, priceCollarBps: 0,
            maxDataAge: .zero, maxOrdersPerSecond: 0, maxOrdersPerMinute: 0, maxDailyLoss: .zero)
        for rule in LimitRule.all { rule.read(section, into: &self, &unlimited) }
        section.finish()
    }
}
