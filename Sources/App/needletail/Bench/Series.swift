import CBench
import CPlatform
import Agents
import Rings

/// What one thing takes, over all repetitions: a histogram in picoseconds, and each repetition's median.
final class Series {
    let name: String
    /// What a sample is, for people.
    let method: String
    private(set) var samples = LatencySnapshot()
    private(set) var medians: [Double] = []
    private(set) var tails: [Double] = []

    init(_ name: String, _ method: String) {
        self.name = name
        self.method = method
    }

    /// Adds one repetition.
    func add(_ repetition: borrowing LatencyHistogram) {
        let taken = repetition.snapshot()
        samples.merge(taken)
        medians.append(Double(taken.percentile(0.5)) / 1000)
        tails.append(Double(taken.percentile(0.99)) / 1000)
    }

    /// Nanoseconds.
    func percentile(_ quantile: Double) -> Double { Double(samples.percentile(quantile)) / 1000 }
    var max: Double { Double(samples.max) / 1000 }
    var count: Int { samples.count }
    /// The best repetition's median, which other work on the machine disturbed least.
    var best: Double { medians.min() ?? 0 }
}

/// Two series measured in turns, compared repetition by repetition.
struct Comparison {
    let name: String
    let ours: Series
    let theirs: Series
    /// The median ratio that is wanted, at most.
    var aim: Double? = nil

    /// Median over the repetitions of ours / theirs, of the medians.
    var medianRatio: Double { Self.median(zip(ours.medians, theirs.medians).map { $0 / $1 }) }
    /// The same of the 99th percentiles.
    var tailRatio: Double { Self.median(zip(ours.tails, theirs.tails).map { $0 / $1 }) }
    /// Our best repetition against their best.
    var bestRatio: Double { ours.best / theirs.best }

    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        return sorted.count % 2 == 1
            ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    }
}

/// Turns counter readings into picoseconds.
struct Ticker {
    let picosecondsPerTick: Double
    init() { picosecondsPerTick = 1e12 / Double(EngineClock().ticksEachSecond) }

    @inline(__always) func picoseconds(_ ticks: UInt64, over count: Int = 1) -> Int64 {
        Int64(Double(ticks) * picosecondsPerTick / Double(count))
    }
}

/// How a benchmark is to be run.
struct BenchPlan {
    /// Repetitions of everything; variants take turns inside each.
    var repeats = 10
    /// A share of the usual number of samples, for smoke runs.
    var quick = false
    var priority = true
    let ticker = Ticker()
    /// The cores for measuring: the last one and the one before it.
    let core: Int32
    let peer: Int32

    init() {
        let count = platform_core_count()
        core = Swift.max(0, count - 1)
        peer = Swift.max(0, count - 2)
    }

    func scaled(_ samples: Int) -> Int { quick ? Swift.max(50, samples / 100) : samples }

    /// Pins this thread and, where it may, puts it before all others; to be undone by `relax`.
    func focus() {
        _ = platform_pin_thread(core)
        if priority { _ = bench_take_priority(1) }
    }

    func relax() {
        if priority { _ = bench_take_priority(0) }
    }

    /// One repetition: `batches` samples of `size` calls each; a sample is the time of a batch divided by its calls.
    @inline(__always)
    func measure(_ series: Series, batches: Int, size: Int, _ body: (Int) -> Void) {
        var histogram = LatencyHistogram()
        let batches = scaled(batches)
        var call = 0
        for _ in 0..<Swift.max(1, batches / 10) * size { body(call); call &+= 1 }
        focus()
        for _ in 0..<batches {
            let began = platform_rdtsc()
            for _ in 0..<size { body(call); call &+= 1 }
            histogram.record(ticker.picoseconds(platform_rdtsc() &- began, over: size))
        }
        relax()
        series.add(histogram)
    }
}

/// What a group of benchmarks found.
struct BenchReport {
    var series: [Series] = []
    var comparisons: [Comparison] = []
    /// What people should know, a sentence each.
    var remarks: [String] = []
    /// Further single figures: name, value, unit.
    var figures: [(name: String, value: Double, unit: String)] = []
}

/// Keeps a result alive, so that the optimiser does not take away what made it.
@inline(never) func consume<T>(_ value: T) {}

/// The processor's time-stamp counter.
@inline(__always) func platformTicks() -> UInt64 { platform_rdtsc() }
