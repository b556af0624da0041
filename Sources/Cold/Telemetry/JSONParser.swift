/// Why bytes are not a JSON document, and at which byte.
package struct JSONParseError: Error, Sendable, Equatable {
    package var offset: Int
    package var cause: String
}

extension JSONValue {
    /// Deepest nesting that is read.
    package static var maximumDepth: Int { 32 }

    /// Reads one strict JSON document (RFC 8259) that fills `bytes`; duplicate keys are refused.
    package init(parsing bytes: [UInt8]) throws(JSONParseError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    package init(parsing text: String) throws(JSONParseError) { try self.init(parsing: Array(text.utf8)) }
}

private struct JSONParser {
    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func failure(_ cause: String) -> JSONParseError { JSONParseError(offset: at, cause: cause) }
    var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    mutating func document() throws(JSONParseError) -> JSONValue {
        let value = try self.value(depth: 0)
        skipSpace()
        if byte != nil { throw failure("text after the end of the document") }
        return value
    }

    mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
        if depth > JSONValue.maximumDepth { throw failure("nested too deeply") }
        skipSpace()
        switch byte {
        case nil: throw failure("the document ends too early")
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        for expected in text.description.utf8 {
            guard byte == expected else { throw failure("not a JSON value") }
            at += 1
        }
        return value
    }

    mutating func object(depth: Int) throws(JSONParseError) -> JSONValue {
        at += 1
        var members: [JSONMember] = []
        var seen: Set<String> = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw failure("a key in double quotes is expected") }
            let key = try string()
            guard seen.insert(key).inserted else { throw failure("the key \"\(key)\" appears twice") }
            skipSpace()
            guard take(":") else { throw failure("a colon is expected after the key") }
            members.append(JSONMember(key, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw failure("a comma or the end of the object is expected") }
        }
    }

    mutating func array(depth: Int) throws(JSONParseError) -> JSONValue {
        at += 1
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw failure("a comma or the end of the array is expected") }
        }
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: scalar) else { return false }
        at += 1
        return true
    }

    mutating func number() throws(JSONParseError) -> JSONValue {
        let start = at
        _ = take("-")
        let isZero = byte == UInt8(ascii: "0")
        guard digits() > 0 else { throw failure("not a JSON value") }
        if isZero, let second = bytes[start..<at].drop(while: { $0 == UInt8(ascii: "-") }).dropFirst().first {
            throw failure("a number starts with 0\(Character(Unicode.Scalar(second)))")
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            guard digits() > 0 else { throw failure("digits are expected after the point") }
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            guard digits() > 0 else { throw failure("digits are expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        return .number(text)
    }

    mutating func digits() -> Int {
        let start = at
        while let byte, byte >= 0x30, byte <= 0x39 { at += 1 }
        return at - start
    }

    mutating func string() throws(JSONParseError) -> String {
        at += 1
        var text: [UInt8] = []
        while let byte {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("the string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure("a raw control character in a string")
            default: text.append(byte)
            }
        }
        throw failure("the string does not end")
    }

    mutating func escape(into text: inout [UInt8]) throws(JSONParseError) {
        guard let byte else { throw failure("the string does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var code = try hex4()
            if code >= 0xD800, code < 0xDC00 {
                guard take("\\"), take("u") else { throw failure("half a surrogate pair") }
                let low = try hex4()
                guard low >= 0xDC00, low < 0xE000 else { throw failure("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw failure("an unknown escape in a string")
        }
    }

    mutating func hex4() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hex digits are expected")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
