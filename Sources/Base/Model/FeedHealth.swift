import Units

/// What is thought of an instrument's market data, by several kinds of evidence. Raw values are journalled.
public enum StreamVerdict: UInt8, Sendable, BitwiseCopyable, CaseIterable, Comparable {
    /// The book moves.
    case live = 1
    /// The book stands and nothing speaks against it: new orders need younger data.
    case quiet = 2
    /// The book stands and something else says that it should not: quotes are taken back, no new order.
    case suspect = 3
    /// In doubt for too long or from several sides: the connection is opened anew.
    case dead = 4

    public var name: String {
        switch self {
        case .live: return "LIVE"
        case .quiet: return "QUIET"
        case .suspect: return "SUSPECT"
        case .dead: return "DEAD"
        }
    }
    @inlinable public static func < (a: StreamVerdict, b: StreamVerdict) -> Bool { a.rawValue < b.rawValue }
}

/// The weightiest evidence behind a verdict. Raw values are journalled.
public enum StreamReason: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The book moves.
    case none = 0
    /// Nothing new of the book, and no evidence against that.
    case silence = 1
    /// The book of the same connection's other instruments moves, out of proportion to this one's pauses.
    case peersMove = 2
    /// Trades print while the book stands.
    case tradesPrint = 3
    /// Not even a ping came over the connection.
    case linkSilent = 4
    /// The venue's own answer over REST is ahead of our book.
    case probeAhead = 5
    /// The venue was asked over REST and did not answer.
    case probeUnanswered = 6
    /// One stream of the instrument is silent while another one moves.
    case streamSilent = 7
    /// Two feeds of the same market contradict each other: nobody knows which is right.
    case feedsDisagree = 90

    /// In words, for people.
    public var words: String {
        switch self {
        case .none: return "the book moves"
        case .silence: return "the book stands, nothing speaks against it"
        case .peersMove: return "the book stands while others of the connection move"
        case .tradesPrint: return "the book stands while trades print"
        case .linkSilent: return "the connection is silent, pings included"
        case .probeAhead: return "the venue's REST book is ahead of ours"
        case .probeUnanswered: return "the book stands and the venue does not answer"
        case .streamSilent: return "depth diffs are missing while the ticker moves"
        case .feedsDisagree: return "the two feeds contradict each other"
        }
    }
}

/// A new verdict on an instrument's market data.
public struct FeedHealth: BitwiseCopyable, Sendable {
    public var venue: VenueID
    public var instrument: InstrumentID
    public var verdict: StreamVerdict
    public var reason: StreamReason
    /// For how long the book stood when it was judged.
    public var standing: Nanoseconds

    public init(
        venue: VenueID, instrument: InstrumentID, verdict: StreamVerdict, reason: StreamReason, standing: Nanoseconds
    ) {
        self.venue = venue
        self.instrument = instrument
        self.verdict = verdict
        self.reason = reason
        self.standing = standing
    }
}

/// A measurement of the venue's clock. With it the core, which has no clock, knows how old an exchange time is.
public struct VenueClock: BitwiseCopyable, Sendable {
    public var venue: VenueID
    /// The venue's wall clock less the engine clock.
    public var offset: Nanoseconds
    /// Half of the question's round trip: the offset is within this of the truth.
    public var uncertainty: Nanoseconds
    /// Engine clock.
    public var measuredAt: Nanoseconds

    public init(venue: VenueID, offset: Nanoseconds, uncertainty: Nanoseconds, measuredAt: Nanoseconds) {
        self.venue = venue
        self.offset = offset
        self.uncertainty = uncertainty
        self.measuredAt = measuredAt
    }
}
