/// Base64 by RFC 4648, strict: padding is required, no white space, and the unused bits of the last letter are zero.
public enum Base64 {
    public enum Alphabet: UInt8, Sendable {
        /// Section 4: `+` and `/`.
        case standard
        /// Section 5: `-` and `_`.
        case url

        /// The letter for 0...63.
        @inlinable func letter(_ value: UInt32) -> UInt8 {
            let six = UInt8(truncatingIfNeeded: value & 63)
            switch six {
            case 0..<26: return six + UInt8(ascii: "A")
            case 26..<52: return six - 26 + UInt8(ascii: "a")
            case 52..<62: return six - 52 + UInt8(ascii: "0")
            case 62: return self == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-")
            default: return self == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_")
            }
        }

        /// The value of one letter, or `nil`.
        @inlinable func value(_ letter: UInt8) -> UInt32? {
            switch letter {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): return UInt32(letter - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): return UInt32(letter - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(letter - UInt8(ascii: "0")) + 52
            case self == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-"): return 62
            case self == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_"): return 63
            default: return nil
            }
        }
    }

    /// Decodes all of `text` into `out` and returns how many bytes that gave; `nil` when it is not canonical base64 or
    /// does not fit. Cost: O(n), never allocates.
    public static func decode(
        _ text: ByteView, into out: UnsafeMutableRawBufferPointer, alphabet: Alphabet = .standard
    ) -> Int? {
        if text.count % 4 != 0 { return nil }
        if text.count == 0 { return 0 }
        let equals = UInt8(ascii: "=")
        let padding = text[text.count - 1] != equals ? 0 : text[text.count - 2] != equals ? 1 : 2
        let length = text.count / 4 * 3 - padding
        if length > out.count { return nil }
        var written = 0
        var i = 0
        while i < text.count {
            let letters = i + 4 == text.count ? 4 - padding : 4
            var group: UInt32 = 0
            var k = 0
            while k < letters {
                guard let six = alphabet.value(text[i + k]) else { return nil }
                group |= six << UInt32(18 - 6 * k)
                k += 1
            }
            let bytes = letters - 1
            if group << UInt32(8 + 8 * bytes) != 0 { return nil }
            k = 0
            while k < bytes {
                unsafe out[written] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * k))
                written += 1
                k += 1
            }
            i += 4
        }
        return written
    }
}
