import ArgumentParser
import Foundation
import Loopback
import Model
import Signals
import Units

/// `needletail stress`: the busiest moment of a recording, harder.
struct StressCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stress",
        abstract: "Play a recording at twice its busiest through the real engine, with a kill in the middle.",
        discussion: """
            Measures the busiest second and tenth of a second of the recording. Plays it to the engine through the \
            loopback venue, over TLS on 127.0.0.1: its beginning at its own pace, for the ceremony, then so that every \
            second is above --rate times the busiest one and every burst --rate times as dense. The engine trades meanwhile and is \
            killed at half-time, by the control socket, while the load goes on.

            Exit status 0: no order or fill lost, doubled or invented (by the venue's own list), no decision on stale \
            data, no frame or trade dropped, nothing sent after the kill, position and balances equal the venue's.

            Examples:
              needletail stress --data btcusdt_20240808.gz
              needletail stress --data btcusdt_20240808.gz,btcusdt_20240809.gz --rate 3 --seconds 60 --json -
            """)

    @Option(help: "Recordings, separated by commas, plain or gzip; the first holds a REST depth snapshot.")
    var data: String
    @Option(help: "How many times the busiest: 2 to 20.")
    var rate = 2
    @Option(help: "The longest that the load lasts.")
    var seconds = 15
    @Option(help: "How long the recording keeps its own pace first, in seconds.")
    var calm = 10
    @Option(name: .customLong("set"), help: "Override a setting of the engine: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Option(help: "Write the result as JSON to this file; - for standard output, and nothing else then.")
    var json: String?
    @Flag(help: "Keep the run's directory (configuration, journal, logs) and print where it is.")
    var keep = false

    func validate() throws {
        guard (2...20).contains(rate) else { throw ValidationError("--rate takes 2 to 20") }
        guard (2...3600).contains(seconds) else { throw ValidationError("--seconds takes 2 to 3600") }
        guard (5...60).contains(calm) else { throw ValidationError("--calm takes 5 to 60") }
    }

    func run() async throws {
        EndSignal.install()
        let files = data.split(separator: ",").map(String.init)
        for file in files where !FileManager.default.isReadableFile(atPath: file) {
            throw ToolError("the recording \(file) cannot be read", cure: "check the path given with --data")
        }
        let load: RecordingLoad
        do {
            load = try RecordingLoad(files: files, factor: rate)
        } catch {
            throw ToolError(error.reason, cure: "give recordings as docs/FORMATS.md describes them")
        }
        let file = FileManager.default.temporaryDirectory
            .appending(path: "needletail-load-\(ProcessInfo.processInfo.processIdentifier)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let calm = Nanoseconds(seconds: Int64(calm))
        let lasts = try load.write(to: file, calm: calm)
        guard lasts - calm >= Nanoseconds(seconds: 2) else {
            throw ToolError(
                "at this rate the recording lasts only \(lasts.milliseconds) ms", cure: "give a longer recording")
        }
        let stage = try DemoStage(
            mode: .live, seed: 1, data: file, symbol: nil, overrides: StressRun.settings + overrides)
        let report: StressReport
        do {
            report = try await StressRun(
                stage: stage, load: load, calm: calm, lasts: lasts, seconds: seconds, quiet: json == "-").play()
        } catch {
            stage.end()
            throw error
        }
        stage.end()
        if let json {
            let text = report.json.text(pretty: true) + "\n"
            if json == "-" {
                print(text, terminator: "")
            } else {
                try text.write(toFile: json, atomically: true, encoding: .utf8)
            }
        }
        if json != "-" { print("\n" + report.lines.joined(separator: "\n")) }
        if keep {
            FileHandle.standardError.write(Data("run directory: \(stage.directory.path)\n".utf8))
        } else {
            stage.remove()
        }
        guard report.isGood else { throw ExitCode(1) }
    }
}
