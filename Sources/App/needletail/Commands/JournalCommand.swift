import ArgumentParser
import Foundation
import Journal
import Model
import Signals

/// `needletail journal`: what the engine did, from its own record.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Verify, show or export a journal.",
        discussion: """
            A journal is a directory of segment files NAME-NUMBER.ntj and, for each start, RUN.run.json with the
            configuration and the venue's rules as they were. It may be read while the engine writes it.

            Examples:
              needletail journal verify /var/lib/needletail/production/journal
              needletail journal tail   /var/lib/needletail/production/journal --follow
              needletail journal export /var/lib/needletail/production/journal | grep '"kind":"fill"'
            """,
        subcommands: [Verify.self, Tail.self, Export.self])

    struct Place: ParsableArguments {
        @Argument(help: "The journal's directory.")
        var directory: String
        @Option(help: "Name of the run, as in the configuration; not needed where the directory holds one run name only.")
        var name: String?

        /// The run name: given, or the only one in the directory.
        func runName() throws -> String {
            if let name { return name }
            let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            let names = Set(files.filter { $0.hasSuffix(".ntj") }.compactMap { file in
                file.lastIndex(of: "-").map { String(file[..<$0]) }
            })
            guard let only = names.first else {
                throw ToolError(
                    "\(directory) holds no journal segment (NAME-NUMBER.ntj)",
                    cure: "name the journal's directory: journal.directory of the configuration, or run.directory/journal")
            }
            guard names.count == 1 else {
                throw ToolError("\(directory) holds the journals of \(names.sorted().joined(separator: ", "))", cure: "choose one with --name")
            }
            return only
        }

        func reader() throws -> JournalReader { JournalReader(directory: directory, name: try runName()) }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every record, check sums, sequence and segment chain.",
            discussion: "Exit status 0: every byte is accounted for, a torn last write aside, which is named.")
        @OptionGroup var place: Place

        func run() throws {
            let report = JournalReport(try place.reader())
            print(report.lines.joined(separator: "\n"))
            guard report.isVerified else { throw ExitCode(1) }
        }
    }

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The last decisions, as JSON lines; with --follow also those to come.")
        @OptionGroup var place: Place
        @Option(help: "How many lines.")
        var lines = 20
        @Flag(help: "Go on until Ctrl-C, printing what the engine writes.")
        var follow = false

        func run() throws {
            EndSignal.install()
            var source = LineSource(
                follow
                    ? JournalReader(following: place.directory, name: try place.runName()) : try place.reader(),
                directory: place.directory)
            var kept: [String] = []
            try source.each {
                kept.append($0)
                if kept.count > lines * 4 + 64 { kept.removeFirst(kept.count - lines) }
            }
            for line in kept.suffix(lines) { print(line) }
            while follow, !EndSignal.isAsked, !source.isTorn {
                fflush(nil)
                usleep(50_000)
                try source.each { print($0) }
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every decision, intent, verdict, order, fill and note as JSON lines on standard output.",
            discussion: """
                Each line has kind, mode, run, sequence, time_ns (the engine's clock), wall_time_ns (since 1970); where a
                strategy is concerned also strategy and strategy_version, a hash over its code version and parameters.
                Money is exact decimal text. Market data and timers are left out: they are in the journal, for replay.
                """)
        @OptionGroup var place: Place

        func run() throws {
            var source = LineSource(try place.reader(), directory: place.directory)
            try source.each { print($0) }
        }
    }
}

/// The export's lines in order, with the names that each run's record gives to its instruments, strategies and orders.
private struct LineSource {
    private var reader: JournalReader
    private var export = JournalExport()
    private var run: UInt32?
    private let directory: String

    init(_ reader: JournalReader, directory: String) {
        self.reader = reader
        self.directory = directory
    }

    /// The last write is not whole: nothing follows it.
    var isTorn: Bool { reader.tornTail != nil }

    /// Hands over every line that is there.
    mutating func each(_ body: (String) -> Void) throws {
        do throws(JournalDamage) {
            while let record = try reader.next() {
                guard let header = reader.header else { continue }
                if run != header.identity.run {
                    run = header.identity.run
                    export = JournalExport(names: RunNamesInJournal.names(run: header.identity.run, directory: directory))
                }
                for line in export.lines(record, header: header) { body(line) }
            }
        } catch {
            throw ToolError("the journal is damaged: \(error.sentence)", cure: "restore it from a copy")
        }
    }
}

/// Names from the record that a run left beside its journal; indices where there is none.
private enum RunNamesInJournal {
    static func names(run: UInt32, directory: String) -> JournalNames {
        guard let record = try? RunRecord.read(RunRecord.file(in: directory, run: run)), let plan = try? record.plan() else {
            return JournalNames()
        }
        return JournalNames(
            instruments: plan.instruments.map { $0.symbol.string }, strategies: plan.strategies.map(\.name),
            assets: plan.assets, clientIDs: plan.identifiers)
    }
}
