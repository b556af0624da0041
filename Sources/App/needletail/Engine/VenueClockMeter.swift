import Model
import Rest
import Units
import VenueKit

/// Measures the venue's clock over REST: its answer lies between question and reply, so the middle of the two is wrong by
/// half of the round trip at most. Cold thread.
struct VenueClockMeter {
    /// Between two measurements, and after one that failed or took too long.
    private static let interval = Nanoseconds(seconds: 30)
    private static let retry = Nanoseconds(seconds: 3)
    /// A slower answer says too little.
    private static let longest = Nanoseconds(milliseconds: 500)

    private let answers = ColdInbox<VenueClock?>()
    private var isUnderWay = false
    private var dueAt = Nanoseconds.zero

    /// The measurements that came since the last call; asks for the next one when it is due.
    mutating func turn(_ adapter: any RestAdapter, _ rest: RestClient, _ clock: MonotonicClock) -> [VenueClock] {
        let now = clock.now()
        var found: [VenueClock] = []
        for answer in answers.takeAll() {
            isUnderWay = false
            dueAt = now + (answer == nil ? Self.retry : Self.interval)
            if let answer { found.append(answer) }
        }
        guard !isUnderWay, now >= dueAt else { return found }
        isUnderWay = true
        let inbox = answers
        Task { inbox.put(await Self.measure(adapter, rest, clock)) }
        return found
    }

    private static func measure(_ adapter: any RestAdapter, _ rest: RestClient, _ clock: MonotonicClock) async -> VenueClock? {
        let asked = clock.now()
        guard let answer = try? await rest.send(adapter.serverTime()) else { return nil }
        let told = clock.now()
        guard let time = try? adapter.parseServerTime(status: answer.status, body: answer.body) else { return nil }
        return reading(time, asked: asked, told: told)
    }

    /// `nil` for an answer that took too long. Venues tell whole milliseconds, cut off.
    static func reading(_ time: Nanoseconds, asked: Nanoseconds, told: Nanoseconds) -> VenueClock? {
        let trip = told - asked
        guard trip.raw >= 0, trip <= longest else { return nil }
        let middle = asked + Nanoseconds(raw: trip.raw / 2)
        let half = Nanoseconds(raw: 500_000)
        return VenueClock(
            venue: VenueID(0), offset: time + half - middle, uncertainty: Nanoseconds(raw: trip.raw / 2) + half,
            measuredAt: middle)
    }
}
