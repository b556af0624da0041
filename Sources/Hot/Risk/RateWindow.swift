import Memory
import Units

/// Counts events of the last span in fixed buckets. Conservative: the oldest bucket counts whole, so the window is
/// never shorter than the span and at most one bucket longer.
public struct RateWindow: ~Copyable {
    private var counts: Slab<Int32>
    private let bucket: Int64
    private var newest: Int64 = 0
    /// Where the newest bucket is, and when it ends: what happens within one bucket divides nothing.
    private var at = 0
    private var newestEnds = Nanoseconds(raw: .min)
    private var total: Int32 = 0

    /// A window of `buckets` times `bucket`. Preconditions: both positive.
    public init(bucket: Nanoseconds, buckets: Int) {
        precondition(bucket.raw > 0 && buckets > 0, "a window has a length")
        self.bucket = bucket.raw
        counts = Slab(repeating: 0, count: buckets + 1)
    }

    private mutating func advance(to now: Nanoseconds) {
        let current = now.raw / bucket
        if current > newest {
            let steps = Swift.min(current - newest, Int64(counts.count))
            for step in 0..<steps {
                let old = Int((current - step) % Int64(counts.count))
                total -= counts[old]
                counts[old] = 0
            }
            newest = current
        }
        at = Int(newest % Int64(counts.count))
        let (ends, overflow) = (newest + 1).multipliedReportingOverflow(by: bucket)
        newestEnds = Nanoseconds(raw: overflow ? .max : ends)
    }

    /// Events in the window that ends now. Time does not go back.
    public mutating func count(at now: Nanoseconds) -> Int32 {
        if now >= newestEnds { advance(to: now) }
        return total
    }

    /// Adds one event now.
    public mutating func record(at now: Nanoseconds) {
        if now >= newestEnds { advance(to: now) }
        counts[at] += 1
        total += 1
    }
}
