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
    /// Parses decimal text (`-12.5`, `0.00000001`, `1e-8`) by the grammar of `FixedPointText`, exactly or not at all.
    public init(_ text: String) throws(FixedPointParseError) {
        var raw: Int64 = 0
        if let problem = FixedPointText.parse(text.utf8.span, into: &raw) { throw problem }
        self.init(raw: raw)
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
