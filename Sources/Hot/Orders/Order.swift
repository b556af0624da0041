import Model
import Units

/// One order of ours, as we know it.
public struct Order: BitwiseCopyable, Sendable {
    public var client: ClientOrderID
    public var venueOrder = VenueOrderID.none
    public var instrument: InstrumentID
    public var strategy: StrategyID
    public var side: Side
    public var timeInForce: TimeInForce
    public var state = OrderState.created
    /// Complete snapshots in a row that did not show it although they should have.
    public var missedSnapshots: UInt8 = 0
    public var price: Price
    public var quantity: Quantity
    /// Sum of the fills we have.
    public var filled = Quantity.zero
    /// Largest cumulative quantity the venue has claimed; more than `filled` while a fill is missing.
    public var claimed = Quantity.zero
    /// When it was sent, engine clock.
    public var sentAt: Nanoseconds
    /// When the request in flight left, engine clock.
    public var requestedAt: Nanoseconds
    /// When its state last changed, engine clock.
    public var changedAt: Nanoseconds
    /// When it may next be looked up, engine clock.
    public var lookUpAt = Nanoseconds.zero
    /// Look-ups since it became unknown.
    public var lookUps: UInt16 = 0
    /// Cancels of it alone that were sent, and when the next one may follow, engine clock.
    public var cancels: UInt8 = 0
    /// A person was called because it could not be cancelled.
    public var isCancelGivenUp = false
    public var cancelAt = Nanoseconds.zero
    /// The snapshot that last showed it.
    public var seenInSnapshot: UInt64 = 0
    /// The mid when its strategy decided; zero where nobody did.
    public var decidedAt = Price.zero
    /// The order it replaces, which is the same order to its strategy; `none` for a first generation.
    public var parent = ClientOrderID.none
    /// The order that is to replace it, from the request on until that is proved never to have come.
    public var successor = ClientOrderID.none
    /// How many orders of its lineage were before it.
    public var generation: UInt16 = 0
    /// The lower quantity that was asked for in place, until the outcome is known; zero when none was.
    public var amendedQuantity = Quantity.zero

    public init(
        client: ClientOrderID, instrument: InstrumentID, strategy: StrategyID, side: Side, timeInForce: TimeInForce,
        price: Price, quantity: Quantity, now: Nanoseconds
    ) {
        self.client = client
        self.instrument = instrument
        self.strategy = strategy
        self.side = side
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
        sentAt = now
        requestedAt = now
        changedAt = now
    }

    /// The most of it that can have traded in the end.
    public var worst: Quantity { Swift.max(filled, state.isTerminal ? claimed : Swift.max(quantity, claimed)) }
    /// What may still trade or has traded without us knowing: the worst case to reserve.
    public var exposure: Quantity { worst - filled }
    /// Nothing of it was executed, as far as anybody said.
    public var isUntouched: Bool { filled.isZero && claimed.isZero }
    /// Nothing more is expected of it: terminal, and every claimed fill has arrived.
    public var isSettled: Bool { state.isTerminal && claimed <= filled }

    /// Whether an order in its place, of the same side and price, puts the same at stake: all that `OrderTable.weigh` reads is
    /// equal.
    @inline(__always) func weighs(as other: Order) -> Bool {
        state == other.state && quantity == other.quantity && filled == other.filled && claimed == other.claimed
            && parent == other.parent && successor == other.successor
    }
}
