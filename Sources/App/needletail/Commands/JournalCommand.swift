import ArgumentParser
import Foundation
import Journal
import Model

/// `needletail journal`: what the engine did, from its own record.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Verify, show or export a journal.",
        subcommands: [Verify.self, Tail.self, Export.self])

    struct Place: ParsableArguments {
        @Argument(help: "The journal's directory.")
        var directory: String
        @Option(help: "Name of the run, as in the configuration.")
        var name = "demo"

        var reader: JournalReader { JournalReader(directory: directory, name: name) }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every record, check sums, sequence and segment chain.")
        @OptionGroup var place: Place

        func run() throws {
            let report = JournalReport(place.reader)
            print(report.lines.joined(separator: "\n"))
            guard report.isVerified else { throw ExitCode(1) }
        }
    }

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The last decisions, as JSON lines.")
        @OptionGroup var place: Place
        @Option(help: "How many lines.")
        var lines = 20

        func run() throws {
            var kept: [String] = []
            try eachLine(place.reader) {
                kept.append($0)
                if kept.count > lines * 4 + 64 { kept.removeFirst(kept.count - lines) }
            }
            for line in kept.suffix(lines) { print(line) }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every decision, intent, verdict, order and fill as JSON lines on standard output.")
        @OptionGroup var place: Place

        func run() throws { try eachLine(place.reader) { print($0) } }
    }
}

/// Every line of the export, in order.
private func eachLine(_ reader: consuming JournalReader, _ body: (String) -> Void) throws {
    var reader = reader
    var export = JournalExport()
    do throws(JournalDamage) {
        while let record = try reader.next() {
            guard let header = reader.header else { continue }
            for line in export.lines(record, header: header) { body(line) }
        }
    } catch {
        throw ToolError("the journal is damaged: \(error.sentence)", cure: "restore it from a copy")
    }
}
