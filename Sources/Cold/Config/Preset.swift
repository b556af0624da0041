import Model
import Units

/// A promise that a configuration makes about itself: built-in bounds that no value of the file, no `--set` and no
/// command may loosen. A looser value is an error at the start.
package enum Preset: String, Sendable, CaseIterable {
    /// Real orders, so small and so few that a strategy that goes wrong costs little before somebody looks.
    case cappedLive = "capped-live"

    /// The loosest value of each limit that has one, as `LimitRule.raw` gives it: the largest, or the smallest where a
    /// higher value is tighter (`LimitKey.isTighterWhenHigher`). Amounts are in dollars.
    private static let cappedLiveCeilings: [(name: String, raw: Int64)] = [
        ("max_order_notional", 25 * fixedPointUnit), ("max_net_exposure", 50 * fixedPointUnit),
        ("max_gross_exposure", 100 * fixedPointUnit), ("max_portfolio_net", 50 * fixedPointUnit),
        ("max_portfolio_gross", 100 * fixedPointUnit), ("max_daily_loss", 10 * fixedPointUnit),
        ("max_drawdown", 10 * fixedPointUnit), ("max_strategy_loss", 10 * fixedPointUnit), ("max_open_orders", 4),
        ("max_orders_per_second", 2), ("max_orders_per_minute", 30), ("max_messages_per_second", 10),
        ("max_messages_per_minute", 120), ("max_identical_orders", 5), ("max_order_cycles", 20),
        ("max_direction_flips", 4), ("max_executions", 10), ("max_consecutive_errors", 3), ("price_collar_bps", 100),
        ("max_slippage_bps", 20), ("max_data_age", 2_000_000_000), ("max_order_age", 300_000_000_000),
        ("max_unconfirmed", 30_000_000_000), ("max_unreconciled", 60_000_000_000),
        // What decides when a loss counts and what it leads to: without these, the losses above could be put off.
        ("max_day_drawdown", 10 * fixedPointUnit), ("max_strategy_drawdown", 10 * fixedPointUnit),
        ("stop_loss", 10 * fixedPointUnit), ("throttle_drawdown", 5 * fixedPointUnit), ("throttle_percent", 50),
        ("drawdown_confirmations", 5), ("unconfirmed_evaluations", 30), ("max_price_gap_bps", 20),
        ("max_trade_age", 5_000_000_000), ("strategy_cooldown", 60_000_000_000), ("exit_pause", 10_000_000_000),
    ]
    /// The stop loss where it is written in basis points: the same 10 of a position worth 50.
    private static let cappedLiveStopLossBps: Int64 = 2000
    /// What a loss may lead to: everything is cancelled and nothing is sent.
    private static let cappedLiveActions: [LossAction] = [.halt, .safe]
    /// What the amounts may be counted in.
    private static let dollars = ["USD", "USDT", "USDC", "FDUSD", "TUSD", "DAI", "EUR"]

    var ceilings: [(name: String, raw: Int64)] {
        switch self {
        case .cappedLive: return Self.cappedLiveCeilings
        }
    }

    /// In a few words, for `check` and `stage`.
    package var words: String {
        switch self {
        case .cappedLive:
            return "capped-live: an order is worth at most 25, the position 50, a day's loss 10, 30 orders a minute, "
                + "whatever else is written"
        }
    }

    /// The loosest raw value of a limit; `nil` where the preset says nothing about it.
    package func ceiling(of limit: String) -> Int64? { ceilings.first { $0.name == limit }?.raw }

    /// Whether a limit's raw value, as `LimitRule.raw` gives it, is no looser than its ceiling.
    package func allows(_ limit: String, _ raw: Int64) -> Bool {
        guard let ceiling = ceiling(of: limit) else { return true }
        // Basis points are told by their sign.
        if limit == LimitKey.stopLoss.name, raw < 0 { return raw >= 0 - Self.cappedLiveStopLossBps }
        return Self.isFloor(limit) ? raw >= ceiling : raw <= ceiling
    }

    /// `at most 25 USDT`, or `at least 5s` where a higher value is tighter.
    package func bound(of limit: String, quote: String) -> String? {
        guard let ceiling = ceiling(of: limit), let rule = LimitRule.all.first(where: { $0.name == limit }) else { return nil }
        let points = limit == LimitKey.stopLoss.name ? " or \(Self.cappedLiveStopLossBps)bps" : ""
        let amount: String
        if case .result = rule.kind { amount = "\(Notional(raw: ceiling)) \(quote)" }
        else { amount = rule.text(ceiling, base: "", quote: quote) }
        return (Self.isFloor(limit) ? "at least " : "at most ") + amount + points
    }

    private static func isFloor(_ limit: String) -> Bool {
        LimitKey.allCases.contains { $0.name == limit && $0.isTighterWhenHigher }
    }

    /// The ceiling of every limit, with its unit, for people.
    func lines(quote: String) -> [(name: String, text: String)] {
        ceilings.compactMap { ceiling in
            guard let text = bound(of: ceiling.name, quote: quote) else { return nil }
            return (ceiling.name, text.hasPrefix("at most ") ? String(text.dropFirst(8)) : text)
        } + ["on_daily_loss", "on_drawdown"].map { ($0, Self.actions) }
    }

    fileprivate static var actions: String { cappedLiveActions.map(\.name).joined(separator: " or ") }
    fileprivate static func isBounded(_ action: LossAction) -> Bool { cappedLiveActions.contains(action) }
}

extension RunConfiguration {
    /// What of the configuration is beyond its preset's ceilings.
    func relatePreset(_ reader: SettingReader) {
        guard let preset else { return }
        let off = Set(unlimited.map(\.name))
        let quote = instruments.first?.quote ?? ""
        for rule in LimitRule.all {
            guard let bound = preset.bound(of: rule.name, quote: quote) else { continue }
            reader.relate(
                ["limits.\(rule.name)"], preset.allows(rule.name, rule.raw(limits)),
                off.contains(rule.name)
                    ? "is unlimited, and the preset \(preset.rawValue) has a built-in ceiling: \(bound)"
                    : "is beyond the ceiling that the preset \(preset.rawValue) has built in: \(bound)",
                cure: "write \(bound), or take the preset and its protection away")
        }
        for (name, action) in [("on_daily_loss", limits.onDailyLoss), ("on_drawdown", limits.onDrawdown)] {
            reader.relate(
                ["limits.\(name)"], Preset.isBounded(action),
                "is \(action.name): it trades on after the loss, which the preset \(preset.rawValue) does not",
                cure: "write \(Preset.actions), or take the preset and its protection away")
        }
        for (index, instrument) in instruments.enumerated() {
            for name in instrument.limits?.written ?? [] {
                guard let bound = preset.bound(of: name, quote: instrument.quote),
                    let rule = LimitRule.all.first(where: { $0.name == name })
                else { continue }
                reader.relate(
                    ["instruments.\(index).limits.\(name)"], preset.allows(name, rule.raw(instrument.limits?.values ?? limits)),
                    "is beyond the ceiling that the preset \(preset.rawValue) has built in: \(bound)",
                    cure: "write \(bound), or take the preset and its protection away")
            }
            reader.relate(
                ["instruments.\(index).quote"], Preset.isDollars(instrument.quote),
                "is not counted in dollars, as the ceilings of the preset \(preset.rawValue) are",
                cure: "trade a pair quoted in one of \(Preset.quotes), or take the preset away")
        }
    }
}

extension Preset {
    fileprivate static var quotes: String { dollars.joined(separator: ", ") }
    fileprivate static func isDollars(_ asset: String) -> Bool { dollars.contains(asset) }
}
