import Model
import Telemetry
import Units

/// How long the venue takes to answer: from the decision to place an order to its reply, by the engine's clock, out of the
/// journal's records. Percentiles are over the newest 4,096; count and maximum over all. Cold thread.
struct RoundTrips {
    static let stage = "order_round_trip"
    private static let capacity = 4096
    private var waiting: [ClientOrderID: Nanoseconds] = [:]
    private var newest: [Int64] = []
    private var next = 0
    private var count: UInt64 = 0
    private var longest: Int64 = 0

    mutating func placed(_ client: ClientOrderID, at time: Nanoseconds) {
        // Those that were never answered: a broken link, mostly.
        if waiting.count >= Self.capacity { waiting = [:] }
        waiting[client] = time
    }

    /// An answer to a placing, whatever it says; a second one is passed over.
    mutating func answered(_ client: ClientOrderID, at time: Nanoseconds) {
        guard let sent = waiting.removeValue(forKey: client) else { return }
        let span = (time - sent).raw
        count += 1
        longest = max(longest, span)
        if newest.count < Self.capacity {
            newest.append(span)
        } else {
            newest[next] = span
            next = (next + 1) % Self.capacity
        }
    }

    var summary: LatencySummary {
        let sorted = newest.sorted()
        func at(_ perMille: Int) -> Int64 { sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * perMille / 1000)] }
        return LatencySummary(
            stage: Self.stage, count: count, p50: at(500), p99: at(990), p999: at(999), max: longest)
    }
}
