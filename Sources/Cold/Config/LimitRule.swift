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
    ]

    /// As an integer: at scale 8, nanoseconds, or the count.
    func raw(_ limits: RiskLimits) -> Int64 {
        switch kind {
        case .quantity(let path): return limits[keyPath: path].raw
        case .notional(let path): return limits[keyPath: path].raw
        case .count(let path, _): return Int64(limits[keyPath: path])
        case .span(let path): return limits[keyPath: path].raw
        }
    }

    func explain(_ limits: RiskLimits, base: String, quote: String) -> String {
        let value: String
        switch kind {
        case .quantity(let path): value = "\(limits[keyPath: path]) \(base)"
        case .notional(let path): value = "\(limits[keyPath: path]) \(quote)"
        case .count(let path, _): value = "\(limits[keyPath: path])"
        case .span(let path): value = RunConfiguration.text(limits[keyPath: path])
        }
        return sentence.replacing("#", with: value)
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
        case .count(let path, let range):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: 0, all: .max) {
                section.whole($0, key: name, in: range, cure: cure).map(Int32.init)
            }
        case .span(let path):
            limits[keyPath: path] = section.limit(name, cure: cure, &unlimited, else: .zero, all: Nanoseconds(raw: .max)) {
                section.duration($0, key: name, cure: cure)
            }
        }
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
