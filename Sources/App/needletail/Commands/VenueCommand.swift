import ArgumentParser
import Foundation
import LoopbackBinance
import Signals
import Units

/// `needletail venue`: the loopback venue.
struct VenueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venue",
        abstract: "Serve a loopback venue: real protocol, real matching, a market of its own.",
        discussion: """
            One port serves market streams, the WebSocket API and REST. The market is a seeded order-flow model, or \
            recordings given with --data; our orders rest in it with a queue position. Ends on SIGTERM or Ctrl-C.

            Examples:
              needletail venue --protocol binance-spot --port 9443 --cert venue.pem --key venue.key
              needletail venue --state venue.state        # killed and started again, it knows its orders and its port
              needletail venue --data btcusdt_20240808.gz,btcusdt_20240809.gz --speed 10
            """)

    @Option(help: "The venue's protocol: binance-spot.")
    var `protocol` = "binance-spot"
    @Option(help: "Port on 127.0.0.1; 0 takes any free one, which is printed.")
    var port = 0
    @Option(help: "PEM certificate; with --key it makes the venue speak TLS.")
    var cert: String?
    @Option(help: "PEM private key of the certificate.")
    var key: String?
    @Option(help: "Seed of the order-flow model: the same seed gives the same market.")
    var seed: UInt64 = 1
    @Option(help: "Symbol of the market; BTCUSDT, or the recording's.")
    var symbol: String?
    @Option(help: "Recordings, separated by commas, plain or gzip, played in order.")
    var data: String?
    @Option(help: "File with an exchangeInfo answer that gives the symbol's rules.")
    var instruments: String?
    @Option(help: "Speed of the market's clock: a whole number, or max.")
    var speed = "1"
    @Option(help: "Remember accounts, orders, trades and the port in this file, and go on from it when started again.")
    var state: String?
    @Option(help: "Switch faults on: a file of '<fault> <rate> [milliseconds]' lines; POST /loopback/faults changes them.")
    var faults: String?
    @Option(help: "Seconds after which a connection is cut; the real venue cuts after 24 hours.")
    var lifetime: Int64 = 86_400
    @Option(help: "Seconds between the venue's pings; a connection without a pong for three times as long is closed.")
    var pingInterval: Int64 = 20
    @Option(help: "Rate limits, this many times the real venue's; for tests that start an engine every half second.")
    var limits = 1
    @Option(help: "Write the port to this file once the venue listens.")
    var portFile: String?
    @Option(help: "Listen on a second port too, and write it to this file: two feeds of one market, two order servers.")
    var secondPortFile: String?
    @Option(help: "Account: API key. Its Ed25519 public key is given with --account-public-key.")
    var account: String?
    @Option(help: "PEM file with the account's Ed25519 public key.")
    var accountPublicKey: String?
    @Option(help: "The account's HMAC secret, instead of or beside the public key.")
    var accountHmacSecret: String?
    @Option(help: "Balances of the account, ASSET=AMOUNT, separated by commas.")
    var balances = "BTC=10,ETH=100,USDT=1000000"

    @Option(help: "Take fees in this asset, ASSET=PRICE in quote, as long as the account has enough of it.")
    var feeAsset: String?

    func run() async throws {
        guard self.protocol == "binance-spot" else {
            throw ValidationError("no loopback venue speaks '\(self.protocol)'; there is binance-spot")
        }
        var options = BinanceVenueOptions()
        options.port = port
        options.tlsCertificateFile = cert
        options.tlsKeyFile = key
        options.seed = seed
        options.symbol = symbol ?? "BTCUSDT"
        options.dataFiles = data.map { $0.split(separator: ",").map(String.init) } ?? []
        if symbol == nil, !options.dataFiles.isEmpty {
            options.symbol = try BinanceVenueServer.recordedSymbol(options.dataFiles)
        }
        options.instrumentsFile = instruments
        options.stateFile = state
        guard lifetime >= 1, pingInterval >= 1 else { throw ValidationError("--lifetime and --ping-interval take whole seconds") }
        guard (1...10_000).contains(limits) else { throw ValidationError("--limits takes a number from 1 to 10000") }
        options.weightPerMinute *= limits
        options.ordersPer10Seconds *= limits
        options.rawRequestsPer5Minutes *= limits
        options.connectionsPer5Minutes *= limits
        options.connectionLifetime = Nanoseconds(seconds: lifetime)
        options.pingInterval = Nanoseconds(seconds: pingInterval)
        options.pongTimeout = Nanoseconds(seconds: 3 * pingInterval)
        if let faults { options.faults = try VenueFaults(try String(contentsOfFile: faults, encoding: .utf8)) }
        options.speed = try Self.speed(speed)
        options.feeAsset = try feeAsset.map(Self.feeAsset)
        if let account {
            options.accounts = [
                VenueAccount(
                    apiKey: account, hmacSecret: accountHmacSecret,
                    ed25519PublicKeyPEM: try accountPublicKey.map { try String(contentsOfFile: $0, encoding: .utf8) },
                    balances: try Self.balances(balances))
            ]
        }
        EndSignal.install()
        let server = try BinanceVenueServer(options: options)
        let bound = try server.start()
        print("listening \(bound)")
        fflush(nil)
        if let secondPortFile {
            try "\(try server.openSecondPort())\n".write(toFile: secondPortFile, atomically: true, encoding: .utf8)
        }
        if let portFile { try "\(bound)\n".write(toFile: portFile, atomically: true, encoding: .utf8) }
        await EndSignal.wait()
        server.stop()
    }

    private static func speed(_ text: String) throws -> VenueSpeed {
        if text == "max" { return .max }
        guard let times = Int64(text), times >= 1 else {
            throw ValidationError("--speed takes a whole number of at least 1, or max; not '\(text)'")
        }
        return .times(times)
    }

    private static func feeAsset(_ text: String) throws -> (name: String, price: Price) {
        let sides = text.split(separator: "=")
        guard sides.count == 2, let price = try? Price(String(sides[1])), price.isPositive else {
            throw ValidationError("--fee-asset takes ASSET=PRICE; not '\(text)'")
        }
        return (String(sides[0]), price)
    }

    static func balances(_ text: String) throws -> [String: Quantity] {
        var found: [String: Quantity] = [:]
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=")
            guard sides.count == 2, let amount = try? Quantity(String(sides[1])) else {
                throw ValidationError("--balances takes ASSET=AMOUNT,…; not '\(part)'")
            }
            found[String(sides[0])] = amount
        }
        return found
    }
}
