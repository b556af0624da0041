import ArgumentParser
import Config
import Console
import Foundation
import Launch
import Model
import Telemetry
import Units

/// `needletail assess`: the yearly self-assessment.
struct AssessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assess",
        abstract: "Report on every control for its owner to sign: gaps first, then value, what it did, what shows it.",
        discussion: """
            Goes over the table of controls that docs/CONTROLS.md shows: the configured value of each in this \
            configuration, limits that are off with their written reason, how often it acted in the journals and when \
            last, the tests that show it; who answers for the run; when the kill switch was tried last. Changes nothing.

            Exit status 0: no gaps. 1: there are gaps, and they are told first.

            Examples:
              needletail assess --config production.yaml
              needletail assess --config production.yaml --journal /archive/2026 --markdown assessment-2026.md
              needletail assess --config production.yaml --json - | jq .gaps
            """)

    @Option(help: "The run's YAML file.")
    var config: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Option(help: "A journal's directory; may be given several times. Without it, the configuration's own.")
    var journal: [String] = []
    @Option(help: "Write everything as JSON to this file; - for standard output, and nothing else then.")
    var json: String?
    @Option(help: "Write the report as Markdown to this file; - for standard output, and nothing else then.")
    var markdown: String?

    func validate() throws {
        if json == "-", markdown == "-" {
            throw ValidationError("only one of --json and --markdown can have standard output")
        }
    }

    func run() throws {
        let settings = try RunConfiguration.load(
            file: config, overrides: try overrides.map(EngineCommand.pair), catalogue: Roster.catalogue)
        var evidence = JournalEvidence()
        let own = settings.journal.directory
        let directories = !journal.isEmpty ? journal : FileManager.default.fileExists(atPath: own) ? [own] : []
        for directory in directories { evidence.add(directory: directory) }
        let report = Assessment(Self.subject(settings), evidence)
        if let json { try write(report.json.text(pretty: true) + "\n", to: json) }
        if let markdown { try write(AssessmentPages.markdown(report).joined(separator: "\n") + "\n", to: markdown) }
        if json != "-", markdown != "-" { print(AssessmentPages.text(report).joined(separator: "\n")) }
        guard report.gaps.isEmpty else { throw ExitCode(1) }
    }

    private static func subject(_ settings: RunConfiguration) -> Assessment.Subject {
        var subject = Assessment.Subject()
        subject.wall = MonotonicClock().wall()
        subject.file = settings.file
        subject.name = settings.name
        subject.mode = settings.mode
        subject.owner = settings.operator?.owner ?? ""
        subject.deputy = settings.operator?.deputy ?? ""
        subject.account = settings.venue.account.map { "\(settings.venue.kind), key from \($0.apiKeyVariable)" } ?? ""
        subject.alerts = settings.alerts?.outletText ?? "none configured"
        subject.areAlertsOn = settings.alerts?.isOn == true
        subject.build = BuildIdentity.name
        subject.configurationHash = settings.hash
        subject.settings = settings.facts
        subject.lifted = settings.unlimited.map { ($0.name, $0.reason) }
        return subject
    }

    private func write(_ text: String, to place: String) throws {
        if place == "-" { return print(text, terminator: "") }
        do {
            try text.write(toFile: place, atomically: true, encoding: .utf8)
        } catch {
            throw ToolError("\(place) cannot be written: \(error)", cure: "check the directory and its permissions")
        }
    }
}
