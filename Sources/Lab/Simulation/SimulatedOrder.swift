import Model
import Units

/// An order as the simulated venue keeps it, from acceptance to its end and after.
public struct SimulatedOrder: BitwiseCopyable, Sendable {
    public internal(set) var client: ClientOrderID
    public internal(set) var venueOrder: VenueOrderID
    public internal(set) var instrument: InstrumentID
    public internal(set) var side: Side
    public internal(set) var price: Price
    public internal(set) var quantity: Quantity
    public internal(set) var filled = Quantity.zero
    public internal(set) var status = VenueOrderStatus.new
    /// Displayed quantity that trades before us; `.max` while our price has not been the best, where it is not known.
    var ahead = Quantity.zero
    /// By how much `ahead` fell because the display shrank. The trade that explains it may still come, and must not be
    /// counted a second time.
    var shrunk = Quantity.zero

    public var left: Quantity { quantity - filled }
    public var isOpen: Bool { status == .new || status == .partiallyFilled }

    init(_ order: NewOrder, id: VenueOrderID) {
        client = order.client
        venueOrder = id
        instrument = order.instrument
        side = order.side
        price = order.price
        quantity = order.quantity
    }

    /// The venue's statement of it in a list of open orders or a look-up.
    public func statement(at now: Nanoseconds) -> OrderUpdate {
        OrderUpdate(
            status: status, source: .snapshot, instrument: instrument, side: side, client: client, venueOrder: venueOrder,
            price: price, quantity: quantity, cumulativeQuantity: filled, venueTime: now)
    }

    func update(_ source: EvidenceSource, at now: Nanoseconds, error: ErrorCode = .none) -> Input {
        .orderUpdate(
            OrderUpdate(
                status: status, source: source, instrument: instrument, side: side, client: client,
                venueOrder: venueOrder, price: price, quantity: quantity, cumulativeQuantity: filled, venueTime: now,
                error: error))
    }
}

/// A first-in first-out queue of fixed capacity. Never allocates after `init`.
struct FixedQueue<Element: BitwiseCopyable>: ~Copyable {
    private var items: ContiguousArray<Element>
    private var head = 0
    private(set) var count = 0

    /// Takes memory for `capacity` elements; `filler` stands in unused places.
    init(capacity: Int, filler: Element) {
        precondition(capacity > 0, "a queue needs room")
        items = ContiguousArray(repeating: filler, count: capacity)
    }

    var room: Int { items.count - count }
    var first: Element? { count == 0 ? nil : items[head] }

    /// Precondition: `room > 0`.
    mutating func append(_ element: Element) {
        precondition(count < items.count, "the simulated venue's queue is full")
        var place = head + count
        if place >= items.count { place -= items.count }
        items[place] = element
        count += 1
    }

    mutating func removeFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = items[head]
        head += 1
        if head == items.count { head = 0 }
        count -= 1
        return element
    }
}
