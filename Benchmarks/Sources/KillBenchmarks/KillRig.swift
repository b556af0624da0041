import BenchKit
import CPlatform
import Config
import Control
import Foundation
import Launch
import Model
import Units

/// The loopback venue and the engine, each a process of its own, and an operator at the control socket.
final class KillRig {
    struct Kill {
        /// Nanoseconds from before the client's connection.
        var toSafe: Int64
        var toAnswer: Int64
        /// From the moment the engine saw the command.
        var inside: Int64
        var orders: Int64
        var cancels: Int64
    }

    private let directory: URL
    private var children: [ChildProcess] = []
    private var socket: String { directory.appending(path: "control.sock").path }
    private let apiKey = "NeedletailLoopbackBenchKey0123456789"
    private let patience = 30.0

    init(_ plan: BenchPlan) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "needletail-bench-kill-\(getpid())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        do {
            let certificates = try ThrowawayCertificates(in: directory)
            let port = try startVenue(certificates, core: plan.peer)
            try startEngine(certificates, port, plan)
        } catch {
            end()
            throw error
        }
    }

    func end() {
        for child in children.reversed() { child.end(seconds: 15) }
        try? FileManager.default.removeItem(at: directory)
    }

    /// On the cold core, so that the hot one is the engine's alone.
    private func startVenue(_ certificates: ThrowawayCertificates, core: Int32) throws -> Int {
        let file = directory.appending(path: "venue.port")
        let arguments = [
            "venue", "--cert", certificates.certificate.path, "--key", certificates.key.path, "--seed", "7", "--port-file",
            file.path, "--account", apiKey, "--account-public-key", certificates.accountPublicKey.path, "--limits", "10000",
        ]
        let log = directory.appending(path: "venue.log")
        let box = Box()
        PeerThread(core: core, priority: false) {
            box.result = Result { try ChildProcess("venue", arguments, log: log) }
        }.join()
        children.append(try box.result!.get())
        var port = 0
        try wait("the venue listens") {
            port = Int(((try? String(contentsOf: file, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            return port > 0
        }
        return port
    }

    /// Written by the peer thread, read after it was joined.
    private final class Box: @unchecked Sendable { var result: Result<ChildProcess, any Error>? }

    private func startEngine(_ certificates: ThrowawayCertificates, _ port: Int, _ plan: BenchPlan) throws {
        let file = directory.appending(path: "run.yaml")
        try configuration(certificates, port, plan).write(to: file, atomically: true, encoding: .utf8)
        let secrets = [
            "BENCH_API_KEY": apiKey,
            "BENCH_PRIVATE_KEY": try String(contentsOf: certificates.accountPrivateKey, encoding: .utf8),
        ]
        let log = directory.appending(path: "engine.log")
        children.append(try ChildProcess("engine", ["engine", "--config", file.path], environment: secrets, log: log))
        try wait("the engine's links are up and the account is reconciled") {
            guard var client = try? ControlClient(path: self.socket), let engine = try? client.status().engine else { return false }
            return engine.marketLink == .up && engine.orderLink == .up && engine.lastReconciledAt > .zero && engine.bidPrice > .zero
        }
    }

    private func configuration(_ certificates: ThrowawayCertificates, _ port: Int, _ plan: BenchPlan) -> String {
        // What may not be lifted is a count or a share, of something that is lifted.
        let counts = [
            "cancel_share_percent", "drawdown_confirmations", "throttle_percent", "fee_allowance_bps", "order_to_trade_floor",
            "unconfirmed_evaluations", "min_strategy_samples",
        ]
        let limits = RunConfiguration.limitNames.map { limit in
            let value = limit.isAction ? "halt" : counts.contains(limit.name) ? "1" : "{ unlimited: \"orders rest for a benchmark\" }"
            return "  \(limit.name): \(value)"
        }
        return """
            mode: LIVE
            run: { name: bench, directory: \(directory.path) }
            venue:
              kind: binance-spot
              market_data: { url: "wss://127.0.0.1:\(port)/stream" }
              orders: { url: "wss://127.0.0.1:\(port)/ws-api/v3" }
              rest: { url: "https://127.0.0.1:\(port)" }
              ca_file: \(certificates.authority.path)
              client_id_prefix: bench-
              account: { api_key_env: BENCH_API_KEY, ed25519_private_key_env: BENCH_PRIVATE_KEY }
            instruments:
              - { symbol: BTCUSDT, base: BTC, quote: USDT, rules: from venue }
            strategies:
              - name: quoter
                instrument: BTCUSDT
                parameters:
                  order_quantity: 0.001
                  half_spread_ticks: 60000
                  half_spread_bps: 0
                  skew_ticks: 0
                  max_inventory: 1
                  min_replace_interval: 10ms
                  min_price_change_ticks: 50000
                  levels: \(KillBench.orders / 2)
                  level_step_ticks: 10
            limits:
            \(limits.joined(separator: "\n"))
            alerts: { none: "a benchmark" }
            topology:
              runners:
                - { name: hot, core: \(plan.core), idle: spin, agents: [feed, parse, trade] }
                - { name: cold, core: \(plan.peer), idle: park, agents: [cold] }
            timeouts: { request: 2s, heartbeat: 100ms, guard: 5s }
            feed: { stale_after: 10s }
            journal: { segment_size: 64MiB, sync_interval: 10ms }
            """
    }

    // MARK: an operator

    /// The ceremony, and then so many orders that rest. A trade thread that stood still for too long takes its mandate away by
    /// itself on a busy machine; then it is armed again.
    func rest(_ orders: Int64) throws {
        for _ in 0..<5 {
            try ceremony()
            var isLive = true
            try wait("\(orders) orders rest at the venue") {
                // The status may still show the moment before the confirmation.
                guard var client = try? ControlClient(path: self.socket), let state = try? client.status().engine.state,
                    state != .armed
                else { return false }
                isLive = state == .live
                guard isLive, let rows = try? client.request(.orders).array else { return !isLive }
                return rows.count == Int(orders) && rows.allSatisfy { $0["state"]?.string == "open" }
            }
            if isLive { return }
        }
        throw BenchError("the engine does not stay LIVE\n" + logs)
    }

    private func ceremony() throws {
        try settle()
        var client = try ControlClient(path: socket)
        let staged = try client.request(.stage(lifetime: Nanoseconds(seconds: 600)))
        guard let hash = staged["hash"]?.string.flatMap({ Mandate.parse($0) }) else {
            throw BenchError("stage showed no hash: \(staged.text())")
        }
        _ = try client.request(.arm(hash: hash, within: Nanoseconds(seconds: 60)))
        _ = try client.request(.confirm(hash: hash))
    }

    /// Nothing but the stage is missing.
    private func settle() throws {
        var client = try ControlClient(path: socket)
        try wait("the engine may be armed") {
            guard let engine = try? client.status().engine else { return false }
            if engine.incident.isOpen, !engine.incident.isNoted {
                _ = try? client.request(.incident(text: "the benchmark killed it"))
                return false
            }
            guard let missing = try? client.request(.status)["engine"]?["missing"]?.array else { return false }
            return missing.allSatisfy { $0.string == "staged" }
        }
    }

    /// One kill, over a connection of its own.
    func kill() throws -> Kill {
        let began = platform_monotonic_ns()
        var client = try ControlClient(path: socket)
        let answer = try client.request(.kill(reason: "benchmark"), timeoutMilliseconds: 10_000)
        let ended = platform_monotonic_ns()
        guard answer["state"]?.string == "HALTED", let safe = answer["safe_at_ns"]?.integer,
            let inside = answer["time_to_safe_ns"]?.integer, let orders = answer["orders"]?.integer,
            let cancels = answer["cancels"]?.integer
        else { throw BenchError("the kill was answered by \(answer.text())\n" + logs) }
        return Kill(toSafe: safe - began, toAnswer: ended - began, inside: inside, orders: orders, cancels: cancels)
    }

    /// The venue shows no order of ours; the latch is removed.
    func recover() throws {
        var client = try ControlClient(path: socket)
        try wait("the venue has cancelled everything") {
            guard let document = try? client.status() else { return false }
            return document.engine.openOrders == 0 && document.engine.unknownOrders == 0
        }
        _ = try client.request(.unlatch(reason: "benchmark"))
    }

    private func wait(_ what: String, _ condition: () throws -> Bool) throws {
        let deadline = Date().addingTimeInterval(patience)
        while try !condition() {
            for child in children where !child.isRunning { throw BenchError("the \(child.name) ended before \(what)\n" + logs) }
            guard Date() < deadline else { throw BenchError("waited \(Int(patience)) s until \(what)\n" + logs) }
            usleep(2_000)
        }
    }

    private var logs: String { children.map { "\($0.name): \($0.logTail)" }.joined(separator: "\n") }
}
