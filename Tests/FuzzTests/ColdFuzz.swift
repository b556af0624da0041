import Config
import Control
import Foundation
import Guard
import Model
import Signing
import Telemetry
import TestSupport
import Testing
import Units

private let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private let catalogue = RunCatalogue(venues: ["binance-spot"], strategies: ["quoter", "taker"]) { name in
    switch name {
    case "quoter":
        ["order_quantity", "half_spread_ticks", "half_spread_bps", "skew_ticks", "max_inventory", "min_price_change_ticks"]
            .map { ParameterRule($0, .decimal) } + [ParameterRule("min_replace_interval", .duration)]
    case "taker":
        ["order_quantity", "threshold", "max_inventory", "slippage_ticks"].map { ParameterRule($0, .decimal) }
            + ["half_life", "cooldown"].map { ParameterRule($0, .duration) }
    default: nil
    }
}

/// Forms that the presets do not use. It need not be complete: the presets are.
private let smallConfiguration = """
    mode: LIVE
    run: {name: test, directory: /tmp/nt-test}
    venue:
      kind: binance-spot
      market_data: {url: "wss://127.0.0.1:9001/stream"}
      orders: {url: "wss://[::1]:9002/ws-api/v3"}
      rest: {url: "https://127.0.0.1:9003"}
      ca_file: ca.pem
      client_id_prefix: nt1-
      account: {api_key_env: NT_KEY, hmac_secret_env: NT_SECRET}
    instruments:
      - {symbol: BTCUSDT, base: BTC, quote: USDT, rules: {tick_size: 0.01, lot_size: 0.1, min_quantity: 0.1, max_quantity: 9, min_notional: 5}}
    strategies:
      - {name: quoter, parameters: {order_quantity: 0.50, min_replace_interval: 250ms}}
    limits:
      max_order_quantity: 1
      max_order_notional: 5000
      max_position: {unlimited: "a reason of some length"}
      max_open_orders: 8
      price_collar_bps: 50
      max_data_age: 1s
      max_orders_per_second: 20
      max_orders_per_minute: 600
      max_daily_loss: 500
    topology: {preset: two-cores}
    timeouts: {request: 2s, heartbeat: 100ms, guard: 1s}
    feed: {stale_after: 2s}
    journal: {segment_size: 1MiB}
    """

extension Fuzzers {
    @Test func `A configuration is read and explained, or every error names its place, its cause and its cure`() throws {
        let presets = try FileManager.default.contentsOfDirectory(atPath: packageRoot.path + "/config").sorted()
            .filter { $0.hasSuffix(".yaml") }.compactMap { FileManager.default.contents(atPath: packageRoot.path + "/config/" + $0) }
        let corpus = [Array(smallConfiguration.utf8)] + presets.map { Array($0) }
        let mutator = Mutator(
            corpus, shape: .lines,
            dictionary: [
                "&a [*a, *a]", "*a", "<<: *a", "!!binary", "- ", "  ", "{", "}", "[", "]", "? ", "|\n", ">", "%YAML 1.1\n---\n", "---\n", "~",
                "\t", "'", "\"", "0", "-1", "1e3", "9223372036854775807ns", "92233720368.54775807", "99999999999999999999", "1s", "1ms", "64GiB",
                "{unlimited: \"because of a reason\"}", "unlimited", "SHADOW", "REPLAY", "wss://[::1", "wss://a:b@c", "1.5", "0.000000001",
            ])
        fuzz("configuration", corpus: corpus, rounds: 3_000, seconds: 3, mutate: { mutator(&$0) }) { input in
            do throws(ConfigurationErrors) {
                let text = String(decoding: input, as: UTF8.self)
                let read = try RunConfiguration.parse(text, file: "x.yaml", catalogue: catalogue)
                if read.explain().isEmpty || read.canonicalText.isEmpty { return .wrong("nothing to say about it") }
                if try RunConfiguration.parse(text, file: "x.yaml", catalogue: catalogue).hash != read.hash { return .wrong("two hashes") }
                return .taken
            } catch {
                if error.errors.isEmpty { return .wrong("refused without a reason") }
                if let poor = error.errors.first(where: { $0.cause.isEmpty || $0.cure.isEmpty || $0.file.isEmpty }) { return .wrong("\(poor)") }
                if error.errors.count > 4 * input.count + 32 { return .wrong("\(error.errors.count) errors") }
                return .refused
            }
        }
    }

    @Test func `A configuration whose aliases multiply is refused in bounded time`() {
        // Nine levels of nine aliases each: 9^9 nodes, were they followed. The same as a key, and brackets without end.
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        for level in 1...9 { lines.append("a\(level): &a\(level) [" + [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]") }
        let bomb = Array(lines.joined(separator: "\n").utf8)
        let key = bomb + Array("\n? *a9\n: x\n".utf8)
        let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 60_000)
        fuzz("aliases", corpus: [bomb, key, brackets], rounds: 0, expectsTaken: false, mutate: { _ in [] }) { input in
            do throws(ConfigurationErrors) {
                _ = try RunConfiguration.parse(String(decoding: input, as: UTF8.self), file: "x.yaml", catalogue: catalogue)
                return .wrong("it was read")
            } catch {
                return .refused
            }
        }
    }

    @Test func `A control line is a request that reads back, or a refusal with place, cause and cure`() {
        let lines = [
            #"{"id":1,"verb":"status"}"#, #"{"id":"q7","verb":"stage","lifetime_s":60}"#,
            #"{"verb":"arm","hash":"0123-4567 89AB cdef","within_s":5}"#, #"{"verb":"confirm","hash":"0123456789abcdef"}"#,
            #"{"verb":"kill","reason":"x"}"#, #"{"verb":"watch","interval_ms":250}"#, #"{"verb":"fills","limit":3}"#,
            #"{"verb":"quarantine","strategy":"quoter","reason":"odd"}"#, #"{"verb":"unlatch","reason":"checked"}"#,
            #"{"verb":"stop","reason":"\u001b[2J"}"#, #"{"verb":"flatten"}"#, #"{"id":null,"verb":"help"}"#,
        ]
        let mutator = Mutator(lines, shape: .json, dictionary: ["\"verb\":", "\"hash\":", "\"reason\":", "\"id\":", "0123456789abcdef", "\\u0000", "\\ud800"])
        fuzz("control lines", corpus: mutator.corpus, rounds: 20_000, seconds: 3, mutate: { mutator(&$0) }) { input in
            do throws(ControlRefusal) {
                let request = try ControlRequest(line: input)
                let line = Array(request.json.text().utf8)
                if line.contains(10) { return .wrong("the request is written on two lines") }
                if try ControlRequest(line: line) != request { return .wrong("\(request) reads back otherwise") }
                return .taken
            } catch {
                if error.error.place.isEmpty || error.error.cause.isEmpty || error.error.cure.isEmpty { return .wrong("\(error)") }
                if error.error.sentence.utf8.count > input.count + 1024 { return .wrong("a refusal longer than its line") }
                return .refused
            }
        }
    }

    @Test func `A JSON document of the cold side reads back from what is written`() throws {
        let summary = #"{"mode":"LIVE","ticks":1,"position":"0.5","latency_ns":{"tick_to_wire":{"count":1}},"x":[1.5e3,-0,{"a":null}]}"#
        let mutator = Mutator(try jsonCorpus() + [Array(summary.utf8)], shape: .json)
        fuzz("cold JSON", corpus: mutator.corpus, rounds: 15_000, seconds: 3, mutate: { mutator(&$0) }) { input in
            do throws(JSONParseError) {
                let value = try JSONValue(parsing: input)
                if try JSONValue(parsing: value.text()) != value { return .wrong("it reads back otherwise: \(value.text())") }
                if try JSONValue(parsing: value.text(pretty: true)) != value { return .wrong("indented, it reads back otherwise") }
                _ = StatusDocument(json: value)
                _ = RunSummary(json: value)
                return .taken
            } catch {
                if error.cause.isEmpty || error.offset > input.count { return .wrong("\(error)") }
                return .refused
            }
        }
    }

    @Test func `A mandate hash that is taken is the one that was shown`() {
        let mutator = Mutator(["0123 4567 89ab cdef", "0123456789ABCDEF", "ffff-ffff-ffff-ffff"], shape: .bytes, dictionary: ["+", "-", " ", "0x", "é", "٣"])
        fuzz("mandate hash", corpus: mutator.corpus, mutate: { mutator(&$0) }) { input in
            guard let text = String(validating: input, as: UTF8.self), let hash = Mandate.parse(text) else { return .refused }
            let typed = text.lowercased().filter { $0 != " " && $0 != "-" }
            return Mandate.display(hash).filter { $0 != " " } == typed ? .taken : .wrong("\(text) was read as \(Mandate.display(hash))")
        }
    }

    @Test func `A kill latch of any content latches`() throws {
        let path = fastDirectory + "/fuzz-latch-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let mutator = Mutator(["time 1763735000000000000\nby guard\nreason silence\n", "", "time x\n"], shape: .lines, dictionary: ["time ", "by ", "reason "])
        fuzz("kill latch", corpus: mutator.corpus, rounds: 3_000, mutate: { mutator(&$0) }) { input in
            FileManager.default.createFile(atPath: path, contents: Data(input))
            let latch = KillLatch(path: path)
            guard latch.isSet, let record = latch.read() else { return .wrong("a latch that is there does not latch") }
            return record.reason.isEmpty || record.by.isEmpty ? .wrong("nobody, or nothing: \(record)") : .taken
        }
    }

    @Test func `A private key is an Ed25519 key or refused`() {
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
            -----END PRIVATE KEY-----

            """
        let others = [
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u\n-----END PRIVATE KEY-----\n",
            "", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        ]
        let mutator = Mutator(
            [String](repeating: pem, count: 4) + others, shape: .lines,
            dictionary: ["-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n", "Proc-Type: 4,ENCRYPTED\n", "MC4CAQAwBQYDK2VwBCIEI", "=", "RSA "])
        fuzz("private keys", corpus: mutator.corpus, rounds: 10_000, mutate: { mutator(&$0) }) { input in
            switch Ed25519Signer(pem: String(decoding: input, as: UTF8.self)) {
            case .none: return .refused
            case .some(let signer):
                return signer.publicKey.count == 32 && signer.publicKeyPEM.hasPrefix("-----BEGIN PUBLIC KEY-----\n")
                    ? .taken : .wrong("a key without a public half")
            }
        }
    }
}
