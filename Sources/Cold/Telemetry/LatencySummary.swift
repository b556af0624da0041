/// How long one stage takes: percentiles in nanoseconds over `count` samples.
package struct LatencySummary: Sendable, Equatable {
    package var stage: String
    package var count: UInt64
    package var p50: Int64
    package var p99: Int64
    package var p999: Int64
    package var max: Int64

    package init(stage: String, count: UInt64, p50: Int64, p99: Int64, p999: Int64, max: Int64) {
        self.stage = stage
        self.count = count
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
        self.max = max
    }

    /// What the venue takes to answer, not what the engine takes.
    package var isRoundTrip: Bool { stage.hasSuffix("_round_trip") }
    /// From a kill at the socket to its last cancel: no part of a tick's way.
    package var isKill: Bool { stage == Self.timeToSafe }
    package static let timeToSafe = "time_to_safe"

    package var json: JSONValue {
        .make([
            "p50": .integer(p50), "p99": .integer(p99), "p999": .integer(p999), "max": .integer(max),
            "count": .count(count),
        ])
    }

    package init?(stage: String, json: JSONValue) {
        guard let p50 = json["p50"]?.integer, let p99 = json["p99"]?.integer, let p999 = json["p999"]?.integer,
            let max = json["max"]?.integer, let count = json["count"]?.integer, count >= 0
        else { return nil }
        self.init(stage: stage, count: UInt64(count), p50: p50, p99: p99, p999: p999, max: max)
    }
}

/// The stages in the order a tick passes them.
package struct LatencyTable: Sendable, Equatable {
    package var stages: [LatencySummary]

    package init(_ stages: [LatencySummary] = []) { self.stages = stages }

    /// Of the engine itself; the last is the whole way.
    package var own: [LatencySummary] { stages.filter { !$0.isRoundTrip && !$0.isKill } }
    package var roundTrips: [LatencySummary] { stages.filter(\.isRoundTrip) }

    /// `{stage: {p50, p99, p999, max, count}}` in nanoseconds.
    package var json: JSONValue { .object(stages.map { JSONMember($0.stage, $0.json) }) }

    package init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        stages = []
        for member in members {
            guard let stage = LatencySummary(stage: member.key, json: member.value) else { return nil }
            stages.append(stage)
        }
    }
}
