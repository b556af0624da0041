extension Rounding {
    /// `numerator / denominator`, rounded once in this direction. Precondition: `denominator > 0`.
    ///
    /// Where both fit 64 bits, as most amounts do, it is one division, inlined so that a direction and a divisor that are
    /// constants cost nothing; what is wider is a call.
    @inlinable @inline(__always) public func divide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        precondition(denominator > 0, "divisor must be positive")
        let small = Int64(truncatingIfNeeded: numerator)
        let by = Int64(truncatingIfNeeded: denominator)
        if Int128(small) == numerator, Int128(by) == denominator { return Int128(divide(small, by: by)) }
        return divideWide(numerator, by: denominator)
    }

    /// The division of any width. Precondition: `denominator > 0`.
    @inlinable @inline(never) public func divideWide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        if remainder == 0 { return quotient }
        let away: Int128 = numerator < 0 ? -1 : 1
        switch self {
        case .down: return quotient
        case .up: return quotient + away
        case .floor: return numerator < 0 ? quotient - 1 : quotient
        case .ceiling: return numerator < 0 ? quotient : quotient + 1
        case .halfUp, .halfEven:
            let rest = remainder < 0 ? -remainder : remainder
            let other = denominator - rest
            if rest > other { return quotient + away }
            if rest < other { return quotient }
            if self == .halfUp { return quotient + away }
            return quotient & 1 == 0 ? quotient : quotient + away
        }
    }
}

extension Rounding {
    /// `numerator / denominator`, rounded once in this direction. Precondition: `denominator > 0`.
    @inlinable @inline(__always) public func divide(_ numerator: Int64, by denominator: Int64) -> Int64 {
        precondition(denominator > 0, "divisor must be positive")
        let quotient = numerator / denominator
        let remainder = numerator % denominator
        if remainder == 0 { return quotient }
        // A quotient with a remainder is smaller than its numerator: one more or one less always fits.
        switch self {
        case .down: return quotient
        case .up: return numerator < 0 ? quotient &- 1 : quotient &+ 1
        case .floor: return numerator < 0 ? quotient &- 1 : quotient
        case .ceiling: return numerator < 0 ? quotient : quotient &+ 1
        case .halfUp, .halfEven:
            let away: Int64 = numerator < 0 ? -1 : 1
            let rest = remainder.magnitude
            let other = denominator.magnitude &- rest
            if rest > other { return quotient &+ away }
            if rest < other { return quotient }
            if self == .halfUp { return quotient &+ away }
            return quotient & 1 == 0 ? quotient : quotient &+ away
        }
    }
}

/// The product of two 64-bit numbers, which always fits: one multiplication, where `*` of two `Int128` is a dozen with its
/// checks.
@inlinable @inline(__always) public func exactProduct(_ a: Int64, _ b: Int64) -> Int128 { Int128(a) &* Int128(b) }

extension Price {
    /// Price times quantity, rounded once; `nil` when the result does not fit.
    @inlinable public func times(_ quantity: Quantity, rounding: Rounding) -> Notional? {
        let product = exactProduct(raw, quantity.raw)
        return Int64(exactly: rounding.divide(product, by: Int128(fixedPointUnit))).map(Notional.init(raw:))
    }
}

extension FixedPoint {
    /// The nearest multiple of `step` in the named direction; `nil` on overflow. Precondition: `step > 0`.
    @inlinable public func snapped(to step: Self, rounding: Rounding) -> Self? {
        let multiple = rounding.divide(Int128(raw), by: Int128(step.raw)) * Int128(step.raw)
        return Int64(exactly: multiple).map(Self.init(raw:))
    }

    /// Whether this is a whole multiple of `step`. Precondition: `step > 0`.
    @inlinable public func isMultiple(of step: Self) -> Bool { raw % step.raw == 0 }
}
