import ArgumentParser
import Console
import Control
import Foundation
import Model
import Signals
import Telemetry
import Units

/// `needletail demo`: the whole thing on one machine, with no money at risk.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch the engine trade against the loopback venue.",
        discussion: """
            Starts the loopback venue and the engine in processes of their own, joined by TLS 1.3 on 127.0.0.1 with a \
            certificate authority made for this run. The engine runs in LIVE mode: the demo types the operator's part \
            (stage, arm, confirm) and shows it. At the end everything is cancelled, proved, reconciled with the venue, \
            and the journal is replayed: the replay must decide the same.

            Exit status 0 says: no order is left open, position and balances equal the venue's, the journal verifies, \
            and live and replay took the same decisions. In the modes shadow and dry_run the engine gets no key; then it \
            says, instead, that the venue saw no order, no trade and no change of a balance.

            Examples:
              needletail demo
              needletail demo --seconds 60 --seed 42 --json -
              needletail demo --set topology.preset=two-cores-split
              needletail demo --data btcusdt_20240808.gz
              needletail demo --mode shadow
            """)

    @Option(help: "live; shadow (nothing is sent); dry_run (a simulated venue inside the engine).")
    var mode = "live"
    @Option(help: "How long to trade.")
    var seconds = 30
    @Option(help: "Seed of the market model.")
    var seed: UInt64 = 1
    @Option(help: "Recordings to trade in instead of the model, separated by commas.")
    var data: String?
    @Option(help: "Symbol of the market; with --data it is taken from the file's name where it begins with one.")
    var symbol: String?
    @Option(help: "Write the summary as JSON to this file; - for standard output.")
    var json: String?
    @Option(name: .customLong("set"), help: "Override a setting of the engine: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Flag(help: "Keep the run's directory (configuration, journal, logs) and print where it is.")
    var keep = false

    func validate() throws {
        _ = try runMode()
        guard seconds >= 1, seconds <= 86_400 else { throw ValidationError("--seconds takes 1 to 86400") }
    }

    private func runMode() throws -> RunMode {
        switch mode {
        case "live": return .live
        case "shadow": return .shadow
        case "dry_run", "dry-run": return .dryRun
        default: throw ValidationError("--mode takes live, shadow or dry_run; not '\(mode)'")
        }
    }

    func run() async throws {
        EndSignal.install()
        let stage = try DemoStage(mode: try runMode(), seed: seed, data: data, symbol: symbol, overrides: overrides)
        let outcome: DemoOutcome
        do {
            outcome = try await DemoRun(stage: stage, seconds: seconds, quiet: json == "-").play()
        } catch {
            stage.end()
            throw error
        }
        stage.end()
        if json != "-" { print(Tables.summary(outcome.summary).joined(separator: "\n")) }
        if let json { try write(outcome.summary.jsonText, to: json) }
        if keep { FileHandle.standardError.write(Data("run directory: \(stage.directory.path)\n".utf8)) } else { stage.remove() }
        for failure in outcome.summary.failures { FileHandle.standardError.write(Data("demo: \(failure)\n".utf8)) }
        guard outcome.summary.failures.isEmpty else { throw ExitCode(1) }
    }

    private func write(_ text: String, to place: String) throws {
        if place == "-" { return print(text, terminator: "") }
        try text.write(toFile: place, atomically: true, encoding: .utf8)
    }
}
