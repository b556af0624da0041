import Config
import Foundation
import Model
import Testing
import Units

@Suite struct ConfigurationTests {
    @Test func `A good file becomes typed values`() throws {
        let run = try parse(sample)
        #expect(run.mode == .live)
        #expect(run.venue.orders.host == "127.0.0.1")
        #expect(run.venue.orders.port == 9002)
        #expect(run.venue.orders.path == "/ws-api/v3")
        #expect(run.venue.rest.path == "/")
        #expect(run.limits.maxPosition == (try Quantity("0.1")))
        #expect(run.limits.maxDataAge == Nanoseconds(seconds: 1))
        #expect(run.strategies[0]["half_spread"] == 50_000_000)
        #expect(run.strategies[0]["pause"] == 250_000_000)
        #expect(run.journal.segmentBytes == 1 << 20)
        #expect(run.controlSocket == "/tmp/nt-test/control.sock")
        #expect(run.topology == .twoCores)
        #expect(run.notes.isEmpty)
    }

    @Test func `The hash does not see comments, order or spelling, and sees every value`() throws {
        let hash = try parse(sample).hash
        let limits = "  max_order_quantity: 0.02\n  max_order_notional: 5000\n"
        let same = sample.replacing(limits, with: "  # a comment\n  max_order_notional: 5000.0\n  max_order_quantity: 0.0200\n")
            .replacing("request: 2s", with: "request: 2000ms")
        #expect(same != sample)
        #expect(try parse(same).hash == hash)
        let run = try parse(sample)
        #expect(run.hashText.count == 16)
        #expect(UInt64(run.hashText, radix: 16) == hash)
        var seen: Set<UInt64> = [hash]
        let changes: [(String, String)] = [
            ("mode", "SHADOW"), ("run.name", "b"), ("run.directory", "/b"), ("venue.orders.url", "wss://b"),
            ("venue.market_data.url", "wss://b"), ("venue.rest.url", "https://b"), ("venue.ca_file", "b"),
            ("venue.client_id_prefix", "b-"), ("venue.account.api_key_env", "B"), ("venue.account.hmac_secret_env", "B"),
            ("instruments.0.symbol", "ETHUSDT"), ("strategies.0.parameters.half_spread", "0.51"),
            ("limits.max_order_quantity", "0.01"), ("limits.max_order_notional", "1"), ("limits.max_position", "1"),
            ("limits.max_open_orders", "1"), ("limits.price_collar_bps", "1"), ("limits.max_data_age", "1ms"),
            ("limits.max_orders_per_second", "1"), ("limits.max_orders_per_minute", "601"), ("limits.max_daily_loss", "1"),
            ("limits.max_unconfirmed", "1s"), ("limits.max_net_exposure", "1"), ("limits.max_gross_exposure", "20001"),
            ("limits.max_portfolio_net", "1"), ("limits.max_portfolio_gross", "20001"), ("limits.max_slippage_bps", "1"),
            ("limits.max_messages_per_second", "1"), ("limits.max_messages_per_minute", "2401"),
            ("limits.cancel_share_percent", "1"), ("limits.max_identical_orders", "1"), ("limits.max_order_age", "1s"),
            ("limits.max_consecutive_errors", "1"), ("limits.max_order_cycles", "1"), ("limits.max_direction_flips", "1"),
            ("limits.max_executions", "1"), ("limits.max_drawdown", "501"), ("limits.drawdown_confirmations", "1"),
            ("limits.max_strategy_loss", "1"), ("limits.quote_reserve", "1"), ("limits.fee_allowance_bps", "1"),
            ("limits.max_drift_bps", "1"), ("limits.max_fill_cost_bps", "1"), ("limits.trading_window", "08:00-07:00"),
            ("limits.max_orders_per_trade", "1"), ("limits.order_to_trade_floor", "1"),
            ("limits.max_instrument_orders_per_second", "1"), ("limits.max_instrument_orders_per_minute", "2401"), ("limits.throttle_drawdown", "1"), ("limits.throttle_percent", "1"),
            ("limits.max_move_bps", "1"), ("limits.max_ack_latency", "2s"), ("limits.breach_pause", "1s"),
            ("limits.max_quiet_age", "1ms"), ("limits.max_venue_age", "1s"),
            ("limits.max_day_drawdown", "499"), ("limits.on_daily_loss", "safe"), ("limits.on_drawdown", "safe"),
            ("limits.max_price_gap_bps", "1"), ("limits.max_trade_age", "1s"), ("limits.unconfirmed_evaluations", "31"),
            ("limits.max_strategy_drawdown", "1"), ("limits.max_reject_percent", "1"),
            ("limits.max_strategy_slippage_bps", "1"), ("limits.min_strategy_samples", "1"),
            ("limits.strategy_cooldown", "1s"), ("limits.stop_loss", "1"), ("limits.stop_loss", "1bps"),
            ("limits.take_profit", "1"), ("limits.take_profit", "1bps"), ("limits.exit_pause", "1s"), ("limits.max_unreconciled", "59s"),
            ("strategies.0.shadow", "true"),
            ("topology.preset", "four-cores"), ("timeouts.request", "1s"), ("timeouts.heartbeat", "1ms"),
            ("timeouts.place", "3s"), ("timeouts.cancel", "3s"), ("timeouts.amend", "3s"), ("timeouts.query", "3s"),
            ("timeouts.query_max", "9s"), ("timeouts.unknown", "40s"), ("reconcile.tolerance_bps", "3"),
            ("timeouts.guard", "9s"), ("feed.stale_after", "9s"), ("journal.segment_size", "2MiB"),
            ("journal.directory", "/j"), ("control.socket", "/s"),
        ]
        for (path, value) in changes {
            #expect(seen.insert(try parse(sample, [(path, value)]).hash).inserted, "\(path) does not change the hash")
        }
    }

    @Test func `Overrides are applied before validation and noted`() throws {
        let run = try parse(sample, [("venue.orders.url", "wss://localhost:1/x"), ("control.socket", "/tmp/c")])
        #expect(run.venue.orders.port == 1)
        #expect(run.controlSocket == "/tmp/c")
        #expect(run.notes == ["venue.orders.url was set on the command line", "control.socket was set on the command line"])
        do throws(ConfigurationErrors) {
            _ = try parse(sample, [("limits.max_position", "5x"), ("instruments.7.symbol", "A")])
            Issue.record("bad overrides passed")
        } catch {
            #expect(error.errors.map(\.file) == ["command line", "command line"])
        }
    }

    @Test func `A mode override is taken and noted`() throws {
        let run = try RunConfiguration.parse(sample, file: "x", mode: .shadow, catalogue: catalogue)
        #expect(run.mode == .shadow)
        #expect(run.notes == ["the mode was changed from LIVE to SHADOW on the command line"])
    }

    @Test func `An unlimited limit carries its reason into the explanation`() throws {
        let text = sample.replacing("max_daily_loss: 500", with: "max_daily_loss: {unlimited: \"no money at risk\"}")
        let run = try parse(text)
        #expect(run.limits.maxDailyLoss == .max)
        #expect(run.unlimited.map(\.name) == ["max_daily_loss", "trading_window"])
        #expect(run.unlimited.map(\.reason) == ["no money at risk", "crypto venues never close"])
        #expect(run.explain().contains { $0.contains("NO limit max_daily_loss") && $0.contains("no money at risk") })
    }

    @Test func `The explanation says every limit and the hash`() throws {
        let run = try parse(sample)
        let text = run.explain().joined(separator: "\n")
        for part in ["0.02 BTC", "5000 USDT", "0.1 BTC", "8 orders", "50 basis points", "1s", "20 orders", "600 orders", "500 USDT", run.hashText] {
            #expect(text.contains(part), "missing: \(part)")
        }
    }

    @Test(arguments: ["demo.yaml", "paper.yaml", "paper-four-cores.yaml", "capped-live.yaml"])
    func `The presets are accepted`(_ name: String) throws {
        let path = packageRoot + "/config/" + name
        _ = try RunConfiguration.load(file: path, catalogue: presetCatalogue)
    }

    @Test func `The production template is refused until its limits are decided`() {
        let file = packageRoot + "/config/production-template.yaml"
        do throws(ConfigurationErrors) {
            _ = try RunConfiguration.load(file: file, catalogue: presetCatalogue)
            Issue.record("the template was accepted")
        } catch {
            // Those that stand between numbers and words to be decided; each once.
            let text = (try? String(contentsOfFile: packageRoot + "/config/production-template.yaml", encoding: .utf8)) ?? ""
            #expect(error.errors.count == text.split(separator: "\n").count { $0.contains(": REPLACE_ME") })
            #expect(error.errors.count >= 15)
            let others = ["operator.owner", "operator.deputy", "alerts.program", "venue.account.number"]
            #expect(error.errors.allSatisfy { $0.path.hasPrefix("limits.") || others.contains($0.path) })
        }
    }
}

/// The strategies and parameters that the presets name.
private let presetCatalogue = RunCatalogue(venues: ["binance-spot"], strategies: ["quoter", "taker"]) { name in
    let decimals = name == "quoter"
        ? ["order_quantity", "half_spread_ticks", "half_spread_bps", "skew_ticks", "max_inventory", "min_price_change_ticks"]
        : ["order_quantity", "threshold", "max_inventory", "slippage_ticks"]
    let durations = name == "quoter" ? ["min_replace_interval"] : ["half_life", "cooldown"]
    return decimals.map { ParameterRule($0, .decimal) } + durations.map { ParameterRule($0, .duration) }
}

@Test func aSecondFeedHasItsOwnSettingsAndDefaults() throws {
    let without = try parse(sample)
    #expect(without.venue.secondaryFeed == nil && without.venue.failover.isEmpty)
    let feed = "ca_file: ca.pem\n  secondary_feed: {url: \"wss://127.0.0.1:9004/stream\", max_lag: 800ms}"
    let with = try parse(sample.replacingOccurrences(of: "ca_file: ca.pem", with: feed))
    let second = try #require(with.venue.secondaryFeed)
    #expect(second.endpoint.port == 9004 && second.maxLag == Nanoseconds(milliseconds: 800))
    #expect(second.switchBackAfter == Nanoseconds(seconds: 30) && second.maxSwitchesPerMinute == 4)
    #expect(second.disagreeAfter == Nanoseconds(milliseconds: 500) && second.disagreeBps == 20)
    #expect(with.hash != without.hash)
    #expect(with.facts.contains { $0.key == "venue.secondary_feed" } && with.explain().joined().contains("9004"))
}

@Test func furtherServersForOrdersAreListed() throws {
    let list = "ca_file: ca.pem\n  failover_after: 5\n  failover:\n"
        + "    - {orders: {url: \"wss://127.0.0.1:9005/ws-api/v3\"}, rest: {url: \"https://127.0.0.1:9006\"}}\n"
        + "    - {orders: {url: \"wss://127.0.0.1:9007/ws-api/v3\"}}"
    let with = try parse(sample.replacingOccurrences(of: "ca_file: ca.pem", with: list))
    #expect(with.venue.failover.map(\.orders.port) == [9005, 9007] && with.venue.failoverAfter == 5)
    #expect(with.venue.failover[0].rest?.port == 9006 && with.venue.failover[1].rest == nil)
    #expect(with.hash != (try parse(sample)).hash)
    #expect(with.facts.contains { $0.key == "venue.failover.1" } && with.explain().joined().contains("9007"))
}

@Test(arguments: [
    ("secondary_feed: {url: \"wss://127.0.0.1:9001/stream\"}", "venue.secondary_feed.url", "would fail with it"),
    ("secondary_feed: {url: \"ws://127.0.0.1:9004/stream\"}", "venue.secondary_feed.url", "every link is TLS"),
    ("secondary_feed: {}", "venue.secondary_feed.url", "is missing"),
    ("secondary_feed: {url: \"wss://a:1/\", max_lag: 5}", "venue.secondary_feed.max_lag", "no unit of time"),
    ("secondary_feed: {url: \"wss://a:1/\", max_lag: 99ms}", "venue.secondary_feed.max_lag", "out of its bounds"),
    ("secondary_feed: {url: \"wss://a:1/\", switch_back_after: 500ms}", "venue.secondary_feed.switch_back_after", "bounds"),
    ("secondary_feed: {url: \"wss://a:1/\", disagree_after: 61s}", "venue.secondary_feed.disagree_after", "out of its bounds"),
    ("secondary_feed: {url: \"wss://a:1/\", max_switches_per_minute: 1}", "venue.secondary_feed.max_switches_per_minute", "2 to 60"),
    ("secondary_feed: {url: \"wss://a:1/\", disagree_bps: -1}", "venue.secondary_feed.disagree_bps", "0 to 1000"),
    ("secondary_feed: {url: \"wss://a:1/\", max_lags: 1s}", "venue.secondary_feed.max_lags", "did you mean 'max_lag'"),
    ("failover: []", "venue.failover", "at least one"),
    ("failover: [{orders: {url: \"wss://127.0.0.1:9002/x\"}}]", "venue.failover.0.orders.url", "stands before it"),
    ("failover: [{rest: {url: \"https://a:1\"}}]", "venue.failover.0.orders", "is missing"),
    ("failover_after: 3", "venue.failover_after", "no failover"),
]) func aWrongSourceIsRefused(_ text: String, _ path: String, _ says: String) {
    let found = errors("ca_file: ca.pem", "ca_file: ca.pem\n  " + text)
    #expect(found.contains { $0.path == path && "\($0)".contains(says) }, "\(found)")
}
