import Model
import VenueKit

/// What one message of the order link said, in order, waiting for the core. Fixed capacity: an adapter reports a bounded
/// number of events for one message. Trade thread only.
struct InputQueue: ~Copyable, OrderSink {
    private var items: ContiguousArray<Input> = []
    private var next = 0
    /// Set when the adapter gave the connection up; the driver opens a new one.
    var reconnectWanted = false
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        items.reserveCapacity(capacity)
    }

    var isEmpty: Bool { next == items.count }

    /// What no longer fits is dropped, and the connection with it: nothing may be believed of a venue that says more in
    /// one turn than thousands of events. The reconnection makes every request unknown, and reconciliation brings the rest.
    mutating func order(_ input: Input) {
        guard items.count < capacity else {
            reconnectWanted = true
            return
        }
        items.append(input)
    }

    mutating func reconnect(_ reason: OrderLinkProblem) { reconnectWanted = true }

    /// The oldest event, or `nil`.
    mutating func take() -> Input? {
        guard next < items.count else {
            items.removeAll(keepingCapacity: true)
            next = 0
            return nil
        }
        next += 1
        return items[next - 1]
    }
}
