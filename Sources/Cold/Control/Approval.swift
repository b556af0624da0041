import Telemetry
import Units

/// A mandate that was confirmed: what the next one is compared with. Kept as text, one fact a line, so that people and
/// `diff` can read it too.
package struct Approval: Sendable, Equatable {
    /// Wall time of the confirmation, seconds since 1970.
    package var time: Int64
    package var operatorID: UInt32
    package var hash: UInt64
    package var facts: [Mandate.Fact]

    package init(time: Int64, operatorID: UInt32, hash: UInt64, facts: [Mandate.Fact]) {
        self.time = time
        self.operatorID = operatorID
        self.hash = hash
        self.facts = facts
    }

    private static let title = "needletail approval 1"

    package var text: String {
        var lines = ["\(Self.title)\t\(time)\t\(operatorID)\t\(hexText(hash))"]
        lines += facts.map { "\(Self.plain($0.key))\t\(Self.plain($0.value))" }
        // The end is written, so that a file that lost its tail is not taken for a shorter configuration.
        return (lines + ["end\t\(facts.count)", ""]).joined(separator: "\n")
    }

    /// `nil` when it is not what `text` wrote.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let head = lines.first?.split(separator: "\t").map(String.init), head.count == 4, head[0] == Self.title,
            let time = Int64(head[1]), let operatorID = UInt32(head[2]), let hash = UInt64(head[3], radix: 16)
        else { return nil }
        var facts: [Mandate.Fact] = []
        for line in lines.dropFirst() {
            guard let tab = line.firstIndex(of: "\t") else { return nil }
            let (key, value) = (String(line[..<tab]), String(line[line.index(after: tab)...]))
            if key == "end" {
                guard Int(value) == facts.count else { return nil }
                self.init(time: time, operatorID: operatorID, hash: hash, facts: facts)
                return
            }
            facts.append(Mandate.Fact(key, value))
        }
        return nil
    }

    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    /// Key by key, old and new, in the order of the new; what is gone comes last. Begins with a heading.
    package func difference(to new: [Mandate.Fact], at when: String) -> [String] {
        let heading = "last approval \(when) by uid \(operatorID)"
        let old = Dictionary(facts.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        var rows: [(key: String, change: String)] = []
        for fact in new {
            let value = Self.plain(fact.value)
            guard let before = old[fact.key] else {
                rows.append((fact.key, "(not there) -> \(value)"))
                continue
            }
            if Self.plain(before) != value { rows.append((fact.key, "\(before) -> \(value)")) }
        }
        let kept = Set(new.map(\.key))
        for fact in facts where !kept.contains(fact.key) { rows.append((fact.key, "\(fact.value) -> (gone)")) }
        if rows.isEmpty { return ["\(heading): nothing has changed since"] }
        let width = rows.map(\.key.count).max() ?? 0
        return ["changed since the \(heading):"]
            + rows.map { "  \($0.key)\(String(repeating: " ", count: width - $0.key.count))  \($0.change)" }
    }
}
