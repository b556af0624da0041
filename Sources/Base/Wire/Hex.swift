/// Hexadecimal digits.
public enum Hex {
    /// The value of one digit of either case, or `nil`.
    @inlinable public static func value(_ digit: UInt8) -> UInt8? {
        let decimal = digit &- UInt8(ascii: "0")
        if decimal <= 9 { return decimal }
        let letter = (digit | 0x20) &- UInt8(ascii: "a")
        return letter <= 5 ? letter + 10 : nil
    }

    /// The lower-case digit for 0...15.
    @inlinable public static func digit(_ value: UInt8) -> UInt8 {
        assert(value <= 15, "one hex digit")
        return value < 10 ? value &+ UInt8(ascii: "0") : value &+ (UInt8(ascii: "a") - 10)
    }

    /// The upper-case digit for 0...15.
    @inlinable public static func upperDigit(_ value: UInt8) -> UInt8 {
        assert(value <= 15, "one hex digit")
        return value < 10 ? value &+ UInt8(ascii: "0") : value &+ (UInt8(ascii: "A") - 10)
    }

    /// Decodes pairs of digits into `out` and returns how many bytes that gave; `nil` for an odd count, a byte that is
    /// no digit, or too little room. Cost: O(n), never allocates.
    public static func decode(_ text: ByteView, into out: UnsafeMutableRawBufferPointer) -> Int? {
        if text.count % 2 != 0 || text.count / 2 > out.count { return nil }
        var i = 0
        while i < text.count {
            guard let high = value(text[i]), let low = value(text[i + 1]) else { return nil }
            unsafe out[i / 2] = high << 4 | low
            i += 2
        }
        return text.count / 2
    }
}
