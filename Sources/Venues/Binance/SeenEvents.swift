import Memory

/// The private events that were taken lately: what is told twice is taken once. The key is all that an event says of
/// itself: order, event number, trade, kind, status, cumulative quantity, time. Two events that differ in any of them are two.
///
/// A table by hash that forgets the older of two with the same place: what slips through is caught by the core, which
/// books a trade id once. O(1), allocates at `init` only.
struct SeenEvents: ~Copyable {
    struct Key: BitwiseCopyable, Equatable {
        var order: Int64 = 0
        var event: Int64 = 0
        var trade: Int64 = 0
        var cumulative: Int64 = 0
        var time: Int64 = 0
        var kind: UInt64 = 0

        static func == (a: Key, b: Key) -> Bool {
            a.order == b.order && a.event == b.event && a.trade == b.trade && a.cumulative == b.cumulative
                && a.time == b.time && a.kind == b.kind
        }
    }

    private static let places = 4096
    private var keys = Slab(repeating: Key(), count: places)

    /// Whether the report was not told before; remembers it.
    mutating func isNew(_ report: ExecutionReport) -> Bool {
        var key = Key()
        key.order = report.orderID
        key.event = report.executionID
        key.trade = report.trade
        key.cumulative = report.cumulative
        key.time = report.time
        key.kind = 1 << 63
        for index in 0..<report.execution.count { key.kind = key.kind &* 31 &+ UInt64(report.execution[index]) }
        for index in 0..<report.client.count { key.kind = key.kind &* 31 &+ UInt64(report.client[index]) }
        for index in 0..<report.status.count { key.kind = key.kind &* 31 &+ UInt64(report.status[index]) }
        var hash = UInt64(bitPattern: key.order) ^ (UInt64(bitPattern: key.event) &<< 20)
        hash = (hash ^ key.kind ^ UInt64(bitPattern: key.trade) ^ UInt64(bitPattern: key.time)) &* 0x9E37_79B9_7F4A_7C15
        let place = Int(truncatingIfNeeded: hash &>> 52)
        if keys[place] == key { return false }
        keys[place] = key
        return true
    }
}
