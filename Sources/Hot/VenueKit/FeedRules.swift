import Model
import Units

/// When one of two feeds of the same market is taken instead of the other.
public struct FeedRules: BitwiseCopyable, Sendable {
    /// How far an instrument's newest exchange time on one feed may be behind the other feed's.
    public var maxLag = Nanoseconds(seconds: 1)
    /// How long the first feed must have been sound before it is used again.
    public var switchBackAfter = Nanoseconds(seconds: 30)
    /// Switches within a minute, both ways counted; at least 2. A switch back leaves room for the next one over.
    public var maxSwitches = 4
    /// How long the two may contradict each other before their data count as SUSPECT.
    public var disagreeAfter = Nanoseconds(milliseconds: 500)
    /// How far one feed's bid may stand above the other's ask, basis points.
    public var disagreeBps: Int32 = 20
    /// How long a feed must have been sound to be taken in an emergency.
    public var provenFor = Nanoseconds(milliseconds: 500)
    /// How long after the start the first feed is waited for.
    public var startGrace = Nanoseconds(seconds: 5)
    /// Between two new connections for feeds that contradict each other.
    public var rebuildInterval = Nanoseconds(seconds: 10)

    public init() {}
}

/// What one feed is like, for people.
public struct FeedStanding: BitwiseCopyable, Sendable, Equatable {
    public var isUp = false
    /// Every book is whole.
    public var isInSequence = false
    /// Nothing is held against it, and it has a book of every instrument.
    public var isSound = false
    /// The worst of its instruments.
    public var verdict = StreamVerdict.live
    public var reason = StreamReason.none
    /// How far its exchange time is behind the other's, of the instrument where that is worst; zero where it leads.
    public var lag = Nanoseconds.zero

    public init() {}
}

/// Both feeds as they are now, for people.
public struct FeedPairStanding: BitwiseCopyable, Sendable, Equatable {
    /// 1 where there is no second feed.
    public var count: UInt8 = 1
    public var active: UInt8 = 0
    public var primary = FeedStanding()
    public var secondary = FeedStanding()
    /// They contradict each other.
    public var isDisagreeing = false
    /// The second feed stays because there were too many switches.
    public var isFlapping = false
    /// Events that the other feed had already brought, or older ones.
    public var repeated: UInt64 = 0

    public init() {}
}
