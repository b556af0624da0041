import ArgumentParser
import Config
import Control
import Core
import Foundation
import Gateway
import Journal
import Loopback
import Model
import Rings
import Simulation
import StrategyKit
import Telemetry
import Units
import VenueKit

/// `needletail backtest`: recorded data through the same core.
struct BacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Trade recorded market data against a simulated venue inside the process.",
        discussion: """
            The recording goes through the real adapter and its book, the real core and strategies; orders meet a \
            simulated venue with queue position, fees and a delay each way. Time is the recording's own, so two runs \
            decide the same; the journal replays with `needletail replay`. No key is read and nothing is sent.

            The recording may be a market file that `needletail import` made: then nothing is decoded again. The file's \
            decisions are the recordings' own; what a run without a journal decided is proved by its decision hash, which \
            a run with one repeats.

            An instrument whose rules are `from venue` gets tick and lot from what the recording shows.

            Example:
              needletail backtest --data btcusdt_20240808.gz --config config/paper.yaml
            """)

    @Option(help: "Recordings `<receive time> <raw JSON>`, plain or gzip, in order as one, separated by commas; or one market file.")
    var data: String
    @Option(help: "The run's YAML file.")
    var config: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Option(help: "Where the journal goes; a new directory under the temporary one when not given.")
    var journal: String?
    @Option(help: "Delay of requests and of answers, one way each, in microseconds.")
    var latencyUs: Int64 = 1000
    @Option(help: "Fee of resting fills, as a fraction of what is received.")
    var makerFee = "0.001"
    @Option(help: "Fee of taking fills, as a fraction of what is received.")
    var takerFee = "0.001"
    @Option(help: "The core's timer, in microseconds of market time; a live engine's is 1000.")
    var timerUs: Int64 = 1000
    @Flag(name: .customLong("no-journal"), help: "Write no journal: the decision hash alone says what was decided.")
    var withoutJournal = false
    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard timerUs >= 100, timerUs <= 1_000_000 else { throw ValidationError("--timer-us takes 100 to 1000000") }
        guard !withoutJournal || journal == nil else { throw ValidationError("--no-journal and --journal exclude each other") }
        guard latencyUs >= 0, latencyUs <= 60_000_000 else { throw ValidationError("--latency-us takes 0 to 60000000") }
    }

    func run() async throws {
        let files = data.split(separator: ",").map(String.init)
        let pairs = try overrides.map(EngineCommand.pair) + [(path: "mode", value: "BACKTEST")]
        let directory = withoutJournal ? nil : try journalDirectory()
        // A backtest is told where it writes; the file's own directories belong to live runs.
        let settings = try RunConfiguration.load(file: config, overrides: pairs, catalogue: Roster.catalogue)
        let run = try BacktestRun(
            settings, overrides: pairs, files: files, directory: directory,
            fees: (try fee(makerFee, "--maker-fee"), try fee(takerFee, "--taker-fee")),
            latency: Nanoseconds(raw: latencyUs * 1000), timer: Nanoseconds(raw: timerUs * 1000))
        let result = try run.play()
        print(json ? result.json.text(pretty: true) : result.lines.joined(separator: "\n"))
    }

    private func fee(_ text: String, _ name: String) throws -> Quantity {
        guard let value = try? Quantity(text), !value.isNegative, value < Quantity(raw: fixedPointUnit) else {
            throw ValidationError("\(name) takes a fraction from 0 to below 1, such as 0.001; not '\(text)'")
        }
        return value
    }

    private func journalDirectory() throws -> String {
        let path = journal ?? FileManager.default.temporaryDirectory
            .appending(path: "needletail-backtest-\(ProcessInfo.processInfo.processIdentifier)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }
}
