import Agents
import CBench
import CPlatform
import Rings

/// How a benchmark is to be run.
public struct BenchPlan: Sendable {
    /// Repetitions of everything; variants take turns inside each.
    public var repeats = 10
    /// A share of the usual number of samples, for smoke runs.
    public var quick = false
    /// Whether measuring threads ask the kernel to go before all others.
    public var priority = true
    public let ticker = Ticker()
    /// The cores for measuring: the last one and the one before it, when none are named.
    public var core: Int32
    public var peer: Int32
    /// This program's build, for reports and journals.
    public let build: String
    /// The words before `client` and `floor` on this program's own command line.
    public let words: [String]

    public init(build: String, words: [String]) {
        let count = platform_core_count()
        core = Swift.max(0, count - 1)
        peer = Swift.max(0, count - 2)
        self.build = build
        self.words = words
        bench_note_cores()
    }

    public func scaled(_ samples: Int) -> Int { quick ? Swift.max(50, samples / 100) : samples }

    /// Pins this thread and, where it may, puts it before all others; to be undone by `relax`.
    public func focus() {
        _ = platform_pin_thread(core)
        if priority { _ = bench_take_priority(1) }
    }

    public func relax() {
        if priority { _ = bench_take_priority(0) }
        bench_take_cores_back()
    }

    /// One repetition: `batches` samples of `size` calls each; a sample is the time of a batch divided by its calls.
    @inline(__always)
    public func measure(_ series: Series, batches: Int, size: Int, _ body: (Int) -> Void) {
        var histogram = LatencyHistogram()
        let batches = scaled(batches)
        var call = 0
        for _ in 0..<Swift.max(1, batches / 10) * size { body(call); call &+= 1 }
        focus()
        for _ in 0..<batches {
            let began = platformTicks()
            for _ in 0..<size { body(call); call &+= 1 }
            histogram.record(ticker.picoseconds(platformTicks() &- began, over: size))
        }
        relax()
        series.add(histogram)
    }
}

/// Turns counter readings into picoseconds.
public struct Ticker: Sendable {
    public let picosecondsPerTick: Double
    public init() { picosecondsPerTick = 1e12 / Double(EngineClock().ticksEachSecond) }

    @inline(__always) public func picoseconds(_ ticks: UInt64, over count: Int = 1) -> Int64 {
        Int64(Double(ticks) * picosecondsPerTick / Double(count))
    }
}

/// The processor's time-stamp counter.
@inline(__always) public func platformTicks() -> UInt64 { platform_rdtsc() }
