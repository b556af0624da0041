import ArgumentParser
import Control
import Foundation
import Telemetry

/// `needletail memory`: who owns what of a running engine's memory.
struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Show who owns what of a running engine's memory, now and at its start.",
        discussion: """
            All memory is taken and locked before the engine trades, so what is resident stays as it was. Asks the engine \
            through its control socket, as `needletail ctl memory` does; resident pages are the kernel's count.

            Example:
              needletail memory --config run.yaml
            """)

    @OptionGroup var place: RunPlace
    @Flag(help: "Answer as JSON.")
    var json = false

    func run() throws {
        var client = try place.connect()
        let answer = try client.request(.memory)
        guard !json, let table = MemoryTable(json: answer) else { return print(answer.text(pretty: true)) }
        for line in table.lines { print(line) }
    }
}
