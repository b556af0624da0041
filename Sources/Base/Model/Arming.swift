import Units

/// What an arming still waits for; empty when nothing is missing. Raw values are journalled.
public struct ArmingChecks: OptionSet, BitwiseCopyable, Sendable, Hashable {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    // As the protocol has them, without its generic code, which asks for metadata: the core uses these.
    @inlinable public init() { rawValue = 0 }
    @inlinable public var isEmpty: Bool { rawValue == 0 }
    @inlinable public mutating func insert(_ checks: ArmingChecks) {
        self = ArmingChecks(rawValue: rawValue | checks.rawValue)
    }

    public static var marketLink: ArmingChecks { ArmingChecks(rawValue: 1) }
    public static var orderLink: ArmingChecks { ArmingChecks(rawValue: 1 << 1) }
    /// An instrument's market data is absent or older than its limit.
    public static var data: ArmingChecks { ArmingChecks(rawValue: 1 << 2) }
    /// No complete snapshot of the account since the order link came up, since the incident, or for too long.
    public static var reconciled: ArmingChecks { ArmingChecks(rawValue: 1 << 3) }
    /// The venue's balance differs from ours.
    public static var balance: ArmingChecks { ArmingChecks(rawValue: 1 << 4) }
    public static var unknownOrders: ArmingChecks { ArmingChecks(rawValue: 1 << 5) }
    /// Orders that are not settled.
    public static var openOrders: ArmingChecks { ArmingChecks(rawValue: 1 << 6) }
    /// Nobody wrote down what the incident was.
    public static var note: ArmingChecks { ArmingChecks(rawValue: 1 << 7) }
    /// The limits were not shown again since the incident: `stage` does it. Never refuses a confirmation by itself, as
    /// without a stage there is nothing to confirm.
    public static var staged: ArmingChecks { ArmingChecks(rawValue: 1 << 8) }
    public static var halted: ArmingChecks { ArmingChecks(rawValue: 1 << 9) }
    /// The venue's dead-man's switch has no confirmed refresh, or an old one.
    public static var cancelSwitch: ArmingChecks { ArmingChecks(rawValue: 1 << 10) }
    /// A fee was taken in an asset without a price: what was lost is not known.
    public static var fees: ArmingChecks { ArmingChecks(rawValue: 1 << 13) }

    private static let table: [(check: ArmingChecks, name: String)] = [
        (.halted, "halted"), (.marketLink, "market_link"), (.orderLink, "order_link"), (.data, "data"),
        (.reconciled, "reconciled"), (.balance, "balance"), (.unknownOrders, "unknown_orders"),
        (.openOrders, "open_orders"), (.note, "note"), (.staged, "staged"),
        (.cancelSwitch, "cancel_switch"), (.fees, "fees"),
    ]
    /// Stable names, for JSON, in the order in which people look. Cold code only.
    public var names: [String] { Self.table.filter { contains($0.check) }.map(\.name) }
    /// The checks of these names; others are passed over. Cold code only.
    public init(names: [String]) {
        self = []
        for row in Self.table where names.contains(row.name) { insert(row.check) }
    }
    /// Each of them alone, in that order. Cold code only.
    public var each: [ArmingChecks] { Self.table.map(\.check).filter { contains($0) } }
}

/// What made the engine SAFE or HALTED. Raw values are journalled.
public enum Trip: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case none = 0
    /// An operator, or the latch.
    case kill = 1
    case dailyLoss = 2
    case drawdown = 3
    case orderCycles = 4
    case directionFlips = 5
    case executions = 6
    case errorsInRow = 7
    case unknownOrder = 8
    case missingFill = 9
    case marketLink = 10
    case orderLink = 11
    case position = 12
    /// Anything else: the error code says what.
    case other = 13
    /// A thread of the engine that stood still: the alert beside it says which, and for how long.
    case threadStall = 110
    /// Nothing was compared with the venue's account for too long.
    case unreconciled = 160

    /// What an error code means where nobody said it more exactly.
    public init(_ error: ErrorCode) {
        switch error {
        case .wsStale: self = .marketLink
        case .venueUnavailable: self = .orderLink
        case .unknownOrder: self = .unknownOrder
        case .fillSeqGap: self = .missingFill
        case .positionMismatch: self = .position
        case .threadStalled: self = .threadStall
        case .unreconciled: self = .unreconciled
        case .none: self = .kill
        default: self = .other
        }
    }

    public var name: String {
        switch self {
        case .none: return "NONE"
        case .kill: return "KILL"
        case .dailyLoss: return "DAILY_LOSS"
        case .drawdown: return "DRAWDOWN"
        case .orderCycles: return "ORDER_CYCLES"
        case .directionFlips: return "DIRECTION_FLIPS"
        case .executions: return "EXECUTIONS"
        case .errorsInRow: return "ERRORS_IN_ROW"
        case .unknownOrder: return "UNKNOWN_ORDER"
        case .missingFill: return "MISSING_FILL"
        case .marketLink: return "MARKET_LINK"
        case .orderLink: return "ORDER_LINK"
        case .position: return "POSITION"
        case .threadStall: return "THREAD_STALL"
        case .unreconciled: return "UNRECONCILED"
        case .other: return "OTHER"
        }
    }
}

/// The last SAFE or HALT, open until a mandate is confirmed after it; a restart does not close it.
public struct Incident: BitwiseCopyable, Sendable {
    public var isOpen = false
    /// A person wrote down what it was.
    public var isNoted = false
    /// A complete snapshot was asked for after it and compared.
    public var isReconciled = false
    public var trip = Trip.none
    public var error = ErrorCode.none
    /// Engine time; of one that an earlier run left: when this run was told.
    public var at = Nanoseconds.zero

    /// Bytes of ink, blanks not counted, below which a note says nothing.
    public static var shortestNote: Int { 16 }

    public init() {}
}

/// One order that an operator asks for by hand: judged at once, sent when it is confirmed with the hash of its review.
public struct ManualIntent: BitwiseCopyable, Sendable {
    /// User id of the peer.
    public var operatorID: UInt32
    public var instrument: InstrumentID
    public var side: Side
    public var timeInForce: TimeInForce
    public var price: Price
    public var quantity: Quantity
    /// Hash over what it is asked under: build, configuration, account, limits.
    public var hash: UInt64
    /// How long its confirmation is awaited.
    public var lifetime: Nanoseconds

    public init(
        operatorID: UInt32, instrument: InstrumentID, side: Side, timeInForce: TimeInForce, price: Price,
        quantity: Quantity, hash: UInt64, lifetime: Nanoseconds
    ) {
        self.operatorID = operatorID
        self.instrument = instrument
        self.side = side
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
        self.hash = hash
        self.lifetime = lifetime
    }

    /// The order as the gate judges it.
    public var intent: Intent {
        Intent(
            kind: .place, strategy: .hand, instrument: instrument, side: side, timeInForce: timeInForce, price: price,
            quantity: quantity, client: .none)
    }
}

/// The engine's answer to a `ManualIntent`: what the gate says, as if live, and what would be at stake.
public struct IntentReview: BitwiseCopyable, Sendable {
    /// Number to be confirmed; 0 when it cannot be.
    public var id: UInt64
    /// Over the order, its number and what it is asked under; 0 when it cannot be confirmed.
    public var hash: UInt64
    public var operatorID: UInt32
    public var intent: Intent
    public var verdict: RiskVerdict
    public var value: Int64
    public var limit: Int64
    /// The instrument's position with this order and all unsettled ones at their worst.
    public var worstLong: Quantity
    public var worstShort: Quantity
    /// Engine time from which on it can no longer be confirmed.
    public var expires: Nanoseconds

    public init(
        id: UInt64, hash: UInt64, operatorID: UInt32, intent: Intent, verdict: RiskVerdict, value: Int64, limit: Int64,
        worstLong: Quantity, worstShort: Quantity, expires: Nanoseconds
    ) {
        self.id = id
        self.hash = hash
        self.operatorID = operatorID
        self.intent = intent
        self.verdict = verdict
        self.value = value
        self.limit = limit
        self.worstLong = worstLong
        self.worstShort = worstShort
        self.expires = expires
    }
}
