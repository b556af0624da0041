import Rings

/// What one thing takes, over all repetitions: a histogram in picoseconds, or in nanoseconds for what may take longer than a
/// second, and each repetition's median.
public final class Series {
    public let name: String
    /// What a sample is, for people.
    public let method: String
    public private(set) var samples = LatencySnapshot()
    public private(set) var medians: [Double] = []
    public private(set) var tails: [Double] = []
    /// How often the scheduler took a measuring thread's core away, of each repetition, where that was counted.
    public private(set) var switches: [Int] = []
    private var counts: [Int] = []

    /// Samples that make a nanosecond.
    private let scale: Double

    public init(_ name: String, _ method: String, inNanoseconds: Bool = false) {
        self.name = name
        self.method = method
        scale = inNanoseconds ? 1 : 1000
    }

    /// Adds one repetition. `switches`: involuntary ones of its threads while it was measured.
    public func add(_ repetition: borrowing LatencyHistogram, switches: Int = 0) {
        add(repetition.snapshot(), switches: switches)
    }

    /// The same of a histogram that another thread published.
    public func add(_ taken: LatencySnapshot, switches: Int = 0) {
        samples.merge(taken)
        medians.append(Double(taken.percentile(0.5)) / scale)
        tails.append(Double(taken.percentile(0.99)) / scale)
        self.switches.append(switches)
        counts.append(taken.count)
    }

    /// Nanoseconds.
    public func percentile(_ quantile: Double) -> Double { Double(samples.percentile(quantile)) / scale }
    public var max: Double { Double(samples.max) / scale }
    public var count: Int { samples.count }
    /// The best repetition's median, which other work on the machine disturbed least.
    public var best: Double { medians.min() ?? 0 }

    /// Whether other work took the core away in this repetition: at all, which a tail shows, or for more than one sample in
    /// a hundred, which a median may show.
    func isDisturbed(_ repetition: Int, forTail: Bool) -> Bool {
        forTail ? switches[repetition] > 0 : switches[repetition] * 100 > counts[repetition]
    }

    /// A tail that says how the machine was, not how long the thing takes: a hundredth of the samples at more than twenty
    /// medians.
    func hasAbsurdTail(_ repetition: Int) -> Bool { tails[repetition] > 20 * medians[repetition] }
}

/// Two series measured in turns, compared repetition by repetition. Disturbed repetitions are left out: those in which a
/// thread lost its core, and for tails those whose reference has an absurd one (ours having one leaves nothing out). With less
/// than a third of them left there is no ratio: a ratio against a disturbed reference flatters.
public struct Comparison {
    public let name: String
    public let ours: Series
    public let theirs: Series
    /// The median ratio that is wanted, at most; and that of the 99th percentiles.
    public let aim: Double?
    public let tailAim: Double?

    public init(
        _ name: String, _ ours: Series, against theirs: Series, aim: Double? = nil, tailAim: Double? = nil
    ) {
        self.tailAim = tailAim
        self.name = name
        self.ours = ours
        self.theirs = theirs
        self.aim = aim
    }

    /// Repetitions measured by both.
    public var repetitions: Int { Swift.min(ours.medians.count, theirs.medians.count) }

    /// Those that are compared; empty where too few are left.
    public func compared(forTail: Bool) -> [Int] {
        let left = (0..<repetitions).filter {
            !ours.isDisturbed($0, forTail: forTail) && !theirs.isDisturbed($0, forTail: forTail)
                && !(forTail && theirs.hasAbsurdTail($0))
        }
        return left.count * 3 >= repetitions ? left : []
    }

    /// Median over the repetitions of ours / theirs, of the medians; not a number where it was not measurable.
    public var medianRatio: Double { median(compared(forTail: false).map { ours.medians[$0] / theirs.medians[$0] }) }
    /// The same of the 99th percentiles.
    public var tailRatio: Double { median(compared(forTail: true).map { ours.tails[$0] / theirs.tails[$0] }) }
    /// Our best repetition against their best.
    public var bestRatio: Double {
        let left = compared(forTail: false)
        guard let best = left.map({ ours.medians[$0] }).min(), let other = left.map({ theirs.medians[$0] }).min() else {
            return .nan
        }
        return best / other
    }

    /// What was left out, in words; `nil` where nothing was.
    public var disturbance: String? {
        let (middle, tail) = (compared(forTail: false).count, compared(forTail: true).count)
        guard middle < repetitions || tail < repetitions else { return nil }
        return "\(name): \(middle) of \(repetitions) repetitions compared for the median, \(tail) for the tail; the others "
            + "were disturbed"
    }

    var goals: [Goal] {
        let middle = aim.map { Goal("\(name), p50", medianRatio, target: $0, unit: "x") }
        let tail = tailAim.map { Goal("\(name), p99", tailRatio, target: $0, unit: "x") }
        return [middle, tail].compactMap { $0 }
    }
}

/// The middle one, or the mean of the two middle ones; not a number when there is none.
public func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    return sorted.count % 2 == 1
        ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
}

/// Keeps a result alive, so that the optimiser does not take away what made it.
@inline(never) public func consume<T>(_ value: T) {}
