import Units

/// Which of several sources of the same thing the engine uses now: the market-data feed, or the server that orders go
/// to. Decided where the evidence lies, outside the core; an input, so that a replay decides the same.
public struct SourceSwitch: BitwiseCopyable, Sendable {
    /// Why. Raw values are journalled.
    public enum Reason: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// The connection is gone.
        case linkDown = 1
        /// Several kinds of evidence speak against the streams: SUSPECT or DEAD.
        case suspect = 2
        /// The sequence is broken, the book is being rebuilt.
        case sequence = 3
        /// Its exchange time lags the other source's.
        case lagging = 4
        /// The first source was sound for as long as was asked.
        case recovered = 5
        /// No switch: there were too many within a minute, so the second source stays.
        case flapping = 6
        /// The server could not be reached, attempt after attempt.
        case unreachable = 7
        /// A person asked for it.
        case byHand = 8
        /// Too many orders in a row were refused or not answered.
        case errorsInRow = 9

        /// In words, for people.
        public var words: String {
            switch self {
            case .linkDown: return "its connection is gone"
            case .suspect: return "its streams are in doubt"
            case .sequence: return "its sequence is broken"
            case .lagging: return "its exchange time lags"
            case .recovered: return "the first one is sound again"
            case .flapping: return "too many switches within a minute"
            case .unreachable: return "it could not be reached"
            case .errorsInRow: return "too many errors in a row"
            case .byHand: return "an operator asked for it"
            }
        }
    }

    public var venue: VenueID
    /// What it is a source of: `.marketData` or `.orders`.
    public var role: LinkRole
    /// Sources in the order of the configuration, the first is 0.
    public var from: UInt8
    public var to: UInt8
    public var reason: Reason
    /// Whose data gave the reason; the first instrument where it was the connection.
    public var instrument: InstrumentID
    /// The figure behind the reason and what it was held against: nanoseconds, a verdict, attempts.
    public var value: Int64
    public var limit: Int64
    /// Switches within the last minute, this one included.
    public var recent: UInt32

    public init(
        venue: VenueID, role: LinkRole, from: UInt8, to: UInt8, reason: Reason,
        instrument: InstrumentID = InstrumentID(0), value: Int64 = 0, limit: Int64 = 0, recent: UInt32 = 0
    ) {
        self.venue = venue
        self.role = role
        self.from = from
        self.to = to
        self.reason = reason
        self.instrument = instrument
        self.value = value
        self.limit = limit
        self.recent = recent
    }
}
