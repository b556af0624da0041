extension Rounding {
    /// `numerator / denominator`, rounded once in this direction. Precondition: `denominator > 0`.
    @inlinable public func divide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        precondition(denominator > 0, "divisor must be positive")
        // Most amounts fit 64 bits, where a division is one instruction; the general one is a call of some fifty.
        if let small = Int64(exactly: numerator), let by = Int64(exactly: denominator) {
            return Int128(divide(small, by: by))
        }
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
    @inlinable public func divide(_ numerator: Int64, by denominator: Int64) -> Int64 {
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

extension Price {
    /// Price times quantity, rounded once; `nil` when the result does not fit.
    @inlinable public func times(_ quantity: Quantity, rounding: Rounding) -> Notional? {
        let product = Int128(raw) * Int128(quantity.raw)
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
