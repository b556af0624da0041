import Simulation
import Testing
import Units

private func deaths(_ seconds: [Int64], _ others: [(FaultClass, Int64)] = []) -> FaultSettings {
    FaultSettings(
        script: seconds.map { FaultOccurrence(.processKill, at: Nanoseconds(seconds: $0)) }
            + others.map { FaultOccurrence($0.0, at: Nanoseconds(seconds: $0.1)) })
}

/// What one life of the engine leaves to the next, told by the live engine's own code from the journal.
@Suite struct CarryWorldTests {
    @Test(arguments: [1, 9, 10] as [UInt64])
    func `A kill forgets no position, no loss of the day and no execution while nobody looked`(_ seed: UInt64) throws {
        let world = try playWorld(seed, seconds: 600, faults: deaths([120, 240, 360], [(.fillWhileDown, 60), (.fillWhileDown, 200)]))
        #expect(world.violations.isEmpty, "\(world.violations)")
        let seen = world.report.coverage
        #expect(world.report.kills == 3)
        #expect(seen["day's result carried over", default: 0] >= 2, "\(seen)")
        #expect(seen["fill while down booked", default: 0] > 0, "\(seen)")
    }

    @Test func `A death at any place of the telling is made up for by the next start`() throws {
        let world = try playWorld(
            1, seconds: 600, faults: deaths([120, 300, 420], [(.killBeforeCarried, 60), (.killBeforeCarried, 130), (.killBeforeCarried, 310)]))
        #expect(world.violations.isEmpty, "\(world.violations)")
        #expect(world.report.coverage["killed before all was carried over", default: 0] == 3, "\(world.report.coverage)")
        #expect(world.report.coverage["read back over a life that was not told all", default: 0] > 0)
    }

    @Test func `A damaged journal is no start, and a person begins anew`() throws {
        let world = try playWorld(1, seconds: 600, faults: deaths([200], [(.journalDamage, 100)]))
        #expect(world.violations.isEmpty, "\(world.violations)")
        let seen = world.report.coverage
        #expect(seen["start refused: the journal is damaged"] == 1 && seen["journal begun anew by a person"] == 1, "\(seen)")
        #expect(world.report.lives == 2)
    }

    @Test(arguments: [Canary.dayForgotten, .carryDropped, .downtimeTwice])
    func `A start that forgets or tells twice is caught`(_ canary: Canary) throws {
        let found = try playWorld(1, seconds: 400, canary: canary, faults: deaths([100, 200, 300])).violations
        #expect(found.first?.invariant == canary.invariant, "\(canary): \(found)")
    }

    @Test func `Each invariant has a canary`() {
        #expect(Set(Canary.allCases.map(\.invariant)) == Set(Invariant.allCases))
    }
}
