import Config
import Foundation

/// The limits of config/demo.yaml, without their comments: the one list of all keys with values that fit each other.
private let demoLimits: String = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/demo.yaml")
    let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n", omittingEmptySubsequences: false)
    guard let lines, let start = lines.firstIndex(of: "limits:") else { preconditionFailure("config/demo.yaml has no limits") }
    let block = lines[(start + 1)...].prefix { $0.hasPrefix("  ") }.filter { !$0.contains("#") }
    return (["limits:"] + block).joined(separator: "\n")
}()

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
    \(demoLimits)
    topology: {preset: two-cores}
    timeouts: {request: 2s, heartbeat: 100ms, guard: 1s}
    feed: {stale_after: 2s}
    journal: {segment_size: 1MiB}
    """

/// The sample's line that begins so: what stands below the limits moves with their number.
func line(of start: String) -> Int {
    let lines = sample.split(separator: "\n", omittingEmptySubsequences: false)
    guard let index = lines.firstIndex(where: { $0.hasPrefix(start) }) else { preconditionFailure("the sample has no '\(start)'") }
    return index + 1
}

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
