import ArgumentParser
import Agents
import CPlatform
import Config
import Control
import Foundation
import Gateway
import Guard
import Journal
import Model
import Rest
import Signals
import Telemetry
import Transport
import Units
import VenueKit

/// `needletail engine`: one run, in the foreground.
struct EngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Run the engine in the foreground; it starts DISARMED.",
        discussion: """
            Reads the configuration, takes the venue's rules, connects, and waits for an operator on the control \
            socket (needletail ctl). SIGTERM or Ctrl-C cancel everything, wait for the proof and end.

            Example:
              needletail engine --config config/demo.yaml --set run.directory=/tmp/run1
            """)

    @Option(help: "The run's YAML file.")
    var config: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Option(help: "Remove a kill latch before the start, for this reason; it is kept in latch.log.")
    var unlatch: String?
    @Option(help: "Write the end-of-run summary to this file as JSON.")
    var summary: String?

    func run() async throws {
        _ = platform_disable_core_dumps()
        EndSignal.install()
        let pairs = try overrides.map(Self.pair)
        let configuration = try RunConfiguration.load(
            file: config, overrides: pairs, catalogue: Roster.catalogue,
            cores: MachineCores.allowed())
        let secrets = try Secrets.read(for: configuration)
        if let unlatch {
            try KillLatch(path: configuration.latchFile).remove(
                reason: unlatch, by: "uid \(getuid())", time: MonotonicClock().wall())
        }
        let host = try await Self.assemble(configuration, secrets, overrides: pairs)
        print("engine: \(configuration.mode.name), control socket \(configuration.controlSocket), DISARMED")
        fflush(nil)
        let result = await host.run(until: { EndSignal.isAsked })
        if let summary { try result.jsonText.write(toFile: summary, atomically: true, encoding: .utf8) }
        host.reportHeap()
        for problem in [host.journalFailure].compactMap({ $0 }) { print("engine: journal: \(problem)") }
    }

    static func pair(_ text: String) throws -> (path: String, value: String) {
        guard let equals = text.firstIndex(of: "=") else {
            throw ValidationError("--set takes dotted.path=value; not '\(text)'")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    private static func assemble(
        _ configuration: RunConfiguration, _ secrets: Secrets?, overrides: [(path: String, value: String)]
    ) async throws -> EngineHost {
        let clock = MonotonicClock()
        // Before anything else uses OpenSSL: only then can its records be free of allocation.
        _ = try TLSContext(caFile: configuration.venue.caFile)
        try prepareDirectories(configuration)
        try refuseLatch(configuration)
        let venue = Roster.venue(configuration, secrets: secrets)
        let adapter = try venue.rest()
        let rest = try RestClient(base: configuration.venue.rest.url, caFile: configuration.venue.caFile)
        let rules = try await venueRules(adapter, rest)
        let strategies = try Roster.strategies(configuration)
        let run = try RunNumber.next(in: configuration.directory)
        let plan = try RunPlan(
            configuration, run: run, rules: RunRecord.rules(rules), strategies: Roster.mandateStrategies(strategies))
        var core = Roster.core(configuration, plan)
        core.firstDayEnds = clock.nextMidnight()
        try RunRecord(
            run: run, build: BuildIdentity.name,
            configurationText: try String(contentsOfFile: configuration.file, encoding: .utf8),
            overrides: overrides.map { [$0.path, $0.value] }, rules: RunRecord.rules(plan.instruments), firstDayEnds: core.firstDayEnds?.raw
        ).write(to: configuration.journal.directory)
        _ = try recoverJournal(
            ringFile: FileManager.default.fileExists(atPath: configuration.journalRingFile)
                ? configuration.journalRingFile : nil,
            directory: configuration.journal.directory, name: configuration.name)
        let control = try ControlServer(path: configuration.controlSocket)
        let rings = try venue.start(core: core, strategies: strategies)
        let identity = JournalIdentity(
            build: BuildIdentity.name, configurationHash: configuration.hash, mode: configuration.mode, run: run,
            name: configuration.name)
        let writer = try JournalWriter(
            consumer: rings.journal, directory: configuration.journal.directory, identity: identity,
            segmentBytes: Int(configuration.journal.segmentBytes), syncInterval: configuration.journal.syncInterval,
            wall: clock.wall(), engine: clock.now())
        return EngineHost(
            configuration: configuration, plan: plan, rest: rest, adapter: adapter, hot: rings.side, writer: writer,
            control: control)
    }

    private static func prepareDirectories(_ configuration: RunConfiguration) throws {
        for directory in [configuration.directory, configuration.journal.directory] {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    private static func refuseLatch(_ configuration: RunConfiguration) throws {
        guard FileManager.default.fileExists(atPath: configuration.latchFile) else { return }
        throw ToolError(
            "the kill latch \(configuration.latchFile) is set; no link is opened",
            cure: "read it, make sure of the account, then start with --unlatch 'the reason'")
    }

    private static func venueRules(_ adapter: any RestAdapter, _ rest: RestClient) async throws -> [Instrument] {
        let answer = try await rest.send(adapter.exchangeInfo())
        return try adapter.parseExchangeInfo(status: answer.status, body: answer.body)
    }
}
