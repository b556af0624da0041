import Rings

/// What one thing takes, over all repetitions: a histogram in picoseconds, and each repetition's median.
public final class Series {
    public let name: String
    /// What a sample is, for people.
    public let method: String
    public private(set) var samples = LatencySnapshot()
    public private(set) var medians: [Double] = []
    public private(set) var tails: [Double] = []

    public init(_ name: String, _ method: String) {
        self.name = name
        self.method = method
    }

    /// Adds one repetition.
    public func add(_ repetition: borrowing LatencyHistogram) {
        let taken = repetition.snapshot()
        samples.merge(taken)
        medians.append(Double(taken.percentile(0.5)) / 1000)
        tails.append(Double(taken.percentile(0.99)) / 1000)
    }

    /// Nanoseconds.
    public func percentile(_ quantile: Double) -> Double { Double(samples.percentile(quantile)) / 1000 }
    public var max: Double { Double(samples.max) / 1000 }
    public var count: Int { samples.count }
    /// The best repetition's median, which other work on the machine disturbed least.
    public var best: Double { medians.min() ?? 0 }
}

/// Two series measured in turns, compared repetition by repetition.
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

    /// Median over the repetitions of ours / theirs, of the medians.
    public var medianRatio: Double { median(zip(ours.medians, theirs.medians).map { $0 / $1 }) }
    /// The same of the 99th percentiles.
    public var tailRatio: Double { median(zip(ours.tails, theirs.tails).map { $0 / $1 }) }
    /// Our best repetition against their best.
    public var bestRatio: Double { ours.best / theirs.best }

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
