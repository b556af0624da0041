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
        let whole = DecimalWords(raw.magnitude / unit)
        let fraction = DecimalWords.eight(raw.magnitude % unit)
        // A zero digit is a zero byte, and the last digit the highest byte.
        let digits = max(fixedPointScale - fraction.leadingZeroBitCount / 8, fractionDigitsMin)
        let sign = raw < 0 ? 1 : 0
        guard let place = reserve(sign + whole.count + (digits > 0 ? digits + 1 : 0)) else { return }
        if sign == 1 { put(UInt8(ascii: "-"), at: place) }
        put(whole, at: place + sign)
        guard digits > 0 else { return }
        put(UInt8(ascii: "."), at: place + sign + whole.count)
        put(word: fraction | DecimalWords.zeros, count: digits, at: place + sign + whole.count + 1)
    }

    @usableFromInline mutating func append(negative: Bool, magnitude: UInt64) {
        let digits = DecimalWords(magnitude)
        let sign = negative ? 1 : 0
        guard let place = reserve(sign + digits.count) else { return }
        if negative { put(UInt8(ascii: "-"), at: place) }
        put(digits, at: place + sign)
    }

    @inline(__always) private func put(_ digits: DecimalWords, at place: Int) {
        put(word: digits.head, count: digits.headCount, at: place)
        if digits.eights > 1 { put(word: digits.middle, count: 8, at: place + digits.headCount) }
        if digits.eights > 0 { put(word: digits.last, count: 8, at: place + digits.count - 8) }
    }
}

/// The decimal digits of a number as ASCII in words, the first digit lowest: one to eight, and then none, eight or sixteen.
private struct DecimalWords {
    let head: UInt64
    let headCount: Int
    let middle: UInt64
    let last: UInt64
    let eights: Int

    var count: Int { headCount + 8 * eights }
    /// Eight ASCII zeros.
    static var zeros: UInt64 { 0x3030_3030_3030_3030 }

    @inline(__always) init(_ value: UInt64) {
        let base: UInt64 = 100_000_000
        var front = value
        if value < base {
            (eights, middle, last) = (0, 0, 0)
        } else {
            last = Self.eight(value % base) | Self.zeros
            front = value / base
            if front < base {
                (eights, middle) = (1, 0)
            } else {
                middle = Self.eight(front % base) | Self.zeros
                front /= base
                eights = 2
            }
        }
        let word = Self.eight(front)
        // Zeros in front are left out; of zero the last stays.
        let left = min(word.trailingZeroBitCount / 8, 7)
        headCount = 8 - left
        head = (word | Self.zeros) >> UInt64(left * 8)
    }

    /// The eight digits of a value below 10^8, one a byte: halves, quarters and digits are parted side by side. The factors
    /// are reciprocals of 100 and 10, exact for what they divide.
    @inline(__always) static func eight(_ value: UInt64) -> UInt64 {
        assert(value < 100_000_000, "eight digits at most")
        let halves = value / 10_000 | (value % 10_000) << 32
        let hundreds = ((halves &* 10_486) >> 20) & 0x0000_007F_0000_007F
        let pairs = hundreds | (halves &- hundreds &* 100) << 16
        let tens = ((pairs &* 103) >> 10) & 0x000F_000F_000F_000F
        return tens | (pairs &- tens &* 10) << 8
    }
}
