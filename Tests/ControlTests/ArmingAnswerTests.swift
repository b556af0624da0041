import Model
import Telemetry
import Testing
import Units

@testable import Control

@Suite struct ArmingAnswerTests {
    private func result(
        _ kind: CommandKind, accepted: Bool = false, state: SystemState = .armed, missing: ArmingChecks = [],
        by: UInt32 = 1, after: UInt32 = Command.engineOperator
    ) -> CommandResult {
        CommandResult(
            command: Command(kind: kind, operatorID: by, hash: 5, lifetime: .zero, subject: 3), accepted: accepted, state: state,
            missing: missing, precedent: after)
    }
    private let review = IntentReview(
        id: 3, hash: 0x1234, operatorID: 1, intent: ManualIntent(
            operatorID: 1, instrument: InstrumentID(0), side: .buy, timeInForce: .immediateOrCancel, price: try! Price("50000"),
            quantity: try! Quantity("0.01"), hash: 1, lifetime: .zero).intent,
        verdict: .passed, value: 0, limit: 0, worstLong: try! Quantity("0.06"), worstShort: .zero, expires: .zero)
    private func words(_ review: IntentReview, _ numbers: String = "") -> IntentWords {
        IntentWords(
            review: review, symbol: "BTCUSDT", base: "BTC", quote: "USDT", numbers: numbers, lifetime: Nanoseconds(seconds: 30))
    }

    @Test func `A refusal names everything that is missing and the cure of each`() {
        let answer = ControlDesk.answer(.null, result(.confirm, missing: [.note, .reconciled]), mandate: nil)
        let cause = answer["error"]?["cause"]?.string ?? ""
        let cure = answer["error"]?["cure"]?.string ?? ""
        #expect(cause.contains("nobody wrote down") && cause.contains("not reconciled"))
        #expect(cure.contains("ctl incident") && cure.contains("wait some seconds"))
    }

    @Test func `Every check has its own cause and cure`() {
        let all = ArmingChecks(rawValue: .max)
        #expect(all.each.count == 12)
        #expect(Set(all.causes).count == 12 && all.cures.allSatisfy { !$0.isEmpty })
        for check in all.each { #expect(ArmingChecks(names: check.names) == check) }
    }

    @Test func `A second operator's step is said to be one`() {
        let alone = ControlDesk.answer(.null, result(.confirm, accepted: true, state: .live, by: 1, after: 1), mandate: nil)
        #expect(alone["result"]?["second_operator_after"] == nil)
        let two = ControlDesk.answer(.null, result(.confirm, accepted: true, state: .live, by: 2, after: 1), mandate: nil)
        #expect(two["result"]?["second_operator_after"] == .integer(1))
    }

    @Test func `A review shows the order, its worth, the verdict and the worst case`() {
        let answer = ControlDesk.answer(.null, result(.intent, accepted: true, state: .disarmed), mandate: nil, review: words(review))
        let shown = (answer["result"]?["words"]?.array ?? []).compactMap(\.string).joined(separator: "\n")
        for part in ["BUY 0.01 BTC of BTCUSDT at 50000 USDT", "500 USDT", "PASSED", "from 0 to 0.06 BTC", "30 s, once"] {
            #expect(shown.contains(part), "\(part) is missing in\n\(shown)")
        }
        #expect(answer["result"]?["intent"] == .integer(3))
    }

    @Test func `What the gate refuses is said with its numbers, at the review and at the confirmation`() {
        var refused = review
        refused.verdict = .orderNotional
        let asked = ControlDesk.answer(
            .null, result(.intent, state: .disarmed), mandate: nil, review: words(refused, ": 500 against 25"))
        #expect(asked["error"]?["cause"]?.string?.contains("MAX_ORDER_NOTIONAL: 500 against 25") == true)
        let confirmed = ControlDesk.answer(.null, result(.confirmIntent), mandate: nil, refusal: "PRICE_COLLAR: 60 bps against 50 bps")
        #expect(confirmed["error"]?["cause"]?.string?.contains("PRICE_COLLAR") == true)
    }

    @Test func `Other refusals of an order by hand say why`() {
        for (kind, part) in [
            (CommandKind.confirmIntent, "good once"), (.cancelOrder, "no order of that name rests"), (.incident, "no incident is open"),
        ] {
            let answer = ControlDesk.answer(.null, result(kind, state: .disarmed), mandate: nil)
            #expect(answer["error"]?["cause"]?.string?.contains(part) == true, "\(kind)")
        }
        let flatten = ControlDesk.answer(.null, result(.flatten, state: .live), mandate: nil)
        #expect(flatten["error"]?["cause"]?.string?.contains("one order by hand") == true)
    }

    @Test func `The checklist says what is missing, and what tripped`() {
        var engine = EngineStatus()
        engine.now = Nanoseconds(seconds: 100)
        #expect(ArmingChecklist(engine).isReady)
        engine.missing = [.note, .staged, .data]
        engine.incident.isOpen = true
        engine.incident.trip = .directionFlips
        engine.incident.error = .flipflopDetected
        engine.incident.at = Nanoseconds(seconds: 40)
        let list = ArmingChecklist(engine)
        #expect(!list.isReady && list.items.filter { !$0.isOk }.map(\.name) == ["limits confirmed", "incident note", "data fresh"])
        #expect(list.items.allSatisfy { $0.isOk == $0.cure.isEmpty })
        #expect(list.incident == "the flip-flop detector (DIRECTION_FLIPS, FLIPFLOP_DETECTED), 60 s ago")
        engine.mode = .shadow
        #expect(ArmingChecklist(engine).items.contains { $0.detail == "not needed in SHADOW" })
    }

    @Test func `The new verbs reach the core`() throws {
        var engine = FakeEngine()
        func ask(_ verb: ControlVerb) { _ = ControlDesk.handle(ControlRequest(verb: verb), operatorID: 7, handler: &engine) }
        ask(.incident(text: "what it was and what was done"))
        ask(.confirmIntent(intent: 4, hash: 9))
        ask(.intent(side: .sell, symbol: "BTCUSDT", quantity: Quantity(raw: 1), price: Price(raw: 2), timeInForce: .immediateOrCancel))
        ask(.cancel(clientID: "nt1-0000000000000001"))
        #expect(engine.submitted.map(\.command.kind) == [.incident, .confirmIntent, .intent, .cancelOrder])
        #expect(engine.submitted.allSatisfy { $0.command.operatorID == 7 })
        #expect(engine.submitted[0].reason == "what it was and what was done")
        #expect(engine.submitted[1].command.subject == 4 && engine.submitted[1].command.hash == 9)
    }
}
