extension ByteWriter {
    /// Appends a JSON string, quotes included: `"`, `\` and control characters escaped, everything else as it is.
    /// The caller answers for the bytes being UTF-8.
    public mutating func appendJSONString(_ v: ByteView) {
        append(byte: UInt8(ascii: "\""))
        var i = 0
        while i < v.count {
            let byte = v[i]
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0x00..<0x20:
                append("\\u00")
                append(byte: Hex.digit(byte >> 4))
                append(byte: Hex.digit(byte & 15))
            default: append(byte: byte)
            }
            i += 1
        }
        append(byte: UInt8(ascii: "\""))
    }

    /// Appends bytes as lower-case hex.
    public mutating func append(hex v: ByteView) {
        guard v.count <= Int.max / 2, let place = reserve(2 * v.count) else { return }
        var i = 0
        while i < v.count {
            put(Hex.digit(v[i] >> 4), at: place + 2 * i)
            put(Hex.digit(v[i] & 15), at: place + 2 * i + 1)
            i += 1
        }
    }

    /// Appends bytes as base64 with padding (RFC 4648).
    public mutating func append(base64 v: ByteView, alphabet: Base64.Alphabet = .standard) {
        guard v.count <= Int.max / 2, let start = reserve((v.count + 2) / 3 * 4) else { return }
        var place = start
        var i = 0
        while i < v.count {
            let have = min(3, v.count - i)
            let group = UInt32(v[i]) << 16 | (have > 1 ? UInt32(v[i + 1]) << 8 : 0) | (have > 2 ? UInt32(v[i + 2]) : 0)
            put(alphabet.letter(group >> 18 & 63), at: place)
            put(alphabet.letter(group >> 12 & 63), at: place + 1)
            put(have > 1 ? alphabet.letter(group >> 6 & 63) : UInt8(ascii: "="), at: place + 2)
            put(have > 2 ? alphabet.letter(group & 63) : UInt8(ascii: "="), at: place + 3)
            place += 4
            i += 3
        }
    }

    /// Appends text for a URL query or a form: everything but RFC 3986's unreserved characters becomes `%XX`.
    public mutating func appendPercentEncoded(_ v: ByteView) {
        var i = 0
        while i < v.count {
            let byte = v[i]
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                append(byte: byte)
            default:
                guard let place = reserve(3) else { return }
                put(UInt8(ascii: "%"), at: place)
                put(Hex.upperDigit(byte >> 4), at: place + 1)
                put(Hex.upperDigit(byte & 15), at: place + 2)
            }
            i += 1
        }
    }
}
