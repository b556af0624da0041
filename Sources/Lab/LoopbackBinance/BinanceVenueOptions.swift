import Units

/// How fast the market's clock runs against the wall clock.
package enum VenueSpeed: Sendable, Hashable {
    case times(Int64)
    /// As fast as the connected clients read.
    case max
}

/// One trading account of the loopback venue. A key has a secret (HMAC) or a public key (Ed25519), or both.
package struct VenueAccount: Sendable {
    package var apiKey: String
    package var hmacSecret: String?
    package var ed25519PublicKeyPEM: String?
    package var balances: [String: Quantity]

    package init(
        apiKey: String, hmacSecret: String? = nil, ed25519PublicKeyPEM: String? = nil, balances: [String: Quantity]
    ) {
        self.apiKey = apiKey
        self.hmacSecret = hmacSecret
        self.ed25519PublicKeyPEM = ed25519PublicKeyPEM
        self.balances = balances
    }
}

/// Everything a loopback Binance Spot venue is started with.
package struct BinanceVenueOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0 = any free port, or the one the state file names. One port serves streams, WebSocket API and REST.
    package var port = 0
    /// PEM files; both or neither (plain).
    package var tlsCertificateFile: String?
    package var tlsKeyFile: String?
    /// Of the order-flow model; unused with `dataFiles`.
    package var seed: UInt64 = 1
    package var symbol = "BTCUSDT"
    /// Recordings played back one after the other; empty = the seeded model.
    package var dataFiles: [String] = []
    /// An `exchangeInfo` answer whose entry for `symbol` gives the filters.
    package var instrumentsFile: String?
    /// What the venue remembers across its own death: accounts, orders, trades, the market's place. `nil`: nothing.
    package var stateFile: String?
    package var speed: VenueSpeed = .times(1)
    package var accounts: [VenueAccount] = []
    /// Fractions of the received amount.
    package var makerFee = Quantity(raw: 100_000)
    package var takerFee = Quantity(raw: 100_000)
    /// Fees are taken in this asset instead, at this price in quote, as long as the account has enough of it.
    package var feeAsset: (name: String, price: Price)?
    package var pingInterval = Nanoseconds(seconds: 20)
    /// A connection that has not answered a ping for this long is closed.
    package var pongTimeout = Nanoseconds(seconds: 60)
    package var connectionLifetime = Nanoseconds(seconds: 86_400)
    /// Messages a client may send on a stream connection within one second.
    package var streamMessagesPerSecond = 5
    package var weightPerMinute = 6000
    package var ordersPer10Seconds = 100
    package var ordersPerDay = 200_000
    package var rawRequestsPer5Minutes = 300_000
    package var connectionsPer5Minutes = 300
    /// Requests that are refused for weight before the address is banned, and for how long.
    package var refusalsBeforeBan = 10
    package var banDuration = Nanoseconds(seconds: 120)
    /// What goes wrong from the start; `POST /loopback/faults` changes it.
    package var faults = VenueFaults()

    package init() {}
}

/// Why the venue cannot start, in words for the person who started it.
package struct VenueStartError: Error, Sendable, CustomStringConvertible {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
    package var description: String { reason }
}
