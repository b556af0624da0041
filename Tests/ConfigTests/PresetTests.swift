import Config
import Testing

/// The sample with limits that fit under the ceilings.
private let capped: String = {
    let tiny: [(String, String)] = [
        ("max_order_notional", "25"), ("max_net_exposure", "50"), ("max_gross_exposure", "100"), ("max_portfolio_net", "50"),
        ("max_portfolio_gross", "100"), ("max_daily_loss", "10"), ("max_drawdown", "10"), ("throttle_drawdown", "5"),
        ("max_strategy_loss", "10"), ("max_open_orders", "4"), ("max_orders_per_second", "2"), ("max_orders_per_minute", "30"),
        ("max_messages_per_second", "10"), ("max_messages_per_minute", "120"), ("max_identical_orders", "5"),
        ("max_order_cycles", "20"), ("max_direction_flips", "4"), ("max_executions", "10"), ("max_consecutive_errors", "3"),
        ("price_collar_bps", "100"), ("max_slippage_bps", "20"), ("max_data_age", "2s"), ("max_order_age", "300s"),
        ("max_unconfirmed", "30s"), ("max_unreconciled", "60s"),
    ]
    var lines = sample.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (key, value) in tiny {
        guard let index = lines.firstIndex(where: { $0.hasPrefix("  \(key):") }) else { preconditionFailure(key) }
        lines[index] = "  \(key): \(value)"
    }
    return "preset: capped-live\n" + lines.joined(separator: "\n")
}()

/// One more than the ceiling, for each limit that has one.
private let above: [(String, String)] = [
    ("max_order_notional", "25.00000001"), ("max_net_exposure", "50.00000001"), ("max_gross_exposure", "100.00000001"),
    ("max_portfolio_net", "50.00000001"), ("max_portfolio_gross", "100.00000001"), ("max_daily_loss", "10.00000001"),
    ("max_drawdown", "10.00000001"), ("max_strategy_loss", "10.00000001"), ("max_open_orders", "5"),
    ("max_orders_per_second", "3"), ("max_orders_per_minute", "31"), ("max_messages_per_second", "11"),
    ("max_messages_per_minute", "121"), ("max_identical_orders", "6"), ("max_order_cycles", "21"),
    ("max_direction_flips", "5"), ("max_executions", "11"), ("max_consecutive_errors", "4"), ("price_collar_bps", "101"),
    ("max_slippage_bps", "21"), ("max_data_age", "2001ms"), ("max_order_age", "301s"), ("max_unconfirmed", "31s"),
    ("max_unreconciled", "61s"),
]

private func errors(_ text: String, _ overrides: [(path: String, value: String)] = []) -> [ConfigurationError] {
    do throws(ConfigurationErrors) {
        _ = try parse(text, overrides)
        return []
    } catch {
        return error.errors
    }
}

@Suite struct PresetTests {
    @Test func `Limits at the ceilings are accepted, shown and part of the hash`() throws {
        let run = try parse(capped)
        #expect(run.preset == .cappedLive)
        #expect(run.explain().contains { $0.contains("capped-live") && $0.contains("max_order_notional 25 USDT") })
        #expect(run.facts.contains { $0.key == "preset" && $0.value == "capped-live" })
        let without = try parse(capped.replacing("preset: capped-live\n", with: ""))
        #expect(without.preset == nil && without.hash != run.hash)
    }

    @Test(arguments: above) func `Nothing gets past a ceiling, from the file or the command line`(key: String, value: String) {
        for found in [
            errors(capped, [("limits.\(key)", value)]), errors(capped, [("limits.\(key)", "{unlimited: \"because I want it\"}")]),
        ] {
            let error = found.first { $0.path == "limits.\(key)" && $0.cause.contains("capped-live") }
            #expect(error != nil, "\(key): \(found)")
            #expect(error?.cure.contains("write at most") == true)
        }
        #expect(errors(capped.replacing("preset: capped-live\n", with: ""), [("limits.\(key)", value)])
            .allSatisfy { !$0.cause.contains("ceiling") })
    }

    @Test func `An instrument's own limits stay under the ceilings too`() {
        let found = errors(capped, [("instruments.0.limits", "{max_order_notional: 26}")])
        #expect(found.contains { $0.path == "instruments.0.limits.max_order_notional" && $0.cause.contains("capped-live") })
        #expect(errors(capped, [("instruments.0.limits", "{max_order_notional: 25}")]).isEmpty)
    }

    @Test func `Every ceiling has its case above`() throws {
        let run = try parse(capped)
        let names = Set(run.facts.filter { $0.key.hasPrefix("limits.") }.map { String($0.key.dropFirst(7)) })
        for name in names { #expect((Preset.cappedLive.ceiling(of: name) != nil) == above.contains { $0.0 == name }, "\(name)") }
    }

    @Test func `A pair that is not counted in dollars, and a preset that is none, are refused`() {
        let bitcoin = capped.replacing("symbol: BTCUSDT, base: BTC, quote: USDT", with: "symbol: ETHBTC, base: ETH, quote: BTC")
        #expect(errors(bitcoin).contains { $0.path == "instruments.0.quote" && $0.cause.contains("dollars") })
        let none = errors(capped.replacing("preset: capped-live", with: "preset: capped-life"))
        #expect(none.first?.cure.contains("did you mean 'capped-live'") == true)
    }

    @Test func `What differs in meaning differs in its facts`() throws {
        let base = try parse(sample)
        let changes: [(String, String)] = [
            ("limits.max_position", "0.2"), ("timeouts.request", "3s"), ("strategies.0.parameters.pause", "300ms"),
            ("venue.client_id_prefix", "nt2-"), ("limits.max_open_orders", "{unlimited: \"the venue bounds them\"}"),
            ("instruments.0.symbol", "BTCUSDC"), ("feed.stale_after", "3s"), ("run.name", "other"), ("run.directory", "/tmp/other"),
            ("venue.orders.url", "wss://127.0.0.1:1/x"), ("journal.sync_interval", "1s"), ("venue.account.api_key_env", "OTHER"),
            ("topology.preset", "four-cores"), ("control.socket", "/tmp/x.sock"), ("mode", "SHADOW"),
        ]
        for (path, value) in changes {
            let other = try parse(sample, [(path, value)])
            #expect(other.hash != base.hash, "\(path)")
            let differing = zip(other.facts, base.facts).contains { $0 != $1 } || other.facts.count != base.facts.count
            #expect(differing, "\(path): an approval would not see it")
        }
        let keys = base.facts.map(\.key)
        #expect(Set(keys).count == keys.count, "keys are unique")
    }
}
