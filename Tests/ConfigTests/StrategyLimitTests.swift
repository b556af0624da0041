import Config
import Foundation
import Model
import Testing
import Units

@Suite struct StrategyLimitTests {
    @Test func `A stop loss is in quote, in basis points, or off with a reason`() throws {
        let plain = try parse(sample, [("limits.stop_loss", "12.5"), ("limits.take_profit", "300bps")])
        #expect(plain.limits.stopLoss == (try Notional("12.5")) && plain.limits.stopLossBps == .max)
        #expect(plain.limits.takeProfit == .max && plain.limits.takeProfitBps == 300)
        let text = plain.explain().joined(separator: "\n")
        #expect(text.contains("A position that lost 12.5 USDT is closed"))
        #expect(text.contains("A position that won 300 basis points of its average price is closed"))
        let off = try parse(
            sample.replacingOccurrences(of: "take_profit: 500", with: "take_profit: {unlimited: \"the quoter turns over\"}"))
        #expect(off.limits.takeProfit == .max && off.limits.takeProfitBps == .max)
        #expect(off.explain().contains { $0.contains("NO limit take_profit") })
    }

    @Test(arguments: ["0bps", "bps", "-5bps", "5 bps", "1.5bps", "100001bps", "0", "-1", "5%"])
    func `Another form is refused at its place`(_ value: String) {
        let found = errors("stop_loss: 250", "stop_loss: \(value)")
        #expect(found.map(\.path) == ["limits.stop_loss"], "\(value)")
    }

    @Test func `What a loss leads to is one of four words`() throws {
        for action in LossAction.allCases {
            let run = try parse(sample, [("limits.on_daily_loss", action.name), ("limits.on_drawdown", action.name)])
            #expect(run.limits.onDailyLoss == action && run.limits.onDrawdown == action)
            #expect(run.explain().contains("What follows a drawdown: \(action.name)."))
        }
        #expect(errors("on_drawdown: halt", "on_drawdown: panic").map(\.path) == ["limits.on_drawdown"])
        #expect(errors("on_drawdown: halt", "on_drawdown: {unlimited: \"never mind it\"}").map(\.path) == ["limits.on_drawdown"])
    }

    @Test func `What no trade confirms takes longer, and not for ever`() {
        #expect(errors("unconfirmed_evaluations: 30", "unconfirmed_evaluations: 2").map(\.path) == ["limits.unconfirmed_evaluations"])
        #expect(errors("unconfirmed_evaluations: 30", "unconfirmed_evaluations: {unlimited: \"trades are rare\"}").map(\.path)
            == ["limits.unconfirmed_evaluations"])
        #expect(errors("min_strategy_samples: 20", "min_strategy_samples: {unlimited: \"never judged\"}").map(\.path)
            == ["limits.min_strategy_samples"])
    }

    @Test func `A reconciliation that failed twice is not yet too old`() {
        #expect(errors("max_unreconciled: 60s", "max_unreconciled: 15s").isEmpty)
        #expect(errors("max_unreconciled: 60s", "max_unreconciled: 14999ms").map(\.path) == ["limits.max_unreconciled"])
    }

    @Test func `A strategy in shadow says so`() throws {
        let run = try parse(sample, [("strategies.0.shadow", "true")])
        #expect(run.strategies[0].isShadow)
        #expect(run.explain().contains { $0.hasPrefix("Strategy quoter") && $0.contains("SHADOW") })
        #expect(try !parse(sample).strategies[0].isShadow)
        #expect(errors("  - name: quoter", "  - name: quoter\n    shadow: maybe").map(\.path) == ["strategies.0.shadow"])
    }
}
