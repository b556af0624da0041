import ArgumentParser
import Foundation
import Simulation
import Units

/// `needletail simulate`: the engine in a seeded world of faults.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Let a seeded world of faults try to break the engine.",
        discussion: """
            The real core, both real protocol machines, the real journal and its replay, stepped on one thread against a \
            simulated clock, network, venue, disk, operator and process. Every step is checked from outside against ten \
            invariants. Everything is drawn from the seed: a seed that fails prints the command that repeats it.

            Exit status 0 says that no invariant was broken (with --canary: that the broken rule was caught).

            Examples:
              needletail simulate --seed 1 --days 1
              needletail simulate --seed 1 --seeds 200 --days 24
              needletail simulate --canaries
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1
    @Option(help: "How many seeds, one after the other; the days are shared among them.")
    var seeds: UInt64 = 1
    @Option(help: "Simulated days in all.")
    var days = 1.0
    @Option(help: "Only these faults, separated by commas; all when not given.")
    var faults: String?
    @Option(help: "Break the rule behind this invariant on purpose, 1 to 10.")
    var canary: Int?
    @Flag(help: "Break each rule in turn and expect each to be caught.")
    var canaries = false
    @Flag(help: "Say how often each recovery branch ran.")
    var coverage = false
    @Flag(help: "When an invariant breaks, print what the core was told and decided before.")
    var trace = false
    @Flag(help: "Print a line for each seed.")
    var verbose = false

    func validate() throws {
        guard seeds >= 1, days > 0, days <= 100_000 else { throw ValidationError("--seeds and --days take positive numbers") }
        if let canary, Canary(rawValue: canary) == nil { throw ValidationError("--canary takes 1 to 10") }
        _ = try only()
    }

    private func only() throws -> Set<FaultClass>? {
        guard let faults else { return nil }
        return Set(
            try faults.split(separator: ",").map { name in
                guard let fault = FaultClass(rawValue: String(name)) else {
                    let known = FaultClass.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("no fault is called '\(name)'; known: \(known)")
                }
                return fault
            })
    }

    func run() async throws {
        if canaries { return try release() }
        var campaign = Campaign()
        let began = Date()
        let span = Nanoseconds(seconds: Int64(days * 86_400 / Double(seeds)))
        for seed in seed..<seed + seeds {
            let settings = try settings(seed, span, canary.flatMap(Canary.init))
            let found = try campaign.play(settings)
            if verbose { print(campaign.lastLine) }
            guard let first = found.first else { continue }
            if trace { print(campaign.lastSteps.joined(separator: "\n")) }
            print("seed \(seed): \(first)")
            for other in found.dropFirst() { print("seed \(seed):   then \(other)") }
            print("repeat it with: \(command(seed, span))")
            if canary != nil { return }
            throw ExitCode(1)
        }
        print(campaign.lines(wallSeconds: Date().timeIntervalSince(began), coverage: coverage).joined(separator: "\n"))
        if canary != nil {
            print("the broken rule was not caught")
            throw ExitCode(1)
        }
    }

    private func settings(_ seed: UInt64, _ span: Nanoseconds, _ canary: Canary?) throws -> WorldSettings {
        let directory = Campaign.scratch.appending(path: "needletail-world-\(ProcessInfo.processInfo.processIdentifier)-\(seed)")
        return WorldSettings(seed: seed, span: span, canary: canary, only: try only(), directory: directory.path)
    }

    private func command(_ seed: UInt64, _ span: Nanoseconds) -> String {
        var text = "needletail simulate --seed \(seed) --days \(Double(span.milliseconds) / 86_400_000)"
        if let faults { text += " --faults \(faults)" }
        if let canary { text += " --canary \(canary)" }
        return text
    }

    /// Each canary until it is caught, on a handful of seeds.
    private func release() throws {
        var missed = 0
        for canary in Canary.allCases {
            var caught: String?
            for seed in seed..<seed + 20 where caught == nil {
                var campaign = Campaign()
                let found = try campaign.play(try settings(seed, Nanoseconds(seconds: 7200), canary))
                if let violation = found.first(where: { $0.invariant == canary.invariant }) {
                    caught = "seed \(seed), \(violation)"
                } else if let other = found.first {
                    caught = "seed \(seed), by another check: \(other)"
                }
            }
            print("canary \(canary.rawValue) \(canary): \(caught.map { "caught, \($0)" } ?? "NOT CAUGHT")")
            if caught == nil || caught!.contains("another check") { missed += 1 }
        }
        print("canaries caught by their invariant: \(Canary.allCases.count - missed) of \(Canary.allCases.count)")
        guard missed == 0 else { throw ExitCode(1) }
    }
}
