/// A decimal number stored as one `Int64` at scale 8: `raw == value * 100_000_000`.
///
/// `Price`, `Quantity` and `Notional` conform, so that they share parsing, printing and checked arithmetic and yet
/// cannot be mixed. Plain `+` and `-` trap on overflow (our own mistake); the `adding`/`subtracting` forms return
/// `nil` (the world's data). Cost: a few instructions; nothing allocates except `description`.
public protocol FixedPoint: BitwiseCopyable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The value times 10^8.
    var raw: Int64 { get }
    /// A value from its scaled integer.
    init(raw: Int64)
}

/// Digits after the decimal point in every `FixedPoint`.
public let fixedPointScale = 8
/// 10 to the power of `fixedPointScale`.
public let fixedPointUnit: Int64 = 100_000_000

extension FixedPoint {
    /// The number zero.
    @inlinable public static var zero: Self { Self(raw: 0) }
    /// Largest representable value.
    @inlinable public static var max: Self { Self(raw: .max) }

    @inlinable public static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
    /// Sum; traps on overflow.
    @inlinable public static func + (a: Self, b: Self) -> Self { Self(raw: a.raw + b.raw) }
    /// Difference; traps on overflow.
    @inlinable public static func - (a: Self, b: Self) -> Self { Self(raw: a.raw - b.raw) }
    /// Negation; traps on `Int64.min`.
    @inlinable public static prefix func - (a: Self) -> Self { Self(raw: 0 - a.raw) }
    @inlinable public static func += (a: inout Self, b: Self) { a = a + b }
    @inlinable public static func -= (a: inout Self, b: Self) { a = a - b }

    /// Sum, or `nil` on overflow.
    @inlinable public func adding(_ other: Self) -> Self? {
        let (sum, overflow) = raw.addingReportingOverflow(other.raw)
        return overflow ? nil : Self(raw: sum)
    }

    /// Difference, or `nil` on overflow.
    @inlinable public func subtracting(_ other: Self) -> Self? {
        let (difference, overflow) = raw.subtractingReportingOverflow(other.raw)
        return overflow ? nil : Self(raw: difference)
    }

    /// Absolute value; traps on `Int64.min`.
    @inlinable public var magnitude: Self { raw < 0 ? -self : self }
    @inlinable public var isZero: Bool { raw == 0 }
    @inlinable public var isPositive: Bool { raw > 0 }
    @inlinable public var isNegative: Bool { raw < 0 }
}
