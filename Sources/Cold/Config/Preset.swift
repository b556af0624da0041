import Model
import Units

/// A promise that a configuration makes about itself: built-in ceilings that no value of the file, no `--set` and no
/// command may exceed. A larger value is an error at the start.
package enum Preset: String, Sendable, CaseIterable {
    /// Real orders, so small and so few that a strategy that goes wrong costs little before somebody looks.
    case cappedLive = "capped-live"

    /// The largest value of each limit that has one, as `LimitRule.raw` gives it. Amounts are in dollars.
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
    ]
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

    /// The largest raw value of a limit; `nil` where the preset says nothing about it.
    package func ceiling(of limit: String) -> Int64? { ceilings.first { $0.name == limit }?.raw }

    /// The ceiling of every limit, with its unit, for people.
    func lines(quote: String) -> [(name: String, text: String)] {
        ceilings.compactMap { ceiling in
            LimitRule.all.first { $0.name == ceiling.name }
                .map { (ceiling.name, $0.text(ceiling.raw, base: "", quote: quote)) }
        }
    }
}

extension RunConfiguration {
    /// What of the configuration is above its preset's ceilings.
    func relatePreset(_ reader: SettingReader) {
        guard let preset else { return }
        let off = Set(unlimited.map(\.name))
        for rule in LimitRule.all {
            guard let ceiling = preset.ceiling(of: rule.name) else { continue }
            let most = rule.text(ceiling, base: "", quote: instruments.first?.quote ?? "")
            reader.relate(
                ["limits.\(rule.name)"], rule.raw(limits) <= ceiling,
                off.contains(rule.name)
                    ? "is unlimited, and the preset \(preset.rawValue) has a built-in ceiling of \(most)"
                    : "is above the ceiling of \(most) that the preset \(preset.rawValue) has built in",
                cure: "write at most \(most), or take the preset and its protection away")
        }
        for (index, instrument) in instruments.enumerated() {
            for name in instrument.limits?.written ?? [] {
                guard let ceiling = preset.ceiling(of: name), let rule = LimitRule.all.first(where: { $0.name == name })
                else { continue }
                let most = rule.text(ceiling, base: "", quote: instrument.quote)
                reader.relate(
                    ["instruments.\(index).limits.\(name)"], rule.raw(instrument.limits?.values ?? limits) <= ceiling,
                    "is above the ceiling of \(most) that the preset \(preset.rawValue) has built in",
                    cure: "write at most \(most), or take the preset and its protection away")
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
