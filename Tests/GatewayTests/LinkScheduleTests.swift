import Testing
import Transport
import Units

@testable import Gateway

private let day = Nanoseconds(seconds: 86_400)

/// A link that opens after a second, as often as it is asked, and that the venue cuts at 24 hours; time is simulated.
private struct World {
    var now = Nanoseconds(seconds: 1)
    var state = LinkState.idle
    var openedAt = Nanoseconds.zero
    var changesAt = Nanoseconds.zero
    var isVenueUp = true
    var cutsByVenue = 0
    var attempts: [Nanoseconds] = []
    var oldest = Nanoseconds.zero
    var schedule: LinkSchedule

    init(seed: UInt64) {
        schedule = LinkSchedule(Reconnector.Rules(), seed: seed)
    }

    mutating func step(_ span: Nanoseconds) {
        now = now + span
        if state == .connecting, now >= changesAt {
            state = isVenueUp ? .open : .closed
            openedAt = now
        }
        if state == .closing, now >= changesAt { state = .closed }
        if state == .open, now - openedAt >= day {
            cutsByVenue += 1
            state = .closed
        }
        if state == .open { oldest = max(oldest, now - openedAt) }
        switch schedule.step(state, at: now) {
        case .none: break
        case .open:
            attempts.append(now)
            state = .connecting
            changesAt = now + Nanoseconds(milliseconds: 300)
        case .close:
            state = .closing
            changesAt = now + Nanoseconds(milliseconds: 50)
        }
    }
}

@Suite struct LinkScheduleTests {
    @Test(arguments: [1, 2, 3, 77] as [UInt64])
    func `In thirty days no connection reaches the venue's age limit, and each is replaced at once`(_ seed: UInt64) {
        var world = World(seed: seed)
        let end = Nanoseconds(seconds: 30 * 86_400)
        var down = Nanoseconds.zero
        while world.now < end {
            world.step(world.state == .open ? Nanoseconds(seconds: 10) : Nanoseconds(milliseconds: 10))
            if world.state != .open { down = down + Nanoseconds(milliseconds: 10) }
        }
        #expect(world.cutsByVenue == 0)
        #expect(world.oldest < day - Nanoseconds(seconds: 1000) && world.oldest > Nanoseconds(seconds: 20 * 3600))
        #expect(world.schedule.replacements >= 30 && world.schedule.replacements <= 33)
        #expect(world.schedule.connections == world.schedule.replacements + 1)
        // No back-off before a planned replacement: a third of a second to connect and little more.
        #expect(down.raw / Int64(world.schedule.connections) < 1_000_000_000)
    }

    @Test func `Two links of one engine are not replaced at the same time`() {
        var (market, orders) = (World(seed: 5), World(seed: 6))
        while market.attempts.count < 2 || orders.attempts.count < 2 {
            market.step(Nanoseconds(milliseconds: 500))
            orders.step(Nanoseconds(milliseconds: 500))
        }
        #expect(abs(market.attempts[1].raw - orders.attempts[1].raw) > 5_000_000_000)
    }

    @Test func `A venue that is down is tried at growing distances within the budget, and met when it is back`() {
        var world = World(seed: 9)
        world.isVenueUp = false
        while world.now < Nanoseconds(seconds: 1800) { world.step(Nanoseconds(milliseconds: 10)) }
        let gaps = zip(world.attempts.dropFirst(), world.attempts).map { ($0 - $1).raw }
        #expect(gaps.first! < 600_000_000)
        #expect(gaps.last! > 15_000_000_000 && gaps.max()! < 31_000_000_000)
        #expect(world.attempts.count < 130)
        #expect(world.schedule.connections == 0)
        world.isVenueUp = true
        let back = world.now
        while world.state != .open { world.step(Nanoseconds(milliseconds: 10)) }
        #expect((world.now - back).raw < 31_000_000_000)
        #expect(world.schedule.connections == 1 && world.schedule.replacements == 0)
    }

    @Test func `Links of different seeds do not come back in step`() {
        var first: Set<Int64> = []
        for seed in UInt64(1)...20 {
            var world = World(seed: seed)
            world.isVenueUp = false
            while world.attempts.count < 4 { world.step(Nanoseconds(milliseconds: 1)) }
            first.insert((world.attempts[3] - world.attempts[0]).raw / 1_000_000)
        }
        #expect(first.count >= 15)
    }

    @Test func `During a ban nobody knocks: no attempt, no planned replacement, whatever is asked, until it ends`() {
        var world = World(seed: 5)
        while world.state != .open { world.step(Nanoseconds(milliseconds: 10)) }
        let ends = world.now + Nanoseconds(seconds: 2 * 86_400)
        world.schedule.banned(until: ends)
        world.schedule.banned(until: world.now + Nanoseconds(seconds: 1))
        while world.now < ends - Nanoseconds(seconds: 86_400 + 60) { world.step(Nanoseconds(seconds: 1)) }
        #expect(world.attempts.count == 1 && world.state == .open && world.oldest > Nanoseconds(seconds: 23 * 3600 + 3500))
        world.isVenueUp = false
        world.state = .closed
        world.schedule.expedite(at: world.now)
        while world.now < ends - Nanoseconds(seconds: 1) { world.step(Nanoseconds(seconds: 1)) }
        #expect(world.attempts.count == 1, "banned, and the link was lost: it waits")
        world.isVenueUp = true
        while world.now < ends + Nanoseconds(seconds: 30) { world.step(Nanoseconds(milliseconds: 100)) }
        #expect(world.attempts.count > 1 && world.attempts[1] >= ends && world.state == .open)
    }
}
