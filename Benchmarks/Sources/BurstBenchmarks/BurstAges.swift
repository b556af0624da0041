/// The ages of the market events that were due after a burst, and what can be said of them.
struct BurstAges {
    private(set) var samples: [BurstAge] = []

    init(capacity: Int) {
        // Each page is taken now.
        samples = [BurstAge](repeating: BurstAge(due: 0, age: 0), count: capacity)
        samples.removeAll(keepingCapacity: true)
    }

    mutating func add(_ age: BurstAge) { samples.append(age) }

    /// Those due at least `from` and less than `to` nanoseconds after the burst's end.
    func due(from: Int64, to: Int64 = .max) -> [Int64] { samples.filter { $0.due >= from && $0.due < to }.map(\.age) }

    /// The smallest value that at least a share `quantile` of the values does not exceed; `nil` of none.
    static func percentile(_ values: [Int64], _ quantile: Double) -> Int64? {
        guard !values.isEmpty else { return nil }
        let rank = max(1, Int((quantile * Double(values.count)).rounded(.up)))
        return values.sorted()[min(rank, values.count) - 1]
    }

    /// How long after the burst's end the 99th percentiles of consecutive windows came to stay at `limit` or below: the
    /// beginning of the first window with none worse behind it. Windows without an event say nothing. `nil` where the last
    /// one is worse, or there is none.
    func recovered(window: Int64, limit: Int64) -> Int64? {
        var tails: [Int64: [Int64]] = [:]
        for sample in samples { tails[sample.due / window, default: []].append(sample.age) }
        let worst = tails.filter { (Self.percentile($0.value, 0.99) ?? 0) > limit }.keys.max()
        guard let last = tails.keys.max() else { return nil }
        guard let worst else { return 0 }
        return worst == last ? nil : (worst + 1) * window
    }
}
