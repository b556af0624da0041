import Config
import Foundation

/// A complete configuration as text, to be spoiled one way at a time.
let sample = """
    mode: LIVE
    run: {name: test, directory: /tmp/nt-test}
    venue:
      kind: binance-spot
      market_data: {url: "wss://127.0.0.1:9001/stream"}
      orders: {url: "wss://127.0.0.1:9002/ws-api/v3"}
      rest: {url: "https://127.0.0.1:9003"}
      ca_file: ca.pem
      client_id_prefix: nt1-
      account: {api_key_env: NT_KEY, hmac_secret_env: NT_SECRET}
    instruments:
      - {symbol: BTCUSDT, base: BTC, quote: USDT, rules: from venue}
    strategies:
      - name: quoter
        parameters: {half_spread: 0.50, pause: 250ms}
    limits:
      max_order_quantity: 0.02
      max_order_notional: 5000
      max_position: 0.1
      max_open_orders: 8
      price_collar_bps: 50
      max_data_age: 1s
      max_orders_per_second: 20
      max_orders_per_minute: 600
      max_daily_loss: 500
      max_unconfirmed: 10s
      max_net_exposure: 10000
      max_gross_exposure: 20000
      max_portfolio_net: 10000
      max_portfolio_gross: 20000
      max_slippage_bps: 50
      max_messages_per_second: 60
      max_messages_per_minute: 2400
      cancel_share_percent: 25
      max_identical_orders: 40
      max_order_age: 60s
      max_consecutive_errors: 20
      max_order_cycles: 1200
      max_direction_flips: 200
      max_executions: 600
      max_drawdown: 500
      drawdown_confirmations: 3
      throttle_drawdown: 250
      throttle_percent: 50
      max_move_bps: 200
      max_ack_latency: 1s
      breach_pause: 10s
      max_strategy_loss: 250
    topology: {preset: two-cores}
    timeouts: {request: 2s, heartbeat: 100ms, guard: 1s}
    feed: {stale_after: 2s}
    journal: {segment_size: 1MiB}
    """

let catalogue = RunCatalogue(venues: ["binance-spot"], strategies: ["quoter", "taker"]) { name in
    switch name {
    case "quoter": return [ParameterRule("half_spread", .decimal), ParameterRule("pause", .duration)]
    case "taker": return []
    default: return nil
    }
}

func parse(
    _ text: String, _ overrides: [(path: String, value: String)] = [], cores: Set<Int>? = nil
) throws(ConfigurationErrors) -> RunConfiguration {
    try RunConfiguration.parse(text, file: "x.yaml", overrides: overrides, catalogue: catalogue, cores: cores)
}

/// What is reported for the sample with one text replaced by another.
func errors(_ old: String, _ new: String, cores: Set<Int>? = nil) -> [ConfigurationError] {
    precondition(sample.contains(old), "the sample has no '\(old)'")
    do throws(ConfigurationErrors) {
        _ = try parse(sample.replacingOccurrences(of: old, with: new), cores: cores)
        return []
    } catch {
        return error.errors
    }
}

let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
