import ArgumentParser
import BenchKit
import CPlatform
import Foundation
import Launch
import Telemetry

/// `needletail bench`: what things cost on this machine.
public struct BenchCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure the hot path on this machine.",
        subcommands: [BenchRunCommand.self, BenchClientCommand.self, BenchFloorCommand.self],
        defaultSubcommand: BenchRunCommand.self)

    public init() {}
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
              needletail bench core risk --compare before.json --tolerance 5
            """)

    @Argument(help: "What to measure: \(Registry.names). All when left out.")
    var groups: [String] = []
    @Option(name: .customLong("repeat"), help: "Repetitions; variants that are compared take turns inside each.")
    var repeats = 10
    @Option(help: "Write the figures as JSON to this file; - for standard output.")
    var json: String?
    @Option(help: "Write the run as one HTML page to this file.")
    var html: String?
    @Option(help: "The measuring core and its peer, as 1,0; the last two when left out.")
    var pin: String?
    @Option(help: "JSON of an older run to compare with; exit status 1 when something became worse.")
    var compare: String?
    @Option(help: "By how many percent a median may be higher before it counts as worse.")
    var tolerance = 10.0
    @Flag(help: "A hundredth of the samples and two repetitions: shows that everything runs, not how fast.")
    var quick = false
    @Flag(name: .customLong("no-priority"), help: "Do not ask the kernel to run the measuring threads before all others.")
    var withoutPriority = false

    func validate() throws {
        guard repeats >= 1, repeats <= 1000 else { throw ValidationError("--repeat takes 1 to 1000") }
        if let pin {
            let cores = pin.split(separator: ",", omittingEmptySubsequences: false).map { Int32($0) }
            guard (1...2).contains(cores.count), cores.allSatisfy({ ($0 ?? -1) >= 0 && ($0 ?? 0) < platform_core_count() })
            else { throw ValidationError("--pin takes one or two of the machine's cores, as 1,0") }
        }
        guard tolerance >= 0, tolerance.isFinite else { throw ValidationError("--tolerance takes percent, 0 or more") }
        for name in groups where !Registry.all.contains(where: { $0.name == name }) {
            throw ValidationError("there is no benchmark '\(name)'; there are: \(Registry.names)")
        }
    }

    func run() async throws {
        // As `needletail bench`, the words come after `bench`; as a program of its own they come first.
        let words = CommandLine.arguments.dropFirst().first == "bench" ? ["bench"] : []
        var plan = BenchPlan(build: BuildIdentity.name, words: words)
        plan.repeats = quick ? Swift.min(2, repeats) : repeats
        plan.quick = quick
        plan.priority = !withoutPriority
        if let pin {
            let cores = pin.split(separator: ",").compactMap { Int32($0) }
            (plan.core, plan.peer) = (cores[0], cores.count > 1 ? cores[1] : cores[0])
        }
        let old = try compare.map { try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: $0)))) }
        var reports: [(name: String, report: BenchReport)] = []
        var failures: [String] = []
        say("machine  \(BenchOutput.machine)")
        for benchmark in Registry.all where groups.isEmpty || groups.contains(benchmark.name) {
            say("\n\(benchmark.name)")
            // One that fails takes nothing from the others; the end says so.
            let report: BenchReport
            do {
                report = try benchmark.run(plan)
            } catch {
                failures.append("\(benchmark.name): \(error)")
                say("not measured: \(error)")
                continue
            }
            for line in BenchOutput.lines(report) { say(line) }
            reports.append((benchmark.name, report))
        }
        let table = BenchOutput.table(reports)
        if !table.isEmpty { say("") }
        for line in table { say(line) }
        if let html { try BenchPage(reports, plan).html.write(toFile: html, atomically: true, encoding: .utf8) }
        if let json {
            let text = BenchOutput.json(reports, plan: plan).text(pretty: true) + "\n"
            if json == "-" { print(text, terminator: "") } else { try text.write(toFile: json, atomically: true, encoding: .utf8) }
        }
        guard failures.isEmpty else { throw BenchError("not measured: \(failures.joined(separator: "; "))") }
        if let old {
            let compared = BenchCompare(reports, old: old, tolerance: tolerance / 100)
            say("\ncompared with \(compare ?? "")")
            for line in compared.lines { say(line) }
            guard !compared.rows.isEmpty else { throw BenchError("the older file holds none of what was measured now") }
            if compared.isWorse { throw ExitCode(1) }
        }
    }

    private func say(_ line: String) {
        guard json != "-" else { return }
        print(line)
        fflush(nil)
    }
}
