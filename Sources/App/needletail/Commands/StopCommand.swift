import ArgumentParser
import Control
import Foundation
import Model
import Signals
import Telemetry
import Units

/// `needletail stop`: cancels everything and says what was proved.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Disable the strategies, cancel everything, and say what was proved. No ceremony.",
        discussion: """
            Gives `ctl stop`, then waits until the engine is DISARMED (or already stricter), no order is open or unknown
            by its book, and the venue, asked after the stop, shows no order of ours. The processes go on, so that the
            engine can be looked at; `needletail start` or `ctl start` enables the strategies again, and the ceremony
            follows. With --end engine and guard are ended in order as well.

            Exit status 0 says that all of it was proved; 1 that something was not, and what.

            Example:
              needletail stop --reason "done for today" --end
            """)

    @OptionGroup var place: RunPlace
    @Option(help: "Why; journalled.")
    var reason = "needletail stop"
    @Flag(help: "End the engine's process and its guard afterwards.")
    var end = false
    @Option(help: "Seconds to wait for the proof.")
    var patience = 15

    func run() async throws {
        EndSignal.install()
        let socket = try place.find()
        var client = try RunPlace.connect(socket)
        let directory = try client.status().names.directory
        let asked = Date()
        let deadline = asked.addingTimeInterval(Double(patience))
        print("engine   \(try give(&client, until: deadline)): strategies disabled, everything is being cancelled")
        var missing = [String]()
        repeat {
            let status = try client.status()
            missing = Self.missing(status, since: Nanoseconds(raw: Int64(Date().timeIntervalSince(asked) * 1e9)))
            if missing.isEmpty {
                tell(status)
                break
            }
            try await Task.sleep(nanoseconds: 50_000_000)
        } while Date() < deadline && !EndSignal.isAsked
        for line in missing { print("NOT PROVED  \(line)") }
        if end { try endProcesses(directory, socket) }
        guard missing.isEmpty else { throw ExitCode(1) }
    }

    /// Gives the stop until the engine has taken it: twice does no harm, once too few does. The state it led to.
    private func give(_ client: inout ControlClient, until deadline: Date) throws -> String {
        while true {
            do {
                return try client.request(.stop(reason: reason))["state"]?.string ?? "?"
            } catch {
                // Stricter already: it cancels all the same, and only the latch's removal leads out.
                if try client.status().engine.state == .halted { return "HALTED already" }
                guard Date() < deadline, !EndSignal.isAsked else { throw error }
            }
        }
    }

    /// What is not yet proved; empty is a proof. `since`: how long ago the stop was given, at most.
    static func missing(_ status: StatusDocument, since: Nanoseconds) -> [String] {
        let engine = status.engine
        var lines: [String] = []
        switch engine.state {
        case .disarmed, .safe, .halted: break
        case .staged, .armed, .live, .reducing: lines.append("the engine is \(engine.state.name)")
        }
        if engine.openOrders != 0 { lines.append("\(engine.openOrders) orders are open by the engine's book") }
        if engine.unknownOrders != 0 { lines.append("\(engine.unknownOrders) orders are unknown and being looked up") }
        let keepers = status.keepers
        if keepers.venueOrders < 0 || keepers.venueAge > since {
            lines.append("the venue was not yet asked after the stop")
        } else if keepers.venueOrders > 0 {
            lines.append("the venue shows \(keepers.venueOrders) open orders of ours")
        }
        return lines
    }

    private func tell(_ status: StatusDocument) {
        print("proved   \(status.engine.state.name); no order is open or unknown by the engine's book")
        print("proved   the venue, asked \(status.keepers.venueAge.milliseconds) ms ago, shows no order of ours")
        print("position \(status.engine.position) \(status.names.base), net \(status.net) \(status.names.quote)")
        if status.keepers.latched { print("LATCHED  needletail ctl unlatch --reason 'WHY' removes the latch") }
        if !end { print("next     needletail start --config FILE, or needletail ctl start, enables the strategies again") }
    }

    /// SIGTERM to the engine, whose end is orderly, and then to the guard.
    private func endProcesses(_ directory: String, _ socket: String) throws {
        for name in ["engine", "guard"] {
            guard let process = ProcessMark.holder(name, directory: directory) else { continue }
            kill(process, SIGTERM)
            for _ in 0..<400 where ProcessMark.holder(name, directory: directory) != nil { usleep(50_000) }
            guard ProcessMark.holder(name, directory: directory) == nil else {
                throw ToolError("the \(name) (process \(process)) did not end within 20 s", cure: "look at \(directory)/\(name).log")
            }
            print("ended    \(name), process \(process)")
        }
        guard (try? ControlClient(path: socket)) == nil else {
            throw ToolError(
                "an engine still answers at \(socket), but none holds \(directory)/engine.pid",
                cure: "find its process (fuser \(socket)) and end it with SIGTERM")
        }
    }
}
