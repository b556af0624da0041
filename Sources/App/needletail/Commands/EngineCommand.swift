import ArgumentParser
import Agents
import CPlatform
import Config
import Control
import Foundation
import Gateway
import Guard
import Journal
import Launch
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
            socket (needletail ctl). SIGTERM or Ctrl-C cancel everything, wait for the proof and end. Exit status 0 says
            that the venue was asked at the end: no order of ours is open, position and balances are as expected.

            With the kill latch set it starts HALTED: market data and control work, the order link is not opened before
            `needletail ctl unlatch --reason WHY`, and after that the ceremony is needed as ever.

            `needletail start` runs it in the background, together with its guard. By hand, in two terminals:
              needletail engine --config run.yaml
              needletail guard  --config run.yaml
            """)

    @Option(help: "The run's YAML file.")
    var config: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Option(help: "Write the end-of-run summary to this file as JSON.")
    var summary: String?
    @Flag(help: .hidden)
    var guardSyscalls = false

    func run() async throws {
        _ = platform_disable_core_dumps()
        // A file that may not grow further is a failed write, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        CrashReports.disable()
        EndSignal.install()
        let pairs = try overrides.map(Self.pair)
        var configuration = try RunConfiguration.load(
            file: config, overrides: pairs, catalogue: Roster.catalogue,
            cores: MachineCores.allowed())
        configuration.countsSyscalls = guardSyscalls
        let memory = ProcessMemory.take()
        try MachineCheck.transport()
        try MachineCheck.alerts(configuration)
        let secrets = try Secrets.read(for: configuration)
        try Self.prepareDirectories(configuration)
        guard let mark = ProcessMark("engine", directory: configuration.directory) else {
            throw ToolError(
                "\(configuration.directory) belongs to an engine that runs already",
                cure: "end it (needletail stop --end), or give this run another run.directory")
        }
        let lease = try Self.lease(configuration, secrets)
        let host = try await Self.assemble(configuration, secrets, overrides: pairs)
        say("\(configuration.mode.name), control socket \(configuration.controlSocket), DISARMED")
        host.residentAtStart = memory.say()
        if let latch = KillLatch(path: configuration.latchFile).read() {
            say("the kill latch is set (by \(latch.by): \(latch.reason)): HALTED, the order link is not opened")
            say("  cure: make sure of the account, then needletail ctl unlatch --reason 'WHY'")
        }
        let result = await host.run(until: { EndSignal.isAsked })
        if let summary { try result.jsonText.write(toFile: summary, atomically: true, encoding: .utf8) }
        host.reportHeap()
        withExtendedLifetime(mark) {}
        withExtendedLifetime(lease) {}
        let problems = result.venueFailures + [host.journalFailure.map { "journal: \($0)" }].compactMap { $0 }
        for problem in problems { say(problem) }
        guard problems.isEmpty else { throw ExitCode(1) }
        say("ended: no order of ours is open at the venue, position and balances are as expected")
    }

    /// The right to send under this prefix at this account; only a run that may send needs it.
    private static func lease(_ configuration: RunConfiguration, _ secrets: Secrets?) throws -> [AccountLease] {
        guard let secrets else { return [] }
        return try secrets.apiKey.withBytes { (key: [UInt8]) throws(LeaseError) in
            try AccountLease.all(
                venue: configuration.venue.kind, key: key, number: configuration.venue.account?.number,
                prefix: configuration.venue.clientIDPrefix)
        }
    }

    private func say(_ text: String) {
        print("engine: \(text)")
        fflush(nil)
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
        let venue = Roster.venue(configuration, secrets: secrets)
        let adapter = try venue.rest()
        let bell = Bell()
        let (rest, usages) = try meteredRest(configuration, adapter, clock, bell)
        let rules = try await venueRules(adapter, rest)
        let strategies = try Roster.strategies(configuration)
        let run = try RunNumber.next(in: configuration.directory)
        let plan = try RunPlan(
            configuration, run: run, rules: RunRecord.rules(rules), strategies: Roster.mandateStrategies(strategies, configuration))
        var core = Roster.core(configuration, plan)
        core.firstDayEnds = clock.nextMidnight()
        try RunRecord(
            run: run, build: BuildIdentity.name,
            configurationText: try String(contentsOfFile: configuration.file, encoding: .utf8),
            overrides: overrides.map { [$0.path, $0.value] }, rules: RunRecord.rules(plan.instruments), firstDayEnds: core.firstDayEnds?.raw,
            pairs: plan.pairs, strategies: plan.strategies.map { [$0.name, configuration.symbol(of: $0.name)] }
        ).write(to: configuration.journal.directory)
        let recovery = try recover(configuration, clock)
        try mendLatch(configuration, clock)
        let drift = DriftCheck(configuration, overrides: overrides)
        let left = IncidentTrail.left(by: configuration)
        let carried = try CarryOver.read(configuration, plan)
        let resume = carried?.marks ?? SequenceMarks(
            directory: configuration.journal.directory, name: configuration.name, instruments: plan.instruments.count)
        let identity = JournalIdentity(
            build: BuildIdentity.name, configurationHash: configuration.hash, mode: configuration.mode, run: run,
            name: configuration.name, session: UInt64.random(in: 1 ... .max))
        let segment = try begin(configuration, identity, clock, after: recovery.end)
        let control = try ControlServer(path: configuration.controlSocket)
        let rings = try venue.start(
            core: core, strategies: strategies, session: identity.session,
            isLatched: KillLatch(path: configuration.latchFile).isSet)
        let writer = JournalWriter(
            consumer: rings.journal, start: segment, syncInterval: configuration.journal.syncInterval)
        let host = EngineHost(
            configuration: configuration, plan: plan, rest: rest, usages: usages, adapter: adapter, hot: rings.side, writer: writer,
            control: control, drift: drift, keyFingerprint: Self.fingerprint(secrets?.apiKey), resume: resume, bell: bell)
        host.carryOver(carried)
        try host.openDoor()
        host.seed()
        if let left {
            host.recall(left)
            host.note(.recovery, Command.engineOperator, "the incident of the run before is open: \(left.state), \(left.trip)")
            print("engine: the incident of the run before is open: \(left.state), tripped by \(left.trip) (\(left.error))")
            print("engine:   cure: needletail ctl checklist says what must hold before anybody may arm")
        }
        journalTheStart(host, configuration, recovery)
        host.restoreSwitches()
        return host
    }

    /// Completes the journal of the run before. One that is damaged is not gone on with: what the account's position is
    /// made of could not be proved.
    private static func recover(_ configuration: RunConfiguration, _ clock: MonotonicClock) throws -> JournalRecovery {
        let ring = configuration.journalRingFile
        do throws(JournalRecoveryError) {
            return try recoverJournal(
                ringFile: FileManager.default.fileExists(atPath: ring) ? ring : nil,
                directory: configuration.journal.directory, name: configuration.name, wall: clock.wall(),
                engine: clock.now())
        } catch {
            switch error {
            case .damage(let damage):
                throw ToolError(
                    "the journal is damaged, so this start is refused: \(damage.sentence)",
                    cure: "needletail journal verify \(configuration.journal.directory); keep the directory, compare the "
                        + "account at the venue, then move it aside or name another run.directory")
            case .write(let problem):
                throw ToolError(
                    "the journal of the run before cannot be completed: \(problem.sentence)",
                    cure: "make room or mend the disk; nothing of it is lost before the next start")
            case .mapping, .ring:
                throw ToolError(
                    "\(ring), where the run before left what was not on disk, cannot be read: \(error)",
                    cure: "compare the account at the venue, then move that file aside")
            }
        }
    }

    /// A halt of the run before holds, although its process died before the latch was written.
    private static func mendLatch(_ configuration: RunConfiguration, _ clock: MonotonicClock) throws {
        do throws(LatchError) {
            if let reason = try KillTrail.mend(configuration, wall: clock.wall()) { print("engine: latched: \(reason)") }
        } catch {
            throw ToolError(
                "the run before was halted, and the latch that is missing cannot be written: \(error)",
                cure: "make \(configuration.directory) writable and start again")
        }
    }

    private static func begin(
        _ configuration: RunConfiguration, _ identity: JournalIdentity, _ clock: MonotonicClock, after end: JournalEnd
    ) throws -> JournalStart {
        do throws(JournalError) {
            return try JournalStart(
                directory: configuration.journal.directory, identity: identity,
                segmentBytes: Int(configuration.journal.segmentBytes), wall: clock.wall(), engine: clock.now(), after: end)
        } catch {
            throw ToolError(
                "no journal can be begun: \(error.sentence)",
                cure: "make room for two segments at least, or set a smaller journal.segment_size")
        }
    }

    /// Eight hex digits that differ for different keys, and from which no key can be had: 32 bits of a mixed hash.
    private static func fingerprint(_ key: Secret?) -> String {
        guard let key else { return "none" }
        var hash = key.withBytes { $0.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return String(hexText(hash ^ (hash >> 31)).suffix(8))
    }

    /// What the journal must say about a run before anything else: what was overridden, which limits are off and why, and
    /// what was found of the run before.
    private static func journalTheStart(
        _ host: EngineHost, _ configuration: RunConfiguration, _ recovery: JournalRecovery
    ) {
        let engine = Command.engineOperator
        for note in configuration.notes { host.note(.override, engine, note) }
        for limit in configuration.unlimited { host.note(.unlimited, engine, "\(limit.name): \(limit.reason)") }
        let person = configuration.operator
        host.note(
            .responsible, engine, "owner \(person?.owner ?? "not named"), deputy \(person?.deputy ?? "not named"), alerts to "
                + (configuration.alerts?.outletText ?? "nobody"))
        host.tellStart()
        guard !recovery.isClean else { return }
        let text = "the run before did not end in order: \(recovery.recovered) records taken from shared memory, "
            + "\(recovery.cutBytes) bytes of a torn write cut off"
            + (recovery.cutTo.map { " and kept in \($0)" } ?? "") + ", \(recovery.orphans) records could not be placed"
        host.note(.recovery, engine, text)
        print("engine: \(text)")
    }

    private static func prepareDirectories(_ configuration: RunConfiguration) throws {
        for directory in [configuration.directory, configuration.journal.directory] {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// REST whose every answer tells the core what it says of the venue's limits, and which is silent for as long as the
    /// venue asks.
    private static func meteredRest(
        _ configuration: RunConfiguration, _ adapter: any RestAdapter, _ clock: MonotonicClock, _ bell: Bell
    ) throws -> (RestClient, ColdInbox<VenueUsage>) {
        let usages = ColdInbox<VenueUsage>(bell)
        let others = configuration.venue.failover.map { $0.rest?.url ?? configuration.venue.rest.url }
        let rest = try RestClient(
            base: configuration.venue.rest.url, others: others, caFile: configuration.venue.caFile
        ) { answer in
            guard let usage = adapter.usage(
                status: answer.status, headers: answer.headers, body: answer.body, wallNow: clock.wall())
            else { return 0 }
            usages.put(usage)
            return usage.hold.rawValue >= VenueUsage.Hold.requests.rawValue ? usage.holdFor.raw : 0
        }
        return (rest, usages)
    }

    private static func venueRules(_ adapter: any RestAdapter, _ rest: RestClient) async throws -> [Instrument] {
        let answer = try await rest.send(adapter.exchangeInfo())
        return try adapter.parseExchangeInfo(status: answer.status, body: answer.body)
    }
}
