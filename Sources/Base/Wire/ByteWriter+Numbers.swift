import Units

extension ByteWriter {
    /// Appends an integer in decimal. Precondition: its magnitude fits 64 bits.
    @inlinable public mutating func append<I: FixedWidthInteger>(int value: I) {
        append(negative: value < 0, magnitude: UInt64(value.magnitude))
    }

    /// Appends the shortest exact text: `0.1`, `-3`, `61837.63`.
    @inlinable public mutating func append<F: FixedPoint>(decimal value: F) {
        append(scaled: value.raw, fractionDigitsMin: 0)
    }

    /// Appends exact text with at least `fractionDigits` (0...8) digits after the point: with 8, `0.10000000`. Digits
    /// that are not zero are never dropped.
    @inlinable public mutating func append<F: FixedPoint>(decimal value: F, fractionDigits: Int) {
        append(scaled: value.raw, fractionDigitsMin: fractionDigits)
    }

    /// The text of an integer at scale 8, exact, with at least `fractionDigitsMin` digits after the point.
    public mutating func append(scaled raw: Int64, fractionDigitsMin: Int) {
        precondition(fractionDigitsMin >= 0 && fractionDigitsMin <= fixedPointScale, "0...8 digits after the point")
        let unit = UInt64(fixedPointUnit)
        let whole = raw.magnitude / unit
        var fraction = raw.magnitude % unit
        var digits = fixedPointScale
        while digits > fractionDigitsMin, fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        let wholeDigits = digitCount(whole)
        let sign = raw < 0 ? 1 : 0
        guard let place = reserve(sign + wholeDigits + (digits > 0 ? digits + 1 : 0)) else { return }
        if sign == 1 { put(UInt8(ascii: "-"), at: place) }
        putDigits(whole, count: wholeDigits, at: place + sign)
        if digits > 0 {
            put(UInt8(ascii: "."), at: place + sign + wholeDigits)
            putDigits(fraction, count: digits, at: place + sign + wholeDigits + 1)
        }
    }

    @usableFromInline mutating func append(negative: Bool, magnitude: UInt64) {
        let digits = digitCount(magnitude)
        let sign = negative ? 1 : 0
        guard let place = reserve(sign + digits) else { return }
        if negative { put(UInt8(ascii: "-"), at: place) }
        putDigits(magnitude, count: digits, at: place + sign)
    }

    /// Writes exactly `count` digits, zeros in front.
    private func putDigits(_ value: UInt64, count digits: Int, at place: Int) {
        var rest = value
        var i = place + digits - 1
        while i >= place {
            put(UInt8(truncatingIfNeeded: 48 + rest % 10), at: i)
            rest /= 10
            i -= 1
        }
        assert(rest == 0, "digits were counted")
    }

    private func digitCount(_ value: UInt64) -> Int {
        var rest = value
        var digits = 1
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }
}
