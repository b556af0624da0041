import Foundation

/// A scenario as it stands in a text file:
///
///     scenario pain 6: an unknown answer is not a failure
///     given live
///     when strategy buys A 0.1 at 49990
///     and place of A is unknown
///     then A is unknown
///
/// `and` goes on with what the line above was. Blank lines and lines that begin with `#` say nothing.
struct ScenarioText: Sendable, CustomStringConvertible {
    struct Line: Sendable {
        var file: String
        var number: Int
        var words: [String]
        var text: String
    }
    var name: String
    var lines: [Line] = []
    var description: String { name }

    static var tests: URL { URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent() }

    /// What is no scenario and why, by topic: lines `topic: reason` of exceptions.txt.
    static func exceptions() throws -> [String: String] {
        let text = try String(contentsOf: tests.appending(path: "Scenarios/exceptions.txt"), encoding: .utf8)
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { found[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return found
    }

    /// All scenarios of the text files in Tests/Scenarios.
    static func all() -> [ScenarioText] {
        let directory = tests.appending(path: "Scenarios")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { $0.hasSuffix(".scenarios") }.sorted().flatMap { file in
            read((try? String(contentsOf: directory.appending(path: file), encoding: .utf8)) ?? "", file)
        }
    }

    static func read(_ text: String, _ file: String) -> [ScenarioText] {
        var found: [ScenarioText] = []
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = raw.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("scenario ") {
                found.append(ScenarioText(name: String(line.dropFirst("scenario ".count))))
                continue
            }
            var words = line.split(separator: " ").map(String.init)
            precondition(
                ["given", "when", "then", "and"].contains(words.removeFirst()) && !found.isEmpty,
                "\(file):\(index + 1): a line begins with scenario, given, when, then or and")
            found[found.count - 1].lines.append(Line(file: file, number: index + 1, words: words, text: line))
        }
        return found
    }
}
