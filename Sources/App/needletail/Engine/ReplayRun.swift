import Config
import Core
import Foundation
import Journal
import Model
import Replay
import Telemetry
import Units

/// Replays the newest run of a journal directory: the configuration and the venue's rules come from the record that the
/// run left beside its journal, so nothing is asked of the venue.
struct ReplayRun {
    let directory: String
    let name: String

    /// Verifies and replays, and puts what was found into a summary.
    func prove(_ summary: inout RunSummary) throws {
        let report = JournalReport(JournalReader(directory: directory, name: name))
        summary.journalVerified = report.isVerified && report.tornTail == nil
        summary.journalRecords = report.records
        let result = try replayAll()
        summary.decisionHashReplay = result.replayedHash
        if !result.isEqual, summary.hashesMatch { summary.journalVerified = false }
    }

    func replayAll() throws -> ReplayResult {
        let record = try newestRecord()
        let configuration = try record.configuration()
        let strategies = try Roster.strategies(configuration)
        let plan = try record.plan()
        var settings = Roster.core(configuration, plan)
        settings.firstDayEnds = record.firstDayEnds.map(Nanoseconds.init(raw:))
        let box = CoreBox(settings, strategies)
        let reader = JournalReader(directory: directory, name: name)
        let outcome = Self.outcome(reader, record.run, settings.outputCapacity, box)
        switch outcome {
        case .success(let result):
            guard result.inputs > 0 else {
                throw ToolError(
                    "run \(record.run) of '\(name)' has no records in \(directory)",
                    cure: "name the run as its configuration does, with --name")
            }
            return result
        case .failure(let damage):
            throw ToolError("the journal is damaged: \(damage.sentence)", cure: "restore it from a copy")
        }
    }

    private static func outcome(
        _ reader: consuming JournalReader, _ run: UInt32, _ capacity: Int, _ box: CoreBox
    ) -> Result<ReplayResult, JournalDamage> {
        do throws(JournalDamage) {
            return .success(
                try replay(reader, run: run, capacity: capacity) { input, time, outputs in
                    box.step(input, time, &outputs)
                })
        } catch {
            return .failure(error)
        }
    }

    private func newestRecord() throws -> RunRecord {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let newest = files.filter { $0.hasSuffix(".run.json") }
            .compactMap { file in UInt32(file.prefix { $0 != "." }).map { (number: $0, file: file) } }
            .max { $0.number < $1.number }
        guard let newest else {
            throw ToolError(
                "\(directory) holds no record of a run (NUMBER.run.json)", cure: "name the journal's directory of a run")
        }
        return try RunRecord.read(URL(filePath: directory).appending(path: newest.file))
    }
}

extension RunRecord {
    /// The configuration as the run had it, overrides included.
    func configuration() throws -> RunConfiguration {
        try RunConfiguration.parse(
            configurationText, file: "the journal's record", overrides: overrides.map { (path: $0[0], value: $0[1]) },
            catalogue: Roster.catalogue)
    }

    /// The run's instruments, assets and strategies, as they were.
    func plan() throws -> RunPlan {
        let configuration = try configuration()
        return try RunPlan(
            configuration, run: run, rules: rules, strategies: Roster.mandateStrategies(try Roster.strategies(configuration), configuration))
    }
}

/// Holds the core for a closure to step: a noncopyable value cannot be captured.
private final class CoreBox {
    private var core: TradingCore<Roster.Strategies>
    init(_ settings: CoreConfiguration, _ strategies: Roster.Strategies) {
        core = TradingCore(configuration: settings, strategies: strategies)
    }
    func step(_ input: Input, _ time: Nanoseconds, _ outputs: inout OutputBuffer) {
        core.step(input, at: time, into: &outputs)
    }
}
