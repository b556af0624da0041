import BenchKit
import BinanceBenchmarks
import BurstBenchmarks
import CoreBenchmarks
import FlatBenchmarks
import JournalBenchmarks
import KillBenchmarks
import ReplayBenchmarks
import RingsBenchmarks
import RiskBenchmarks
import SigningBenchmarks
import WireToWire

/// Every benchmark, in the order in which all of them run. A new one is a file and a line here.
enum Registry {
    static let all: [Benchmark] = [
        RingBench.benchmark, DecodeBench.benchmark, CoreBench.benchmark, RiskBench.benchmark, SignBench.benchmark,
        JournalBench.benchmark, FlatBench.benchmark, StampBench.benchmark, WireBench.benchmark, KillBench.benchmark,
        ReplayBench.benchmark,
        // The last one: it locks all memory.
        BurstBench.benchmark,
    ]

    static var names: String { all.map(\.name).joined(separator: ", ") }
}
