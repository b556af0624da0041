import ArgumentParser
import BenchCommands

/// The command line.
@main
struct Needletail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "needletail",
        abstract: "A low-latency trading engine for crypto venues: one machine, one deterministic core, all rails on.",
        discussion: "Begin with `needletail demo`: it shows the whole engine at work, with no money at risk.",
        subcommands: [
            DemoCommand.self, StartCommand.self, StopCommand.self, ControlCommand.self, CheckCommand.self,
            BacktestCommand.self, ImportCommand.self, EngineCommand.self, GuardCommand.self, JournalCommand.self,
            ReplayCommand.self, VenueCommand.self, BenchCommand.self, SimulateCommand.self, DoctorCommand.self,
            MemoryCommand.self, AssessCommand.self, StressCommand.self,
        ])

    /// Prints an error as it is: what happened and the cure, not a type's name.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if command is EngineCommand { ProcessMemory.keepHeap() }
            if var asynchronous = command as? AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
