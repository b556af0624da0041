import Telemetry
import Units

/// What a kill did and how long it took.
package struct KillFacts: Sendable, Equatable {
    /// From the moment the command was seen at the socket to the last cancel given to the kernel; `nil` while it is not,
    /// and where none could leave.
    package var timeToSafe: Nanoseconds?
    /// When that was, engine clock.
    package var safeAt: Nanoseconds?
    package var cancels: Int64
    /// Orders that were not settled before it.
    package var orders: Int64

    package init(timeToSafe: Nanoseconds?, safeAt: Nanoseconds?, cancels: Int64, orders: Int64) {
        self.timeToSafe = timeToSafe
        self.safeAt = safeAt
        self.cancels = cancels
        self.orders = orders
    }

    var members: [JSONMember] {
        [
            JSONMember("time_to_safe_ns", timeToSafe.map { .time($0) } ?? .null), JSONMember("safe_at_ns", safeAt.map { .time($0) } ?? .null),
            JSONMember("cancels", .integer(cancels)), JSONMember("orders", .integer(orders)),
        ]
    }
}
