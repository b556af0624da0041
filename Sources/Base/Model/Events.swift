import Units

/// Best bid and ask of one instrument, from the local book. `bidPrice < askPrice`, quantities positive.
public struct TopOfBook: BitwiseCopyable, Sendable {
    public var instrument: InstrumentID
    public var bidPrice: Price
    public var bidQuantity: Quantity
    public var askPrice: Price
    public var askQuantity: Quantity
    /// The venue's book update id; 0 where the venue has none.
    public var updateID: UInt64
    /// Exchange time (wall), 0 where the message has none.
    public var venueTime: Nanoseconds
    /// When the frame was received, engine clock.
    public var receivedAt: Nanoseconds

    public init(
        instrument: InstrumentID, bidPrice: Price, bidQuantity: Quantity, askPrice: Price, askQuantity: Quantity,
        updateID: UInt64, venueTime: Nanoseconds, receivedAt: Nanoseconds
    ) {
        self.instrument = instrument
        self.bidPrice = bidPrice
        self.bidQuantity = bidQuantity
        self.askPrice = askPrice
        self.askQuantity = askQuantity
        self.updateID = updateID
        self.venueTime = venueTime
        self.receivedAt = receivedAt
    }
}

/// A trade between others, from the public stream.
public struct PublicTrade: BitwiseCopyable, Sendable {
    public var instrument: InstrumentID
    /// The side that took.
    public var aggressor: Side
    public var price: Price
    public var quantity: Quantity
    public var trade: TradeID
    public var venueTime: Nanoseconds
    public var receivedAt: Nanoseconds

    public init(
        instrument: InstrumentID, aggressor: Side, price: Price, quantity: Quantity, trade: TradeID,
        venueTime: Nanoseconds, receivedAt: Nanoseconds
    ) {
        self.instrument = instrument
        self.aggressor = aggressor
        self.price = price
        self.quantity = quantity
        self.trade = trade
        self.venueTime = venueTime
        self.receivedAt = receivedAt
    }
}

/// What was asked of the venue. Raw values are journalled.
public enum RequestKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case place = 1
    case cancel = 2
    case cancelAll = 3
    case query = 4
    case amend = 5
    /// Of the venue's dead-man's switch; the reply's client id repeats the refresh's.
    case refresh = 100
}

/// Three-valued outcome of a request. Raw values are journalled.
public enum Outcome: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case accepted = 1
    case refused = 2
    /// Time-out, 5xx, lost link: proved neither way.
    case unknown = 3
}

/// The venue's direct reply to one of our requests.
public struct OrderReply: BitwiseCopyable, Sendable {
    public var kind: RequestKind
    public var outcome: Outcome
    public var instrument: InstrumentID
    public var client: ClientOrderID
    public var venueOrder: VenueOrderID
    public var error: ErrorCode
    /// The venue's own code, for people; 0 when none.
    public var venueCode: Int32
    public var venueTime: Nanoseconds

    public init(
        kind: RequestKind, outcome: Outcome, instrument: InstrumentID, client: ClientOrderID,
        venueOrder: VenueOrderID, error: ErrorCode, venueCode: Int32, venueTime: Nanoseconds
    ) {
        self.kind = kind
        self.outcome = outcome
        self.instrument = instrument
        self.client = client
        self.venueOrder = venueOrder
        self.error = error
        self.venueCode = venueCode
        self.venueTime = venueTime
    }
}

/// An order's status at the venue. Raw values are journalled.
public enum VenueOrderStatus: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case new = 1
    case partiallyFilled = 2
    case filled = 3
    case cancelled = 4
    case rejected = 5
    case expired = 6
    /// A look-up was answered: the venue has no such order.
    case absent = 7
}

/// Where a statement about orders or balances came from. Raw values are journalled.
public enum EvidenceSource: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case stream = 1
    case query = 2
    /// One row of a reconciliation snapshot.
    case snapshot = 3
    case tradeHistory = 4
    /// One row of the trade history that no run has booked: executed while no engine looked.
    case downtime = 165
}

/// The venue's statement of an order's status: a private stream event, a look-up's answer or a snapshot row.
public struct OrderUpdate: BitwiseCopyable, Sendable {
    public var status: VenueOrderStatus
    public var source: EvidenceSource
    public var instrument: InstrumentID
    public var side: Side
    /// `none` for an order that is not of our prefix.
    public var client: ClientOrderID
    public var venueOrder: VenueOrderID
    public var price: Price
    public var quantity: Quantity
    public var cumulativeQuantity: Quantity
    public var venueTime: Nanoseconds
    public var error: ErrorCode

    public init(
        status: VenueOrderStatus, source: EvidenceSource, instrument: InstrumentID, side: Side,
        client: ClientOrderID, venueOrder: VenueOrderID, price: Price, quantity: Quantity,
        cumulativeQuantity: Quantity, venueTime: Nanoseconds, error: ErrorCode = .none
    ) {
        self.status = status
        self.source = source
        self.instrument = instrument
        self.side = side
        self.client = client
        self.venueOrder = venueOrder
        self.price = price
        self.quantity = quantity
        self.cumulativeQuantity = cumulativeQuantity
        self.venueTime = venueTime
        self.error = error
    }
}

/// One execution of one of our orders. Unique by (instrument, venueOrder, trade).
public struct Fill: BitwiseCopyable, Sendable {
    public var instrument: InstrumentID
    public var side: Side
    public var isMaker: Bool
    public var source: EvidenceSource
    public var client: ClientOrderID
    public var venueOrder: VenueOrderID
    public var trade: TradeID
    public var price: Price
    public var quantity: Quantity
    /// The order's cumulative quantity after this fill as the venue says it; zero when it does not.
    public var cumulativeQuantity: Quantity
    /// Fee in `feeAsset`, positive is paid, at scale 8.
    public var fee: Int64
    public var feeAsset: AssetID
    public var venueTime: Nanoseconds

    public init(
        instrument: InstrumentID, side: Side, isMaker: Bool, source: EvidenceSource, client: ClientOrderID,
        venueOrder: VenueOrderID, trade: TradeID, price: Price, quantity: Quantity,
        cumulativeQuantity: Quantity, fee: Int64, feeAsset: AssetID, venueTime: Nanoseconds
    ) {
        self.instrument = instrument
        self.side = side
        self.isMaker = isMaker
        self.source = source
        self.client = client
        self.venueOrder = venueOrder
        self.trade = trade
        self.price = price
        self.quantity = quantity
        self.cumulativeQuantity = cumulativeQuantity
        self.fee = fee
        self.feeAsset = feeAsset
        self.venueTime = venueTime
    }
}

/// An asset's balance at the venue, absolute.
public struct VenueBalance: BitwiseCopyable, Sendable {
    public var asset: AssetID
    public var venue: VenueID
    public var source: EvidenceSource
    public var free: Quantity
    public var locked: Quantity
    public var venueTime: Nanoseconds

    public init(
        asset: AssetID, venue: VenueID, source: EvidenceSource, free: Quantity, locked: Quantity,
        venueTime: Nanoseconds
    ) {
        self.asset = asset
        self.venue = venue
        self.source = source
        self.free = free
        self.locked = locked
        self.venueTime = venueTime
    }
}

/// Start or end of a reconciliation snapshot; its rows come between as `.orderUpdate`, `.balance` and `.fill` inputs
/// with source `.snapshot` or `.tradeHistory`.
public struct SnapshotMark: BitwiseCopyable, Sendable {
    public var id: UInt64
    public var venue: VenueID
    public var isEnd: Bool
    /// At the end: whether every request of the snapshot was answered. An incomplete one proves nothing.
    public var isComplete: Bool
    /// When the first request of the snapshot left, engine clock: what changed after it is in its grace window.
    public var requestedAt: Nanoseconds

    public init(id: UInt64, venue: VenueID, isEnd: Bool, isComplete: Bool, requestedAt: Nanoseconds) {
        self.id = id
        self.venue = venue
        self.isEnd = isEnd
        self.isComplete = isComplete
        self.requestedAt = requestedAt
    }
}

/// What a link is for. Raw values are journalled.
public enum LinkRole: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case marketData = 1
    case orders = 2
    case rest = 3
}

/// A link's state as the core sees it. Raw values are journalled.
public enum LinkState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case down = 1
    case connecting = 2
    /// Connected, logged on, subscribed: usable.
    case up = 3
}

/// A link went up or down.
public struct LinkChange: BitwiseCopyable, Sendable {
    public var venue: VenueID
    public var role: LinkRole
    public var state: LinkState
    /// The transport's or adapter's reason code, for people.
    public var reason: UInt16

    public init(venue: VenueID, role: LinkRole, state: LinkState, reason: UInt16) {
        self.venue = venue
        self.role = role
        self.state = state
        self.reason = reason
    }
}

/// What an operator asks. Raw values are journalled.
public enum CommandKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case stage = 1
    case arm = 2
    case confirm = 3
    case disarm = 4
    /// Disable strategies, cancel all.
    case stop = 5
    case kill = 6
    case flatten = 7
    /// Takes the engine out of `halted`, after the latch file was removed with a reason; leads to `disarmed`.
    case unlatch = 8
    /// Changes a limit: `subject` is a `LimitSubject`'s word, `value` the new value, `lifetime` how long it lasts where it
    /// is looser than configured.
    case limit = 40
    /// Switches the strategy `subject` off and cancels its orders. From the engine itself at its start: `value` is the
    /// error code for which it was off before, `lifetime` what is left of its cooldown.
    case strategyOff = 50
    /// Lets the strategy `subject` propose again; refused before its cooldown is over.
    case strategyOn = 51
    /// Blocks the instrument `subject` and cancels its orders. From the engine itself at its start: as `strategyOff`,
    /// `lifetime` is what is left of its pause, 0 none that ends by itself.
    case instrumentOff = 52
    /// Lets the instrument `subject` be traded again; refused while it is being closed or its price still moves too far.
    case instrumentOn = 53
    /// By the engine itself: the thread `subject` has not turned for `lifetime`. Leads to SAFE.
    case stalled = 54
    /// What became of an order that no look-up could prove within its deadline, by a person's word: `subject` is the
    /// client id's word, `hash` a `Resolution`, `value` the filled quantity.
    case resolve = 60
    /// The incident's note is written: the pieces that came before it as notes of the same operator.
    case incident = 80
    /// Sends the order of a review, once.
    case confirmIntent = 81
    /// Cancels one order of ours: `subject` is its client id.
    case cancelOrder = 82
    /// From the engine itself at its start: the run before left an incident open. `subject` is its trip, `value` 1 when
    /// it is noted.
    case recall = 83
    /// Answers a `ManualIntent`; never given as a command.
    case intent = 84
    /// Another server for orders: the connection ends and number `value` of the configuration is dialled, from 1; 0 is the
    /// next one.
    case failover = 90
    /// From the engine itself at its start: `hash` is what pauses before another try are drawn from.
    case seed = 100
    /// From the engine itself at its start, before anybody can arm: what the runs before hold of the instrument `subject`.
    /// `value` is the quantity, signed; `lifetime` and `hash` are the high and the low half of what it cost, scale 16.
    case carryPosition = 165
    /// From the engine itself at its start: `value` is what the trading day has brought so far, apart from what open
    /// positions gained since they were opened.
    case carryDay = 166
    /// From the engine itself at its start: `value` is what the account should hold of the base asset of the instrument
    /// `subject` by the books of the runs before.
    case carryBalance = 167
    /// From the engine itself at its start: everything was told that the runs before left.
    case carried = 168
    /// A person takes the account as it is: what no fill explains in the base asset of the instrument `subject` is not ours.
    case acceptBalance = 169
    /// From the engine itself at its start, before `carried`: what the strategy `subject` held by its own fills in the runs
    /// before; `value`, `lifetime` and `hash` as of `carryPosition`.
    case carryStrategy = 175
    /// From the engine itself at its start, before `carried`: `value` is what the strategy `subject` has made since its
    /// loss began to count, apart from what its open position gained since it was opened.
    case carryStrategyResult = 176
}

/// An operator's command, authenticated by the control socket.
public struct Command: BitwiseCopyable, Sendable {
    /// `operatorID` of a command that the engine gave itself.
    public static let engineOperator = UInt32.max
    public var kind: CommandKind
    /// User id of the peer.
    public var operatorID: UInt32
    /// The mandate's hash: computed at `stage`, repeated at `arm` and `confirm`.
    public var hash: UInt64
    /// At `stage`: how long the mandate lasts once live. At `arm`: how long a confirmation is awaited.
    public var lifetime: Nanoseconds
    /// What the command is about, where it is about one thing: a strategy, a limit, an intent. At `kill`: `ahead`, or 0.
    /// 0 otherwise.
    public var subject: UInt64
    /// The value that the command sets, at the scale of what it sets. At `kill`: when it was asked for, engine clock,
    /// where that is known. 0 otherwise.
    public var value: Int64

    /// `subject` of a kill that went ahead of the operator's own command, which follows and is the one that is answered.
    public static let ahead: UInt64 = 1

    public init(
        kind: CommandKind, operatorID: UInt32, hash: UInt64, lifetime: Nanoseconds, subject: UInt64 = 0, value: Int64 = 0
    ) {
        self.kind = kind
        self.operatorID = operatorID
        self.hash = hash
        self.lifetime = lifetime
        self.subject = subject
        self.value = value
    }
}

/// Everything that reaches the core, numbered in one order and journalled as consumed.
public enum Input: BitwiseCopyable, Sendable {
    case topOfBook(TopOfBook)
    case trade(PublicTrade)
    case orderReply(OrderReply)
    case orderUpdate(OrderUpdate)
    case fill(Fill)
    case balance(VenueBalance)
    case snapshot(SnapshotMark)
    case link(LinkChange)
    case command(Command)
    case timer
    case note(Note)
    case venueUsage(VenueUsage)
    case intent(ManualIntent)
    case health(FeedHealth)
    case clock(VenueClock)
    case source(SourceSwitch)
}
