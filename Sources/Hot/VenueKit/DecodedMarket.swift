import Books
import Model
import Units
import Wire

/// One decoded market message, in every venue's one form; the levels of a diff or a snapshot are beside it.
public struct MarketMessage: BitwiseCopyable, Equatable, Sendable {
    /// Raw values are written to market files.
    public enum Kind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        /// Nothing that concerns a book, such as the answer to a subscription.
        case none = 0
        case depth = 1
        case ticker = 2
        case trade = 3
        case shutdown = 4
        case controlError = 5
        /// The body of a depth snapshot.
        case snapshot = 6
        /// A message that was not believed.
        case refused = 7
        /// The body of a depth snapshot that was not believed.
        case refusedSnapshot = 8
    }
    public var kind: Kind = .none
    /// Row in the adapter's table of symbols; -1 where the message is of none.
    public var row = -1
    /// Why the message was not believed; of the two refused kinds alone.
    public var refusal = FeedRefusal.malformed
    /// The venue's time, milliseconds.
    public var eventTime: Int64 = 0
    public var firstUpdate: Int64 = 0
    public var lastUpdate: Int64 = 0
    /// The last update of the diff before this one, as the message itself says it or its first update implies.
    public var previousUpdate: Int64 = 0
    /// The best bid of a ticker; price and quantity of a trade.
    public var bid = Level(price: .zero, quantity: .zero)
    public var ask = Level(price: .zero, quantity: .zero)
    public var trade: Int64 = 0
    public var buyerIsMaker = false

    public init() {}

    /// Whether the message carries levels beside it.
    public var hasLevels: Bool { kind == .depth || kind == .snapshot }
}

/// A market adapter whose decoding can be done beforehand, once, for a recording that is played many times: frames become
/// messages, and the messages, later, what the frames would have become.
public protocol DecodedMarketAdapter: MarketDataAdapter, ~Copyable {
    /// Decodes one frame; what cannot be believed becomes a message of kind `.refused`. The adapter itself is not changed.
    mutating func decode(_ frame: ByteView) -> MarketMessage
    /// Decodes the body of a depth snapshot.
    mutating func decodeSnapshot(_ body: ByteView) -> MarketMessage
    /// Levels of what was decoded last, valid until something is decoded again.
    var decodedBids: LevelView { get }
    var decodedAsks: LevelView { get }

    /// A message decoded before: does what its frame would have done. Precondition: `row` is one of the adapter's or the
    /// kind has none; levels have positive prices and no negative quantities.
    mutating func message<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, bids: LevelView, asks: LevelView, receivedAt: Nanoseconds, sink: inout M)
    /// A depth snapshot decoded before.
    mutating func snapshot<M: MarketSink & ~Copyable>(
        _ instrument: InstrumentID, _ message: MarketMessage, bids: LevelView, asks: LevelView, receivedAt: Nanoseconds,
        sink: inout M)
}
