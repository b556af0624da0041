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
    /// The snapshot that last showed it.
    public var seenInSnapshot: UInt64 = 0
    /// The mid when its strategy decided; zero where nobody did.
    public var decidedAt = Price.zero

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

    /// What may still trade or has traded without us knowing: the worst case to reserve.
    public var exposure: Quantity {
        let most = state.isTerminal ? claimed : Swift.max(quantity, claimed)
        return most > filled ? most - filled : .zero
    }
    /// Nothing more is expected of it: terminal, and every claimed fill has arrived.
    public var isSettled: Bool { state.isTerminal && claimed <= filled }
}
