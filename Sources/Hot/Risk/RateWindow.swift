import Units

/// Counts events of the last span in fixed buckets. Conservative: the oldest bucket counts whole, so the window is
/// never shorter than the span and at most one bucket longer.
public struct RateWindow: ~Copyable {
    private var counts: ContiguousArray<Int32>
    private let bucket: Int64
    private var newest: Int64 = 0
    private var total: Int32 = 0

    /// A window of `buckets` times `bucket`. Preconditions: both positive.
    public init(bucket: Nanoseconds, buckets: Int) {
        precondition(bucket.raw > 0 && buckets > 0, "a window has a length")
        self.bucket = bucket.raw
        counts = ContiguousArray(repeating: 0, count: buckets + 1)
    }

    private mutating func advance(to now: Nanoseconds) {
        let current = now.raw / bucket
        guard current > newest else { return }
        let steps = Swift.min(current - newest, Int64(counts.count))
        for step in 0..<steps {
            let at = Int((current - step) % Int64(counts.count))
            total -= counts[at]
            counts[at] = 0
        }
        newest = current
    }

    /// Events in the window that ends now. Time does not go back.
    public mutating func count(at now: Nanoseconds) -> Int32 {
        advance(to: now)
        return total
    }

    /// Adds one event now.
    public mutating func record(at now: Nanoseconds) {
        advance(to: now)
        counts[Int(newest % Int64(counts.count))] += 1
        total += 1
    }
}
