import ArgumentParser
import Foundation

/// `needletail bench`: what things cost on this machine.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure the hot path on this machine.",
        subcommands: [BenchRunCommand.self, BenchClientCommand.self, BenchFloorCommand.self, BenchCountCommand.self],
        defaultSubcommand: BenchRunCommand.self)
}

/// `needletail bench [ring|decode|…]`: measures and prints.
struct BenchRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure and print: what `needletail bench` does when no other command is named.",
        discussion: """
            Without a name everything is measured, in turns. Each figure is the median of all samples with its tail; \
            `best` is the best repetition's median. Ratios compare variants that took turns in this run, so they mean \
            something on a busy machine too. docs/BENCHMARKS.md says how each figure is taken.

            Examples:
              needletail bench
              needletail bench ring --repeat 20
              needletail bench wire --json -
            """)

    enum Group: String, CaseIterable, ExpressibleByArgument {
        case ring, decode, core, risk, sign, journal, wire
    }

    @Argument(help: "What to measure: ring, decode, core, risk, sign, journal, wire. All when left out.")
    var groups: [Group] = []
    @Option(name: .customLong("repeat"), help: "Repetitions; variants that are compared take turns inside each.")
    var repeats = 10
    @Option(help: "Write the figures as JSON to this file; - for standard output.")
    var json: String?
    @Flag(help: "A hundredth of the samples and two repetitions: shows that everything runs, not how fast.")
    var quick = false
    @Flag(name: .customLong("no-priority"), help: "Do not ask the kernel to run the measuring threads before all others.")
    var withoutPriority = false

    func validate() throws {
        guard repeats >= 1, repeats <= 1000 else { throw ValidationError("--repeat takes 1 to 1000") }
    }

    func run() async throws {
        var plan = BenchPlan()
        plan.repeats = quick ? Swift.min(2, repeats) : repeats
        plan.quick = quick
        plan.priority = !withoutPriority
        var reports: [(name: String, report: BenchReport)] = []
        say("machine  \(BenchOutput.machine)")
        for group in groups.isEmpty ? Group.allCases : groups {
            say("\n\(group.rawValue)")
            let report = try Self.measure(group, plan)
            for line in BenchOutput.lines(report) { say(line) }
            reports.append((group.rawValue, report))
        }
        if let json {
            let text = BenchOutput.json(reports, plan: plan).text(pretty: true) + "\n"
            if json == "-" { print(text, terminator: "") } else { try text.write(toFile: json, atomically: true, encoding: .utf8) }
        }
    }

    private func say(_ line: String) {
        guard json != "-" else { return }
        print(line)
        fflush(nil)
    }

    private static func measure(_ group: Group, _ plan: BenchPlan) throws -> BenchReport {
        switch group {
        case .ring:
            guard plan.core != plan.peer else { throw ToolError("the ring benchmark needs two cores") }
            return RingBench.run(plan)
        case .decode: return try DecodeBench.run(plan)
        case .core: return try CoreBench.run(plan)
        case .risk: return try CoreBench.risk(plan)
        case .sign: return try SignBench.run(plan)
        case .journal: return try JournalBench.run(plan)
        case .wire: return try WireBench.run(plan)
        }
    }
}
