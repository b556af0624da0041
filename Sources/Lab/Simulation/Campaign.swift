import Foundation
import Journal
import Model
import StrategyKit
import Units
import VenueKit

/// Seeds played one after the other, and their sums.
package struct Campaign: Sendable {
    package private(set) var seeds = 0
    private var simulated = Nanoseconds.zero
    private var steps: UInt64 = 0
    private var lives = 0
    private var kills = 0
    private var replays = 0
    private var orders: UInt64 = 0
    private var fills: UInt64 = 0
    private var trips = 0
    private var unexplained = 0
    private var counts: [FaultClass: Int] = [:]
    private var branches: [String: Int] = [:]
    /// By seed: over all that the engine decided and sent.
    package private(set) var digests: [UInt64: UInt64] = [:]
    package private(set) var lastLine = ""

    package init() {}

    /// Memory where the machine has it: journals are written, read back and thrown away.
    package static var scratch: URL {
        let memory = URL(filePath: "/dev/shm")
        return FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    }

    /// A fresh directory for one seed's journals.
    package static func directory(_ seed: UInt64) -> String {
        scratch.appending(path: "needletail-world-\(ProcessInfo.processInfo.processIdentifier)-\(seed)-\(UUID().uuidString)").path
    }

    /// One world's history, added to the sums.
    package mutating func play<Market: MarketDataAdapter & ~Copyable, Orders: OrderEntryAdapter & ~Copyable, Strategies: StrategySet>(
        _ engine: WorldEngine<Market, Orders, Strategies>, _ settings: WorldSettings
    ) throws -> WorldOutcome {
        let outcome = try WorldOutcome(engine, settings)
        add(outcome, settings.seed)
        return outcome
    }

    private mutating func add(_ outcome: WorldOutcome, _ seed: UInt64) {
        let report = outcome.report
        seeds += 1
        simulated = simulated + report.simulated
        steps += report.steps
        lives += report.lives
        kills += report.kills
        replays += report.replays
        orders += report.orders
        fills += report.fills
        trips += report.tripsLive
        unexplained += report.unexplained
        for fault in FaultClass.allCases { counts[fault, default: 0] += outcome.faults.count(fault) }
        branches.merge(report.coverage) { $0 + $1 }
        digests[seed] = report.digest
        lastLine = "seed \(seed): \(report.simulated.milliseconds / 1000) s, \(report.steps) steps, \(report.lives) lives, "
            + "\(report.orders) orders, \(report.fills) fills, \(outcome.faults.total) faults, "
            + "decisions \(hex(report.digest))"
    }

    /// The sums of another one, played beside this.
    package mutating func add(_ other: Campaign) {
        seeds += other.seeds
        simulated = simulated + other.simulated
        steps += other.steps
        lives += other.lives
        kills += other.kills
        replays += other.replays
        orders += other.orders
        fills += other.fills
        trips += other.trips
        unexplained += other.unexplained
        counts.merge(other.counts) { $0 + $1 }
        branches.merge(other.branches) { $0 + $1 }
        digests.merge(other.digests) { first, _ in first }
    }

    package var missingFaults: [FaultClass] { FaultClass.allCases.filter { counts[$0] ?? 0 == 0 } }
    package var missingBranches: [String] { RecoveryBranches.all.filter { branches[$0] ?? 0 == 0 } }

    package func lines(wallSeconds: Double, coverage: Bool) -> [String] {
        let seconds = Double(simulated.milliseconds) / 1000
        var lines = [
            String(
                format: "simulated %.2f days over %d seeds in %.1f s: %.0f times real time", seconds / 86_400, seeds,
                wallSeconds, seconds / Swift.max(wallSeconds, 1e-9)),
            "steps checked \(steps), orders \(orders), fills \(fills), times live \(trips)",
            "lives \(lives), kills \(kills), replays of their journals to the same decisions \(replays)",
            "faults injected \(counts.values.reduce(0, +))",
        ]
        lines += FaultClass.allCases.map { "  \($0.name) \(counts[$0] ?? 0)" }
        lines.append("fault classes hit \(FaultClass.allCases.count - missingFaults.count) of \(FaultClass.allCases.count)")
        if !missingFaults.isEmpty { lines.append("  never: \(missingFaults.map(\.name).joined(separator: ", "))") }
        let all = RecoveryBranches.all.count
        lines.append("recovery branches hit \(all - missingBranches.count) of \(all), things seen \(branches.count)")
        lines += missingBranches.map { "  never: \($0)" }
        if coverage {
            let known = Set(RecoveryBranches.all)
            lines += branches.sorted { $0.key < $1.key }.map { "  \(known.contains($0.key) ? "*" : " ") \($0.key) \($0.value)" }
        }
        if unexplained > 0 { lines.append("ends with a position the engine knew to be in doubt \(unexplained)") }
        lines += Invariant.allCases.map { "  \($0.rawValue) \($0.sentence)" }
        lines.append("invariants broken 0 of \(Invariant.allCases.count)")
        return lines
    }
}

/// One seed's history and what came of it.
package struct WorldOutcome: Sendable {
    package var violations: [Violation]
    package var report: WorldReport
    package var faults: FaultPlan
    /// What led to a violation.
    package var lastSteps: [String]

    package init<Market: MarketDataAdapter & ~Copyable, Orders: OrderEntryAdapter & ~Copyable, Strategies: StrategySet>(
        _ engine: WorldEngine<Market, Orders, Strategies>, _ settings: WorldSettings
    ) throws {
        try FileManager.default.createDirectory(
            atPath: settings.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: settings.directory) }
        let world = World(engine, settings)
        violations = world.play()
        report = world.report
        faults = world.faults
        lastSteps = violations.isEmpty ? [] : world.lastSteps
    }
}
