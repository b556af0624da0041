import Config
import Core
import Foundation
import Journal
import Launch
import Loopback
import MarketFile
import Model
import Rings
import Simulation
import Units
import VenueKit

/// One backtest: instruments resolved, journal opened, recording played.
struct BacktestRun {
    private let settings: RunConfiguration
    private let source: RecordedSource
    private let directory: String?
    private let backtest: Backtest<Roster.RecordedVenue.Market, Roster.Strategies>
    private let began = Date()

    init(
        _ settings: RunConfiguration, overrides: [(path: String, value: String)], files: [String], directory: String?,
        fees: (maker: Quantity, taker: Quantity), latency: Nanoseconds, timer: Nanoseconds
    ) throws {
        self.settings = settings
        source = try RecordedSource(files: files)
        self.directory = directory
        let spot = Roster.RecordedVenue(settings, secrets: nil)
        var rules: [RunRecord.Rules] = []
        if settings.instruments.contains(where: { $0.rules == nil }) {
            rules = try RecordedRules.derive(settings, spot, from: source)
        }
        let strategies = try Roster.strategies(settings)
        // The journal's directory counts its own runs, so that the same call twice gives the same journal.
        let run = directory.map(Self.nextRun) ?? 1
        let plan = try RunPlan(settings, run: run, rules: rules, strategies: Roster.mandateStrategies(strategies, settings))
        let firstDayEnds = try Self.firstMidnight(source)
        let record = RunRecord(
            run: run, build: BuildIdentity.name,
            configurationText: try String(contentsOfFile: settings.file, encoding: .utf8),
            overrides: overrides.map { [$0.path, $0.value] },
            rules: RunRecord.rules(plan.instruments), firstDayEnds: firstDayEnds?.raw)
        if let directory { try record.write(to: directory) }
        var core = Roster.core(settings, plan)
        core.firstDayEnds = firstDayEnds
        var venue = Roster.RecordedVenue.simulatedVenue(core)
        venue.makerFee = fees.maker
        venue.takerFee = fees.taker
        let ring = makeRing(of: Record.self, capacity: HotAssembly.journalCapacity)
        let identity = JournalIdentity(
            build: BuildIdentity.name, configurationHash: settings.hash, mode: .backtest, run: run, name: settings.name,
            session: settings.hash ^ UInt64(run) &* 0x9E37_79B9_7F4A_7C15)
        let writer: JournalWriter? = directory == nil
            ? nil
            : try JournalWriter(
                consumer: ring.consumer, directory: directory ?? "", identity: identity,
                segmentBytes: Int(settings.journal.segmentBytes), syncInterval: Nanoseconds(seconds: 3600),
                wall: .zero, engine: .zero)
        var isFutures: Bool?
        if case .recordings(_, let futures) = source { isFutures = futures }
        backtest = Backtest(
            market: try spot.market(recorded: isFutures), configuration: core, strategies: strategies,
            route: SimulatedRoute(venue, requestDelay: latency, answerDelay: latency), journal: ring.producer,
            writer: writer, session: identity.session,
            mandateHash: plan.mandate(settings, account: "none", lifetime: Nanoseconds(seconds: 1)).hash,
            timerInterval: timer)
    }

    /// The first midnight UTC after the recording's start; `nil` where its times are none of the calendar.
    private static func firstMidnight(_ source: RecordedSource) throws -> Nanoseconds? {
        let day = Nanoseconds(seconds: 86_400).raw
        // Before 2001: counted from something else than 1970.
        guard let first = try source.first, first.raw > 1_000_000_000_000_000_000 else { return nil }
        return Nanoseconds(raw: (first.raw / day + 1) * day)
    }

    private static func nextRun(_ directory: String) -> UInt32 {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let last = files.filter { $0.hasSuffix(".run.json") }.compactMap { UInt32($0.prefix { $0 != "." }) }.max()
        return (last ?? 0) + 1
    }

    func play() throws -> BacktestResult {
        switch source {
        case .recordings(let files, _): try play(files)
        case .marketFile(let path, _): try play(marketFile: path)
        }
        guard backtest.messages > 0 else { throw ToolError("the recording is empty") }
        backtest.end()
        try checkJournal()
        return BacktestResult(
            status: backtest.status, messages: backtest.messages, span: backtest.ended - backtest.began,
            fills: backtest.venueFills, refusals: backtest.refusals, records: backtest.records, journal: directory,
            name: settings.name, wallSeconds: Date().timeIntervalSince(began))
    }

    private func play(_ files: [String]) throws {
        var reader = try RecordingReader(files: files)
        while let line = try reader.next() {
            backtest.line(line.json, isSnapshot: Roster.RecordedVenue.isDepthSnapshot(line.json), at: line.time)
            try checkJournal()
        }
    }

    private func play(marketFile path: String) throws {
        var reader = try MarketFileReader(path: path)
        let rows = try RecordedSource.rows(reader.summary, of: settings.instruments.map(\.symbol), path: path)
        while try reader.next() {
            backtest.message(
                RecordedSource.message(reader.message, rows), bids: reader.bids, asks: reader.asks, at: reader.receivedAt)
            try checkJournal()
        }
    }

    private func checkJournal() throws {
        if let failure = backtest.failure { throw ToolError("the journal cannot be written: \(failure)") }
    }
}
