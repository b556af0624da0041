import ArgumentParser
import Control
import Foundation

/// `needletail replay`: a journal through the same core.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feed a journal's inputs to the core and compare what it decides.",
        discussion: "Exit status 0 says that every decision was the same, one for one.")

    @OptionGroup var place: JournalCommand.Place

    func run() async throws {
        let result = try ReplayRun(directory: place.directory, name: try place.runName()).replayAll()
        print("inputs             \(result.inputs)")
        print("outputs recorded   \(result.recordedOutputs)")
        print("outputs replayed   \(result.replayedOutputs)")
        print("decision hash live   \(Mandate.display(result.recordedHash))")
        print("decision hash replay \(Mandate.display(result.replayedHash))")
        if let at = result.firstDifference { print("first difference at record \(at)") }
        guard result.isEqual else { throw ExitCode(1) }
    }
}
