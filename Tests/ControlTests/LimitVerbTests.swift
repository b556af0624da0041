import Model
import Telemetry
import Testing
import Units

@testable import Control

@Suite struct LimitVerbTests {
    @Test func `the limits are a table with their origin`() {
        var engine = FakeEngine()
        let action = ControlDesk.handle(ControlRequest(verb: .limits), operatorID: 7, handler: &engine)
        guard case .answer(let answer) = action, let row = answer["result"]?.array?.first else {
            Issue.record("no table")
            return
        }
        #expect(row["limit"]?.string == "max_position" && row["origin"]?.string == "uid 7" && row["value"]?.string == "1")
    }

    @Test func `a refused raise says to disarm first`() {
        var engine = FakeEngine()
        let verb = ControlVerb.limit(
            name: "max_position", value: "5", symbol: nil, lifetime: Nanoseconds(seconds: 60), reason: "more room")
        let action = ControlDesk.handle(ControlRequest(verb: verb), operatorID: 7, handler: &engine)
        guard case .wait(1, nil) = action else {
            Issue.record("the core was not asked")
            return
        }
        #expect(engine.submitted[0].reason == "more room" && engine.submitted[0].command.value == 5)
        let result = CommandResult(command: engine.submitted[0].command, accepted: false, state: .live)
        let answer = ControlDesk.answer(.null, result, mandate: nil)
        #expect(answer["error"]?["cure"]?.string?.contains("disarm first") == true)
    }

    @Test func `a changed limit changes the mandate's hash and is in its words`() {
        let plain = FakeEngine.mandate()
        var changed = plain
        changed.changedLimits = ["max_position of BTCUSDT is 3, configured 2"]
        #expect(changed.hash != plain.hash)
        #expect(changed.words.contains("Changed by command: max_position of BTCUSDT is 3, configured 2."))
        #expect(!plain.words.contains { $0.contains("Changed") })
    }
}
