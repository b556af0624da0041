import Model
import Telemetry
import Testing
import Units

@testable import Control

@Suite struct SwitchTests {
    private func engine() -> FakeEngine {
        var engine = FakeEngine()
        var row = StrategyStatus()
        row.orders = 3
        row.traded = 2
        row.fees = Notional(raw: fixedPointUnit)
        row.realised = Notional(raw: 3 * fixedPointUnit)
        engine.strategies = [StrategyLine(row, name: "quoter", symbol: "BTCUSDT", now: .zero)]
        row.isOff = true
        row.reason = .strategyLoss
        row.resumableAt = Nanoseconds(milliseconds: 61_500)
        row.isShadow = true
        engine.strategies.append(StrategyLine(row, name: "taker", symbol: "BTCUSDT", now: Nanoseconds(seconds: 1)))
        var instrument = InstrumentStatus()
        engine.instruments = [InstrumentLine(instrument, symbol: "BTCUSDT", now: .zero)]
        instrument.isBlocked = true
        instrument.reason = .stopLoss
        instrument.until = Nanoseconds(raw: .max)
        engine.instruments.append(InstrumentLine(instrument, symbol: "ETHUSDT", now: .zero))
        instrument.isExiting = true
        engine.instruments.append(InstrumentLine(instrument, symbol: "SOLUSDT", now: .zero))
        return engine
    }

    private func ask(_ verb: ControlVerb, _ engine: inout FakeEngine) -> JSONValue? {
        let request = ControlRequest(id: .integer(1), verb: verb)
        if case .answer(let json) = ControlDesk.handle(request, operatorID: 1000, handler: &engine) { return json }
        return nil
    }

    @Test func `a switch names its strategy by number, with the person and the reason`() {
        var engine = engine()
        #expect(ask(.turn(.strategy, name: "taker", isOn: false, reason: "odd"), &engine) == nil, "the core is asked")
        #expect(ask(.turn(.instrument, name: "ETHUSDT", isOn: true, reason: "calm"), &engine) == nil)
        #expect(engine.submitted.map(\.command.kind) == [.strategyOff, .instrumentOn])
        #expect(engine.submitted.map(\.command.subject) == [1, 1])
        #expect(engine.submitted.map(\.reason) == ["odd", "calm"])
        #expect(engine.submitted.allSatisfy { $0.command.operatorID == 1000 })
    }

    @Test func `what cannot be is refused with a cure, and nothing reaches the core`() {
        let refused: [(SwitchChange.Subject, String, String)] = [
            (.strategy, "nobody", "quoter, taker"), (.strategy, "taker", "find out why"),
            (.instrument, "XRPUSDT", "BTCUSDT"), (.instrument, "SOLUSDT", "wait"),
        ]
        var engine = engine()
        for (subject, name, cure) in refused {
            let answer = ask(.turn(subject, name: name, isOn: true, reason: "x"), &engine)
            #expect(answer?["ok"] == .bool(false), "\(name)")
            #expect(answer?["error"]?["cure"]?.string?.contains(cure) == true, "\(name): \(answer?.text() ?? "")")
        }
        let cooling = ask(.turn(.strategy, name: "taker", isOn: true, reason: "x"), &engine)
        #expect(cooling?["error"]?["cause"]?.string?.contains("STRATEGY_LOSS") == true)
        #expect(cooling?["error"]?["cause"]?.string?.contains("61 s") == true, "60.5 s, rounded up")
        #expect(engine.submitted.isEmpty)
    }

    @Test func `what the status shows as on may have been switched off since: the core is asked, and refuses with a cure`() {
        var engine = engine()
        for (subject, name) in [(SwitchChange.Subject.strategy, "quoter"), (.instrument, "BTCUSDT")] {
            #expect(ask(.turn(subject, name: name, isOn: true, reason: "x"), &engine) == nil)
        }
        #expect(engine.submitted.map(\.command.kind) == [.strategyOn, .instrumentOn])
        for kind in [CommandKind.strategyOn, .instrumentOn] {
            let command = Command(kind: kind, operatorID: 1000, hash: 0, lifetime: .zero)
            let answer = ControlDesk.answer(
                .integer(1), CommandResult(command: command, accepted: false, state: .live), mandate: nil)
            #expect(answer["error"]?["cause"]?.string?.contains("already") == true, "\(kind)")
            #expect(answer["error"]?["cure"]?.string?.contains("needletail ctl") == true, "\(kind)")
        }
    }

    @Test func `the tables show state, reason, profit and rates`() throws {
        var engine = engine()
        let rows = try #require(ask(.switches(.strategy), &engine)?["result"]?.array)
        #expect(rows.map { $0["state"]?.string } == ["ON", "SHADOW OFF"])
        #expect(rows[1]["why"]?.string == "STRATEGY_LOSS" && rows[0]["fill_percent"]?.integer == 66)
        #expect(rows[0]["gross"]?.string == "3" && rows[0]["net"]?.string == "2")
        let instruments = try #require(ask(.switches(.instrument), &engine)?["result"]?.array)
        #expect(instruments.map { $0["state"]?.string } == ["OPEN", "BLOCKED", "CLOSING"])
        #expect(instruments[1]["left_ns"]?.integer == -1, "only a person ends it")
    }

    @Test func `a mandate says which strategy is in shadow, and another hash`() {
        var mandate = FakeEngine.mandate()
        let before = mandate.hash
        mandate.strategies[0].isShadow = true
        #expect(mandate.hash != before)
        #expect(mandate.words.joined().contains("SHADOW: judged, never sent"))
    }
}
