import Model
import Testing
import Units

@testable import Gateway

private let start = Nanoseconds(seconds: 100)
private func failover(_ count: Int = 3, limit: Int = 3) -> ServerFailover {
    ServerFailover(venue: VenueID(0), count: count, limit: limit)
}

@Test func attemptsThatFailInARowLeadToTheNextServerAndNotBefore() {
    var server = failover()
    for _ in 0..<2 { server.ended(at: start) }
    #expect(!server.mustClose(at: start) && server.take(at: start) == nil)
    server.ended(at: start)
    #expect(server.mustClose(at: start))
    let change = server.take(at: start)
    #expect(change?.from == 0 && change?.to == 1 && change?.reason == .unreachable)
    #expect(change?.value == 3 && change?.limit == 3 && change?.role == .orders)
    #expect(server.current == 1 && server.take(at: start) == nil, "once")
}

@Test func aConnectionThatWasUsableBreaksTheRow() {
    var server = failover()
    for _ in 0..<20 {
        server.ended(at: start)
        server.ended(at: start)
        server.usable(at: start)
        // Its own end is no failed attempt.
        server.ended(at: start + Nanoseconds(seconds: 5))
    }
    #expect(server.current == 0 && !server.mustClose(at: start + Nanoseconds(seconds: 9)))
}

@Test func aServerThatHangsUpRightAfterTheLogOnIsNoServer() {
    var server = failover()
    for _ in 0..<3 {
        #expect(!server.mustClose(at: start))
        server.usable(at: start)
        server.ended(at: start + Nanoseconds(milliseconds: 4999))
    }
    #expect(server.take(at: start + Nanoseconds(seconds: 5))?.reason == .unreachable)
}

@Test func theServersAreARing() {
    var server = failover(3, limit: 1)
    var seen: [UInt8] = []
    for _ in 0..<6 {
        server.ended(at: start)
        seen.append(server.take(at: start)!.to)
    }
    #expect(seen == [1, 2, 0, 1, 2, 0])
}

@Test func oneServerIsNeverLeft() {
    var server = failover(1, limit: 1)
    for _ in 0..<9 { server.ended(at: start) }
    server.breakerOpened(at: start)
    server.asked(for: 0, at: start)
    server.asked(for: 1, at: start)
    server.asked(for: 2, at: start)
    #expect(server.take(at: start + Nanoseconds(seconds: 10)).map(\.to) ?? 0 == 0 && server.current == 0)
}

@Test func theBreakerLeavesTheCancelsTheirTime() {
    var server = failover()
    server.usable(at: start)
    server.breakerOpened(at: start)
    #expect(!server.mustClose(at: start + Nanoseconds(milliseconds: 999)))
    #expect(server.mustClose(at: start + Nanoseconds(seconds: 1)))
    #expect(server.take(at: start + Nanoseconds(seconds: 1))?.reason == .errorsInRow)
}

@Test func aPersonChoosesAServerOfTheConfigurationOrTheNext() {
    var server = failover()
    server.asked(for: 3, at: start)
    #expect(server.take(at: start)?.to == 2)
    server.asked(for: 0, at: start)
    #expect(server.take(at: start)?.to == 0)
    for number in [4, -1, Int64.max, Int64.min] {
        server.asked(for: number, at: start)
        #expect(server.take(at: start) == nil, "there is no server \(number)")
    }
    server.asked(for: 1, at: start)
    #expect(server.take(at: start) == nil, "it is used already")
}

@Test func switchesOfTheLastMinuteAreCounted() {
    var server = failover(2, limit: 1)
    var now = start
    var recent: [UInt32] = []
    for _ in 0..<6 {
        server.asked(for: 0, at: now)
        recent.append(server.take(at: now)!.recent)
        now = now + Nanoseconds(seconds: 25)
    }
    #expect(recent == [1, 2, 3, 3, 3, 3])
}
