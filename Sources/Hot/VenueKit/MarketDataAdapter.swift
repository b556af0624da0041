import Model
import Units
import Wire

/// Where market events go. Called on the feed thread, in order, inside the adapter's call.
public protocol MarketSink: QuarantineSink, ~Copyable {
    /// `.topOfBook`, `.trade`, `.link` or `.health`.
    mutating func market(_ input: Input)
    /// The adapter has no valid book and needs the venue's depth snapshot; it bounds how often it asks.
    mutating func requestSnapshot(_ instrument: InstrumentID)
    /// A message or a part of it was not believed.
    mutating func refused(_ reason: FeedRefusal)
    /// The same of a stream of feed `lane`, 0 or 1, for its counts; a sink without such counts takes it as `refused`.
    mutating func refused(_ reason: FeedRefusal, of stream: MarketStream, lane: Int)
    /// The connection cannot be trusted any longer and has to be opened anew.
    mutating func reconnect(_ reason: FeedRefusal)
    /// An instrument's book came to be whole, or is being rebuilt. Nobody need listen.
    mutating func sequence(_ instrument: InstrumentID, isWhole: Bool)
    /// The same two wishes, of the second of two feeds where `lane` is 1.
    mutating func requestSnapshot(_ instrument: InstrumentID, lane: Int)
    mutating func reconnect(_ reason: FeedRefusal, lane: Int)
}

extension MarketSink where Self: ~Copyable {
    public mutating func sequence(_ instrument: InstrumentID, isWhole: Bool) {}
    public mutating func refused(_ reason: FeedRefusal, of stream: MarketStream, lane: Int) { refused(reason) }
    public mutating func requestSnapshot(_ instrument: InstrumentID, lane: Int) {
        precondition(lane == 0, "this sink serves one feed")
        requestSnapshot(instrument)
    }
    public mutating func reconnect(_ reason: FeedRefusal, lane: Int) {
        precondition(lane == 0, "this sink serves one feed")
        reconnect(reason)
    }
}

/// One venue's market data as a machine without I/O: frames in, events out, time as an argument. Used by one thread.
/// Allocates at `init` only.
///
/// `at` and `receivedAt` are on the engine clock.
public protocol MarketDataAdapter: ~Copyable {
    /// The connections this adapter needs. Cold.
    var links: [LinkDescription] { get }
    /// The link is open (upgrade done): subscribe. All books are invalid until they are rebuilt.
    mutating func linkOpened<S: FrameSink & ~Copyable>(at now: Nanoseconds, sink: inout S)
    /// The link is gone: no book is valid.
    mutating func linkClosed<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M)
    /// One complete text frame.
    mutating func message<M: MarketSink & ~Copyable>(_ bytes: ByteView, receivedAt: Nanoseconds, sink: inout M)
    /// The body of a depth snapshot that was asked for; an empty body says that the request failed.
    mutating func snapshot<M: MarketSink & ~Copyable>(
        _ instrument: InstrumentID, _ body: ByteView, receivedAt: Nanoseconds, sink: inout M)
    /// The connection brought bytes that are no message, such as a ping, at `time` last.
    mutating func linkProof(at time: Nanoseconds)
    /// Time passed; called at least every 100 ms.
    mutating func timer<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M)
}

extension MarketDataAdapter where Self: ~Copyable {
    public mutating func linkProof(at time: Nanoseconds) {}
}

/// Why a market message or a part of it was not believed. Raw values are counted and shown.
public enum FeedRefusal: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case malformed = 0
    case unknownStream = 1
    /// The payload's symbol is not the stream's.
    case wrongSymbol = 2
    case crossedBook = 3
    case invalidPrice = 4
    case invalidQuantity = 5
    /// Exchange time lags the newest seen on this instrument by more than allowed.
    case staleExchangeTime = 6
    /// Nothing was received for too long.
    case staleReceiveTime = 7
    case duplicate = 8
    case gap = 9
    case outOfOrder = 10
    /// A snapshot older than what is already buffered: asked for again.
    case snapshotTooOld = 11
    case bufferFull = 12
    /// The venue refused a subscription or another control message.
    case controlError = 13
    /// The venue announced that it will close the connection.
    case serverShutdown = 14
    /// More price levels than the book has room for: the furthest were dropped.
    case bookFull = 15
    /// Snapshot request failed.
    case snapshotFailed = 16
    /// Several kinds of evidence say that the connection no longer shows the market.
    case feedDead = 17
    /// Two feeds of the same market contradict each other.
    case feedsDisagree = 18

    public var name: String {
        switch self {
        case .malformed: return "MALFORMED"
        case .unknownStream: return "UNKNOWN_STREAM"
        case .wrongSymbol: return "WRONG_SYMBOL"
        case .crossedBook: return "CROSSED_BOOK"
        case .invalidPrice: return "INVALID_PRICE"
        case .invalidQuantity: return "INVALID_QUANTITY"
        case .staleExchangeTime: return "STALE_EXCHANGE_TIME"
        case .staleReceiveTime: return "STALE_RECEIVE_TIME"
        case .duplicate: return "DUPLICATE"
        case .gap: return "GAP"
        case .outOfOrder: return "OUT_OF_ORDER"
        case .snapshotTooOld: return "SNAPSHOT_TOO_OLD"
        case .bufferFull: return "BUFFER_FULL"
        case .controlError: return "CONTROL_ERROR"
        case .serverShutdown: return "SERVER_SHUTDOWN"
        case .bookFull: return "BOOK_FULL"
        case .snapshotFailed: return "SNAPSHOT_FAILED"
        case .feedDead: return "FEED_DEAD"
        case .feedsDisagree: return "FEEDS_DISAGREE"
        }
    }
}

/// How often each refusal happened. Plain value, never allocates.
public struct FeedRefusalCounts: BitwiseCopyable, Sendable {
    private var counts = InlineArray<32, UInt64>(repeating: 0)
    public init() {}
    public subscript(reason: FeedRefusal) -> UInt64 { counts[Int(reason.rawValue)] }
    /// Adds one.
    public mutating func count(_ reason: FeedRefusal) { counts[Int(reason.rawValue)] &+= 1 }
    /// All of them.
    public var total: UInt64 {
        var sum: UInt64 = 0
        for index in 0..<32 { sum &+= counts[index] }
        return sum
    }
}
