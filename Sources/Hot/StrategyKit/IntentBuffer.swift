import Memory
import Model
import Units

/// What one call of a strategy proposes, in order. Fixed capacity; a proposal that does not fit is refused and counted.
public struct IntentBuffer: ~Copyable {
    private var items: SlabList<Intent>
    public let capacity: Int
    /// Proposals that did not fit, since the start.
    public private(set) var refused: UInt64 = 0
    private var strategy = StrategyID.engine
    private var instrument = InstrumentID(0)

    public init(capacity: Int) {
        self.capacity = capacity
        items = SlabList(
            capacity: capacity,
            filler: Intent(
                kind: .cancel, strategy: .engine, instrument: InstrumentID(0), side: .buy,
                timeInForce: .immediateOrCancel, price: .zero, quantity: .zero, client: .none))
    }

    public var count: Int { items.count }
    public subscript(index: Int) -> Intent { items[index] }

    /// Proposes an order; `false` when the buffer is full.
    @discardableResult public mutating func place(
        _ side: Side, _ timeInForce: TimeInForce, price: Price, quantity: Quantity
    ) -> Bool {
        append(
            Intent(
                kind: .place, strategy: strategy, instrument: instrument, side: side, timeInForce: timeInForce,
                price: price, quantity: quantity, client: .none))
    }

    /// Proposes to cancel an order of the strategy's own; `false` when the buffer is full.
    @discardableResult public mutating func cancel(_ order: OwnOrder) -> Bool {
        append(
            Intent(
                kind: .cancel, strategy: strategy, instrument: instrument, side: order.side,
                timeInForce: order.timeInForce, price: order.price, quantity: order.remaining, client: order.client))
    }

    /// Proposes another price or quantity for an order of the strategy's own, which stays one order to it under whatever
    /// name it has afterwards; `quantity` is of the whole order, what is executed included. A lower quantity at the same
    /// price keeps its place in the queue; anything else is refused once a part of it is executed. `false` when the
    /// buffer is full.
    @discardableResult public mutating func amend(_ order: OwnOrder, price: Price, quantity: Quantity) -> Bool {
        append(
            Intent(
                kind: .amend, strategy: strategy, instrument: instrument, side: order.side,
                timeInForce: order.timeInForce, price: price, quantity: quantity, client: order.client))
    }

    private mutating func append(_ intent: Intent) -> Bool {
        guard items.count < capacity else {
            refused &+= 1
            return false
        }
        items.append(intent)
        return true
    }

    /// Empties it for a call of this strategy in this instrument. Called by the core.
    public mutating func begin(strategy: StrategyID, instrument: InstrumentID) {
        items.removeAll()
        self.strategy = strategy
        self.instrument = instrument
    }
}
