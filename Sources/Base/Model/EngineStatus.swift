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

    /// What the venue last said of its own limits, and until when it wants to hear nothing.
    public var usage = VenueUsage(venue: VenueID(0))
    public var usageAt = Nanoseconds.zero
    public var hold = VenueUsage.Hold.none
    public var heldUntil = Nanoseconds.zero
    public var amendsSent: UInt64 = 0

    public init() {}
}
