import ArgumentParser
import Foundation
import Simulation
import Units
import WorldRoster

/// `needletail simulate`: the engine in a seeded world of faults.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Let a seeded world of faults try to break the engine.",
        discussion: """
            The real core, both real protocol machines, the real journal and its replay, stepped on one thread against a \
            simulated clock, network, venue, disk, operator and process. Every step is checked from outside against \
            \(Invariant.allCases.count) invariants. Each restart is told what the runs before left, from their journal, as a live \
            start is, and is judged with them. Everything is drawn from the seed: a seed that fails prints the command that repeats it.

            Exit status 0 says that no invariant was broken (with --canary: that the broken rule was caught).

            Examples:
              needletail simulate --seed 1 --days 1
              needletail simulate --seed 1 --seeds 200 --days 24 --jobs 2 --complete
              needletail simulate --seed 7 --days 0.1 --print-faults > my.faults
              needletail simulate --seed 7 --days 0.1 --faults my.faults
              needletail simulate --seed 7 --days 0.1 --canary 5 --shrink
              needletail simulate --canaries
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1
    @Option(help: "How many seeds; the days are shared among them.")
    var seeds: UInt64 = 1
    @Option(help: "Simulated days in all.")
    var days = 1.0
    @Option(help: "Seeds played at the same time, each on its own thread.")
    var jobs = 1
    @Option(help: "Only these faults, separated by commas; all when not given.")
    var only: String?
    @Option(help: "The faults from this file instead of the seed's own.")
    var faults: String?
    @Flag(help: "Print the seed's faults as such a file, and end.")
    var printFaults = false
    @Option(help: "Break a rule on purpose, 1 to \(Canary.allCases.count): up to \(Invariant.allCases.count) the one behind that invariant.")
    var canary: Int?
    @Flag(help: "Break each rule in turn and expect each to be caught.")
    var canaries = false
    @Flag(help: "Cut a failing seed down to the shortest time and the fewest faults that still break the same invariant.")
    var shrink = false
    @Option(help: "Where --shrink writes the faults that are left; seed-N.faults here when not given.")
    var shrunk: String?
    @Flag(help: "Fail unless every class of faults and every recovery branch was hit.")
    var complete = false
    @Flag(help: "Say how often each recovery branch ran.")
    var coverage = false
    @Flag(help: "When an invariant breaks, print what the core was told and decided before.")
    var trace = false
    @Flag(help: "Print a line for each seed.")
    var verbose = false

    func validate() throws {
        guard seeds >= 1, seeds <= 1_000_000, days > 0, days <= 100_000 else {
            throw ValidationError("--seeds takes 1 to 1000000, --days a positive number up to 100000")
        }
        guard seed <= UInt64.max - seeds else { throw ValidationError("--seed and --seeds are too large together") }
        guard jobs >= 1, jobs <= CrashNotice.placesMax else {
            throw ValidationError("--jobs takes 1 to \(CrashNotice.placesMax)")
        }
        if let canary, Canary(rawValue: canary) == nil { throw ValidationError("--canary takes 1 to \(Canary.allCases.count)") }
        if only != nil, faults != nil { throw ValidationError("--only and --faults exclude each other") }
        _ = try onlyThese()
    }

    private func onlyThese() throws -> Set<FaultClass>? {
        guard let only else { return nil }
        return Set(
            try only.split(separator: ",").map { name in
                guard let fault = FaultClass(name: String(name)) else {
                    let known = FaultClass.allCases.map(\.name).joined(separator: ", ")
                    throw ValidationError("no fault is called '\(name)'; known: \(known)")
                }
                return fault
            })
    }

    /// The file's faults, the same for each seed; `nil` without one.
    private func fileOfFaults() throws -> FaultSettings? {
        guard let faults else { return nil }
        let text: String
        do {
            text = try String(contentsOfFile: faults, encoding: .utf8)
        } catch {
            throw ToolError("\(faults) cannot be read", cure: "give a text file; --print-faults writes one")
        }
        do throws(FaultTextError) {
            return try FaultSettings(text: text)
        } catch {
            throw ToolError("\(faults), line \(error.line): \(error.cause)", cure: error.cure)
        }
    }

    /// What each seed has.
    struct Plan: Sendable {
        var span: Nanoseconds
        var canary: Canary?
        var only: Set<FaultClass>?
        var faults: FaultSettings?

        func faults(_ seed: UInt64) -> FaultSettings { faults ?? .drawn(seed: seed, only: only) }
        func settings(_ seed: UInt64) -> WorldSettings {
            WorldSettings(
                seed: seed, span: span, canary: canary, faults: faults(seed), directory: Campaign.directory(seed))
        }
    }

    private func plan() throws -> Plan {
        Plan(
            span: Nanoseconds(milliseconds: Swift.max(1000, Int64((days * 86_400_000 / Double(seeds)).rounded()))),
            canary: canary.flatMap(Canary.init), only: try onlyThese(), faults: try fileOfFaults())
    }

    func run() async throws {
        let plan = try plan()
        if printFaults {
            let text = plan.faults(seed).text(
                heading: ["The faults of seed \(seed): times an hour, or `at SECONDS CLASS`. What is not named never happens."])
            return print(text, terminator: "")
        }
        if canaries { return try await release(plan) }
        let began = Date()
        let (campaign, failure) = try await play(plan)
        if let failure {
            tell(failure, plan)
            if shrink { try shrink(failure, plan) }
            if canary != nil { return }
            throw ExitCode(1)
        }
        print(campaign.lines(wallSeconds: Date().timeIntervalSince(began), coverage: coverage).joined(separator: "\n"))
        if canary != nil {
            print("the broken rule was not caught")
            throw ExitCode(1)
        }
        if complete, !campaign.missingFaults.isEmpty || !campaign.missingBranches.isEmpty {
            print("not complete: a class of faults or a recovery branch was never hit")
            throw ExitCode(1)
        }
    }

    /// A seed that broke an invariant.
    struct Failure: Sendable {
        var seed: UInt64
        var violations: [Violation]
        var lastSteps: [String]
    }

    /// All seeds, every `jobs`th by the same thread, until the first failure.
    private func play(_ plan: Plan) async throws -> (Campaign, Failure?) {
        let (first, count, jobs, verbose) = (seed, seeds, UInt64(jobs), verbose)
        let (faults, only, canary) = (faults, only, canary)
        let command = { @Sendable (seed: UInt64) in Self.command(seed, plan.span, faults: faults, only: only, canary: canary) }
        return try await withThrowingTaskGroup(of: (Campaign, Failure?).self) { group in
            for job in 0..<jobs {
                group.addTask {
                    var campaign = Campaign()
                    var seed = first + job
                    while seed < first + count, !Task.isCancelled {
                        CrashNotice.set("repeat it with: \(command(seed))", place: Int(job))
                        let outcome = try campaign.play(try RosterWorld.engine(seed: seed), plan.settings(seed))
                        if verbose { print(campaign.lastLine) }
                        if !outcome.violations.isEmpty {
                            return (campaign, Failure(seed: seed, violations: outcome.violations, lastSteps: outcome.lastSteps))
                        }
                        seed += jobs
                    }
                    CrashNotice.set("", place: Int(job))
                    return (campaign, nil)
                }
            }
            var sum = Campaign()
            var failure: Failure?
            for try await (campaign, found) in group {
                sum.add(campaign)
                guard let found else { continue }
                if failure.map({ found.seed < $0.seed }) ?? true { failure = found }
                group.cancelAll()
            }
            return (sum, failure)
        }
    }

    private func tell(_ failure: Failure, _ plan: Plan) {
        if trace { print(failure.lastSteps.joined(separator: "\n")) }
        print("seed \(failure.seed): \(failure.violations[0])")
        for other in failure.violations.dropFirst() { print("seed \(failure.seed):   then \(other)") }
        print("repeat it with: \(Self.command(failure.seed, plan.span, faults: faults, only: only, canary: canary))")
    }

    /// The one line that repeats a history.
    static func command(
        _ seed: UInt64, _ span: Nanoseconds, faults: String?, only: String?, canary: Int?
    ) -> String {
        var text = "needletail simulate --seed \(seed) --days \(Double(span.milliseconds) / 86_400_000)"
        if let faults { text += " --faults \(faults)" }
        if let only { text += " --only \(only)" }
        if let canary { text += " --canary \(canary)" }
        return text
    }
}
