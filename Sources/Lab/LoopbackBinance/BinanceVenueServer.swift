import Foundation
import Loopback
import Units

/// A Binance Spot venue on loopback: market streams, WebSocket API and REST on one port, plain or TLS.
///
/// `init` reads every file and refuses what it cannot serve; `start` binds and returns the port; `stop` closes
/// everything. Call `start` and `stop` once each, from any thread but the server's own.
package final class BinanceVenueServer: Sendable {
    package let options: BinanceVenueOptions
    let core: VenueCore
    private let server: LoopbackServer

    package init(options: BinanceVenueOptions) throws(VenueStartError) {
        self.options = options
        let store = try options.stateFile.map { file throws(VenueStartError) in
            try VenueStore(file: file, symbol: options.symbol)
        }
        let (rules, market) = try Self.market(options, store?.resume(keys: options.accounts.map(\.apiKey)))
        core = try VenueCore(options: options, rules: rules, market: market, store: store)
        server = LoopbackServer(application: core)
    }

    /// Returns the bound port.
    package func start() throws(VenueStartError) -> Int {
        do {
            let wanted = options.port == 0 ? core.store?.recovered.port ?? 0 : options.port
            let port = try server.start(
                host: options.host, port: wanted, certificate: options.tlsCertificateFile, key: options.tlsKeyFile)
            let store = core.store
            try server.onLoop {
                store?.note(port: port)
                store?.commit()
            }
            return port
        } catch { throw VenueStartError((error as? LoopbackStartError)?.reason ?? "\(error)") }
    }

    /// A second port of the same venue, any free one: two feeds of one market, two servers for orders. After `start`.
    package func openSecondPort() throws(VenueStartError) -> Int {
        do {
            return try server.openDoor(
                host: options.host, certificate: options.tlsCertificateFile, key: options.tlsKeyFile)
        } catch { throw VenueStartError(error.reason) }
    }

    /// Tells every connection of the shutdown, then closes them.
    package func stop() {
        let core = core
        try? server.onLoop { core.announceShutdown() }
        server.stop()
    }

    /// The symbol a recording is of.
    package static func recordedSymbol(_ files: [String]) throws(VenueStartError) -> String {
        try recorded(files).symbol
    }

    /// The symbol a recording is of, and its best bid at the start.
    package static func recorded(_ files: [String]) throws(VenueStartError) -> (symbol: String, price: Price) {
        let market = try RecordedMarket(files: files)
        guard let best = market.book.bids.max(by: { $0.price < $1.price }) else {
            throw VenueStartError("the recording's snapshot of \(market.symbol) has no bids")
        }
        return (market.symbol, best.price)
    }

    private static func market(
        _ options: BinanceVenueOptions, _ resume: MarketResume?
    ) throws(VenueStartError) -> (InstrumentRules, any VenueMarket) {
        var rules: InstrumentRules?
        if let file = options.instrumentsFile {
            guard let text = FileManager.default.contents(atPath: file) else {
                throw VenueStartError("cannot read the instruments file \(file)")
            }
            do { rules = try InstrumentRules(symbol: options.symbol, exchangeInfo: try JSONParser.parse(Array(text))) }
            catch let error as VenueStartError { throw error }
            catch { throw VenueStartError("the instruments file \(file) is not JSON: \(error)") }
        }
        guard options.dataFiles.isEmpty else {
            let market = try RecordedMarket(files: options.dataFiles, resume: resume)
            guard market.symbol == options.symbol else {
                throw VenueStartError("the recording is of \(market.symbol), the venue was asked for \(options.symbol)")
            }
            var used = rules ?? InstrumentRules(symbol: options.symbol)
            if rules == nil { used.derive(from: market.book) }
            return (used, market)
        }
        let used = rules ?? InstrumentRules(symbol: options.symbol)
        return (used, SeededMarket(seed: options.seed, rules: used, resume: resume))
    }
}
