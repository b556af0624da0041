import Foundation
import Simulation
import Testing
import Units
import WorldRoster

/// A world with two order servers, of which only the first fails, or which an operator chooses between.
private func playServers(_ seed: UInt64, _ faults: [FaultClass: Double], seconds: Int64 = 1200) throws -> WorldOutcome {
    var settings = WorldSettings(
        seed: seed, span: Nanoseconds(seconds: seconds), faults: FaultSettings(rates: faults),
        directory: Campaign.directory(seed))
    settings.hasSecondServer = true
    settings.hasSecondFeed = false
    return try WorldOutcome(try RosterWorld.engine(seed: seed), settings)
}

@Suite struct ServerWorldTests {
    @Test(arguments: [1, 2, 6] as [UInt64])
    func `A first order server that is gone is left for the second one, and nothing leaves before a reconciliation`(
        _ seed: UInt64
    ) throws {
        let world = try playServers(seed, [.firstServerGone: 20])
        #expect(world.violations.isEmpty, "\(world.violations)")
        let seen = world.report.coverage
        #expect(seen["server 1 to 2: unreachable", default: 0] > 0, "\(seen)")
        #expect(world.report.tripsLive > 1 && world.report.orders > 5, "armed again on the second server")
    }

    @Test func `An operator goes to the other server and back`() throws {
        let world = try playServers(2, [.failoverAsked: 40])
        #expect(world.violations.isEmpty, "\(world.violations)")
        let seen = world.report.coverage
        #expect(seen["server 1 to 2: byHand", default: 0] > 0 && seen["server 2 to 1: byHand", default: 0] > 0, "\(seen)")
        #expect(seen["server 1 to 2: unreachable"] == nil, "the first server never failed")
    }

    @Test func `Without a second server nobody goes anywhere`() throws {
        var settings = WorldSettings(
            seed: 2, span: Nanoseconds(seconds: 600), faults: FaultSettings(rates: [.firstServerGone: 40, .orderCut: 40]),
            directory: Campaign.directory(2))
        settings.hasSecondServer = false
        let world = try WorldOutcome(try RosterWorld.engine(seed: 2), settings)
        #expect(world.violations.isEmpty && !world.report.coverage.keys.contains { $0.hasPrefix("server ") })
    }

    @Test func `A world of two order servers repeats to the byte`() throws {
        let rates: [FaultClass: Double] = [.firstServerGone: 9, .failoverAsked: 9, .orderCut: 9, .lostReply: 9]
        #expect(try playServers(5, rates).report.digest == playServers(5, rates).report.digest)
    }
}
