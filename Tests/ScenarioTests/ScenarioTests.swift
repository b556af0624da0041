import Foundation
import Testing

/// The files of Tests/Scenarios, each scenario a test of its own: what users of other engines suffered, what
/// went wrong at large, told as given, when, then.
@Suite struct ScenarioSuite {
    @Test(arguments: ScenarioText.all())
    func `It goes as the text says`(_ scenario: ScenarioText) {
        let player = ScenarioPlayer()
        for line in scenario.lines {
            do {
                try player.play(line)
            } catch {
                Issue.record("\(scenario.name)\n  \(line.file):\(line.number): \(line.text)\n  \((error as? ScenarioPlayer.Failure)?.what ?? "\(error)")")
                return
            }
        }
    }

    @Test func `The files are found, and a false then is noticed`() throws {
        #expect(ScenarioText.all().count >= 20)
        let wrong = ScenarioText.read("scenario x\ngiven live\nthen state is SAFE", "text")
        let player = ScenarioPlayer()
        try player.play(wrong[0].lines[0])
        #expect(throws: ScenarioPlayer.Failure.self) { try player.play(wrong[0].lines[1]) }
    }

    /// The lines of our list of pains, and the incidents at large, by the word that a scenario's name begins with.
    private static let topics: [String] = (1...69).map { "pain \($0)" } + [
        "Knight 2012", "Everbright 2013", "Goldman 2013", "Citigroup 2022", "Binance.US 2021", "Binance 2025",
        "Hyperliquid 2025", "Bithumb 2026", "sent again", "booked twice", "Bybit bot", "Hummingbot", "double start",
    ]

    @Test func `Each pain and each incident is a scenario, or stands among the exceptions with its reason`() throws {
        let names = ScenarioText.all().map(\.name)
        let exceptions = try ScenarioText.exceptions()
        for topic in Self.topics {
            let isTold = names.contains { $0.hasPrefix(topic + ":") }
            let isExcepted = exceptions[topic] != nil
            #expect(isTold != isExcepted, "\(topic) is \(isTold ? "both a scenario and an exception" : "neither")")
        }
        for (topic, reason) in exceptions {
            #expect(Self.topics.contains(topic), "exceptions.txt: nothing is called \(topic)")
            #expect(reason.count > 30, "exceptions.txt: \(topic) needs a reason")
        }
    }

    /// Where an exception names a test, that test exists.
    @Test func `What the exceptions name in Tests is there`() throws {
        for (topic, reason) in try ScenarioText.exceptions() {
            for part in (" " + reason).components(separatedBy: " Tests/").dropFirst() {
                let path = String(part.prefix { $0.isLetter || $0.isNumber || "/._+-".contains($0) })
                    .trimmingCharacters(in: CharacterSet(charactersIn: ".,"))
                let url = ScenarioText.tests.appending(path: path)
                #expect(FileManager.default.fileExists(atPath: url.path), "\(topic): Tests/\(path)")
            }
        }
    }
}
