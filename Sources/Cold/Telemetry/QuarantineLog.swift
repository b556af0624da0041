import Model
import Units

/// A message that was not believed, as people see it.
package struct QuarantineLine: Sendable, Equatable {
    /// Engine clock.
    package var time: Nanoseconds
    package var age = Nanoseconds.zero
    /// The link it came over.
    package var link: String
    package var reason: String
    /// Bytes of the whole message, and the byte at which reading it ended; -1 where that is not known.
    package var length: UInt32
    package var offset: Int32
    /// The first bytes, secrets masked; what is not printable ASCII as \xNN.
    package var text: String

    package init(time: Nanoseconds, link: String, reason: String, length: UInt32, offset: Int32, bytes: [UInt8]) {
        self.time = time
        self.link = link
        self.reason = reason
        self.length = length
        self.offset = offset
        text = bytes.reduce(into: "") { text, byte in
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }

    package var json: JSONValue {
        .make([
            "age_ns": .time(age), "link": .string(link), "reason": .string(reason), "length": .integer(Int64(length)),
            "offset": .integer(Int64(offset)), "text": .string(text),
        ])
    }
}

/// The newest messages that were not believed, and how many there were for each reason. Bounded. Cold thread.
package struct QuarantineLog: Sendable {
    private let capacity: Int
    private var lines: [QuarantineLine] = []
    /// By link and reason, such as `market data MALFORMED`.
    package private(set) var counts: [String: UInt64] = [:]

    package init(capacity: Int = 256) { self.capacity = capacity }

    package mutating func append(_ line: QuarantineLine) {
        counts["\(line.link) \(line.reason)", default: 0] += 1
        if lines.count == capacity { lines.removeFirst() }
        lines.append(line)
    }

    /// The newest, oldest of them first, with their ages.
    package func last(_ limit: Int, now: Nanoseconds) -> [QuarantineLine] {
        lines.suffix(limit).map { line in
            var line = line
            line.age = now - line.time
            return line
        }
    }
}
