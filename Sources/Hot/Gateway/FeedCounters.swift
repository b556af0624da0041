import Rings
import Units
import VenueKit

/// What happened to the market data of a run so far, counted on the hot threads: nothing is dropped or refused without a
/// number here.
public struct FeedCounters: Sendable {
    public var link = FeedLinkCounters()
    public var parse = FeedParseCounters()

    public init() {}
}

/// The feed link's part; written by feed I/O.
public struct FeedLinkCounters: BitwiseCopyable, Sendable {
    /// Text frames handed to the parser.
    public var frames: UInt64 = 0
    /// Frames for which the parser's ring had no room; the parser sees the gap and resynchronises.
    public var droppedFrames: UInt64 = 0
    /// Turns in which what came in was left to the kernel, because the parser was behind.
    public var heldBack: UInt64 = 0
    /// How often the link came to be open; the first is no reconnect.
    public var connections: UInt64 = 0
    /// Connections replaced before the venue's own cut.
    public var replacements: UInt64 = 0
    /// When the last frame was received, engine clock.
    public var lastFrameAt = Nanoseconds.zero

    public init() {}
}

/// The parser's part; written by feed parsing.
public struct FeedParseCounters: BitwiseCopyable, Sendable {
    /// What was not believed, by reason.
    public var refusals = FeedRefusalCounts()
    /// The same by feed and stream; what makes a connection be opened anew is of no stream.
    public var streams = StreamTable()
    /// Tops of book that a newer one replaced before the trade thread took them.
    public var conflated: UInt64 = 0
    /// Public trades that had to wait beside the full ring to the trade thread; none is conflated.
    public var delayedTrades: UInt64 = 0
    /// Public trades of a new connection that came while the news of it waited.
    public var droppedTrades: UInt64 = 0
    /// Turns in which frames had to wait because trades did.
    public var congestedTurns: UInt64 = 0
    /// Refused messages for which the way to the cold side had no room: counted, not kept.
    public var quarantineOverflow: UInt64 = 0
    /// Depth snapshots asked for.
    public var snapshotRequests: UInt64 = 0
    /// The feed, or both.
    public var pair = FeedPairStanding()

    public init() {}
}

/// The cold side's view of the feed's counters. One reader.
public struct FeedReaders: ~Copyable {
    private var link: LatestReader<FeedLinkCounters>
    private var parse: LatestReader<FeedParseCounters>
    private var last = FeedCounters()

    public init(link: consuming LatestReader<FeedLinkCounters>, parse: consuming LatestReader<FeedParseCounters>) {
        self.link = link
        self.parse = parse
    }

    /// The newest counters; where a writer was faster than all attempts, that part is the one before.
    public mutating func read() -> FeedCounters {
        _ = link.tryRead(&last.link)
        _ = parse.tryRead(&last.parse)
        return last
    }
}
