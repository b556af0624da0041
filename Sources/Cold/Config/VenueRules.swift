import Model
import Units

/// The venue's rules of the run's instruments now, against those the run began with. Rules are read once and then bound to the
/// run: a mandate was shown under them, and every order is rounded and judged by them.
public enum VenueRules {
    /// What differs, a sentence each; empty when everything is as it was. Of `found` only instruments of `begun` count, by
    /// symbol; one that is missing is no longer listed. O(instruments squared), allocates; cold.
    public static func changes(from begun: [Instrument], to found: [Instrument]) -> [String] {
        begun.flatMap { rules -> [String] in
            let symbol = rules.symbol.string
            guard let now = found.first(where: { $0.symbol == rules.symbol }) else { return ["\(symbol) is no longer listed"] }
            return figures(rules).compactMap { figure in
                let before = figure.value(rules)
                let after = figure.value(now)
                return before == after ? nil : "\(symbol): \(figure.name) was \(before) and is \(after)"
            }
        }
    }

    private struct Figure {
        var name: String
        var value: (Instrument) -> String
    }

    private static func figures(_ rules: Instrument) -> [Figure] {
        [
            Figure(name: "the tick size") { "\($0.tickSize)" },
            Figure(name: "the lot size") { "\($0.lotSize)" },
            Figure(name: "the smallest quantity") { "\($0.minQuantity)" },
            Figure(name: "the largest quantity") { "\($0.maxQuantity)" },
            Figure(name: "the smallest notional") { "\($0.minNotional)" },
            Figure(name: "the contract's size") { "\($0.contractMultiplier)" },
            Figure(name: "the band of buy prices") { "\($0.bidMultiplierDown) to \($0.bidMultiplierUp)" },
            Figure(name: "the band of sale prices") { "\($0.askMultiplierDown) to \($0.askMultiplierUp)" },
            Figure(name: "the number of resting orders") { "\($0.maxOpenOrders)" },
        ]
    }
}
