// The reporting forms: for data of the world's, where overflow and division by zero are answers (`nil`), not traps.
// Products and scaled dividends are taken in Int128, where two Int64 and the unit always fit; rounding happens once.

extension FixedPoint {
    /// The product with a number of any unit at the same scale, rounded once; `nil` when it does not fit.
    @inlinable public func multiplied<F: FixedPoint>(by factor: F, rounding: Rounding) -> Self? {
        let product = Int128(raw) * Int128(factor.raw)
        return Int64(exactly: rounding.divide(product, by: Int128(fixedPointUnit))).map(Self.init(raw:))
    }

    /// The quotient, rounded once; `nil` when the divisor is zero or the result does not fit.
    @inlinable public func divided<F: FixedPoint>(by divisor: F, rounding: Rounding) -> Self? {
        if divisor.raw == 0 { return nil }
        let dividend = Int128(raw) * Int128(fixedPointUnit)
        let quotient = divisor.raw < 0
            ? rounding.divide(-dividend, by: -Int128(divisor.raw)) : rounding.divide(dividend, by: Int128(divisor.raw))
        return Int64(exactly: quotient).map(Self.init(raw:))
    }

    /// The whole part of the quotient, as a number (7 by 2 is 3); `nil` when the divisor is zero or it does not fit.
    @inlinable public func dividedWhole<F: FixedPoint>(by divisor: F) -> Self? {
        if divisor.raw == 0 { return nil }
        let whole = Int128(raw) / Int128(divisor.raw)
        return Int64(exactly: whole * Int128(fixedPointUnit)).map(Self.init(raw:))
    }

    /// What `dividedWhole` leaves, with the sign of `self`; `nil` when the divisor is zero.
    @inlinable public func remainder(dividingBy divisor: Self) -> Self? {
        if divisor.raw == 0 { return nil }
        return Self(raw: divisor.raw == -1 ? 0 : raw % divisor.raw)
    }

    /// The opposite number, or `nil` on overflow.
    @inlinable public func negated() -> Self? { raw == .min ? nil : Self(raw: 0 - raw) }

    /// The absolute value, or `nil` on overflow.
    @inlinable public func absolute() -> Self? { raw < 0 ? negated() : self }

    /// The number written as `value` at `scale` digits after the point, brought to our scale; `nil` when it does not
    /// fit. Scales may be negative (`scale` -2: hundreds).
    @inlinable public init?(_ value: Int64, scale: Int, rounding: Rounding) {
        guard let raw = rescaled(value, from: scale, to: fixedPointScale, rounding: rounding) else { return nil }
        self.init(raw: raw)
    }

    /// This number as an integer at another scale, rounded once; `nil` when it does not fit.
    @inlinable public func integer(scale: Int, rounding: Rounding) -> Int64? {
        rescaled(raw, from: fixedPointScale, to: scale, rounding: rounding)
    }
}

/// An integer that counts `10^-from` brought to a count of `10^-to`, rounded once; `nil` when it does not fit.
/// Preconditions: both scales within ±1000. Cost: at most 38 multiplications, never allocates.
@inlinable public func rescaled(_ value: Int64, from: Int, to: Int, rounding: Rounding) -> Int64? {
    precondition(from.magnitude <= 1000 && to.magnitude <= 1000, "scales within ±1000")
    if value == 0 { return 0 }
    let shift = to - from
    if shift > 18 { return nil }
    // Beyond 10^38 every Int64 is the same small fraction: above zero and below a half.
    var power: Int128 = 1
    for _ in 0..<Swift.min(shift.magnitude, 38) { power *= 10 }
    if shift >= 0 { return Int64(exactly: Int128(value) * power) }
    return Int64(exactly: rounding.divide(Int128(value), by: power))
}
