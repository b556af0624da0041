import Telemetry
import Testing
import Units

private func at(_ milliseconds: Int64) -> Nanoseconds { Nanoseconds(milliseconds: 100_000 + milliseconds) }

/// The times at which a schedule asks, seen every 100 ms; `activity` gives its count by time.
private func asks(until end: Int64, _ activity: (Int64) -> UInt64) -> [Int64] {
    var schedule = TruthSchedule()
    var found: [Int64] = []
    for time in stride(from: Int64(0), through: end, by: 100) where schedule.isDue(at: at(time), activity: activity(time)) {
        schedule.asked(at: at(time))
        found.append(time)
    }
    return found
}

@Suite struct TruthScheduleTests {
    @Test("The venue is asked every five seconds, busy or not")
    func regular() {
        #expect(asks(until: 21_000) { _ in 0 } == [0, 5100, 10_200, 15_300, 20_400])
        let busy = asks(until: 30_000) { UInt64($0 / 300) }
        #expect(zip(busy.dropFirst(), busy).allSatisfy { $0 - $1 <= 5100 })
        #expect(busy.count <= 8)
    }

    @Test("After a quiet time it is asked a second after the first activity, once")
    func soonerAfterIdle() {
        // One request at 21 s, more from 22 s on.
        let times = asks(until: 30_000) { $0 < 21_000 ? 0 : 1 + UInt64(max(0, $0 - 22_000) / 500) }
        #expect(times.contains(22_000))
        let after = times.filter { $0 > 21_000 }
        #expect(after == [22_000, 27_100])
    }

    @Test("A hurried look is due at once")
    func hurried() {
        var schedule = TruthSchedule()
        let first = schedule.isDue(at: at(0), activity: 0)
        schedule.asked(at: at(0))
        let second = schedule.isDue(at: at(100), activity: 0)
        schedule.hurry()
        let third = schedule.isDue(at: at(200), activity: 0)
        #expect(first && !second && third)
    }
}
