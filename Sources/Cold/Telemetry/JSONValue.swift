import Units

/// A JSON document in memory, cold code only. Objects keep the order of their keys, so that what we write is the same
/// bytes every time. Money is written as decimal strings, never as numbers.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is not an integer of 64 bits, as its text.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// An object from pairs, in their order.
    package static func make(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { JSONMember($0.key, $0.value) })
    }

    package static func money(_ value: some FixedPoint) -> JSONValue { .string(value.description) }
    package static func time(_ value: Nanoseconds) -> JSONValue { .integer(value.raw) }
    /// 64 bits as 16 hex digits: JSON numbers do not carry them safely.
    package static func hash(_ value: UInt64) -> JSONValue { .string(hexText(value)) }
    /// A counter; saturates at `Int64.max`.
    package static func count(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }

    /// The member of an object, `nil` where there is none or this is no object.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }
    package var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }
    package var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }
    package var array: [JSONValue]? {
        if case .array(let items) = self { return items }
        return nil
    }
}

/// One member of a JSON object.
package struct JSONMember: Sendable, Equatable {
    package var key: String
    package var value: JSONValue
    package init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}

/// 16 hex digits, lower case.
package func hexText(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
}

extension JSONValue {
    /// The document as text; one line, or with `pretty` indented by two spaces. Ends without a newline.
    package func text(pretty: Bool = false) -> String {
        var out = ""
        write(to: &out, indent: pretty ? 0 : nil)
        return out
    }

    private func write(to out: inout String, indent: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .integer(let value): out += String(value)
        case .number(let text): out += text
        case .string(let text): Self.quote(text, to: &out)
        case .array(let items):
            Self.writeList(items, "[", "]", &out, indent) { item, out, inner in item.write(to: &out, indent: inner) }
        case .object(let members):
            Self.writeList(members, "{", "}", &out, indent) { member, out, inner in
                Self.quote(member.key, to: &out)
                out += inner == nil ? ":" : ": "
                member.value.write(to: &out, indent: inner)
            }
        }
    }

    private static func writeList<T>(
        _ items: [T], _ open: String, _ close: String, _ out: inout String, _ indent: Int?,
        _ body: (T, inout String, Int?) -> Void
    ) {
        out += open
        let inner = indent.map { $0 + 1 }
        for (index, item) in items.enumerated() {
            if index > 0 { out += "," }
            if let inner { out += "\n" + String(repeating: "  ", count: inner) }
            body(item, &out, inner)
        }
        if let indent, !items.isEmpty { out += "\n" + String(repeating: "  ", count: indent) }
        out += close
    }

    private static func quote(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        out += "\""
    }
}
