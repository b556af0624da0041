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

    /// All scenarios of the text files in Tests/Scenarios.
    static func all() -> [ScenarioText] {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scenarios")
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
