import Model
import Rings
import Telemetry
import Units

/// The control door's way to the trade thread: kills, and nothing else. The door's thread only.
final class KillLane: @unchecked Sendable {
    private var ring: RingProducer<Input>
    private let clock = MonotonicClock()

    init(_ ring: consuming RingProducer<Input>) { self.ring = ring }

    /// Hands a kill on. With a full ring the trade thread has several before it; the cold loop's own follows anyway.
    func kill(by user: UInt32) {
        _ = ring.tryPush(
            .command(
                Command(
                    kind: .kill, operatorID: user, hash: 0, lifetime: .zero, subject: Command.ahead, value: clock.now().raw)))
    }
}

/// How long the run's kills took from the command to their last cancel. Cold thread.
struct KillTimes {
    private var spans: [Int64] = []

    mutating func append(_ span: Nanoseconds) { if spans.count < 4096 { spans.append(span.raw) } }

    /// `nil` before the first.
    var summary: LatencySummary? {
        guard !spans.isEmpty else { return nil }
        let sorted = spans.sorted()
        func at(_ perMille: Int) -> Int64 { sorted[min(sorted.count - 1, sorted.count * perMille / 1000)] }
        return LatencySummary(
            stage: LatencySummary.timeToSafe, count: UInt64(sorted.count), p50: at(500), p99: at(990), p999: at(999),
            max: sorted[sorted.count - 1])
    }
}
