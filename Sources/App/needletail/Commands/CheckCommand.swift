import Agents
import ArgumentParser
import Config

/// `needletail check`: what a configuration means.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say what a configuration means, in sentences, and print its hash.")

    @Argument(help: "The run's YAML file.")
    var file: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Flag(help: "The run is for another machine: do not ask whether this one has its cores and its io_uring.")
    var elsewhere = false

    func run() async throws {
        let configuration = try RunConfiguration.load(
            file: file, overrides: try overrides.map(EngineCommand.pair), catalogue: Roster.catalogue,
            cores: elsewhere ? nil : MachineCores.allowed())
        _ = try Roster.strategies(configuration)
        if !elsewhere {
            try MachineCheck.transport()
            try MachineCheck.alerts(configuration)
        }
        print(configuration.explain().joined(separator: "\n"))
        print("hash \(configuration.hashText)")
    }
}
