import ArgumentParser
import Config
import Control
import Foundation
import Guard
import Model
import Signals
import Telemetry

/// `needletail start`: engine and guard in the background.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start an engine and its guard in the background; or enable a stopped one again.",
        discussion: """
            Reads the configuration, starts the engine and the guard in sessions of their own, waits until the engine
            answers on its control socket, and says what to type next. Nothing is sent: a started engine is DISARMED,
            whatever it was before, and trades only after stage, arm and confirm.

            In run.directory: engine.log and guard.log, engine.pid and guard.pid (locked while they live), control.sock,
            kill.latch while it is set, and summary.json after an orderly end.

            When an engine of this very configuration runs already, its strategies are enabled again after a stop. One of
            another configuration is refused: end it first with `needletail stop --end`.

            Example:
              needletail start --config run.yaml
              make start CONFIG=run.yaml
            """)

    @Option(help: "The run's YAML file.")
    var config: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []
    @Option(help: "Seconds the engine may take until it answers.")
    var patience = 30

    func run() async throws {
        EndSignal.install()
        let configuration = try RunConfiguration.load(
            file: config, overrides: try overrides.map(EngineCommand.pair), catalogue: Roster.catalogue)
        _ = try Secrets.read(for: configuration)
        if ProcessMark.holder("engine", directory: configuration.directory) != nil {
            return try enable(configuration)
        }
        try FileManager.default.createDirectory(
            atPath: configuration.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try? FileManager.default.removeItem(atPath: summaryFile(configuration))
        let engine = try spawn("engine", configuration, ["--summary", summaryFile(configuration)])
        var guardian: DetachedProcess?
        do {
            let status = try await answer(configuration, engine)
            // After the engine: a guard that finds the silent heartbeat of a crashed run takes it for this one's.
            if configuration.mode == .live, !GuardPresence(directory: configuration.directory).isRunning {
                guardian = try spawn("guard", configuration)
                try await watching(configuration, guardian!)
            }
            tell(configuration, engine, guardian, status)
        } catch {
            guardian?.end()
            engine.end()
            throw error
        }
    }

    private func spawn(_ word: String, _ configuration: RunConfiguration, _ more: [String] = []) throws -> DetachedProcess {
        let log = URL(filePath: configuration.directory).appending(path: "\(word).log")
        return try DetachedProcess(
            word, [word, "--config", config] + overrides.flatMap { ["--set", $0] } + more, log: log)
    }

    private func summaryFile(_ configuration: RunConfiguration) -> String { configuration.directory + "/summary.json" }

    /// The engine's first status.
    private func answer(_ configuration: RunConfiguration, _ engine: DetachedProcess) async throws -> StatusDocument {
        try await first(engine) {
            guard var client = try? ControlClient(path: configuration.controlSocket) else { return nil }
            return try? client.status()
        }
    }

    private func watching(_ configuration: RunConfiguration, _ guardian: DetachedProcess) async throws {
        let presence = GuardPresence(directory: configuration.directory)
        _ = try await first(guardian) { presence.isRunning ? true : nil }
    }

    /// Asks until there is an answer, while the process lives and patience lasts.
    private func first<Answer>(_ child: DetachedProcess, _ ask: () -> Answer?) async throws -> Answer {
        let deadline = Date().addingTimeInterval(Double(patience))
        while true {
            if let answer = ask() { return answer }
            guard child.isRunning else {
                throw ToolError("the \(child.name) ended at once:\n\(child.logTail)", cure: "the log is \(child.log.path)")
            }
            guard Date() < deadline else {
                throw ToolError(
                    "the \(child.name) did not answer within \(patience) s:\n\(child.logTail)",
                    cure: "the log is \(child.log.path)")
            }
            if EndSignal.isAsked { throw ToolError("interrupted; engine and guard were ended again") }
            try await Task.sleep(nanoseconds: 20_000_000)
        }
    }

    private func tell(
        _ configuration: RunConfiguration, _ engine: DetachedProcess, _ guardian: DetachedProcess?, _ status: StatusDocument
    ) {
        print("engine   process \(engine.identifier), \(configuration.mode.name), \(status.engine.state.name); log \(engine.log.path)")
        if let guardian { print("guard    process \(guardian.identifier), watching; log \(guardian.log.path)") }
        print("control  \(configuration.controlSocket)")
        let ctl = "needletail ctl --socket \(configuration.controlSocket)"
        if let latch = KillLatch(path: configuration.latchFile).read() {
            print("LATCHED  by \(latch.by): \(latch.reason); the order link is not opened")
            print("next     \(ctl) unlatch --reason 'WHY'")
            return
        }
        print("next     \(ctl) stage     (then arm and confirm with the hash it shows)")
        print("look     \(ctl) watch")
        print("stop     needletail stop --socket \(configuration.controlSocket)")
    }

    /// The engine runs: its strategies are enabled again.
    private func enable(_ configuration: RunConfiguration) throws {
        var client = try ControlClient(path: configuration.controlSocket)
        let status = try client.status()
        guard status.names.configHash == configuration.hash else {
            throw ToolError(
                "an engine runs in \(configuration.directory) with another configuration (hash "
                    + "\(hexText(status.names.configHash)); this file's is \(configuration.hashText))",
                cure: "needletail stop --end ends it; then start again")
        }
        let answer = try client.request(.start)
        print("engine   runs already, process \(ProcessMark.holder("engine", directory: configuration.directory) ?? 0)")
        print("         \(answer["text"]?.string ?? "")")
    }
}
