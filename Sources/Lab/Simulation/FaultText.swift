import Foundation
import Units

/// Why a file of faults cannot be used: where, what and what to do.
package struct FaultTextError: Error, Sendable, Equatable, CustomStringConvertible {
    package var line: Int
    package var cause: String
    package var cure: String
    package var description: String { "line \(line): \(cause)\n  cure: \(cure)" }
}

/// The text of a world's faults, to be read, edited and played again:
///
///     # Anything behind a number sign is a remark.
///     lostReply = 4.5            # times an hour
///     at 3600.25 maintenance     # once, at the first opportunity from this second on
///     at 7200 lostFill skip 2    # the third opportunity from there on
///
/// A class that is not named never happens.
extension FaultSettings {
    /// Nothing happens more often than this.
    package static var rateMax: Double { 3600 }
    /// A hundred days.
    package static var timeMax: Double { 8_640_000 }

    package init(text: String) throws(FaultTextError) {
        self.init()
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let code = raw.prefix { $0 != "#" }
            let words = code.split(whereSeparator: { $0.isWhitespace }).map(String.init)
            if words.isEmpty { continue }
            if words[0] == "at" {
                script.append(try Self.occurrence(words, line: index + 1))
            } else {
                let (fault, rate) = try Self.rate(String(code), line: index + 1)
                guard rates[fault] == nil else {
                    throw FaultTextError(line: index + 1, cause: "\(fault.name) has two rates", cure: "keep one of them")
                }
                rates[fault] = rate
            }
        }
    }

    private static func fault(_ name: String, line: Int) throws(FaultTextError) -> FaultClass {
        if let fault = FaultClass(name: name) { return fault }
        let near = FaultClass.allCases.map(\.name).filter { known in
            known.lowercased() == name.lowercased() || (name.count >= 4 && known.lowercased().contains(name.lowercased()))
        }
        let known = near.isEmpty ? FaultClass.allCases.map(\.name).joined(separator: ", ") : near.joined(separator: " or ")
        throw FaultTextError(line: line, cause: "no fault is called '\(name)'", cure: "known is \(known)")
    }

    private static func rate(_ code: String, line: Int) throws(FaultTextError) -> (FaultClass, Double) {
        let parts = code.split(separator: "=", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2 else {
            throw FaultTextError(
                line: line, cause: "'\(code.trimmingCharacters(in: .whitespaces))' is neither a rate nor a time",
                cure: "write 'lostReply = 4.5' for a rate by the hour or 'at 3600 lostReply' for a time in seconds")
        }
        let fault = try Self.fault(parts[0], line: line)
        guard let rate = number(parts[1]), rate <= rateMax else {
            throw FaultTextError(
                line: line, cause: "the rate of \(fault.name) is '\(parts[1])'",
                cure: "give the times an hour, a number from 0 to \(Int(rateMax))")
        }
        return (fault, rate)
    }

    private static func occurrence(_ words: [String], line: Int) throws(FaultTextError) -> FaultOccurrence {
        guard words.count == 3 || (words.count == 5 && words[3] == "skip") else {
            throw FaultTextError(
                line: line, cause: "'\(words.joined(separator: " "))' is not a fault at a time",
                cure: "write 'at SECONDS CLASS' or 'at SECONDS CLASS skip COUNT'")
        }
        guard let at = nanoseconds(words[1]) else {
            throw FaultTextError(
                line: line, cause: "the time is '\(words[1])'",
                cure: "give seconds since the start, up to nine digits behind the point, at most \(Int(timeMax))")
        }
        let fault = try Self.fault(words[2], line: line)
        guard words.count == 5 else { return FaultOccurrence(fault, at: at) }
        guard let skips = Int(words[4]), (0...1000).contains(skips) else {
            throw FaultTextError(
                line: line, cause: "the count behind skip is '\(words[4])'", cure: "give a whole number from 0 to 1000")
        }
        return FaultOccurrence(fault, at: at, skips: skips)
    }

    /// A plain decimal: digits and one point, no sign, no exponent.
    private static func number(_ text: String) -> Double? {
        guard !text.isEmpty, text.count <= 20, text.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }) else { return nil }
        return Double(text)
    }

    private static func nanoseconds(_ text: String) -> Nanoseconds? {
        guard let value = number(text), value <= timeMax else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = Int64(parts[0]), parts.count <= 2 else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.count <= 9, let part = Int64(fraction + String(repeating: "0", count: 9 - fraction.count))
        else { return nil }
        return Nanoseconds(raw: whole * 1_000_000_000 + part)
    }

    /// The settings as a text that reads back as the same.
    package func text(heading: [String] = []) -> String {
        var lines = heading.map { "# \($0)" }
        for fault in FaultClass.allCases {
            guard let rate = rates[fault] else { continue }
            let code = "\(fault.name) = \(rate)"
            lines.append(code + String(repeating: " ", count: Swift.max(1, 34 - code.count)) + "# \(fault.sentence)")
        }
        for occurrence in script.sorted(by: { $0.at < $1.at }) {
            let nanos = String(occurrence.at.raw % 1_000_000_000)
            let fraction = String(repeating: "0", count: 9 - nanos.count) + nanos
            var line = "at \(occurrence.at.raw / 1_000_000_000).\(fraction) \(occurrence.fault.name)"
            if occurrence.skips > 0 { line += " skip \(occurrence.skips)" }
            lines.append(line)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
