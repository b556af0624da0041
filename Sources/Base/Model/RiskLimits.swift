import Units

/// What a limit of loss leads to once it is confirmed.
public enum LossAction: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// HALTED and latched: everything is cancelled, the position stays.
    case halt = 1
    /// SAFE: everything is cancelled, the position stays; a person arms again.
    case safe = 2
    /// REDUCING: everything is cancelled, strategies may only reduce.
    case reduce = 3
    /// As `reduce`, and the engine itself closes every position, then DISARMED.
    case flatten = 4

    /// As it is written in a configuration.
    public var name: String {
        switch self {
        case .halt: return "halt"
        case .safe: return "safe"
        case .reduce: return "reduce"
        case .flatten: return "flatten"
        }
    }
}

/// Limits of one instrument and of the run; every field is required in the configuration.
public struct RiskLimits: BitwiseCopyable, Sendable {
    public var maxOrderQuantity: Quantity
    public var maxOrderNotional: Notional
    /// Absolute position including open and unknown orders at their worst case.
    public var maxPosition: Quantity
    public var maxOpenOrders: Int32
    /// Largest distance of a limit price from the current mid, in basis points.
    public var priceCollarBps: Int32
    /// Oldest market data (by receive time) an order may be based on.
    public var maxDataAge: Nanoseconds
    public var maxOrdersPerSecond: Int32
    public var maxOrdersPerMinute: Int32
    /// Loss (realised plus unrealised plus fees) since the start of the run's day at which the engine halts.
    public var maxDailyLoss: Notional

    // What follows is off (`.max`) unless set: the configuration must name each of them.

    /// After a fill an instrument takes no new order until the venue's balance confirms it; unconfirmed for longer: SAFE.
    public var maxUnconfirmed = Nanoseconds(raw: .max)
    /// Worst-case position of an instrument, in quote at the mid.
    public var maxNetExposure = Notional.max
    /// Position and all open orders of an instrument, both sides added, in quote at the mid.
    public var maxGrossExposure = Notional.max
    /// As `maxNetExposure`, over all instruments.
    public var maxPortfolioNet = Notional.max
    /// As `maxGrossExposure`, over all instruments.
    public var maxPortfolioGross = Notional.max
    /// How far beyond the best opposite price an order that takes may go, in basis points.
    public var maxSlippageBps = Int32.max
    /// Requests of all kinds; new orders stop earlier, by the share kept for cancels.
    public var maxMessagesPerSecond = Int32.max
    public var maxMessagesPerMinute = Int32.max
    /// Part of both message limits that only cancels may use, 0 to 90.
    public var cancelSharePercent: Int32 = 0
    /// Orders of a strategy with the same side, price and quantity within ten seconds.
    public var maxIdenticalOrders = Int32.max
    /// An order that rests for longer is cancelled.
    public var maxOrderAge = Nanoseconds(raw: .max)
    /// Refused or unanswered orders in a row that lead to SAFE.
    public var maxConsecutiveErrors = Int32.max
    /// Orders placed and cancelled unfilled by one strategy within a minute that lead to SAFE.
    public var maxOrderCycles = Int32.max
    /// Times the position may change its sign within a minute before SAFE.
    public var maxDirectionFlips = Int32.max
    /// Executions of one strategy on one side within a minute that lead to SAFE.
    public var maxExecutions = Int32.max
    /// Fall of the run's result from its highest, at which the engine halts.
    public var maxDrawdown = Notional.max
    /// Evaluations in a row that must find the drawdown before it counts.
    public var drawdownConfirmations: Int32 = 1
    /// Fall of the run's result from its highest, from which on orders may only be `throttlePercent` of their largest.
    public var throttleDrawdown = Notional.max
    public var throttlePercent: Int32 = 100
    /// Move of the mid within ten seconds, in basis points, after which its instrument is left alone for `breachPause`.
    public var maxMoveBps = Int32.max
    /// Time to the answer to an order, after which no new one leaves for `breachPause`.
    public var maxAckLatency = Nanoseconds(raw: .max)
    public var breachPause = Nanoseconds.zero
    /// Loss of one strategy since the start of the day at which it is switched off.
    public var maxStrategyLoss = Notional.max
    /// Oldest market data (by receive time) an order may be based on while the feed is QUIET.
    public var maxQuietAge = Nanoseconds(raw: .max)
    /// Oldest market data by exchange time an order may be based on.
    public var maxVenueAge = Nanoseconds(raw: .max)
    /// What a buy must leave free of the quote asset; what reduces may use it.
    public var quoteReserve = Notional.zero
    /// Added to what a buy costs, in basis points: fees that the venue may take in quote.
    public var feeAllowanceBps: Int32 = 0

    /// Largest distance of a limit price from what others said the price has been over the last minute, in basis points.
    public var maxDriftBps = Int32.max
    /// Largest distance of an order's expected fill from the mid, in basis points, for an order that takes: the best
    /// level's quantity at its price, all beyond it at the order's limit price.
    public var maxFillCostBps = Int32.max
    /// Hours in which orders are placed, seconds of the UTC day; from the first to before the last, which may be on the
    /// next day. Equal: always.
    public var windowStart: Int32 = 0
    public var windowEnd: Int32 = 0
    /// Orders of an instrument per execution within ten minutes, of which `orderToTradeFloor` are always allowed.
    public var maxOrdersPerTrade = Int32.max
    public var orderToTradeFloor: Int32 = 0
    /// Requests about one instrument; new orders stop earlier, by the share kept for cancels.
    public var maxInstrumentOrdersPerSecond = Int32.max
    public var maxInstrumentOrdersPerMinute = Int32.max

    /// Whether a second of the day lies within the hours; one that is not known does only where there are none.
    public func isOpen(atSecond second: Int32) -> Bool {
        if windowStart == windowEnd { return true }
        if second < 0 { return false }
        return windowStart < windowEnd
            ? second >= windowStart && second < windowEnd : second >= windowStart || second < windowEnd
    }
    /// As `maxDrawdown`, from the highest result of the day.
    public var maxDayDrawdown = Notional.max
    public var onDailyLoss = LossAction.halt
    /// For both drawdowns.
    public var onDrawdown = LossAction.halt
    /// How far the mid may be from the last public trade, in basis points of the trade, to be believed in a loss.
    public var maxPriceGapBps = Int32.max
    /// Oldest public trade that can confirm a mid, by receive time.
    public var maxTradeAge = Nanoseconds(raw: .max)
    /// Evaluations in a row after which a loss counts although no public trade confirms its price.
    public var unconfirmedEvaluations: Int32 = 1
    /// Fall of one strategy's result from its highest, at which it is switched off.
    public var maxStrategyDrawdown = Notional.max
    /// Share of a strategy's last 64 answered orders that the venue may refuse.
    public var maxRejectPercent = Int32.max
    /// Average cost of a strategy's last 64 fills against the mid at its decisions, in basis points.
    public var maxStrategySlippageBps = Int32.max
    /// Orders or fills below which neither of the two is judged.
    public var minStrategySamples: Int32 = 1
    /// After a strategy was switched off by a limit: earliest return.
    public var strategyCooldown = Nanoseconds.zero
    /// Loss and profit of an instrument's open position, in quote or in basis points of its average price, at which it
    /// is closed and its instrument blocked for `exitPause`. The other unit is `.max`.
    public var stopLoss = Notional.max
    public var stopLossBps = Int32.max
    public var takeProfit = Notional.max
    public var takeProfitBps = Int32.max
    /// `.max`: until a person ends it.
    public var exitPause = Nanoseconds.zero
    /// Oldest complete comparison of an instrument with the venue's account, from its request on, with which orders leave;
    /// beyond it SAFE.
    public var maxUnreconciled = Nanoseconds(raw: .max)

    public init(
        maxOrderQuantity: Quantity, maxOrderNotional: Notional, maxPosition: Quantity, maxOpenOrders: Int32,
        priceCollarBps: Int32, maxDataAge: Nanoseconds, maxOrdersPerSecond: Int32, maxOrdersPerMinute: Int32,
        maxDailyLoss: Notional
    ) {
        self.maxOrderQuantity = maxOrderQuantity
        self.maxOrderNotional = maxOrderNotional
        self.maxPosition = maxPosition
        self.maxOpenOrders = maxOpenOrders
        self.priceCollarBps = priceCollarBps
        self.maxDataAge = maxDataAge
        self.maxOrdersPerSecond = maxOrdersPerSecond
        self.maxOrdersPerMinute = maxOrdersPerMinute
        self.maxDailyLoss = maxDailyLoss
    }
}
