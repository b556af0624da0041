import Units

/// What is traded, and the venue's rules for orders in it. Prices are multiples of `tickSize`, quantities of `lotSize`.
public struct Instrument: BitwiseCopyable, Sendable {
    public var id: InstrumentID
    public var venue: VenueID
    public var base: AssetID
    public var quote: AssetID
    public var symbol: ShortText
    public var tickSize: Price
    public var lotSize: Quantity
    public var minQuantity: Quantity
    public var maxQuantity: Quantity
    public var minNotional: Notional
    /// Base quantity of one contract; 1 on spot.
    public var contractMultiplier: Quantity
    /// The venue's percent-price rule: a buy's and a sale's price may be at most and at least this many times the average
    /// price. Zero: no such rule.
    public var bidMultiplierUp = Quantity.zero
    public var bidMultiplierDown = Quantity.zero
    public var askMultiplierUp = Quantity.zero
    public var askMultiplierDown = Quantity.zero
    /// Orders that the venue lets rest in the instrument; zero: no such rule.
    public var maxOpenOrders: Int32 = 0

    public init(
        id: InstrumentID, venue: VenueID, base: AssetID, quote: AssetID, symbol: ShortText, tickSize: Price,
        lotSize: Quantity, minQuantity: Quantity, maxQuantity: Quantity, minNotional: Notional,
        contractMultiplier: Quantity = Quantity(raw: fixedPointUnit)
    ) {
        self.id = id
        self.venue = venue
        self.base = base
        self.quote = quote
        self.symbol = symbol
        self.tickSize = tickSize
        self.lotSize = lotSize
        self.minQuantity = minQuantity
        self.maxQuantity = maxQuantity
        self.minNotional = minNotional
        self.contractMultiplier = contractMultiplier
    }
}

/// Buy or sell. Raw values are journalled.
public enum Side: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case buy = 1
    case sell = 2
    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
}

/// How long an order may stay. Raw values are journalled.
public enum TimeInForce: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case goodTillCancel = 1
    case immediateOrCancel = 2
    case fillOrKill = 3
    /// Rests or is refused: never takes.
    case postOnly = 4
}
