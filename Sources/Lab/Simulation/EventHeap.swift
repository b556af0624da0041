import Model
import Units

/// What happens in the simulated world, each at its time. `life` is the engine process it belongs to, `link` the
/// connection: what belongs to an earlier one is lost on arrival.
enum WorldEvent {
    case marketStep
    case marketArrives(link: Int, [UInt8])
    case ordersArrive(link: Int, [UInt8])
    case venueReceives(link: Int, [UInt8])
    /// The venue says something only now although it was due before.
    case venueSays(link: Int, [UInt8])
    case linkOpens(LinkRole, life: Int)
    case linkCloses(LinkRole, link: Int)
    case timer(life: Int)
    case drain(life: Int)
    case truthAsked(life: Int)
    case truthRead(life: Int, requestedAt: Nanoseconds)
    case truthArrives(life: Int, VenueTruthRows)
    case snapshotRead(life: Int)
    case snapshotArrives(life: Int, [UInt8])
    case secondOpens(life: Int)
    case secondCloses(link: Int)
    case secondArrives(link: Int, [UInt8])
    case secondSnapshotRead(life: Int)
    case secondSnapshotArrives(life: Int, [UInt8])
    case switchAsked(life: Int, SwitchRefresh)
    case switchAnswered(life: Int, OrderReply)
    case operatorActs
    case operatorSays(life: Int, Command)
    case faults
    case strangerLeaves(ClientOrderID)
    case processStarts
    /// A person begins anew where a start was refused.
    case personCures
    /// A person ends the process in order, and starts it again.
    case operatorRestarts(life: Int)
}

/// What the reconciler learnt over REST: bodies as they came, or nothing.
struct VenueTruthRows {
    var requestedAt: Nanoseconds
    var isComplete: Bool
    /// 200, or how the venue asked to be left alone, and for how many seconds.
    var status = 200
    var retryAfter: Int64 = 0
    var orders: [UInt8]
    var account: [UInt8]
    var trades: [UInt8]
}

/// A binary heap by time, then by the order of scheduling, so that one seed gives one history.
struct EventHeap {
    struct Entry {
        var at: Int64
        var order: UInt64
        var event: WorldEvent
    }
    private var entries: [Entry] = []
    private var scheduled: UInt64 = 0

    var nextTime: Nanoseconds? { entries.first.map { Nanoseconds(raw: $0.at) } }

    mutating func schedule(_ event: WorldEvent, at time: Nanoseconds) {
        scheduled += 1
        entries.append(Entry(at: time.raw, order: scheduled, event: event))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(entries[child], entries[parent]) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func take() -> (time: Nanoseconds, event: WorldEvent)? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return (Nanoseconds(raw: first.at), first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { return }
            var least = left
            if left + 1 < entries.count, Self.isBefore(entries[left + 1], entries[left]) { least = left + 1 }
            guard Self.isBefore(entries[least], entries[parent]) else { return }
            entries.swapAt(least, parent)
            parent = least
        }
    }

    private static func isBefore(_ a: Entry, _ b: Entry) -> Bool { a.at != b.at ? a.at < b.at : a.order < b.order }
}
