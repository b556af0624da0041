import ArgumentParser
import BenchKit
import CBench
import CPlatform
import Foundation
import Launch
import Transport
import WireToWire

/// `needletail bench client`: the engine's hot loop as a client, for a rig of one's own.
struct BenchClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Answer every book ticker of a local server with an order, through the engine's whole hot loop.",
        discussion: """
            Connects to wss://127.0.0.1:PORT/ws. The server's certificate is NOT verified, in this command alone. Sends \
            nothing by itself; answers each bookTicker text frame ({"u":1,"s":"BTCUSDT","b":"…","B":"…","a":"…","A":"…"}) \
            with one masked text frame in one TLS record: an order of about 250 bytes, "BUY" when the bid is at or above the \
            last one, "SELL" when below, the bid as price with 8 digits after the point. Transport, decoder, book, \
            strategy, risk gate, encoder and journal are the engine's; what a venue would answer to the order is made here \
            and read after the order has left. Ends when the server closes, or after 20 s without a server.
            """)

    enum Records: String, CaseIterable, ExpressibleByArgument {
        case openssl, own
        var provider: TLSRecordProvider { self == .own ? .own : .openssl }
    }

    @Option(help: "The server's port on 127.0.0.1.")
    var port: UInt16
    @Option(help: "The core to run on; the last one when left out.")
    var core: Int32?
    @Option(name: .customLong("tls-records"), help: "Who encrypts the records after the handshake: OpenSSL, or the engine's own record layer.")
    var records = Records.openssl
    @Option(help: "Directory for the journal; a temporary one, removed at the end, when left out.")
    var data: String?
    @Flag(help: "Ask the kernel to run the hot thread before all others (SCHED_FIFO): for bursts well under a second.")
    var priority = false

    func run() async throws {
        let core = core ?? Swift.max(0, platform_core_count() - 1)
        print("bench client: wss://127.0.0.1:\(port)/ws, core \(core); the certificate is NOT verified")
        fflush(nil)
        let directory = data.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(path: "needletail-bench-client-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { if data == nil { try? FileManager.default.removeItem(at: directory) } }
        let session = WireSession(
            port: port, core: core, priority: priority, journal: directory.path, records: records.provider,
            build: BuildIdentity.name)
        for line in try session.run() { print(line) }
    }
}

/// `needletail bench floor`: the least a client can do, for the rig.
struct BenchFloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor", abstract: "The C floor: answers each TLS record with one fixed frame, and does nothing else.")

    @Option(help: "The server's port on 127.0.0.1.")
    var port: UInt16
    @Option(help: "PEM file of the authority that signed the server's certificate.")
    var ca: String
    @Option(help: "The core to run on; the last one when left out.")
    var core: Int32?
    @Flag(help: "As for the client.")
    var priority = false

    func run() throws {
        var error = [CChar](repeating: 0, count: 256)
        var switches: Int64 = 0
        let status = unsafe bench_floor_run(
            port, ca, core ?? Swift.max(0, platform_core_count() - 1), priority ? 1 : 0, WireBench.replyBytes, &switches,
            &error, error.count)
        guard status == 0 else { throw BenchError(text(error)) }
        print("figure involuntary_switches \(switches)")
    }
}
