import Foundation
import Simulation
import Testing
import Units
import WorldRoster

/// A world of which only feeds fail.
private func playFeeds(_ seed: UInt64, _ faults: [FaultClass: Double], seconds: Int64 = 1200) throws -> WorldOutcome {
    var settings = WorldSettings(
        seed: seed, span: Nanoseconds(seconds: seconds), faults: FaultSettings(rates: faults),
        directory: Campaign.directory(seed))
    settings.hasSecondFeed = true
    return try WorldOutcome(try RosterWorld.engine(seed: seed), settings)
}

@Suite struct FeedWorldTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `A first feed that dies or freezes costs no mandate while the second one lives`(_ seed: UInt64) throws {
        let world = try playFeeds(seed, [.firstFeedGone: 12, .firstFeedFrozen: 12])
        #expect(world.violations.isEmpty, "\(world.violations)")
        let seen = world.report.coverage
        #expect(seen["feed 1 to 2: linkDown", default: 0] > 0 && seen["feed 1 to 2: lagging", default: 0] > 0, "\(seen)")
        #expect(seen["feed 2 to 1: recovered", default: 0] > 0)
        #expect(seen["market link down: 0"] == nil && seen["state LIVE to SAFE for WS_STALE"] == nil, "there always was a feed")
        #expect(world.report.orders > 5)
    }

    @Test func `A first feed that flaps is left alone after the switches of a minute`() throws {
        let world = try playFeeds(2, [.firstFeedFlaps: 20])
        #expect(world.violations.isEmpty, "\(world.violations)")
        #expect(world.report.coverage["feed 2 stays: flapping", default: 0] > 0, "\(world.report.coverage)")
    }

    @Test func `Feeds that contradict each other are not believed until they agree`() throws {
        let world = try playFeeds(3, [.feedsDisagree: 20])
        #expect(world.violations.isEmpty, "\(world.violations)")
        let seen = world.report.coverage
        #expect(seen["feeds contradict each other", default: 0] > 0 && seen["feeds agree again", default: 0] > 0, "\(seen)")
        #expect(seen["verdict FEED_HEALTH", default: 0] > 0)
    }

    @Test func `A world of two feeds repeats to the byte`() throws {
        let rates: [FaultClass: Double] = [.firstFeedGone: 9, .feedsDisagree: 9, .secondFeedCut: 9, .marketCut: 9]
        #expect(try playFeeds(4, rates).report.digest == playFeeds(4, rates).report.digest)
    }
}
