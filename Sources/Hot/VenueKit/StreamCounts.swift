/// A kind of market stream: what one row of sequence numbers counts along.
public enum MarketStream: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// What a venue says apart from a stream, and what could not be read far enough to tell.
    case none = 0
    case ticker = 1
    case depth = 2
    case trades = 3

    public var name: String {
        switch self {
        case .none: return "other"
        case .ticker: return "ticker"
        case .depth: return "depth"
        case .trades: return "trades"
        }
    }
}

/// What a stream told again, too late, or left out. Totals of the run: nothing is decided on them, so they are journalled
/// nowhere. Plain value, never allocates.
public struct StreamCounts: BitwiseCopyable, Sendable, Equatable {
    /// Events that had been seen already, by their sequence: taken once.
    public var duplicates: UInt64 = 0
    /// Events older than what had been seen.
    public var outOfOrder: UInt64 = 0
    /// Places where events are missing.
    public var gaps: UInt64 = 0
    /// Not believed for any other reason.
    public var others: UInt64 = 0

    public init() {}

    /// Adds one.
    public mutating func count(_ reason: FeedRefusal) {
        switch reason {
        case .duplicate: duplicates &+= 1
        case .outOfOrder: outOfOrder &+= 1
        case .gap: gaps &+= 1
        default: others &+= 1
        }
    }
}

/// The streams of one feed or of two.
public struct StreamTable: BitwiseCopyable, Sendable {
    private var counts = InlineArray<8, StreamCounts>(repeating: StreamCounts())
    public init() {}

    /// Precondition: `lane` is 0 or 1.
    public subscript(lane: Int, stream: MarketStream) -> StreamCounts { counts[lane * 4 + Int(stream.rawValue)] }

    /// Adds one. Precondition: `lane` is 0 or 1.
    public mutating func count(_ reason: FeedRefusal, _ lane: Int, _ stream: MarketStream) {
        counts[lane * 4 + Int(stream.rawValue)].count(reason)
    }
}
