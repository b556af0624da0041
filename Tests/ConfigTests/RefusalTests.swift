import Config
import Testing

/// One way to spoil the sample and what has to be said about it.
struct Spoiled: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    var path: String
    var line: Int
    var says: String
    var testDescription: String { "\(path): \(says)" }
    init(_ old: String, _ new: String, _ path: String, _ line: Int, _ says: String) {
        self.old = old
        self.new = new
        self.path = path
        self.line = line
        self.says = says
    }
}

let spoiled: [Spoiled] = [
    Spoiled("mode: LIVE", "mode: LIV", "mode", 1, "did you mean 'LIVE'"),
    Spoiled("max_position: 0.1", "max_positon: 0.1", "limits.max_positon", 19, "did you mean 'max_position'"),
    Spoiled("  max_daily_loss: 500\n", "", "limits.max_daily_loss", 17, "is missing"),
    Spoiled("max_daily_loss: 500", "max_daily_loss: unlimited", "limits.max_daily_loss", 25, "gives no reason"),
    Spoiled("max_daily_loss: 500", "max_daily_loss: {unlimited: no}", "limits.max_daily_loss.unlimited", 25, "no reason"),
    Spoiled("max_daily_loss: 500", "max_daily_loss:", "limits.max_daily_loss", 25, "has no value"),
    Spoiled("max_daily_loss: 500", "max_daily_loss: -1", "limits.max_daily_loss", 25, "not above zero"),
    Spoiled("max_daily_loss: 500", "max_daily_loss: 1e3", "limits.max_daily_loss", 25, "not a plain decimal"),
    Spoiled("max_position: 0.1", "max_position: 0.123456789", "limits.max_position", 19, "more than 8 digits"),
    Spoiled("max_position: 0.1", "max_position: 99999999999999", "limits.max_position", 19, "does not fit"),
    Spoiled("price_collar_bps: 50", "price_collar_bps: 50bps", "limits.price_collar_bps", 21, "without a unit"),
    Spoiled("max_open_orders: 8", "max_open_orders: 8.5", "limits.max_open_orders", 20, "whole number"),
    Spoiled("max_data_age: 1s", "max_data_age: 1", "limits.max_data_age", 22, "no unit of time"),
    Spoiled("request: 2s", "request: 5", "timeouts.request", line(of: "topology:") + 1, "write the unit: 5s"),
    Spoiled("request: 2s", "request: 2 weeks", "timeouts.request", line(of: "topology:") + 1, "units are ns"),
    Spoiled("segment_size: 1MiB", "segment_size: 64", "journal.segment_size", line(of: "topology:") + 3, "not a size with a unit"),
    Spoiled("segment_size: 1MiB", "segment_size: 1KiB", "journal.segment_size", line(of: "topology:") + 3, "not from 8KiB"),
    Spoiled("max_order_quantity: 0.02", "max_order_quantity: 0.2", "limits.max_order_quantity", 17, "larger than max_position"),
    Spoiled("max_orders_per_second: 20", "max_orders_per_second: 700", "limits.max_orders_per_second", 23, "larger than"),
    Spoiled("max_messages_per_second: 60", "max_messages_per_second: 3000", "limits.max_messages_per_second", 32, "larger than"),
    Spoiled("max_gross_exposure: 20000", "max_gross_exposure: 2000", "limits.max_net_exposure", 27, "larger than max_gross"),
    Spoiled("max_portfolio_gross: 20000", "max_portfolio_gross: 2000", "limits.max_portfolio_net", 29, "larger than max_portfolio_gross"),
    Spoiled("cancel_share_percent: 25", "cancel_share_percent: {unlimited: \"all for cancels\"}", "limits.cancel_share_percent", 34, "cannot be unlimited"),
    Spoiled("drawdown_confirmations: 3", "drawdown_confirmations: {unlimited: \"never count it\"}", "limits.drawdown_confirmations", 42, "cannot be unlimited"),
    Spoiled("cancel_share_percent: 25", "cancel_share_percent: 95", "limits.cancel_share_percent", 34, "not from 0 to 90"),
    Spoiled("throttle_percent: 50", "throttle_percent: {unlimited: \"never keep it small\"}", "limits.throttle_percent", 44, "cannot be unlimited"),
    Spoiled("throttle_drawdown: 250", "throttle_drawdown: 600", "limits.throttle_drawdown", 43, "halt first"),
    Spoiled("  max_unconfirmed: 10s\n", "", "limits.max_unconfirmed", 17, "is missing"),
    Spoiled("max_data_age: 1s", "max_data_age: 3s", "limits.max_data_age", 22, "longer than feed.stale_after"),
    Spoiled("request: 2s", "request: 2s, cancel: 61s", "timeouts.cancel", line(of: "topology:") + 1, "a few seconds"),
    Spoiled("request: 2s", "request: 2s, query: 9s", "timeouts.query", line(of: "topology:") + 1, "raise timeouts.query_max"),
    Spoiled("request: 2s", "request: 2s, unknown: 9s", "timeouts.unknown", line(of: "topology:") + 1, "such as 30s"),
    Spoiled("guard: 1s", "guard: 200ms", "timeouts.guard", line(of: "topology:") + 1, "three heartbeats"),
    Spoiled("wss://127.0.0.1:9002", "ws://127.0.0.1:9002", "venue.orders.url", 6, "every link is TLS"),
    Spoiled("wss://127.0.0.1:9002", "wss://127.0.0.1:99999", "venue.orders.url", 6, "valid host and port"),
    Spoiled("wss://127.0.0.1:9002", "wss://u:p@127.0.0.1", "venue.orders.url", 6, "user or password"),
    Spoiled("kind: binance-spot", "kind: binance", "venue.kind", 4, "not one of the choices"),
    Spoiled("client_id_prefix: nt1-", "client_id_prefix: nt1", "venue.client_id_prefix", 9, "ending in '-'"),
    Spoiled("api_key_env: NT_KEY", "api_key_env: abcDEF123", "venue.account.api_key_env", 10, "not the name of an environment"),
    Spoiled(", hmac_secret_env: NT_SECRET", "", "venue.account", 10, "no signing key"),
    Spoiled("hmac_secret_env: NT_SECRET", "hmac_secret_env: A, ed25519_private_key_env: B", "venue.account.hmac_secret_env", 10, "two ways"),
    Spoiled("  account: {api_key_env: NT_KEY, hmac_secret_env: NT_SECRET}\n", "", "venue.account", 4, "is missing"),
    Spoiled("symbol: BTCUSDT", "symbol: btcusdt", "instruments.0.symbol", 12, "capitals and digits"),
    Spoiled("quote: USDT", "quote: BTC", "instruments.0.base", 12, "same asset"),
    Spoiled("rules: from venue}", "rules: from venue}\n  - {symbol: ETHBTC, base: ETH, quote: BTC, rules: from venue}", "instruments.1.quote", 13, "a run of its own"),
    Spoiled("rules: from venue}", "rules: from venue}\n  - {symbol: ETHUSDC, base: ETH, quote: USDC, rules: from venue}", "instruments.1.quote", 13, "as if they were one currency"),
    Spoiled("rules: from venue", "rules: {tick_size: 0.01, lot_size: 0.1, min_quantity: 0.1, max_quantity: 9, min_notional: 5}", "instruments.0.rules.min_quantity", 12, "no order could pass both"),
    Spoiled("rules: from venue", "rules: {tick_size: 0.01, lot_size: 0.003, min_quantity: 0.01, max_quantity: 9, min_notional: 5}", "instruments.0.rules.min_quantity", 12, "multiple of lot_size"),
    Spoiled("name: quoter", "name: quotr", "strategies.0.name", 14, "did you mean 'quoter'"),
    Spoiled("half_spread: 0.50", "half_spred: 0.50", "strategies.0.parameters.half_spred", 15, "did you mean 'half_spread'"),
    Spoiled("pause: 250ms", "pause: 250", "strategies.0.parameters.pause", 15, "no unit of time"),
    Spoiled("preset: two-cores", "preset: five-cores", "topology.preset", line(of: "topology:"), "not one of the choices"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: spin, agents: [feed, parse]}, {name: b, core: 0, idle: spin, agents: [trade]}, {name: c, core: 1, idle: park, agents: [cold]}]}", "topology.runners.1.core", line(of: "topology:"), "keep core 0 busy"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: spin, agents: [feed, parse]}, {name: c, core: 1, idle: park, agents: [cold]}]}", "topology.runners", line(of: "topology:"), "no runner steps agent 'trade'"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: spin, agents: [feed, prase, trade]}]}", "topology.runners.0.agents", line(of: "topology:"), "did you mean 'parse'"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: dance, agents: [feed, parse, trade]}]}", "topology.runners.0.idle", line(of: "topology:"), "write one of: spin, yield, park"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: park, agents: [feed, parse, trade, cold]}]}", "topology.runners.0.agents", line(of: "topology:"), "waits for disks"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: spin, agents: [feed, parse, trade]}, {name: c, core: 1, idle: yield, agents: [cold]}]}", "topology.runners.1.idle", line(of: "topology:"), "write idle: park"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: park, agents: [feed, parse, trade]}, {name: a, core: 1, idle: park, agents: [cold]}]}", "topology.runners.1.name", line(of: "topology:"), "two runners are called"),
    Spoiled("{preset: two-cores}", "{runners: [{name: a, core: 0, idle: park, agents: [feed, parse, trade]}, {name: b, core: 1, idle: park, agents: [trade, cold]}]}", "topology.runners.1.agents", line(of: "topology:"), "named by 'a' and again"),
    Spoiled("name: test", "name: a/b", "run.name", 2, "plain name"),
    Spoiled("/tmp/nt-test", "/tmp/" + String(repeating: "d", count: 100), "run.directory", 2, "107 bytes"),
    Spoiled("mode: LIVE", "mode: LIVE\nmode: LIVE", "", 1, "more than once"),
    Spoiled("topology: {preset: two-cores}", "topology: {preset: two-cores", "", line(of: "topology:") + 1, "not YAML"),
]

@Suite struct RefusalTests {
    @Test("Each mistake is refused at its place with its cause and a cure", arguments: spoiled)
    func refused(_ item: Spoiled) throws {
        let found = errors(item.old, item.new)
        let match = found.first { $0.path == item.path && $0.description.contains(item.says) }
        let error = try #require(match, "got: \(found)")
        #expect(error.file == "x.yaml")
        #expect(error.line == item.line)
        #expect(error.column > 0)
        #expect(!error.cure.isEmpty)
    }

    @Test func `Several errors come at once, in the order of the file`() throws {
        let text = sample.replacing("max_position: 0.1", with: "max_position: x").replacing("request: 2s", with: "request: 2")
            .replacing("symbol: BTCUSDT", with: "symbol: btc")
        do throws(ConfigurationErrors) {
            _ = try parse(text)
            Issue.record("three mistakes passed")
        } catch {
            #expect(error.errors.map(\.path) == ["instruments.0.symbol", "limits.max_position", "timeouts.request"])
            #expect(error.errors.map(\.line) == [12, 19, line(of: "timeouts:")])
        }
    }

    @Test func `An absent section is one error, not one for each of its keys`() {
        let limits = sample[sample.firstRange(of: "limits:")!.lowerBound..<sample.firstRange(of: "topology:")!.lowerBound]
        #expect(errors(String(limits), "").map(\.path) == ["limits"])
    }

    @Test func `Aliases that multiply, deep nesting and huge files are refused before they are read`() {
        let bomb = (1...9).reduce("a0: &a0 [x, x]") { $0 + "\na\($1): &a\($1) [" + String(repeating: "*a\($1 - 1), ", count: 9) + "]" }
        let deep = String(repeating: "[", count: 60_000)
        let deeper = String(repeating: "- ", count: 60_000)
        for (text, says) in [
            (bomb, "an alias"), ("? *a : x", "an alias"), (deep, "nested more"), (deeper, "nested more"),
            (String(repeating: " ", count: 300) + "a: 1", "nested more"), (String(repeating: "#", count: 2_000_000), "larger than"),
        ] {
            do throws(ConfigurationErrors) {
                _ = try parse(text)
                Issue.record("it was read: \(text.prefix(40))")
            } catch {
                #expect(error.errors.count == 1 && error.errors[0].cause.contains(says), "\(error)")
            }
        }
        // Not an alias: a star in quotes, in a comment, or alone.
        #expect(errors("max_daily_loss: 500", "max_daily_loss: {unlimited: \"as *agreed* with all\"} # *see").isEmpty)
    }

    @Test func `Any prefix of a good file is refused or read, never a crash`() {
        for length in stride(from: 0, to: sample.count, by: 3) {
            do throws(ConfigurationErrors) {
                _ = try parse(String(sample.prefix(length)))
                Issue.record("a file cut at \(length) passed")
            } catch {
                #expect(!error.errors.isEmpty)
            }
        }
    }
}
