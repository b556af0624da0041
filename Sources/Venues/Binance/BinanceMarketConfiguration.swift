import Model
import Units
import VenueKit

/// What Binance market data needs to be told. Cold.
public struct BinanceMarketConfiguration: Sendable {
    /// Which public trades are delivered.
    public enum Trades: Sendable { case each, aggregated }
    public var venue: VenueID
    public var endpoint: BinanceEndpoint
    public var symbols: [BinanceSymbol]
    public var trades: Trades
    /// How much later than the fastest message of the connection one may arrive, by its exchange time.
    public var maxTransitLag: Nanoseconds
    /// Silence of one symbol after which it is reported.
    public var maxSilence: Nanoseconds
    /// Silence of the whole connection after which a new one is asked for, unless the venue's REST book proves it right.
    public var maxLinkSilence: Nanoseconds
    /// How long a book may stand before it is QUIET; everything else that `StreamHealth` asks is in proportion.
    public var quietAfter: Nanoseconds
    /// Whether a doubt may be taken to the venue's REST book; a recording has nobody to ask.
    public var asksVenue: Bool
    /// What the frames are of; a live link is of Spot.
    public var product = BinanceProduct.spot

    public init(
        venue: VenueID, endpoint: BinanceEndpoint = .streams, symbols: [BinanceSymbol], trades: Trades = .each,
        maxTransitLag: Nanoseconds = Nanoseconds(seconds: 2), maxSilence: Nanoseconds = Nanoseconds(seconds: 5),
        maxLinkSilence: Nanoseconds = Nanoseconds(seconds: 15), quietAfter: Nanoseconds = Nanoseconds(seconds: 2),
        asksVenue: Bool = true
    ) {
        self.venue = venue
        self.endpoint = endpoint
        self.symbols = symbols
        self.trades = trades
        self.maxTransitLag = maxTransitLag
        self.maxSilence = maxSilence
        self.maxLinkSilence = maxLinkSilence
        self.quietAfter = quietAfter
        self.asksVenue = asksVenue
    }
}
