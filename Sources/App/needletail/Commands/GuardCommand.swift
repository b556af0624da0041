import ArgumentParser
import CPlatform
import Config
import Foundation
import Gateway
import Guard
import Model
import Rest
import Rings
import Signals
import Units
import VenueKit

/// `needletail guard`: the second pair of eyes, in a process of its own.
struct GuardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Watch an engine from another process and cancel its orders when it falls silent.",
        discussion: """
            Reads the heartbeat that the engine writes once per duty cycle. When it stops for longer than \
            timeouts.guard, or the kill file appears, the guard writes the latch and cancels every open order with the \
            engine's client-id prefix over its own REST connection, again and again until the venue shows none. Where the \
            first REST server gives no answer it asks those of venue.failover, in their order.
            """)

    @Option(help: "The run's YAML file, the same as the engine's.")
    var config: String
    @Option(name: .customLong("set"), help: "Override a value: dotted.path=value. May be given several times.")
    var overrides: [String] = []

    func run() async throws {
        _ = platform_disable_core_dumps()
        CrashReports.disable()
        EndSignal.install()
        let configuration = try RunConfiguration.load(
            file: config, overrides: try overrides.map(EngineCommand.pair), catalogue: Roster.catalogue)
        guard let secrets = try Secrets.read(for: configuration) else {
            throw ToolError(
                "mode \(configuration.mode.name) sends no orders, so there is nothing to guard", cure: "guard LIVE runs only")
        }
        try FileManager.default.createDirectory(
            atPath: configuration.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let adapter = try Roster.venue(configuration, secrets: secrets).rest()
        let venue = configuration.venue
        var servers: [String] = []
        for url in [venue.rest.url] + venue.failover.compactMap({ $0.rest?.url }) where !servers.contains(url) {
            servers.append(url)
        }
        let watch = GuardWatch(
            configuration: configuration, adapter: adapter,
            rest: try RestClient(base: servers[0], others: Array(servers.dropFirst()), caFile: venue.caFile))
        say("servers: \(servers.joined(separator: ", then "))")
        say("watching \(configuration.heartbeatFile), silence limit \(configuration.timeouts.guardSilence.milliseconds) ms")
        try await watch.run(until: { EndSignal.isAsked }, say: say)
    }

    private func say(_ text: String) {
        print("guard: \(text)")
        fflush(nil)
    }
}
