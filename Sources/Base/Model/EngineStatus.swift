import Units

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
    public var realised = Notional.zero
    public var unrealised = Notional.zero
    public var fees = Notional.zero

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

    public init() {}
}
