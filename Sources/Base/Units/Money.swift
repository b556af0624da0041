/// Quote currency per one unit of base, at scale 8.
public struct Price: FixedPoint {
    public let raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}

/// An amount of base asset (contracts times multiplier where a venue counts contracts), at scale 8. Signed where it is
/// a position: positive is long.
public struct Quantity: FixedPoint {
    public let raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}

/// An amount of quote currency: price times quantity, fees, profit and loss, at scale 8.
public struct Notional: FixedPoint {
    public let raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
}
