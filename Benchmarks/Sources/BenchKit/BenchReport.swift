/// One benchmark: what `needletail bench NAME` runs.
public struct Benchmark: Sendable {
    /// As typed.
    public let name: String
    /// What it measures, in a few words.
    public let about: String
    public let run: @Sendable (BenchPlan) throws -> BenchReport

    public init(_ name: String, _ about: String, run: @escaping @Sendable (BenchPlan) throws -> BenchReport) {
        self.name = name
        self.about = about
        self.run = run
    }
}

/// What a benchmark found.
public struct BenchReport {
    public var series: [Series]
    public var comparisons: [Comparison]
    /// What people should know, a sentence each.
    public var remarks: [String] = []
    /// Further single figures: name, value, unit.
    public var figures: [(name: String, value: Double, unit: String)] = []
    /// What was wanted beside the comparisons' aims.
    public var goals: [Goal] = []
    /// Where time goes, drawn as one bar each.
    public var stages: [StageBar] = []

    public init(series: [Series] = [], comparisons: [Comparison] = [], goals: [Goal] = []) {
        self.series = series
        self.comparisons = comparisons
        self.goals = goals
    }

    /// Every row of the table: the comparisons' aims and the goals.
    package var rows: [Goal] { comparisons.flatMap(\.goals) + goals }
}

/// One row of the table: what was measured and what was wanted.
public struct Goal {
    public let name: String
    public let measured: Double
    public let target: Double
    /// `ns`, `us`, `x`, `/s` or nothing.
    public let unit: String
    /// Whether more is better.
    public let isFloor: Bool

    public init(_ name: String, _ measured: Double, target: Double, unit: String, isFloor: Bool = false) {
        self.name = name
        self.measured = measured
        self.target = target
        self.unit = unit
        self.isFloor = isFloor
    }

    /// Measured over target; at most 1 is wanted, at least 1 where more is better.
    public var ratio: Double { target == 0 ? (measured == 0 ? 1 : .infinity) : measured / target }
    public var isReached: Bool { isFloor ? measured >= target : measured <= target }

    /// Whether a target is met; where there was no figure, or none that says something, nothing is claimed.
    public enum Verdict: String, Sendable { case reached, missed = "MISSED", notMeasurable = "not measurable" }
    public var verdict: Verdict {
        guard measured.isFinite, measured > 0 || target == 0 else { return .notMeasurable }
        return isReached ? .reached : .missed
    }
}

/// The parts of one way, end to end, in nanoseconds.
public struct StageBar {
    public let name: String
    public let parts: [(name: String, ns: Double)]
    public init(_ name: String, _ parts: [(name: String, ns: Double)]) {
        self.name = name
        self.parts = parts
    }
}

/// Why something could not be measured; printed as it is.
public struct BenchError: Error, CustomStringConvertible {
    public let description: String
    public init(_ cause: String) { description = cause }
}

/// The text of a C buffer.
public func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
