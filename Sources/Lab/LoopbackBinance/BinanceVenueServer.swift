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
        let (rules, market) = try Self.market(options)
        core = try VenueCore(options: options, rules: rules, market: market)
        server = LoopbackServer(application: core)
    }

    /// Returns the bound port.
    package func start() throws(VenueStartError) -> Int {
        do {
            return try server.start(
                host: options.host, port: options.port, certificate: options.tlsCertificateFile, key: options.tlsKeyFile)
        } catch { throw VenueStartError(error.reason) }
    }

    package func stop() { server.stop() }

    /// The symbol a recording is of.
    package static func recordedSymbol(_ files: [String]) throws(VenueStartError) -> String {
        try RecordedMarket(files: files).symbol
    }

    private static func market(
        _ options: BinanceVenueOptions
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
            let market = try RecordedMarket(files: options.dataFiles)
            guard market.symbol == options.symbol else {
                throw VenueStartError("the recording is of \(market.symbol), the venue was asked for \(options.symbol)")
            }
            var used = rules ?? InstrumentRules(symbol: options.symbol)
            if rules == nil { used.derive(from: market.book) }
            return (used, market)
        }
        let used = rules ?? InstrumentRules(symbol: options.symbol)
        return (used, SeededMarket(seed: options.seed, rules: used))
    }
}
