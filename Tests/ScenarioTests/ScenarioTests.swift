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
}
