import Model
import Signing
import Units
import VenueKit
import Wire

/// What Binance REST needs to be told. Cold.
public struct BinanceRestConfiguration: Sendable {
    public var venue: VenueID
    public var endpoint: BinanceEndpoint
    public var symbols: [BinanceSymbol]
    public var assets: [BinanceAsset]
    public var clientIDs: ClientOrderIDFormat
    /// Without them only public requests can be made: signed ones are sent unsigned and refused by the venue.
    public var credentials: BinanceCredentials?
    public var receiveWindow: Int64

    public init(
        venue: VenueID, endpoint: BinanceEndpoint = .rest, symbols: [BinanceSymbol], assets: [BinanceAsset],
        clientIDs: ClientOrderIDFormat, credentials: BinanceCredentials?, receiveWindow: Int64 = 5000
    ) {
        self.venue = venue
        self.endpoint = endpoint
        self.symbols = symbols
        self.assets = assets
        self.clientIDs = clientIDs
        self.credentials = credentials
        self.receiveWindow = receiveWindow
    }
}

/// Binance Spot over REST: builds requests and reads answers for the cold path. Immutable after `init`, so any thread.
public final class BinanceRest: RestAdapter {
    let configuration: BinanceRestConfiguration
    let symbols: NameTable
    let assets: NameTable
    private let apiKey: String
    private let signer: RequestSigner?

    /// Throws for names or keys that cannot be used.
    public init(_ configuration: BinanceRestConfiguration) throws(BinanceConfigurationError) {
        symbols = try NameTable(symbols: configuration.symbols)
        assets = try NameTable(assets: configuration.assets)
        if let credentials = configuration.credentials {
            signer = try RequestSigner(credentials)
            apiKey = credentials.apiKey
        } else {
            signer = nil
            apiKey = ""
        }
        var kept = configuration
        kept.credentials = nil
        self.configuration = kept
    }

    public var link: LinkDescription {
        let endpoint = configuration.endpoint
        return LinkDescription(
            role: .rest, kind: .http, host: endpoint.host, port: endpoint.port, path: "", tlsName: endpoint.tlsName)
    }

    public var instruments: [InstrumentID] { configuration.symbols.map(\.instrument) }

    private func symbol(_ instrument: InstrumentID) -> String? {
        configuration.symbols.first { $0.instrument == instrument }?.symbol
    }

    // MARK: Requests

    public func serverTime() -> RestRequest { RestRequest(method: "GET", target: "/api/v3/time") }

    public func exchangeInfo() -> RestRequest {
        // The JSON list `["A","B"]`, percent-encoded.
        let list = configuration.symbols.map { "%22\($0.symbol)%22" }.joined(separator: "%2C")
        return RestRequest(method: "GET", target: "/api/v3/exchangeInfo?symbols=%5B\(list)%5D")
    }

    public func depthSnapshot(_ instrument: InstrumentID) -> RestRequest? {
        guard let symbol = symbol(instrument) else { return nil }
        return RestRequest(method: "GET", target: "/api/v3/depth?symbol=\(symbol)&limit=\(Quirks.snapshotLimit)")
    }

    public func openOrders(_ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest? {
        symbol(instrument).map { signed("GET", "/api/v3/openOrders", "symbol=\($0)", wallNow) }
    }

    public func account(wallNow: Nanoseconds) -> RestRequest { signed("GET", "/api/v3/account", "", wallNow) }

    public func order(_ client: ClientOrderID, _ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest? {
        named("GET", client, instrument, wallNow)
    }

    public func cancel(_ client: ClientOrderID, _ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest? {
        named("DELETE", client, instrument, wallNow)
    }

    private func named(
        _ method: String, _ client: ClientOrderID, _ instrument: InstrumentID, _ wallNow: Nanoseconds
    ) -> RestRequest? {
        symbol(instrument).map {
            let id = configuration.clientIDs.text(client).string
            return signed(method, "/api/v3/order", "symbol=\($0)&origClientOrderId=\(id)", wallNow)
        }
    }

    public func myTrades(_ instrument: InstrumentID, from: TradeID?, wallNow: Nanoseconds) -> RestRequest? {
        symbol(instrument).map {
            let start = from.map { "&fromId=\($0.low)" } ?? ""
            return signed("GET", "/api/v3/myTrades", "symbol=\($0)\(start)&limit=1000", wallNow)
        }
    }

    public func cancelAllOpen(_ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest? {
        symbol(instrument).map { signed("DELETE", "/api/v3/openOrders", "symbol=\($0)", wallNow) }
    }

    /// All parameters in the query, in this order, then the signature over exactly these bytes. Names and values here
    /// need no percent-encoding; an Ed25519 signature's base64 does.
    private func signed(_ method: String, _ path: String, _ query: String, _ wallNow: Nanoseconds) -> RestRequest {
        var query = query.isEmpty ? "" : query + "&"
        query += "recvWindow=\(configuration.receiveWindow)&timestamp=\(wallNow.milliseconds)"
        if let signature = signature(of: query) { query += "&signature=\(signature)" }
        return RestRequest(method: method, target: "\(path)?\(query)", headers: [("X-MBX-APIKEY", apiKey)])
    }

    private func signature(of query: String) -> String? {
        switch signer {
        case .none: return nil
        case .some(let signer):
            var payload = ByteWriter(capacity: query.utf8.count)
            for byte in query.utf8 { payload.append(byte: byte) }
            var text = ByteWriter(capacity: 128)
            signer.appendSignature(of: payload.view, to: &text)
            var encoded = ByteWriter(capacity: 384)
            encoded.appendPercentEncoded(text.view)
            return encoded.view.string()
        }
    }
}
