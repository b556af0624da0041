import Model
import Units
import VenueKit

/// A tradable symbol of the run: `BTCUSDT` and its instrument. Cold.
public struct BinanceSymbol: Sendable {
    public var instrument: InstrumentID
    /// As in payloads: upper case, at most 40 bytes.
    public var symbol: String
    public init(instrument: InstrumentID, symbol: String) {
        self.instrument = instrument
        self.symbol = symbol
    }
}

/// An asset of the run: `USDT` and its id. Cold.
public struct BinanceAsset: Sendable {
    public var asset: AssetID
    public var name: String
    public init(asset: AssetID, name: String) {
        self.asset = asset
        self.name = name
    }
}

/// Where a Binance service listens. Cold.
public struct BinanceEndpoint: Sendable {
    public var host: String
    public var port: UInt16
    /// Empty: no TLS, for loopback only.
    public var tlsName: String
    public init(host: String, port: UInt16, tlsName: String) {
        self.host = host
        self.port = port
        self.tlsName = tlsName
    }
    public static var streams: Self { .init(host: "stream.binance.com", port: 9443, tlsName: "stream.binance.com") }
    public static var webSocketAPI: Self { .init(host: "ws-api.binance.com", port: 443, tlsName: "ws-api.binance.com") }
    public static var rest: Self { .init(host: "api.binance.com", port: 443, tlsName: "api.binance.com") }
}

/// An API key with its secret half, as text from the secrets store. Cold; the adapters keep only the signer and the
/// key's name.
public struct BinanceCredentials: Sendable {
    /// The secret half.
    public enum Secret: Sendable {
        /// Shared secret: every request is signed.
        case hmac(String)
        /// PKCS#8 PEM: the session is signed once.
        case ed25519(pem: String)
    }
    public var apiKey: String
    public var secret: Secret
    public init(apiKey: String, secret: Secret) {
        self.apiKey = apiKey
        self.secret = secret
    }
}

/// What of a configuration an adapter could not use. Our caller's mistake, told at start.
public enum BinanceConfigurationError: Error, Sendable, Equatable {
    case noSymbols
    /// Longer than 40 bytes, empty, or with bytes other than upper-case letters and digits.
    case badSymbol(String)
    case badAsset(String)
    case badAPIKey
    case badPrivateKey
}

/// For people: cause and cure, and never a byte of a key.
extension BinanceConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSymbols: "no instrument is named\n  cure: list one under instruments:"
        case .badSymbol(let text):
            "'\(text)' is no Binance symbol\n  cure: up to 40 capitals and digits, such as BTCUSDT"
        case .badAsset(let text): "'\(text)' is no Binance asset\n  cure: capitals and digits, such as USDT"
        case .badAPIKey:
            "the API key is not one of Binance: it must be 1 to 128 letters and digits and nothing else"
                + "\n  cure: put the key exactly as the venue shows it, without quotes or line breaks, into the "
                + "environment variable that venue.account.api_key_env names"
        case .badPrivateKey:
            "the signing key cannot be used: an Ed25519 private key in PEM (PKCS #8) is needed, or a HMAC secret that "
                + "is not empty\n  cure: put the whole text, from -----BEGIN PRIVATE KEY----- to the end line, into the "
                + "environment variable that venue.account names"
        }
    }
}

/// Which of the venue's products a stream of market data is of.
public enum BinanceProduct: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case spot = 0
    /// USD-margined futures: diffs name the update before them (`pu`), trades name their kind (`X`). Recordings only: this
    /// build trades Spot.
    case usdMargined = 1
}
