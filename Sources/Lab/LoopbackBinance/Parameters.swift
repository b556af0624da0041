import Loopback
import Units

/// The parameters of one request, as text, whether they came as strings or as native JSON.
struct Parameters: Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    init() {}

    init(_ object: JSONValue?) {
        for member in object?.members ?? [] where member.value != .null {
            pairs.append((member.name, member.value.parameterText))
        }
    }

    /// From a raw query and a raw body; on a duplicate the query wins.
    init(query: String, body: String) {
        for part in query.split(separator: "&") + body.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = percentDecoded(sides[0])
            if self[name] == nil { pairs.append((name, sides.count > 1 ? percentDecoded(sides[1]) : "")) }
        }
    }

    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// What a WebSocket API signature covers: everything but `signature`, sorted by name, joined raw.
    var signedText: String {
        pairs.filter { $0.name != "signature" }.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    func text(_ name: String) throws(ApiError) -> String {
        guard let value = self[name], !value.isEmpty else { throw .missing(name) }
        return value
    }

    func integer(_ name: String) throws(ApiError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = Int64(value), number >= 0 else {
            throw ApiError(-1100, "Illegal characters found in parameter '\(name)'; legal range is '^[0-9]{1,20}$'.")
        }
        return number
    }

    func flag(_ name: String) -> Bool? { self[name].map { $0.lowercased() == "true" } }

    /// A decimal of the venue's syntax; more than eight digits after the point are `-1111`.
    func decimal<Value: FixedPoint>(_ name: String, as: Value.Type) throws(ApiError) -> Value? {
        guard let value = self[name] else { return nil }
        do {
            let number = try Value(value)
            guard !number.isNegative, !value.hasPrefix("-") else { throw FixedPointParseError.malformed }
            return number
        } catch FixedPointParseError.tooPrecise {
            throw ApiError(-1111, "Parameter '\(name)' has too much precision.")
        } catch FixedPointParseError.empty {
            throw ApiError(-1105, "Parameter '\(name)' was empty.")
        } catch {
            throw ApiError(
                -1100,
                "Illegal characters found in parameter '\(name)'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.")
        }
    }

    /// A client order id, checked against the venue's alphabet.
    func clientId(_ name: String) throws(ApiError) -> String? {
        guard let value = self[name] else { return nil }
        let legal = value.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 95
        }
        guard legal, (1...36).contains(value.utf8.count) else {
            throw ApiError(
                -1100, "Illegal characters found in parameter '\(name)'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.")
        }
        return value
    }
}

/// `%41` and `+` undone; broken escapes stay as they are.
func percentDecoded(_ text: Substring) -> String {
    guard text.utf8.contains(37) || text.utf8.contains(43) else { return String(text) }
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var at = 0
    while at < bytes.count {
        if bytes[at] == 37, at + 2 < bytes.count,
            let value = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
        {
            out.append(value)
            at += 3
        } else {
            out.append(bytes[at] == 43 ? 32 : bytes[at])
            at += 1
        }
    }
    return String(decoding: out, as: UTF8.self)
}
