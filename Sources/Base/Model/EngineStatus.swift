import Units

/// One strategy as the core sees it.
public struct StrategyStatus: BitwiseCopyable, Sendable {
    public var instrument = InstrumentID(0)
    public var version: UInt32 = 0
    public var isShadow = false
    public var isOff = false
    /// Why it is off; `none` where a person switched it off.
    public var reason = ErrorCode.none
    public var offSince = Nanoseconds.zero
    /// When a person may let it propose again, engine clock.
    public var resumableAt = Nanoseconds.zero
    /// Of its own fills, less what the engine closed of them; earlier runs' too.
    public var position = Quantity.zero
    public var realised = Notional.zero
    public var unrealised = Notional.zero
    public var fees = Notional.zero
    /// Fall of its result from its highest since it was armed or switched on.
    public var drawdown = Notional.zero
    public var intents: UInt64 = 0
    /// Intents that the gate refused.
    public var refused: UInt64 = 0
    public var orders: UInt64 = 0
    /// Orders of which something was filled.
    public var traded: UInt64 = 0
    public var fills: UInt64 = 0
    /// Orders that the venue refused.
    public var rejects: UInt64 = 0
    /// Refused by the venue, of its last 64 answered orders; percent, rounded up.
    public var rejectPercent: Int32 = 0
    /// Average cost of its last 64 fills against the mid at its decisions; basis points, rounded up, negative is a gain.
    public var slippageBps: Int64 = 0
    /// What it has made since the day began or it was switched on since: what its limit of loss judges.
    public var made = Notional.zero
    public init() {}
}

/// One instrument as the core sees it.
public struct InstrumentStatus: BitwiseCopyable, Sendable {
    /// Takes no order of a strategy.
    public var isBlocked = false
    /// Why; `none` where a person blocked it.
    public var reason = ErrorCode.none
    /// When that ends by itself, engine clock; `.max` needs a person.
    public var until = Nanoseconds.zero
    /// Its position is being closed.
    public var isExiting = false
    public var position = Quantity.zero
    public var averagePrice = Price.zero
    /// The last mid; zero before the first book.
    public var mark = Price.zero
    /// The last public trade; zero before the first.
    public var lastTrade = Price.zero
    public var realised = Notional.zero
    public var unrealised = Notional.zero
    public var fees = Notional.zero
    /// The verdict on its market data, its reason, and since when; when its last book was received, zero without one.
    public var feed: StreamVerdict = .live
    public var feedReason: StreamReason = .none
    public var feedSince = Nanoseconds.zero
    public var topReceivedAt = Nanoseconds.zero
    public init() {}
}

/// What the core publishes for people after its steps; copied whole through a latest-state slot. One instrument now:
/// the first of the run.
public struct EngineStatus: BitwiseCopyable, Sendable {
    public var mode: RunMode = .live
    public var state: SystemState = .disarmed
    public var stateReason: ErrorCode = .none
    public var now = Nanoseconds.zero
    public var stateSince = Nanoseconds.zero
    public var mandateHash: UInt64 = 0
    public var mandateExpires = Nanoseconds.zero

    public var bidPrice = Price.zero
    public var bidQuantity = Quantity.zero
    public var askPrice = Price.zero
    public var askQuantity = Quantity.zero
    public var topReceivedAt = Nanoseconds.zero

    public var position = Quantity.zero
    public var averagePrice = Price.zero
    /// Of all instruments, which share a quote asset.
    public var realised = Notional.zero
    public var unrealised = Notional.zero
    public var fees = Notional.zero
    /// Funding received less paid, of all instruments; always zero on a spot venue, which has none.
    public var funding = Notional.zero
    /// The run's result since the trading day began.
    public var dayResult = Notional.zero
    /// Fall of the run's result from its highest since the engine went live, and since the day began.
    public var drawdown = Notional.zero
    public var dayDrawdown = Notional.zero

    /// Unsettled orders of all instruments, those of unknown outcome included.
    public var openOrders: Int32 = 0
    /// Orders of all instruments whose outcome nobody knows.
    public var unknownOrders: Int32 = 0
    public var worstLong = Quantity.zero
    public var worstShort = Quantity.zero
    public var ordersLastSecond: Int32 = 0
    public var ordersLastMinute: Int32 = 0

    public var ticks: UInt64 = 0
    public var inputs: UInt64 = 0
    public var intents: UInt64 = 0
    public var ordersSent: UInt64 = 0
    public var cancelsSent: UInt64 = 0
    public var fills: UInt64 = 0
    public var venueRejects: UInt64 = 0
    public var riskRejects: UInt64 = 0
    public var decisionHash: UInt64 = 0

    public var marketLink: LinkState = .down
    public var marketLinkSince = Nanoseconds.zero
    public var orderLink: LinkState = .down
    public var orderLinkSince = Nanoseconds.zero
    public var lastReconciledAt = Nanoseconds.zero
    public var reconcileBreaks: UInt32 = 0

    /// The worst verdict on any instrument's market data, its reason, and since when.
    public var feed: StreamVerdict = .live
    public var feedReason: StreamReason = .none
    public var feedSince = Nanoseconds.zero
    /// Age of the newest market data by exchange time; negative while the venue's clock was not measured.
    public var venueAge = Nanoseconds(raw: -1)
    /// The venue's wall clock less the engine clock, and how well that is known; zero before a measurement.
    public var clockOffset = Nanoseconds.zero
    public var clockUncertainty = Nanoseconds.zero

    /// Rows that fit here; sums above are of all. A run with more is shown page after page.
    public static var rows: Int { 16 }
    /// How many strategies and instruments the run has, and which of each the first row here is.
    public var strategyCount: Int32 = 0
    public var instrumentCount: Int32 = 0
    public var firstRow: Int32 = 0
    public var strategies = InlineArray<16, StrategyStatus>(repeating: StrategyStatus())
    public var instruments = InlineArray<16, InstrumentStatus>(repeating: InstrumentStatus())
    /// What the venue last said of its own limits, and until when it wants to hear nothing.
    public var usage = VenueUsage(venue: VenueID(0))
    public var usageAt = Nanoseconds.zero
    public var hold = VenueUsage.Hold.none
    public var heldUntil = Nanoseconds.zero
    public var amendsSent: UInt64 = 0
    public var incident = Incident()
    /// What an arming would be refused for now.
    public var missing = ArmingChecks()
    /// LIVE for one confirmed order only: no strategy runs.
    public var isByHand = false
    /// The review that may be confirmed now, 0 without one, and until when.
    public var reviewID: UInt64 = 0
    public var reviewExpires = Nanoseconds.zero
    /// Which feed, and which server for orders, is used: 0 the first of the configuration.
    public var feedSource: UInt8 = 0
    public var orderSource: UInt8 = 0
    /// How often each was switched in the run; the last switch of either, and when.
    public var feedSwitches: UInt32 = 0
    public var orderSwitches: UInt32 = 0
    public var switched = SourceSwitch(venue: VenueID(0), role: .marketData, from: 0, to: 0, reason: .recovered)
    public var switchedAt = Nanoseconds.zero
    /// Age of the last confirmed refresh of the venue's dead-man's switch, `.max` before the first and negative where the
    /// run keeps none; the age from which no new risk is taken.
    public var switchAge = Nanoseconds(raw: -1)
    public var switchLimit = Nanoseconds.zero

    public init() {}
}
