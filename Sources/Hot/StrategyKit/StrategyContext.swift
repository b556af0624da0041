import Memory
import Model
import Units

/// A strategy's own unsettled order, as it may see it.
public struct OwnOrder: BitwiseCopyable, Sendable {
    public var client: ClientOrderID
    public var side: Side
    public var timeInForce: TimeInForce
    public var state: OrderState
    public var price: Price
    public var remaining: Quantity
    /// Executed of it, as far as is known.
    public var filled = Quantity.zero

    public init(
        client: ClientOrderID, side: Side, timeInForce: TimeInForce, state: OrderState, price: Price,
        remaining: Quantity
    ) {
        self.client = client
        self.side = side
        self.timeInForce = timeInForce
        self.state = state
        self.price = price
        self.remaining = remaining
    }
    /// Rests at the venue with no request in flight: may be cancelled or amended.
    @inlinable public var isWorking: Bool { state == .open || state == .partiallyFilled }
}

/// All that a strategy sees. Filled by the core before each call; read-only for the strategy.
public struct StrategyContext: ~Copyable {
    /// Engine time of the step.
    public var now = Nanoseconds.zero
    public var state = SystemState.disarmed
    public var instrument: Instrument
    public var hasTop = false
    /// Meaningful when `hasTop`.
    public var top: TopOfBook
    public var position = Quantity.zero
    public var averagePrice = Price.zero
    @usableFromInline var own: SlabList<OwnOrder>
    private let inPlace = InPlace()

    /// Takes memory for `capacity` own orders.
    public init(instrument: Instrument, capacity: Int) {
        self.instrument = instrument
        top = TopOfBook(
            instrument: instrument.id, bidPrice: .zero, bidQuantity: .zero, askPrice: .zero, askQuantity: .zero,
            updateID: 0, venueTime: .zero, receivedAt: .zero)
        own = SlabList(
            capacity: capacity,
            filler: OwnOrder(
                client: .none, side: .buy, timeInForce: .immediateOrCancel, state: .failed, price: .zero,
                remaining: .zero))
    }

    /// Own unsettled orders, oldest first.
    @inlinable public var orderCount: Int { own.count }
    @inlinable public func order(_ index: Int) -> OwnOrder { own[index] }

    /// Called by the core.
    @inlinable public mutating func clearOrders() { own.removeAll() }
    /// Called by the core.
    @inlinable public mutating func add(_ order: OwnOrder) { own.append(order) }
}
