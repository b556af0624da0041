import Foundation
import Journal
import Simulation
import Units

/// Seeds played one after the other, and their sums.
struct Campaign {
    private var seeds = 0
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
    private(set) var lastLine = ""
    /// What led to a violation.
    private(set) var lastSteps: [String] = []

    /// Memory where the machine has it: journals are written, read back and thrown away.
    static var scratch: URL {
        let memory = URL(filePath: "/dev/shm")
        return FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    }

    mutating func play(_ settings: WorldSettings) throws -> [Violation] {
        try FileManager.default.createDirectory(
            atPath: settings.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: settings.directory) }
        let world = World(try Roster.worldEngine(), settings)
        let found = world.play()
        lastSteps = found.isEmpty ? [] : world.lastSteps
        add(world.report, world.faults, settings.seed)
        return found
    }

    private mutating func add(_ report: WorldReport, _ faults: FaultPlan, _ seed: UInt64) {
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
        for fault in FaultClass.allCases { counts[fault, default: 0] += faults.count(fault) }
        branches.merge(report.coverage) { $0 + $1 }
        lastLine = "seed \(seed): \(report.simulated.milliseconds / 1000) s, \(report.steps) steps, \(report.lives) lives, "
            + "\(report.orders) orders, \(report.fills) fills, \(faults.total) faults, decisions \(hex(report.digest))"
    }

    func lines(wallSeconds: Double, coverage: Bool) -> [String] {
        let seconds = Double(simulated.milliseconds) / 1000
        let total = counts.values.reduce(0, +)
        var lines = [
            String(
                format: "simulated %.2f days over %d seeds in %.1f s: %.0f times real time", seconds / 86_400, seeds,
                wallSeconds, seconds / Swift.max(wallSeconds, 1e-9)),
            "steps checked \(steps), orders \(orders), fills \(fills), times live \(trips)",
            "lives \(lives), kills \(kills), journals replayed to the same decisions \(replays)",
            "faults injected \(total)",
        ]
        lines += FaultClass.allCases.map { "  \($0.rawValue) \(counts[$0] ?? 0)" }
        let missing = FaultClass.allCases.filter { counts[$0] ?? 0 == 0 }
        lines.append("fault classes hit \(FaultClass.allCases.count - missing.count) of \(FaultClass.allCases.count)")
        lines.append("recovery branches seen \(branches.count)")
        if coverage { lines += branches.sorted { $0.key < $1.key }.map { "  \($0.key) \($0.value)" } }
        if unexplained > 0 { lines.append("ends with a position the engine knew to be in doubt \(unexplained)") }
        lines.append("invariants broken 0 of \(Invariant.allCases.count)")
        return lines
    }
}
