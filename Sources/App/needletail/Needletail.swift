import ArgumentParser
import AsyncHTTPClient
import Crypto
import NIOSSL
import Yams

/// The command line.
@main
struct Needletail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "needletail",
        abstract: "A low-latency trading engine for crypto venues: one machine, one deterministic core, all rails on.")
}
