import Units

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
