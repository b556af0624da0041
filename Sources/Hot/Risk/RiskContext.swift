import Model
import Units

/// What the gate knows when it judges one new order. All quantities are of the order's instrument.
public struct RiskContext: BitwiseCopyable, Sendable {
    public var now: Nanoseconds
    public var state: SystemState
    public var isAllowed: Bool
    public var instrument: Instrument
    public var limits: RiskLimits
    public var hasTop: Bool
    public var top: TopOfBook
    /// The market link is up, and the order link where the mode needs one.
    public var linksUp: Bool
    public var position: Quantity
    public var openOrders: Int32
    public var unknownOrders: Int32
    /// Worst case of unsettled orders, by side.
    public var openBuy: Quantity
    public var openSell: Quantity
    public var ordersLastSecond: Int32
    public var ordersLastMinute: Int32
    /// Realised plus unrealised minus fees of the day.
    public var dayResult: Notional
    public var hasCapacity: Bool

    // As made, none of these refuses.

    /// A fill waits for the venue's balance to confirm it.
    public var isDirty = false
    /// How long ago the instrument's last comparison with the venue's account was asked for; zero where the mode has none.
    public var unreconciledFor = Nanoseconds.zero
    /// The order's strategy is switched off.
    public var isStrategyOff = false
    /// The order is a strategy's and its instrument is blocked.
    public var isBlocked = false
    /// Until when the instrument is left alone after a move, and the run after a slow answer.
    public var calmAt = Nanoseconds(raw: .min)
    public var promptAt = Nanoseconds(raw: .min)
    /// Age of the last confirmed refresh of the venue's dead-man's switch, and its limit; none where there is no switch.
    public var switchAge = Nanoseconds.zero
    public var switchLimit = Nanoseconds(raw: .max)
    /// Fall of the run's result from its highest, scale 8.
    public var drawdown: Int128 = 0
    /// Highest price of our own buys that may rest or be on their way; zero when there is none.
    public var ownBid = Price.zero
    /// Lowest price of our own sells that may rest or be on their way; `.max` when there is none.
    public var ownAsk = Price.max
    /// Positions plus all open buys of the run in quote, scale 8: the most that it can be long.
    public var portfolioLong: Int128 = 0
    /// Positions less all open sells of the run in quote, scale 8: negative where it can be short.
    public var portfolioShort: Int128 = 0
    /// Positions and open orders of the run in quote, all signs dropped, scale 8.
    public var portfolioGross: Int128 = 0
    public var messagesLastSecond: Int32 = 0
    public var messagesLastMinute: Int32 = 0
    /// Orders of the last ten seconds that say the same.
    public var identicalOrders: Int32 = 0
    /// Whether an order that is to be changed can be; a new one always can.
    public var isAmendable = true
    /// Until when the venue asked to be left alone.
    public var heldUntil = Nanoseconds(raw: .min)
    /// The venue's own counts in their present windows, with what left since; a limit of 0 was not stated.
    public var venueWeight: Int32 = 0
    public var venueWeightLimit: Int32 = 0
    public var venueOrders: Int32 = 0
    public var venueOrdersLimit: Int32 = 0
    public var venueOrdersLong: Int32 = 0
    public var venueOrdersLongLimit: Int32 = 0
    /// What is thought of the instrument's market data.
    public var feed: StreamVerdict = .live
    public var feedReason: StreamReason = .none
    /// Age of the market data by exchange time, negative for ahead of it; `nil` where that cannot be known.
    public var venueAge: Nanoseconds?

    /// The venue has told the balance of the asset that the order pays with.
    public var hasBalance = true
    /// What of it is ours to spend, less what unsettled orders may still take; `.max` where the mode has no account.
    public var available = Int128.max

    /// What others said the price has been over the last minute; zero when nobody did.
    public var reference = Price.zero
    /// Volume-weighted average of the public trades of the last five minutes; zero when there was none.
    public var average = Price.zero
    /// Second of the UTC day; -1 when it is not known.
    public var secondOfDay: Int32 = -1
    /// Requests about the order's instrument.
    public var instrumentLastSecond: Int32 = 0
    public var instrumentLastMinute: Int32 = 0
    /// Orders sent and executions had in the order's instrument within ten minutes.
    public var ordersInRatio: Int32 = 0
    public var tradesInRatio: Int32 = 0

    public init(
        now: Nanoseconds, state: SystemState, isAllowed: Bool, instrument: Instrument, limits: RiskLimits,
        hasTop: Bool, top: TopOfBook, linksUp: Bool, position: Quantity, openOrders: Int32, unknownOrders: Int32,
        openBuy: Quantity, openSell: Quantity, ordersLastSecond: Int32, ordersLastMinute: Int32,
        dayResult: Notional, hasCapacity: Bool
    ) {
        self.now = now
        self.state = state
        self.isAllowed = isAllowed
        self.instrument = instrument
        self.limits = limits
        self.hasTop = hasTop
        self.top = top
        self.linksUp = linksUp
        self.position = position
        self.openOrders = openOrders
        self.unknownOrders = unknownOrders
        self.openBuy = openBuy
        self.openSell = openSell
        self.ordersLastSecond = ordersLastSecond
        self.ordersLastMinute = ordersLastMinute
        self.dayResult = dayResult
        self.hasCapacity = hasCapacity
    }
}
