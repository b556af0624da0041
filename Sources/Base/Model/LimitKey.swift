import Units

/// A limit that an operator may change while the engine runs. One line for each in every switch; raw values are
/// journalled. Not here: `trading_window`, of which no change is plainly tighter, and the two actions `on_daily_loss` and
/// `on_drawdown`, which are no numbers.
public enum LimitKey: UInt16, Sendable, BitwiseCopyable, CaseIterable {
    case maxOrderQuantity = 1
    case maxOrderNotional = 2
    case maxPosition = 3
    case maxOpenOrders = 4
    case priceCollarBps = 5
    case maxDataAge = 6
    case maxOrdersPerSecond = 7
    case maxOrdersPerMinute = 8
    case maxDailyLoss = 9
    case maxUnconfirmed = 10
    case maxNetExposure = 11
    case maxGrossExposure = 12
    case maxPortfolioNet = 13
    case maxPortfolioGross = 14
    case maxSlippageBps = 15
    case maxMessagesPerSecond = 16
    case maxMessagesPerMinute = 17
    case cancelSharePercent = 18
    case maxIdenticalOrders = 19
    case maxOrderAge = 20
    case maxConsecutiveErrors = 21
    case maxOrderCycles = 22
    case maxDirectionFlips = 23
    case maxExecutions = 24
    case maxDrawdown = 25
    case drawdownConfirmations = 26
    case throttleDrawdown = 27
    case throttlePercent = 28
    case maxMoveBps = 29
    case maxAckLatency = 30
    case breachPause = 31
    case maxStrategyLoss = 32
    case quoteReserve = 33
    case feeAllowanceBps = 34
    case maxDriftBps = 35
    case maxFillCostBps = 36
    case maxOrdersPerTrade = 37
    case orderToTradeFloor = 38
    case maxInstrumentOrdersPerSecond = 39
    case maxInstrumentOrdersPerMinute = 40
    case maxDayDrawdown = 41
    case maxPriceGapBps = 42
    case maxTradeAge = 43
    case unconfirmedEvaluations = 44
    case maxStrategyDrawdown = 45
    case maxRejectPercent = 46
    case maxStrategySlippageBps = 47
    case minStrategySamples = 48
    case strategyCooldown = 49
    case stopLoss = 50
    case takeProfit = 51
    case exitPause = 52
    case maxQuietAge = 170
    case maxVenueAge = 171
    case maxUnreconciled = 172

    /// As the configuration spells it.
    public var name: String {
        switch self {
        case .maxOrderQuantity: return "max_order_quantity"
        case .maxOrderNotional: return "max_order_notional"
        case .maxPosition: return "max_position"
        case .maxOpenOrders: return "max_open_orders"
        case .priceCollarBps: return "price_collar_bps"
        case .maxDataAge: return "max_data_age"
        case .maxOrdersPerSecond: return "max_orders_per_second"
        case .maxOrdersPerMinute: return "max_orders_per_minute"
        case .maxDailyLoss: return "max_daily_loss"
        case .maxUnconfirmed: return "max_unconfirmed"
        case .maxNetExposure: return "max_net_exposure"
        case .maxGrossExposure: return "max_gross_exposure"
        case .maxPortfolioNet: return "max_portfolio_net"
        case .maxPortfolioGross: return "max_portfolio_gross"
        case .maxSlippageBps: return "max_slippage_bps"
        case .maxMessagesPerSecond: return "max_messages_per_second"
        case .maxMessagesPerMinute: return "max_messages_per_minute"
        case .cancelSharePercent: return "cancel_share_percent"
        case .maxIdenticalOrders: return "max_identical_orders"
        case .maxOrderAge: return "max_order_age"
        case .maxConsecutiveErrors: return "max_consecutive_errors"
        case .maxOrderCycles: return "max_order_cycles"
        case .maxDirectionFlips: return "max_direction_flips"
        case .maxExecutions: return "max_executions"
        case .maxDrawdown: return "max_drawdown"
        case .drawdownConfirmations: return "drawdown_confirmations"
        case .throttleDrawdown: return "throttle_drawdown"
        case .throttlePercent: return "throttle_percent"
        case .maxMoveBps: return "max_move_bps"
        case .maxAckLatency: return "max_ack_latency"
        case .breachPause: return "breach_pause"
        case .maxStrategyLoss: return "max_strategy_loss"
        case .quoteReserve: return "quote_reserve"
        case .feeAllowanceBps: return "fee_allowance_bps"
        case .maxDriftBps: return "max_drift_bps"
        case .maxFillCostBps: return "max_fill_cost_bps"
        case .maxOrdersPerTrade: return "max_orders_per_trade"
        case .orderToTradeFloor: return "order_to_trade_floor"
        case .maxInstrumentOrdersPerSecond: return "max_instrument_orders_per_second"
        case .maxInstrumentOrdersPerMinute: return "max_instrument_orders_per_minute"
        case .maxDayDrawdown: return "max_day_drawdown"
        case .maxPriceGapBps: return "max_price_gap_bps"
        case .maxTradeAge: return "max_trade_age"
        case .unconfirmedEvaluations: return "unconfirmed_evaluations"
        case .maxStrategyDrawdown: return "max_strategy_drawdown"
        case .maxRejectPercent: return "max_reject_percent"
        case .maxStrategySlippageBps: return "max_strategy_slippage_bps"
        case .minStrategySamples: return "min_strategy_samples"
        case .strategyCooldown: return "strategy_cooldown"
        case .stopLoss: return "stop_loss"
        case .takeProfit: return "take_profit"
        case .exitPause: return "exit_pause"
        case .maxQuietAge: return "max_quiet_age"
        case .maxVenueAge: return "max_venue_age"
        case .maxUnreconciled: return "max_unreconciled"
        }
    }

    /// Of the run as a whole: the same for every instrument.
    public var isOfRun: Bool {
        switch self {
        case .maxOrdersPerSecond, .maxOrdersPerMinute, .maxDailyLoss, .maxPortfolioNet, .maxPortfolioGross,
            .maxMessagesPerSecond, .maxMessagesPerMinute, .cancelSharePercent, .maxConsecutiveErrors,
            .maxDrawdown, .drawdownConfirmations, .throttleDrawdown, .quoteReserve, .maxDayDrawdown, .unconfirmedEvaluations:
            return true
        default: return false
        }
    }

    /// Whether a higher value allows less: a reserve, a pause; and what a price may be to be believed in a loss, since what
    /// is not believed must be found far more often before the loss counts. Tests/ModelTests has the reason of each key.
    public var isTighterWhenHigher: Bool {
        switch self {
        case .cancelSharePercent, .breachPause, .quoteReserve, .feeAllowanceBps, .strategyCooldown, .exitPause,
            .maxPriceGapBps, .maxTradeAge:
            return true
        default: return false
        }
    }

    /// Whether `value` allows no more than `other` does.
    public func isTight(_ value: Int64, as other: Int64) -> Bool { isTighterWhenHigher ? value >= other : value <= other }

    /// What a command may set: never nothing, and never a value that means no limit.
    public var range: ClosedRange<Int64> {
        switch self {
        case .cancelSharePercent: return 0...90
        case .throttlePercent: return 1...100
        case .drawdownConfirmations: return 1...1000
        case .feeAllowanceBps: return 0...1000
        case .quoteReserve: return 0...Int64.max - 1
        case .maxOpenOrders, .priceCollarBps, .maxOrdersPerSecond, .maxOrdersPerMinute, .maxSlippageBps,
            .maxMessagesPerSecond, .maxMessagesPerMinute, .maxIdenticalOrders, .maxConsecutiveErrors,
            .maxOrderCycles, .maxDirectionFlips, .maxExecutions, .maxMoveBps, .maxDriftBps, .maxFillCostBps,
            .maxOrdersPerTrade, .orderToTradeFloor, .maxInstrumentOrdersPerSecond, .maxInstrumentOrdersPerMinute,
            .maxPriceGapBps, .unconfirmedEvaluations, .maxStrategySlippageBps:
            return 1...1_000_000
        case .maxRejectPercent: return 1...100
        case .minStrategySamples: return 1...64
        case .maxOrderQuantity, .maxOrderNotional, .maxPosition, .maxDataAge, .maxDailyLoss, .maxUnconfirmed,
            .maxNetExposure, .maxGrossExposure, .maxPortfolioNet, .maxPortfolioGross, .maxOrderAge,
            .maxDrawdown, .throttleDrawdown, .maxAckLatency, .breachPause, .maxStrategyLoss, .maxDayDrawdown, .maxTradeAge,
            .maxStrategyDrawdown, .strategyCooldown, .stopLoss, .takeProfit, .exitPause, .maxQuietAge, .maxVenueAge,
            .maxUnreconciled:
            return 1...Int64.max - 1
        }
    }

    /// The value: at scale 8, nanoseconds, or the count. A limit that is off has the largest of its type.
    public func raw(_ limits: RiskLimits) -> Int64 {
        switch self {
        case .maxOrderQuantity: return limits.maxOrderQuantity.raw
        case .maxOrderNotional: return limits.maxOrderNotional.raw
        case .maxPosition: return limits.maxPosition.raw
        case .maxOpenOrders: return Int64(limits.maxOpenOrders)
        case .priceCollarBps: return Int64(limits.priceCollarBps)
        case .maxDataAge: return limits.maxDataAge.raw
        case .maxOrdersPerSecond: return Int64(limits.maxOrdersPerSecond)
        case .maxOrdersPerMinute: return Int64(limits.maxOrdersPerMinute)
        case .maxDailyLoss: return limits.maxDailyLoss.raw
        case .maxUnconfirmed: return limits.maxUnconfirmed.raw
        case .maxNetExposure: return limits.maxNetExposure.raw
        case .maxGrossExposure: return limits.maxGrossExposure.raw
        case .maxPortfolioNet: return limits.maxPortfolioNet.raw
        case .maxPortfolioGross: return limits.maxPortfolioGross.raw
        case .maxSlippageBps: return Int64(limits.maxSlippageBps)
        case .maxMessagesPerSecond: return Int64(limits.maxMessagesPerSecond)
        case .maxMessagesPerMinute: return Int64(limits.maxMessagesPerMinute)
        case .cancelSharePercent: return Int64(limits.cancelSharePercent)
        case .maxIdenticalOrders: return Int64(limits.maxIdenticalOrders)
        case .maxOrderAge: return limits.maxOrderAge.raw
        case .maxConsecutiveErrors: return Int64(limits.maxConsecutiveErrors)
        case .maxOrderCycles: return Int64(limits.maxOrderCycles)
        case .maxDirectionFlips: return Int64(limits.maxDirectionFlips)
        case .maxExecutions: return Int64(limits.maxExecutions)
        case .maxDrawdown: return limits.maxDrawdown.raw
        case .drawdownConfirmations: return Int64(limits.drawdownConfirmations)
        case .throttleDrawdown: return limits.throttleDrawdown.raw
        case .throttlePercent: return Int64(limits.throttlePercent)
        case .maxMoveBps: return Int64(limits.maxMoveBps)
        case .maxAckLatency: return limits.maxAckLatency.raw
        case .breachPause: return limits.breachPause.raw
        case .maxStrategyLoss: return limits.maxStrategyLoss.raw
        case .quoteReserve: return limits.quoteReserve.raw
        case .feeAllowanceBps: return Int64(limits.feeAllowanceBps)
        case .maxDriftBps: return Int64(limits.maxDriftBps)
        case .maxFillCostBps: return Int64(limits.maxFillCostBps)
        case .maxOrdersPerTrade: return Int64(limits.maxOrdersPerTrade)
        case .orderToTradeFloor: return Int64(limits.orderToTradeFloor)
        case .maxInstrumentOrdersPerSecond: return Int64(limits.maxInstrumentOrdersPerSecond)
        case .maxInstrumentOrdersPerMinute: return Int64(limits.maxInstrumentOrdersPerMinute)
        case .maxDayDrawdown: return limits.maxDayDrawdown.raw
        case .maxPriceGapBps: return Int64(limits.maxPriceGapBps)
        case .maxTradeAge: return limits.maxTradeAge.raw
        case .unconfirmedEvaluations: return Int64(limits.unconfirmedEvaluations)
        case .maxStrategyDrawdown: return limits.maxStrategyDrawdown.raw
        case .maxRejectPercent: return Int64(limits.maxRejectPercent)
        case .maxStrategySlippageBps: return Int64(limits.maxStrategySlippageBps)
        case .minStrategySamples: return Int64(limits.minStrategySamples)
        case .strategyCooldown: return limits.strategyCooldown.raw
        case .stopLoss: return limits.stopLoss.raw
        case .takeProfit: return limits.takeProfit.raw
        case .exitPause: return limits.exitPause.raw
        case .maxQuietAge: return limits.maxQuietAge.raw
        case .maxVenueAge: return limits.maxVenueAge.raw
        case .maxUnreconciled: return limits.maxUnreconciled.raw
        }
    }

    /// Changes the value. Precondition: within `range`, or what a limit of the configuration held.
    public func set(_ raw: Int64, in limits: inout RiskLimits) {
        switch self {
        case .maxOrderQuantity: limits.maxOrderQuantity = Quantity(raw: raw)
        case .maxOrderNotional: limits.maxOrderNotional = Notional(raw: raw)
        case .maxPosition: limits.maxPosition = Quantity(raw: raw)
        case .maxOpenOrders: limits.maxOpenOrders = Int32(clamping: raw)
        case .priceCollarBps: limits.priceCollarBps = Int32(clamping: raw)
        case .maxDataAge: limits.maxDataAge = Nanoseconds(raw: raw)
        case .maxOrdersPerSecond: limits.maxOrdersPerSecond = Int32(clamping: raw)
        case .maxOrdersPerMinute: limits.maxOrdersPerMinute = Int32(clamping: raw)
        case .maxDailyLoss: limits.maxDailyLoss = Notional(raw: raw)
        case .maxUnconfirmed: limits.maxUnconfirmed = Nanoseconds(raw: raw)
        case .maxNetExposure: limits.maxNetExposure = Notional(raw: raw)
        case .maxGrossExposure: limits.maxGrossExposure = Notional(raw: raw)
        case .maxPortfolioNet: limits.maxPortfolioNet = Notional(raw: raw)
        case .maxPortfolioGross: limits.maxPortfolioGross = Notional(raw: raw)
        case .maxSlippageBps: limits.maxSlippageBps = Int32(clamping: raw)
        case .maxMessagesPerSecond: limits.maxMessagesPerSecond = Int32(clamping: raw)
        case .maxMessagesPerMinute: limits.maxMessagesPerMinute = Int32(clamping: raw)
        case .cancelSharePercent: limits.cancelSharePercent = Int32(clamping: raw)
        case .maxIdenticalOrders: limits.maxIdenticalOrders = Int32(clamping: raw)
        case .maxOrderAge: limits.maxOrderAge = Nanoseconds(raw: raw)
        case .maxConsecutiveErrors: limits.maxConsecutiveErrors = Int32(clamping: raw)
        case .maxOrderCycles: limits.maxOrderCycles = Int32(clamping: raw)
        case .maxDirectionFlips: limits.maxDirectionFlips = Int32(clamping: raw)
        case .maxExecutions: limits.maxExecutions = Int32(clamping: raw)
        case .maxDrawdown: limits.maxDrawdown = Notional(raw: raw)
        case .drawdownConfirmations: limits.drawdownConfirmations = Int32(clamping: raw)
        case .throttleDrawdown: limits.throttleDrawdown = Notional(raw: raw)
        case .throttlePercent: limits.throttlePercent = Int32(clamping: raw)
        case .maxMoveBps: limits.maxMoveBps = Int32(clamping: raw)
        case .maxAckLatency: limits.maxAckLatency = Nanoseconds(raw: raw)
        case .breachPause: limits.breachPause = Nanoseconds(raw: raw)
        case .maxStrategyLoss: limits.maxStrategyLoss = Notional(raw: raw)
        case .quoteReserve: limits.quoteReserve = Notional(raw: raw)
        case .feeAllowanceBps: limits.feeAllowanceBps = Int32(clamping: raw)
        case .maxDriftBps: limits.maxDriftBps = Int32(clamping: raw)
        case .maxFillCostBps: limits.maxFillCostBps = Int32(clamping: raw)
        case .maxOrdersPerTrade: limits.maxOrdersPerTrade = Int32(clamping: raw)
        case .orderToTradeFloor: limits.orderToTradeFloor = Int32(clamping: raw)
        case .maxInstrumentOrdersPerSecond: limits.maxInstrumentOrdersPerSecond = Int32(clamping: raw)
        case .maxInstrumentOrdersPerMinute: limits.maxInstrumentOrdersPerMinute = Int32(clamping: raw)
        case .maxDayDrawdown: limits.maxDayDrawdown = Notional(raw: raw)
        case .maxPriceGapBps: limits.maxPriceGapBps = Int32(clamping: raw)
        case .maxTradeAge: limits.maxTradeAge = Nanoseconds(raw: raw)
        case .unconfirmedEvaluations: limits.unconfirmedEvaluations = Int32(clamping: raw)
        case .maxStrategyDrawdown: limits.maxStrategyDrawdown = Notional(raw: raw)
        case .maxRejectPercent: limits.maxRejectPercent = Int32(clamping: raw)
        case .maxStrategySlippageBps: limits.maxStrategySlippageBps = Int32(clamping: raw)
        case .minStrategySamples: limits.minStrategySamples = Int32(clamping: raw)
        case .strategyCooldown: limits.strategyCooldown = Nanoseconds(raw: raw)
        case .stopLoss: limits.stopLoss = Notional(raw: raw)
        case .takeProfit: limits.takeProfit = Notional(raw: raw)
        case .exitPause: limits.exitPause = Nanoseconds(raw: raw)
        case .maxQuietAge: limits.maxQuietAge = Nanoseconds(raw: raw)
        case .maxVenueAge: limits.maxVenueAge = Nanoseconds(raw: raw)
        case .maxUnreconciled: limits.maxUnreconciled = Nanoseconds(raw: raw)
        }
    }
}

/// What a `limit` command is about: which limit, of one instrument or of all. One word, `Command.subject`.
public struct LimitSubject: BitwiseCopyable, Sendable, Equatable {
    public var key: LimitKey
    /// `nil`: every instrument.
    public var instrument: InstrumentID?

    public init(_ key: LimitKey, _ instrument: InstrumentID? = nil) {
        self.key = key
        self.instrument = instrument
    }
    /// `nil` for a word that names no limit of this build.
    public init?(word: UInt64) {
        guard word >> 33 == 0, let key = LimitKey(rawValue: UInt16(truncatingIfNeeded: word)) else { return nil }
        let place = word >> 16
        if place > 65_536 { return nil }
        self.init(key, place == 0 ? nil : InstrumentID(UInt16(place - 1)))
    }
    /// The key below, one more than the instrument's index above it; 0 there for all.
    public var word: UInt64 { UInt64(key.rawValue) | (instrument.map { UInt64($0.raw) + 1 } ?? 0) << 16 }
}
