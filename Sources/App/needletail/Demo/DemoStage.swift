import Config
import Control
import Foundation
import Launch
import LoopbackBinance
import Model
import Signals
import Units

/// Everything a demo needs around it: a private directory, certificates, the venue's process, the engine's process.
final class DemoStage {
    let directory: URL
    let mode: RunMode
    let symbol: String
    let seed: UInt64
    private let certificates: ThrowawayCertificates
    private let data: String?
    private let sizes: DemoSizes
    /// Settings of the engine and the guard, as `--set` takes them.
    private let overrides: [String]
    private var venue: ChildProcess?
    private(set) var engine: ChildProcess?
    private var guardian: ChildProcess?
    private(set) var port = 0
    private static let givenBase: Int64 = 10
    private static let givenQuote: Int64 = 1_000_000
    private let apiKey = "NeedletailLoopbackDemoKey0123456789"

    init(mode: RunMode, seed: UInt64, data: String?, symbol: String?, overrides: [String] = []) throws {
        self.mode = mode
        self.seed = seed
        self.data = data
        self.overrides = overrides.flatMap { ["--set", $0] }
        let market = try Self.market(of: data)
        self.symbol = symbol ?? market.symbol
        sizes = DemoSizes(price: market.price)
        let base = FileManager.default.temporaryDirectory
        directory = base.appending(path: "needletail-demo-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        certificates = try ThrowawayCertificates(in: directory)
    }

    var controlSocket: String { directory.appending(path: "control.sock").path }
    var journalDirectory: String { directory.appending(path: "journal").path }
    var summaryFile: URL { directory.appending(path: "summary.json") }

    /// What a recording is of and where its price begins; the seeded market's otherwise.
    private static func market(of data: String?) throws -> (symbol: String, price: Price) {
        guard let files = data?.split(separator: ",").map(String.init), !files.isEmpty else {
            return ("BTCUSDT", Price(raw: 60_000 * fixedPointUnit))
        }
        for file in files where !FileManager.default.isReadableFile(atPath: file) {
            throw ToolError("the recording \(file) cannot be read", cure: "check the path given with --data")
        }
        do {
            return try BinanceVenueServer.recorded(files)
        } catch {
            throw ToolError("\(error)", cure: "give recordings that begin with one that holds a REST depth snapshot")
        }
    }

    /// `BTCUSDT` → BTC and USDT.
    private var assets: (base: String, quote: String) {
        for quote in ["USDT", "USDC", "FDUSD", "BTC", "ETH", "BNB"] where symbol.hasSuffix(quote) && symbol != quote {
            return (String(symbol.dropLast(quote.count)), quote)
        }
        return (String(symbol.dropLast(3)), String(symbol.suffix(3)))
    }

    /// Starts the venue and waits until it listens.
    func startVenue() async throws {
        let portFile = directory.appending(path: "venue.port")
        var arguments = [
            "venue", "--protocol", "binance-spot", "--cert", certificates.certificate.path, "--key",
            certificates.key.path, "--seed", "\(seed)", "--symbol", symbol, "--port-file", portFile.path, "--account",
            apiKey, "--account-public-key", certificates.accountPublicKey.path, "--balances",
            "\(assets.base)=\(Self.givenBase),\(assets.quote)=\(Self.givenQuote)",
        ]
        if let data { arguments += ["--data", data] }
        let child = try ChildProcess("venue", arguments, log: directory.appending(path: "venue.log"))
        venue = child
        try await until("the venue listens", child, seconds: 30) {
            guard let text = try? String(contentsOf: portFile, encoding: .utf8),
                let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
            else { return false }
            self.port = port
            return true
        }
    }

    /// Writes the run's configuration and starts the engine; it is DISARMED.
    func startEngine() async throws {
        let file = directory.appending(path: "demo.yaml")
        try configurationText(mode).write(to: file, atomically: true, encoding: .utf8)
        // Only a run that may send is given the keys.
        let secrets = mode == .live ? try self.secrets() : [:]
        let child = try ChildProcess(
            "engine", ["engine", "--config", file.path, "--summary", summaryFile.path] + overrides, environment: secrets,
            log: directory.appending(path: "engine.log"))
        engine = child
        try await until("the engine answers on its control socket", child, seconds: 30) {
            guard FileManager.default.fileExists(atPath: self.controlSocket),
                var client = try? ControlClient(path: self.controlSocket)
            else { return false }
            return (try? client.status()) != nil
        }
        // Only now: a start that takes long is no silence that a guard has to act on.
        if mode == .live {
            guardian = try ChildProcess(
                "guard", ["guard", "--config", file.path] + overrides, environment: secrets,
                log: directory.appending(path: "guard.log"))
        }
    }

    private func configurationText(_ mode: RunMode) -> String {
        DemoConfiguration.text(
            mode: mode, symbol: symbol, sizes: sizes, base: assets.base, quote: assets.quote, directory: directory.path, port: port,
            authority: certificates.authority.path)
    }

    /// The run as an engine with the account's key would have it, to ask the venue itself, and that key.
    func liveConfiguration() throws -> RunConfiguration {
        try RunConfiguration.parse(configurationText(.live), file: "the demo's configuration", catalogue: Roster.catalogue)
    }

    func accountSecrets() throws -> Secrets? {
        try Secrets.read(for: try liveConfiguration(), environment: try secrets())
    }

    private func secrets() throws -> [String: String] {
        [
            "NEEDLETAIL_DEMO_API_KEY": apiKey,
            "NEEDLETAIL_DEMO_PRIVATE_KEY": try String(contentsOf: certificates.accountPrivateKey, encoding: .utf8),
        ]
    }

    /// The question to the venue whether anything of this run reached it.
    func venueProof() throws -> DemoVenueProof {
        DemoVenueProof(
            configuration: try liveConfiguration(), secrets: try accountSecrets(),
            given: [Self.givenBase, Self.givenQuote].map { Quantity(raw: $0 * fixedPointUnit) })
    }

    /// Asks the engine to end in order and waits for it.
    func endEngine() throws {
        guard let engine else { return }
        engine.send(SIGTERM)
        guard engine.wait(seconds: 30) else {
            throw ToolError("the engine did not end within 30 s\n\(engine.logTail)")
        }
        // Status 1 with a summary: the run ended in order, and what is wrong at the venue is told by the summary.
        guard engine.exitStatus == 0 || FileManager.default.fileExists(atPath: summaryFile.path) else {
            throw ToolError("the engine ended with status \(engine.exitStatus)\n\(engine.logTail)")
        }
    }

    /// Ends what still runs.
    func end() {
        guardian?.end()
        engine?.end()
        venue?.end()
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// Waits for a condition, watching that the process is still there.
    private func until(
        _ what: String, _ child: ChildProcess, seconds: Double, _ condition: () -> Bool
    ) async throws {
        let deadline = Date().addingTimeInterval(seconds)
        while !condition() {
            guard child.isRunning else {
                throw ToolError("the \(child.name) ended before \(what):\n\(child.logTail)")
            }
            guard Date() < deadline else {
                throw ToolError("waited \(Int(seconds)) s until \(what):\n\(child.logTail)")
            }
            if EndSignal.isAsked { throw ToolError("interrupted before \(what)") }
            try await Task.sleep(nanoseconds: 10_000_000)
        }
    }
}
