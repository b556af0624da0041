extension JSONScanner {
    /// Reads a string token at `position`, which need not be a quote. Leaves `expectation` to the caller.
    @inline(__always) mutating func scanString(_ out: inout ByteView) -> Bool {
        // Plain characters up to a quote inside the view: what nearly every key and value is.
        let first = position + 1
        if peek(position) == UInt8(ascii: "\"") {
            var limit = first
            while limit + 8 <= readable {
                let plain = StringBytes.plainCount(word(limit))
                limit += plain
                if plain < 8 { break }
            }
            if limit < end, peek(limit) == UInt8(ascii: "\"") {
                lastStringHadEscapes = false
                out = view(from: first, to: limit)
                position = limit + 1
                return true
            }
        }
        return scanAnyString(&out)
    }

    /// The same for every string, byte by byte.
    @inline(never) private mutating func scanAnyString(_ out: inout ByteView) -> Bool {
        if peek(position) != UInt8(ascii: "\"") { return fail(.unexpectedByte, at: position) }
        let start = position + 1
        var i = start
        lastStringHadEscapes = false
        while true {
            let byte = peek(i)
            if byte == UInt8(ascii: "\"") { break }
            if byte >= 0x80 {
                let length = utf8Length(i)
                if length == 0 { return fail(.badUTF8, at: i) }
                i += length
            } else if byte == UInt8(ascii: "\\") {
                lastStringHadEscapes = true
                i = escapeEnd(i)
                if i < 0 { return false }
            } else if byte < 0x20 {
                return fail(i >= end ? .unexpectedEnd : .controlCharacter, at: i)
            } else {
                i += 1
            }
        }
        out = view(from: start, to: i)
        position = i + 1
        return true
    }

    /// Index after the escape whose backslash is at `i`, or -1 after recording why there is none.
    private mutating func escapeEnd(_ i: Int) -> Int {
        switch peek(i + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return i + 2
        case UInt8(ascii: "u"):
            let unit = hexUnit(i + 2)
            if unit < 0 { break }
            if unit < 0xD800 || unit > 0xDFFF { return i + 6 }
            let paired = unit < 0xDC00 && peek(i + 6) == UInt8(ascii: "\\") && peek(i + 7) == UInt8(ascii: "u")
            let low = paired ? hexUnit(i + 8) : -1
            if low >= 0xDC00 && low <= 0xDFFF { return i + 12 }
            _ = fail(.loneSurrogate, at: i)
            return -1
        default:
            break
        }
        _ = fail(i + 1 >= end ? .unexpectedEnd : .badEscape, at: i)
        return -1
    }

    /// The number written by four hex digits at `i`, or -1.
    private func hexUnit(_ i: Int) -> Int {
        var unit = 0
        var k = 0
        while k < 4 {
            guard let digit = Hex.value(peek(i + k)) else { return -1 }
            unit = unit << 4 | Int(digit)
            k += 1
        }
        return unit
    }

    /// Bytes of the well-formed multi-byte UTF-8 sequence at `i` (Unicode table 3-7), or 0.
    private func utf8Length(_ i: Int) -> Int {
        let lead = peek(i)
        let second = peek(i + 1)
        switch lead {
        case 0xC2...0xDF: return isTail(second) ? 2 : 0
        case 0xE0: return second >= 0xA0 && second <= 0xBF && isTail(peek(i + 2)) ? 3 : 0
        case 0xED: return second >= 0x80 && second <= 0x9F && isTail(peek(i + 2)) ? 3 : 0
        case 0xE1...0xEF: return isTail(second) && isTail(peek(i + 2)) ? 3 : 0
        case 0xF0: return second >= 0x90 && second <= 0xBF && isTail(peek(i + 2)) && isTail(peek(i + 3)) ? 4 : 0
        case 0xF1...0xF3: return isTail(second) && isTail(peek(i + 2)) && isTail(peek(i + 3)) ? 4 : 0
        case 0xF4: return second >= 0x80 && second <= 0x8F && isTail(peek(i + 2)) && isTail(peek(i + 3)) ? 4 : 0
        default: return 0
        }
    }

    @inline(__always) private func isTail(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// Eight bytes of a string in one word, the first lowest.
private enum StringBytes {
    /// How many bytes from the lowest are ASCII, no control character, no quote and no backslash.
    @inline(__always) static func plainCount(_ word: UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Each subtraction sets the top bit of the first byte that is to be found; borrows reach higher bytes only.
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let marks = (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word
        return (marks & 0x8080_8080_8080_8080).trailingZeroBitCount >> 3
    }
}

/// Texts inside JSON strings.
public enum JSONText {
    /// Appends what the raw contents of a JSON string mean, escapes resolved; `false` when they are malformed or do not
    /// fit. Contents that came from `JSONScanner.string` are never malformed.
    public static func unescape(_ raw: ByteView, into writer: inout ByteWriter) -> Bool {
        var i = 0
        while i < raw.count {
            let byte = raw[i]
            if byte != UInt8(ascii: "\\") {
                writer.append(byte: byte)
                i += 1
                continue
            }
            guard i + 1 < raw.count else { return false }
            let letter = raw[i + 1]
            i += 2
            switch letter {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): writer.append(byte: letter)
            case UInt8(ascii: "b"): writer.append(byte: 0x08)
            case UInt8(ascii: "f"): writer.append(byte: 0x0C)
            case UInt8(ascii: "n"): writer.append(byte: 0x0A)
            case UInt8(ascii: "r"): writer.append(byte: 0x0D)
            case UInt8(ascii: "t"): writer.append(byte: 0x09)
            case UInt8(ascii: "u"):
                guard var scalar = unit(raw, i) else { return false }
                i += 4
                if scalar >= 0xD800 && scalar <= 0xDFFF {
                    guard scalar < 0xDC00, i + 1 < raw.count, raw[i] == UInt8(ascii: "\\"),
                        raw[i + 1] == UInt8(ascii: "u"), let low = unit(raw, i + 2), low >= 0xDC00, low <= 0xDFFF
                    else { return false }
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                    i += 6
                }
                writer.append(scalar: scalar)
            default: return false
            }
        }
        return !writer.overflowed
    }

    private static func unit(_ raw: ByteView, _ i: Int) -> UInt32? {
        if i + 4 > raw.count { return nil }
        var unit: UInt32 = 0
        var k = 0
        while k < 4 {
            guard let digit = Hex.value(raw[i + k]) else { return nil }
            unit = unit << 4 | UInt32(digit)
            k += 1
        }
        return unit
    }
}
