/// Why a text is not a value at scale 8.
public enum FixedPointParseError: UInt8, Error, Sendable {
    case empty
    /// Not a plain JSON-style decimal number.
    case malformed
    /// More significant digits after the point than the scale holds; never rounded silently.
    case tooPrecise
    /// Does not fit the integer.
    case overflow
}

extension FixedPoint {
    /// Parses plain decimal text (`-12.5`, `0.00000001`), exactly or not at all.
    public init(_ text: String) throws(FixedPointParseError) {
        var negative = false
        var seenPoint = false
        var fraction = 0
        var digits = 0
        var value: Int64 = 0
        var first = true
        for byte in text.utf8 {
            if first, byte == UInt8(ascii: "-") {
                negative = true
                first = false
                continue
            }
            first = false
            if byte == UInt8(ascii: ".") {
                if seenPoint || digits == 0 { throw .malformed }
                seenPoint = true
                continue
            }
            guard byte >= 48, byte <= 57 else { throw .malformed }
            let digit = Int64(byte - 48)
            digits += 1
            if seenPoint {
                fraction += 1
                if fraction > fixedPointScale {
                    if digit != 0 { throw .tooPrecise }
                    continue
                }
            }
            let (shifted, o1) = value.multipliedReportingOverflow(by: 10)
            let (next, o2) = negative
                ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            if o1 || o2 { throw .overflow }
            value = next
        }
        if digits == 0 { throw text.isEmpty ? .empty : .malformed }
        if seenPoint && fraction == 0 { throw .malformed }
        var missing = fixedPointScale - min(fraction, fixedPointScale)
        while missing > 0 {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { throw .overflow }
            value = shifted
            missing -= 1
        }
        self.init(raw: value)
    }

    /// Exact text with no trailing zeros after the point: `0.1`, `-3`, `61837.63`.
    public var description: String {
        let magnitude = raw.magnitude
        let whole = magnitude / UInt64(fixedPointUnit)
        var fraction = magnitude % UInt64(fixedPointUnit)
        var text = raw < 0 ? "-\(whole)" : "\(whole)"
        if fraction != 0 {
            var digits = fixedPointScale
            while fraction % 10 == 0 {
                fraction /= 10
                digits -= 1
            }
            let tail = String(fraction)
            text += "." + String(repeating: "0", count: digits - tail.utf8.count) + tail
        }
        return text
    }
}
