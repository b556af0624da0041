import Memory
import Model
import Units

/// Position and profit of one instrument: the running sum of its fills. Cost and realised profit are kept exactly, as
/// price times quantity at scale 16; only the split of the cost at a partial close is rounded, and what it loses stays
/// in the remaining cost, so that realised minus cost always equals the cash that moved.
public struct Position: BitwiseCopyable, Sendable {
    /// Sum of bought minus sold; fees in base are not in it.
    public private(set) var quantity = Quantity.zero
    /// What the open quantity cost, signed as the quantity, scale 16.
    public private(set) var exactCost: Int128 = 0
    /// Realised profit before fees, scale 16.
    public private(set) var exactRealised: Int128 = 0
    /// Fees, in quote: those in base are converted at the fill's price, those in a third asset at the price that the run
    /// has for it; both rounded up, against us.
    public private(set) var fees = Notional.zero
    /// Realised profit before fees, rounded toward negative infinity.
    public private(set) var realised = Notional.zero
    /// Average price of the open quantity, to nearest; zero when flat.
    public private(set) var averagePrice = Price.zero
    /// Fees taken in base: the balance is lower than the sum of fills by this much.
    public private(set) var baseFees = Quantity.zero
    /// Fees in a third asset without a price: in no result.
    public private(set) var foreignFees: UInt32 = 0

    public init() {}

    /// What runs before left open: nothing of it is realised in this run. `nil` unless quantity and cost have one sign.
    public init?(quantity: Quantity, exactCost: Int128) {
        guard quantity.isZero ? exactCost == 0 : exactCost != 0 && quantity.isNegative == (exactCost < 0) else { return nil }
        self.quantity = quantity
        self.exactCost = exactCost
        averagePrice = average
    }

    /// No fill was counted and nothing was carried over.
    public var isUntouched: Bool {
        quantity.isZero && exactCost == 0 && exactRealised == 0 && fees == .zero && baseFees.isZero && foreignFees == 0
    }

    /// Adds a fill; `false` and unchanged when a figure would not fit. `feePrice`: in quote, of the fee's asset where it is
    /// neither base nor quote; zero where the run has none. Never traps, never allocates.
    public mutating func apply(_ fill: Fill, base: AssetID, quote: AssetID, feePrice: Price = .zero) -> Bool {
        guard fill.quantity.isPositive, fill.price.isPositive else { return false }
        let signed = fill.side == .buy ? fill.quantity : -fill.quantity
        var next = self
        guard let after = quantity.adding(signed), next.addFee(fill, base: base, quote: quote, feePrice)
        else { return false }
        let price = Int128(fill.price.raw)
        var profit: Int128 = 0
        if quantity.isZero || quantity.isNegative == signed.isNegative {
            let (cost, overflow) = exactCost.addingReportingOverflow(price * Int128(signed.raw))
            guard !overflow else { return false }
            next.exactCost = cost
        } else if after.isZero || after.isNegative == quantity.isNegative {
            let share = after.isZero ? exactCost : costShare(signed.raw.magnitude)
            profit = -(price * Int128(signed.raw)) - share
            next.exactCost -= share
        } else {
            // Flips through zero: closes all at this price, opens the rest at it.
            profit = price * Int128(quantity.raw) - exactCost
            next.exactCost = price * Int128(after.raw)
        }
        let (realised, overflow) = exactRealised.addingReportingOverflow(profit)
        guard !overflow else { return false }
        next.exactRealised = realised
        next.quantity = after
        next.realised = Self.notional(realised)
        next.averagePrice = next.average
        self = next
        return true
    }

    /// The part of the cost that leaves with `part` of the quantity, to nearest, ties away from zero. Divided before it
    /// is multiplied: cost times quantity may pass 128 bits. Precondition: `0 < part < |quantity|`.
    private func costShare(_ part: UInt64) -> Int128 {
        let whole = Int128(quantity.raw.magnitude)
        let average = exactCost / whole
        return average * Int128(part) + Rounding.halfUp.divide((exactCost - average * whole) * Int128(part), by: whole)
    }

    private mutating func addFee(_ fill: Fill, base: AssetID, quote: AssetID, _ feePrice: Price) -> Bool {
        if fill.fee == 0 { return true }
        if fill.feeAsset == quote {
            guard let sum = fees.adding(Notional(raw: fill.fee)) else { return false }
            fees = sum
        } else if fill.feeAsset == base {
            let paid = Quantity(raw: fill.fee)
            guard let cost = fill.price.times(paid, rounding: .ceiling), let sum = fees.adding(cost),
                let inBase = baseFees.adding(paid)
            else { return false }
            fees = sum
            baseFees = inBase
        } else if feePrice.isPositive {
            guard let cost = feePrice.times(Quantity(raw: fill.fee), rounding: .ceiling), let sum = fees.adding(cost)
            else { return false }
            fees = sum
        } else {
            foreignFees &+= 1
        }
        return true
    }

    private var average: Price {
        if quantity.isZero { return .zero }
        let cost = exactCost < 0 ? -exactCost : exactCost
        return Price(raw: Int64(clamping: Rounding.halfEven.divide(cost, by: Int128(quantity.raw.magnitude))))
    }
    /// What closing at `price` would add, before fees, rounded toward negative infinity.
    public func unrealised(at price: Price) -> Notional {
        // Flat: nothing is open, and it cost nothing.
        if quantity.isZero, exactCost == 0 { return .zero }
        return Self.notional(exactProduct(price.raw, quantity.raw) - exactCost)
    }

    private static func notional(_ exact: Int128) -> Notional {
        Notional(raw: Int64(clamping: Rounding.floor.divide(exact, by: Int128(fixedPointUnit))))
    }
}

/// Positions of all instruments of the run, each fill counted once.
public struct PositionLedger: ~Copyable {
    @usableFromInline var positions: Slab<Position>
    private var seen: FillWindow

    public enum Answer: Sendable { case applied, repeated, overflow }

    /// Takes all memory now.
    public init(instruments: Int, window: Int) {
        positions = Slab(repeating: Position(), count: instruments)
        seen = FillWindow(capacity: window)
    }

    /// The position. Precondition: a configured instrument.
    @inlinable public subscript(instrument: InstrumentID) -> Position {
        @inline(__always) unsafeAddress { unsafe positions.address(of: instrument.index) }
    }

    /// Takes over what runs before left; `false` and unchanged once a fill was counted. Precondition: a configured instrument.
    public mutating func carry(_ position: Position, in instrument: InstrumentID) -> Bool {
        guard positions[instrument.index].isUntouched else { return false }
        positions[instrument.index] = position
        return true
    }

    /// Counts a fill once. Precondition: a configured instrument.
    public mutating func apply(_ fill: Fill, base: AssetID, quote: AssetID, feePrice: Price = .zero) -> Answer {
        guard seen.insert(fill) else { return .repeated }
        return positions[fill.instrument.index].apply(fill, base: base, quote: quote, feePrice: feePrice) ? .applied : .overflow
    }
}
