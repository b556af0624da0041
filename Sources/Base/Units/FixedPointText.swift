/// The one parser of decimal text at scale 8: exact or refused, never rounded, never wrapped.
///
/// Grammar: a JSON number (RFC 8259 section 6), nothing around it: no sign `+`, no leading zeros, no bare point. The
/// exponent form is taken when the value is exact (`1e-8`, `1200E-2`).
public enum FixedPointText {
    /// Parses all of `bytes` into `raw` (the value times 10^8) and returns `nil`, or returns why not and leaves `raw`
    /// alone. When a text is both too precise and too large, it is reported as too precise.
    /// Cost: O(n), never allocates.
    @inlinable public static func parse(_ bytes: Span<UInt8>, into raw: inout Int64) -> FixedPointParseError? {
        unsafe bytes.withUnsafeBufferPointer { unsafe parse($0, into: &raw) }
    }

    /// The same for bytes that lie in memory: a span made on the way counts as an allocation to the compiler's proof.
    @unsafe @inlinable public static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, into raw: inout Int64
    ) -> FixedPointParseError? {
        let count = bytes.count
        if count == 0 { return .empty }
        var i = 0
        let negative = unsafe bytes[0] == UInt8(ascii: "-")
        if negative { i = 1 }
        var number = Significand()
        let wholeStart = i
        while i < count, unsafe bytes[i] &- 48 <= 9 {
            number.take(unsafe bytes[i] &- 48)
            i += 1
        }
        let wholeDigits = i - wholeStart
        if unsafe wholeDigits == 0 || (wholeDigits > 1 && bytes[wholeStart] == 48) { return .malformed }
        if i < count, unsafe bytes[i] == UInt8(ascii: ".") {
            i += 1
            let fractionStart = i
            while i < count, unsafe bytes[i] &- 48 <= 9 {
                number.take(unsafe bytes[i] &- 48)
                i += 1
            }
            if i == fractionStart { return .malformed }
            number.exponent = fractionStart - i
        }
        if i < count, unsafe bytes[i] | 0x20 == UInt8(ascii: "e") {
            i += 1
            var down = false
            if i < count, unsafe bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
                down = unsafe bytes[i] == UInt8(ascii: "-")
                i += 1
            }
            let exponentStart = i
            var exponent = 0
            while i < count, unsafe bytes[i] &- 48 <= 9 {
                if exponent < Significand.exponentBound { exponent = exponent * 10 + Int(unsafe bytes[i] &- 48) }
                i += 1
            }
            if i == exponentStart { return .malformed }
            number.exponent += down ? -exponent : exponent
        }
        if i != count { return .malformed }
        return number.scaled(negative: negative, into: &raw)
    }
}

/// The significant digits of a decimal text read so far, trailing zeros held back: `value * 10^(zeros + exponent)`.
@usableFromInline struct Significand {
    /// Exponents are read up to here; larger ones act the same, whatever the length of any text in memory.
    @usableFromInline static var exponentBound: Int { 1 << 56 }

    @usableFromInline var value: UInt64 = 0
    @usableFromInline var zeros = 0
    @usableFromInline var exponent = 0
    @usableFromInline var overflowed = false

    @inlinable init() {}

    /// Takes one more digit, 0...9.
    @inlinable mutating func take(_ digit: UInt8) {
        if digit == 0 {
            if value != 0 { zeros += 1 }
            return
        }
        while zeros > 0 {
            multiplyByTen()
            zeros -= 1
            if overflowed { zeros = 0 }
        }
        multiplyByTen()
        let (sum, overflow) = value.addingReportingOverflow(UInt64(digit))
        overflowed = overflowed || overflow
        if !overflowed { value = sum }
    }

    @inlinable mutating func multiplyByTen() {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        overflowed = overflowed || overflow
        if !overflowed { value = product }
    }

    /// The scaled integer, or why there is none.
    @inlinable mutating func scaled(negative: Bool, into raw: inout Int64) -> FixedPointParseError? {
        if value == 0 {
            raw = 0
            return nil
        }
        var shift = exponent + zeros + fixedPointScale
        if shift < 0 { return .tooPrecise }
        if overflowed || shift > 19 { return .overflow }
        while shift > 0 {
            multiplyByTen()
            if overflowed { return .overflow }
            shift -= 1
        }
        if value > UInt64(Int64.max) + (negative ? 1 : 0) { return .overflow }
        raw = negative ? Int64(truncatingIfNeeded: 0 &- value) : Int64(value)
        return nil
    }
}
