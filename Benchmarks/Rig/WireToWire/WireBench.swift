import BenchKit
import CBench
import Foundation
import Launch
import Rings

/// Wire to wire over loopback TLS 1.3: a tick's frame handed to the kernel → its order's frame read. The engine's hot loop
/// and the C floor, each in a process of its own on its own core, take turns.
public enum WireBench {
    public static let benchmark = Benchmark("wire", "tick frame in to order frame out, beside a C floor", run: run)
    static let interval: UInt32 = 100_000
    /// Lives of each client in a repetition. Each keeps everything else off both cores for less than half a second: a thread
    /// that does so for longer loses its core for up to 50 ms of each second (the kernel's fair server).
    static let rounds = 2
    /// What the floor answers: as long as the engine's order.
    public static let replyBytes = 245

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let directory = FileManager.default.temporaryDirectory.appending(path: "needletail-bench-wire-\(getpid())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificates = try ThrowawayCertificates(in: directory)
        let rig = try WireRig(certificates)
        let engine = Series(
            "wire_to_wire", "bookTicker frame handed to the kernel to order frame read; a tick every 100 us, counted from "
                + "when it was due; the engine's loop")
        let own = Series("wire_to_wire_own", "the same with the engine's own TLS record layer")
        let floor = Series("wire_floor", "the same rig; a C client that answers each record with a fixed frame")
        let series = [engine, own, floor]
        var found: [[String: [Double]]] = [[:], [:], [:]]
        for repetition in 0..<plan.repeats {
            var histograms = InlineArray<3, LatencyHistogram> { _ in LatencyHistogram() }
            var switches = [0, 0, 0]
            for round in 0..<(plan.quick ? 1 : rounds) {
                // Who begins changes, so that nobody gains from its place.
                for turn in 0..<3 {
                    let who = (turn + repetition + round) % 3
                    let log = try once(plan, rig, series[who], &histograms[who], &switches[who], checks: who < 2) { port in
                        let words = who == 2
                            ? ["floor", "--ca", certificates.authority.path]
                            : ["client", "--data", directory.path, "--tls-records", who == 0 ? "openssl" : "own"]
                        return plan.words + words + ["--port", "\(port)", "--core", "\(plan.core)"]
                            + (plan.priority ? ["--priority"] : [])
                    }
                    switches[who] += collect(log, &found[who])
                }
            }
            for who in 0..<3 { series[who].add(histograms[who], switches: switches[who]) }
        }
        let (stages, ownStages) = (found[0], found[1])
        var report = BenchReport(
            series: [engine, own, floor],
            comparisons: [
                Comparison("wire to wire against the floor", engine, against: floor, aim: 1.10, tailAim: 1.25),
                Comparison("wire to wire, own TLS records, against the floor with OpenSSL", own, against: floor, aim: 1.00),
            ])
        for name in ownStages.keys.sorted() where name.contains("_p") {
            report.figures.append(("own_records_" + name, median(ownStages[name]!), "ns"))
        }
        for name in stages.keys.sorted() {
            let unit = name.hasSuffix("_ns") || name.contains("_p") ? "ns" : ""
            report.figures.append((name, median(stages[name]!), unit))
        }
        for (name, found, wanted) in [("OpenSSL", stages, 1600.0), ("own records", ownStages, 900.0)] {
            guard let inside = found[WireStages.Part.decryptedToSealed.name + "_p50"].map(median) else { continue }
            report.goals.append(Goal("tick decrypted to order encrypted, \(name), p50", inside, target: wanted, unit: "ns"))
            var parts = WireStages.Part.allCases.compactMap { part in
                part.words.map { ($0, median(found[part.name + "_p50"] ?? [])) }
            }
            let whole = (name == "OpenSSL" ? engine : own).percentile(0.5)
            parts.append(("kernel and rig", Swift.max(0, whole - parts.reduce(0) { $0 + $1.1 })))
            report.stages.append(StageBar("engine, \(name)", parts))
        }
        report.stages.append(StageBar("C floor", [("kernel and rig", floor.percentile(0.5))]))
        return report
    }

    /// One client's life: started, measured, ended. Its output. Adds the samples, and how often the rig lost its core.
    private static func once(
        _ plan: BenchPlan, _ rig: WireRig, _ series: Series, _ histogram: inout LatencyHistogram, _ switches: inout Int,
        checks: Bool, _ arguments: (UInt16) -> [String]
    ) throws -> String {
        let log = FileManager.default.temporaryDirectory.appending(path: "needletail-bench-\(getpid()).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let child = try ChildProcess(series.name, arguments(rig.port), log: log)
        defer { child.end() }
        let ticks = plan.quick ? 500 : 3000
        var wire = bench_wire_plan(
            core: plan.peer, warm_up: plan.quick ? 400 : 1000, ticks: UInt32(ticks), interval_ns: interval,
            priority: plan.priority ? 1 : 0, checks_orders: checks ? 1 : 0)
        let outcome = rig.measure(&wire)
        let problem: String?
        switch outcome {
        case .failure(let text): problem = text
        case .success(let result):
            problem = result.wrong > 0 ? "\(result.wrong) answers were wrong; the first: \(result.firstOrder)" : nil
            for sample in result.samples { histogram.record(sample * 1000) }
            switches += Int(result.switches)
        }
        _ = child.wait(seconds: 10)
        if let problem { throw BenchError("\(series.name): \(problem)\n\(child.logTail)") }
        return try String(contentsOf: log, encoding: .utf8)
    }

    /// Lines `figure NAME VALUE` of a client; how often it lost its core.
    private static func collect(_ log: String, _ into: inout [String: [Double]]) -> Int {
        var switches = 0
        for line in log.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "figure", let value = Double(words[2]) else { continue }
            if words[1] == "involuntary_switches" { switches += Int(value) } else { into[String(words[1]), default: []].append(value) }
        }
        return switches
    }
}

/// The rig's server, listening.
@safe final class WireRig {
    struct Result {
        var samples: [Int64]
        var wrong: UInt32
        var firstOrder: String
        /// How often the rig's own thread lost its core.
        var switches: Int64
    }
    enum Outcome {
        case success(Result)
        case failure(String)
    }

    private let server: OpaquePointer
    let port: UInt16

    init(_ certificates: ThrowawayCertificates) throws {
        var made: OpaquePointer?
        var port: UInt16 = 0
        var error = [CChar](repeating: 0, count: 256)
        guard
            unsafe bench_server_open(
                &made, certificates.certificate.path, certificates.key.path, &port, &error, error.count) == 0,
            let made = unsafe made
        else { throw BenchError("the rig's server: " + text(error)) }
        unsafe server = made
        self.port = port
    }

    deinit { unsafe bench_server_close(server) }

    func measure(_ plan: inout bench_wire_plan) -> Outcome {
        var samples = [Int64](repeating: 0, count: Int(plan.ticks))
        var result = bench_wire_result()
        let status = unsafe bench_server_run(server, &plan, &samples, &result)
        let words = unsafe withUnsafeBytes(of: result.error) { unsafe text(Array($0.bindMemory(to: CChar.self))) }
        guard status == 0 else { return .failure(words) }
        let order = unsafe withUnsafeBytes(of: result.first_order) { unsafe text(Array($0.bindMemory(to: CChar.self))) }
        return .success(
            Result(
                samples: Array(samples.prefix(Int(result.answered))), wrong: result.wrong, firstOrder: order,
                switches: result.switches))
    }
}
