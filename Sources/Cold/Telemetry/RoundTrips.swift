import Model
import Units

/// How long the venue takes to answer each kind of request: from the decision to its reply, by the engine's clock, out of
/// the journal's records. Percentiles are over the newest 4,096 of a kind; count and maximum over all. Cold thread.
package struct RoundTrips {
    /// The kinds that are shown, in this order, with their stages.
    package static let stages: [(kind: RequestKind, stage: String)] = [
        (.place, "order_round_trip"), (.cancel, "cancel_round_trip"), (.amend, "amend_round_trip"),
        (.query, "query_round_trip"),
    ]

    fileprivate struct Kind {
        var waiting: [ClientOrderID: Nanoseconds] = [:]
        var newest: [Int64] = []
        var next = 0
        var count: UInt64 = 0
        var longest: Int64 = 0
    }
    fileprivate static let capacity = 4096
    private var kinds: [RequestKind: Kind] = [:]

    package init() {}

    package mutating func asked(_ kind: RequestKind, _ client: ClientOrderID, at time: Nanoseconds) {
        // Those that were never answered: a broken link, mostly.
        if kinds[kind, default: Kind()].waiting.count >= Self.capacity {
            kinds[kind]?.waiting.removeAll(keepingCapacity: true)
        }
        kinds[kind, default: Kind()].waiting[client] = time
    }

    /// An answer, whatever it says; a second one is passed over.
    package mutating func answered(_ kind: RequestKind, _ client: ClientOrderID, at time: Nanoseconds) {
        guard let sent = kinds[kind]?.waiting.removeValue(forKey: client) else { return }
        kinds[kind]?.add((time - sent).raw)
    }

    /// One row a kind; kinds that were never answered are there with nothing in them.
    package var summaries: [LatencySummary] { Self.stages.map { (kinds[$0.kind] ?? Kind()).summary($0.stage) } }
}

extension RoundTrips.Kind {
    fileprivate mutating func add(_ span: Int64) {
        count += 1
        longest = max(longest, span)
        if newest.count < RoundTrips.capacity {
            newest.append(span)
        } else {
            newest[next] = span
            next = (next + 1) % RoundTrips.capacity
        }
    }

    fileprivate func summary(_ stage: String) -> LatencySummary {
        let sorted = newest.sorted()
        func at(_ perMille: Int) -> Int64 {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * perMille / 1000)]
        }
        return LatencySummary(stage: stage, count: count, p50: at(500), p99: at(990), p999: at(999), max: longest)
    }
}
