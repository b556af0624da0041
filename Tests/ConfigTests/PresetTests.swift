import Config
import Model
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
        ("max_day_drawdown", "10"), ("max_strategy_drawdown", "10"), ("stop_loss", "10"),
        ("throttle_percent", "50"), ("drawdown_confirmations", "5"), ("unconfirmed_evaluations", "30"), ("max_price_gap_bps", "20"),
        ("max_trade_age", "5s"), ("strategy_cooldown", "60s"), ("exit_pause", "10s"),
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
    ("max_day_drawdown", "10.00000001"), ("max_strategy_drawdown", "10.00000001"), ("stop_loss", "10.00000001"),
    ("throttle_drawdown", "5.00000001"), ("throttle_percent", "51"), ("drawdown_confirmations", "6"),
    ("unconfirmed_evaluations", "31"),
]

/// One less than the floor, for each limit of which a higher value is tighter; these may be unlimited.
private let below: [(String, String)] = [
    ("max_price_gap_bps", "19"), ("max_trade_age", "4999ms"), ("strategy_cooldown", "59s"), ("exit_pause", "9s"),
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

    @Test(arguments: below) func `Nothing gets below a floor, where a higher value is tighter`(key: String, value: String) {
        let error = errors(capped, [("limits.\(key)", value)]).first { $0.path == "limits.\(key)" && $0.cause.contains("capped-live") }
        #expect(error?.cure.contains("write at least") == true, "\(key)")
        #expect(errors(capped, [("limits.\(key)", "{unlimited: \"never believe a person\"}")]).isEmpty, "\(key): the tightest of all")
        #expect(errors(capped.replacing("preset: capped-live\n", with: ""), [("limits.\(key)", value)]).isEmpty, "\(key)")
    }

    @Test func `A loss leads to what sends nothing more`() {
        for name in ["on_daily_loss", "on_drawdown"] {
            for action in LossAction.allCases {
                let found = errors(capped, [("limits.\(name)", action.name)])
                let isAllowed = action == .halt || action == .safe
                #expect(found.isEmpty == isAllowed, "\(name): \(action.name): \(found)")
                #expect(isAllowed || found.contains { $0.path == "limits.\(name)" && $0.cure.contains("halt or safe") })
            }
        }
    }

    @Test func `A stop loss in basis points has the same ceiling`() {
        #expect(errors(capped, [("limits.stop_loss", "2000bps")]).isEmpty)
        #expect(errors(capped, [("limits.stop_loss", "2001bps")]).contains { $0.path == "limits.stop_loss" })
        #expect(errors(capped, [("instruments.0.limits", "{stop_loss: 2001bps}")]).contains { $0.path == "instruments.0.limits.stop_loss" })
    }

    @Test func `A command is held to the same bounds`() throws {
        let preset = Preset.cappedLive
        for key in LimitKey.allCases {
            guard let ceiling = preset.ceiling(of: key.name) else {
                #expect(preset.allows(key.name, key.range.upperBound) && preset.bound(of: key.name, quote: "USDT") == nil)
                continue
            }
            let beyond = key.isTighterWhenHigher ? ceiling - 1 : ceiling + 1
            #expect(preset.allows(key.name, ceiling) && !preset.allows(key.name, beyond), "\(key.name)")
            #expect(preset.bound(of: key.name, quote: "USDT")?.hasPrefix(key.isTighterWhenHigher ? "at least" : "at most") == true)
        }
    }

    @Test func `An instrument's own limits stay under the ceilings too`() {
        let found = errors(capped, [("instruments.0.limits", "{max_order_notional: 26}")])
        #expect(found.contains { $0.path == "instruments.0.limits.max_order_notional" && $0.cause.contains("capped-live") })
        #expect(errors(capped, [("instruments.0.limits", "{max_order_notional: 25}")]).isEmpty)
    }

    @Test func `Every ceiling has its case above`() throws {
        let run = try parse(capped)
        let names = Set(run.facts.filter { $0.key.hasPrefix("limits.") }.map { String($0.key.dropFirst(7)) })
        for name in names {
            #expect((Preset.cappedLive.ceiling(of: name) != nil) == (above + below).contains { $0.0 == name }, "\(name)")
        }
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
