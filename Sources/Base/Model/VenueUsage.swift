import Units

/// How much of its limits the venue says that we have used, and how long it wants to hear nothing. Of one venue's order
/// link; a figure that the message did not carry has the limit 0.
public struct VenueUsage: BitwiseCopyable, Sendable {
    /// One limiter: what is used, what is allowed, and when its window ends, from receipt.
    public struct Limiter: BitwiseCopyable, Sendable, Equatable {
        public var used: Int32
        /// 0: not stated.
        public var limit: Int32
        public var endsIn: Nanoseconds

        public init(used: Int32 = 0, limit: Int32 = 0, endsIn: Nanoseconds = .zero) {
            self.used = used
            self.limit = limit
            self.endsIn = endsIn
        }
    }

    /// What the venue asks not to be sent for a while.
    public enum Hold: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        case none = 0
        /// New orders; cancels and look-ups are still taken.
        case orders = 1
        /// All but cancels.
        case requests = 2
        /// Everything: a ban.
        case all = 3

        public var name: String {
            switch self {
            case .none: return "NONE"
            case .orders: return "ORDERS"
            case .requests: return "REQUESTS"
            case .all: return "ALL"
            }
        }
    }

    public var venue: VenueID
    /// Weight of requests, for the address.
    public var weight = Limiter()
    /// Orders in the shorter window, for the account.
    public var orders = Limiter()
    /// Orders in the longer window, for the account.
    public var ordersLong = Limiter()
    public var hold = Hold.none
    /// How long, from receipt.
    public var holdFor = Nanoseconds.zero

    public init(venue: VenueID) { self.venue = venue }
}

/// What a person says became of an order that nobody could look up. Raw values are journalled.
public enum Resolution: UInt64, Sendable, BitwiseCopyable, CaseIterable {
    /// It never reached the venue's book.
    case absent = 1
    case cancelled = 2
    case filled = 3

    /// As an operator types it.
    public var name: String {
        switch self {
        case .absent: return "absent"
        case .cancelled: return "cancelled"
        case .filled: return "filled"
        }
    }
}
