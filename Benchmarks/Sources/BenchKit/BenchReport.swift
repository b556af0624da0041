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

    public init(series: [Series] = [], comparisons: [Comparison] = []) {
        self.series = series
        self.comparisons = comparisons
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
