import Units

/// Index of a venue in the run's configuration.
public struct VenueID: BitwiseCopyable, Sendable, Hashable {
    public let raw: UInt8
    @inlinable public init(_ raw: UInt8) { self.raw = raw }
}

/// Index of an instrument in the run's configuration; dense from 0, so that tables are arrays.
public struct InstrumentID: BitwiseCopyable, Sendable, Hashable {
    public let raw: UInt16
    @inlinable public init(_ raw: UInt16) { self.raw = raw }
    @inlinable public var index: Int { Int(raw) }
}

/// Index of a strategy in the run's configuration; dense from 0.
public struct StrategyID: BitwiseCopyable, Sendable, Hashable {
    public let raw: UInt8
    @inlinable public init(_ raw: UInt8) { self.raw = raw }
    @inlinable public var index: Int { Int(raw) }
    /// Orders of the engine itself: flattening.
    @inlinable public static var engine: StrategyID { StrategyID(255) }
    /// Orders that an operator confirmed one by one.
    @inlinable public static var hand: StrategyID { StrategyID(254) }
}

/// Index of an asset (BTC, USDT) in the run's configuration; dense from 0.
public struct AssetID: BitwiseCopyable, Sendable, Hashable {
    public let raw: UInt16
    @inlinable public init(_ raw: UInt16) { self.raw = raw }
    /// An asset that the configuration does not name.
    @inlinable public static var unknown: AssetID { AssetID(.max) }
}

/// Our name for an order, unique for ever: which run of the engine, which order of that run. Its text on the wire is
/// `<prefix><run><sequence>`, see `ClientOrderIDFormat`.
public struct ClientOrderID: BitwiseCopyable, Sendable, Hashable {
    public let run: UInt32
    public let sequence: UInt32
    @inlinable public init(run: UInt32, sequence: UInt32) {
        self.run = run
        self.sequence = sequence
    }
    /// Both halves in one word: run above, sequence below.
    @inlinable public var word: UInt64 { UInt64(run) << 32 | UInt64(sequence) }
    @inlinable public init(word: UInt64) {
        self.init(run: UInt32(truncatingIfNeeded: word >> 32), sequence: UInt32(truncatingIfNeeded: word))
    }
    /// Stands for "no order of ours": a foreign order or none.
    @inlinable public static var none: ClientOrderID { ClientOrderID(run: 0, sequence: 0) }
    @inlinable public var isNone: Bool { word == 0 }
}

/// The venue's own name for an order: its number, or the adapter's 64-bit handle where the venue's id is longer.
public struct VenueOrderID: BitwiseCopyable, Sendable, Hashable {
    public let raw: UInt64
    @inlinable public init(_ raw: UInt64) { self.raw = raw }
    @inlinable public static var none: VenueOrderID { VenueOrderID(0) }
}

/// The venue's name for an execution, unique per instrument; 128 bits so that venues with hashes or UUIDs fit.
public struct TradeID: BitwiseCopyable, Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64
    @inlinable public init(high: UInt64 = 0, low: UInt64) {
        self.high = high
        self.low = low
    }
}
