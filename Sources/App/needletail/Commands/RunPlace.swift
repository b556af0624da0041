import ArgumentParser
import Config
import Control
import Foundation

/// Which engine is meant: `--socket`, `--config`, NEEDLETAIL_SOCKET, or the one engine of this user that answers.
struct RunPlace: ParsableArguments {
    @Option(help: "The control socket.")
    var socket: String?
    @Option(help: "The run's YAML file; its control socket is used.")
    var config: String?

    /// Connects, and says on standard error which socket was found where none was named.
    func connect() throws -> ControlClient { try Self.connect(try find()) }

    static func connect(_ path: String) throws -> ControlClient {
        do {
            return try ControlClient(path: path)
        } catch {
            throw ToolError(
                "no engine answers at \(path) (\(error.cause))",
                cure: "start one: needletail start --config FILE; or name another with --socket or --config")
        }
    }

    /// The socket's path; not yet connected.
    func find() throws -> String {
        if let socket { return socket }
        if let config { return try RunConfiguration.load(file: config, catalogue: Roster.catalogue).controlSocket }
        if let named = ProcessInfo.processInfo.environment["NEEDLETAIL_SOCKET"], !named.isEmpty {
            return say(named, "from NEEDLETAIL_SOCKET")
        }
        let living = Self.candidates().filter { (try? ControlClient(path: $0)) != nil }
        guard let only = living.first else {
            throw ToolError(
                "no engine was named and none answers in \(Self.places.joined(separator: ", "))",
                cure: "start one: needletail start --config FILE; or name it with --config FILE, --socket PATH or "
                    + "NEEDLETAIL_SOCKET")
        }
        guard living.count == 1 else {
            throw ToolError(
                "\(living.count) engines answer: \(living.joined(separator: ", "))",
                cure: "say which one: --socket PATH, --config FILE or NEEDLETAIL_SOCKET")
        }
        return say(only, "the only engine that answers")
    }

    private func say(_ path: String, _ why: String) -> String {
        FileHandle.standardError.write(Data("socket \(path) (\(why))\n".utf8))
        return path
    }

    /// Where runs live unless their configuration says otherwise; one directory for each.
    private static var places: [String] {
        let temporary = FileManager.default.temporaryDirectory.path
        return ["/var/lib/needletail/*", "\(temporary)/needletail-*"]
    }

    /// Somebody else's socket in a shared directory may answer whatever it likes.
    private static func isOurs(_ path: String) -> Bool {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        guard let owner = facts?[.ownerAccountID] as? NSNumber else { return false }
        return owner.uint32Value == geteuid()
    }

    /// Sockets below the usual places, in the order of their paths.
    private static func candidates() -> [String] {
        let temporary = FileManager.default.temporaryDirectory.path
        func below(_ directory: String, _ prefix: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasPrefix(prefix) }
                .sorted().map { "\(directory)/\($0)/control.sock" }
        }
        return (below("/var/lib/needletail", "") + below(temporary, "needletail-"))
            .filter(isOurs)
    }
}
