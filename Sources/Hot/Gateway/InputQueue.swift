import Model
import Rings
import Units
import VenueKit
import Wire

/// What one message of the order link said, in order, waiting for the core. Fixed capacity: an adapter reports a bounded
/// number of events for one message. Trade thread only.
struct InputQueue: ~Copyable, OrderSink {
    private var items: ContiguousArray<Input> = []
    private var next = 0
    /// Set when the adapter gave the connection up; the driver opens a new one.
    var reconnectWanted = false
    private let capacity: Int
    private var quarantined: RingProducer<QuarantinedMessage>?
    /// Messages that the way to the cold side had no room for.
    private(set) var quarantineOverflow: UInt64 = 0

    init(capacity: Int, quarantined: consuming RingProducer<QuarantinedMessage>? = nil) {
        self.quarantined = quarantined
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

    mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds
    ) {
        let message = QuarantinedMessage(.orders, reason, bytes, offset: offset, receivedAt: receivedAt)
        if quarantined?.tryPush(message) == false { quarantineOverflow &+= 1 }
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
