extension Mutator {
    static let jsonPieces = [
        ",", ":", "[", "]", "{", "}", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "-", "+", ".", "e", "E9", "null", "true",
        "fals", " ", "\n", "é", "[]", "{}", "\"a\":1", "//", "NaN", "\"\"", "[[]]", "{\"\":{}}",
    ]

    /// Numbers at the edges of 64 bits, of scale 8 and of the grammar; milliseconds at the edge of nanoseconds.
    public static let numbers = [
        "0", "-0", "-1", "1", "00", "01", "1.", ".5", "1e", "1e1", "1e-8", "1e-9", "1e400", "0.00000001", "0.000000001",
        "92233720368.54775807", "92233720368.54775808", "-92233720368.54775808", "-92233720368.54775809",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "18446744073709551616", "4294967295", "4294967296", "2147483647", "2147483648",
        "9223372036853", "9223372036854", "9223372036855", "99999999999999999999999999999999", "46116860184", "1000000000000000000",
        "255", "256", "65535", "65536", "-32769",
    ]

    /// One change to a value, a member or a number of a document, or to what looks like one in a broken document.
    func changeJSON(_ bytes: inout [UInt8], _ dice: inout Dice) {
        let values = Self.values(bytes)
        guard let place = values.isEmpty ? nil : dice.pick(values) else { return }
        switch dice.below(9) {
        case 0, 1:
            let number = Array(dice.pick(Self.numbers).utf8)
            let isText = bytes[place.lowerBound] == UInt8(ascii: "\"")
            bytes.replaceSubrange(place, with: isText ? [0x22] + number + [0x22] : number)
        case 2: bytes.replaceSubrange(place, with: dice.pick(dictionary))
        case 3:
            let other = dice.pick(corpus)
            let others = Self.values(other)
            if !others.isEmpty { bytes.replaceSubrange(place, with: Array(other[dice.pick(others)])) }
        case 4: bytes.replaceSubrange(place, with: Array(bytes[dice.pick(values)]))
        case 5:
            let depth = 1 + dice.below(80)
            let nested = [UInt8](repeating: 0x5B, count: depth) + bytes[place] + [UInt8](repeating: 0x5D, count: depth)
            bytes.replaceSubrange(place, with: nested)
        case 6:
            if bytes[place.lowerBound] == UInt8(ascii: "\""), place.count >= 2 {
                bytes.replaceSubrange(place, with: Array(bytes[place].dropFirst().dropLast()))
            } else {
                bytes.replaceSubrange(place, with: [0x22] + bytes[place] + [0x22])
            }
        case 7: bytes.removeSubrange(Self.member(of: place, in: bytes))
        default:
            let member = Array(bytes[Self.member(of: place, in: bytes)])
            bytes.insert(contentsOf: member.first == UInt8(ascii: ",") ? member : [0x2C] + member, at: place.upperBound)
        }
    }

    /// Where values stand: texts, numbers, words and balanced brackets. Broken documents give what can be seen.
    static func values(_ bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var open: [Int] = []
        var i = 0
        while i < bytes.count, found.count < 4096 {
            let start = i
            switch bytes[i] {
            case UInt8(ascii: "\""):
                i += 1
                while i < bytes.count, bytes[i] != UInt8(ascii: "\"") { i += bytes[i] == UInt8(ascii: "\\") ? 2 : 1 }
                i = min(bytes.count, i + 1)
                found.append(start..<i)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(i)
                i += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                i += 1
                if let begin = open.popLast() { found.append(begin..<i) }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
                while i < bytes.count, ![0x2C, 0x7D, 0x5D, 0x3A, 0x20, 0x0A].contains(bytes[i]) { i += 1 }
                found.append(start..<i)
            default: i += 1
            }
        }
        return found
    }

    /// The value with its key and the comma before it, where there are such.
    private static func member(of value: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        var start = value.lowerBound
        if start > 0, bytes[start - 1] == UInt8(ascii: ":") {
            start -= 1
            if start > 0, bytes[start - 1] == UInt8(ascii: "\"") {
                start -= 1
                while start > 0, bytes[start - 1] != UInt8(ascii: "\"") { start -= 1 }
                start = max(0, start - 1)
            }
        }
        if start > 0, bytes[start - 1] == UInt8(ascii: ",") { start -= 1 }
        return start..<value.upperBound
    }
}
