import Foundation
import Model
import Simulation
import Testing
import Units
import WorldRoster

/// A world whose venue answers everything but for its account, from the second minute on.
private func playWithoutTruth(_ seed: UInt64, limit: Nanoseconds = WorldTemper.maxUnreconciled) throws -> WorldOutcome {
    var engine = try RosterWorld.engine(seed: seed)
    engine.limits.maxUnreconciled = limit
    let faults = (0..<10).map { FaultOccurrence(.truthGone, at: Nanoseconds(seconds: 60 + 60 * $0)) }
    var settings = WorldSettings(
        seed: seed, span: Nanoseconds(seconds: 600), faults: FaultSettings(script: faults), directory: Campaign.directory(seed))
    settings.hasSecondFeed = false
    settings.hasSecondServer = false
    return try WorldOutcome(engine, settings)
}

@Suite struct TruthWorldTests {
    @Test(arguments: [1, 14, 8] as [UInt64])
    func `A truth that is gone for minutes ends the trading, and a complete one begins it again`(_ seed: UInt64) throws {
        let world = try playWithoutTruth(seed)
        #expect(world.violations.isEmpty, "\(world.violations)")
        #expect(world.report.coverage["state LIVE to SAFE for UNRECONCILED", default: 0] > 0, "\(world.report.coverage)")
        #expect(world.report.orders > 5)
    }

    @Test func `The checker sees an engine that sends without a truth`() throws {
        let found = try playWithoutTruth(1, limit: Nanoseconds(raw: .max)).violations
        #expect(found.first?.invariant == .sentOnlyWhenPermitted, "\(found)")
        #expect(found.first?.detail.contains("the account's truth is") == true, "\(found)")
    }

    @Test func `Single answers that fail stop nothing`() throws {
        let world = try playWorld(1, seconds: 600, faults: FaultSettings(rates: [.failedTruth: 120]))
        #expect(world.violations.isEmpty && world.faults.total > 10)
        #expect(world.report.coverage["state LIVE to SAFE for UNRECONCILED"] == nil)
    }
}
