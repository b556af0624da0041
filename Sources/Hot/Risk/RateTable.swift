import Memory
import Units

/// Many windows as `RateWindow` has one: a row each in one block of memory. Conservative in the same way: a window is
/// never shorter than its span and at most one bucket longer. Never allocates after the start.
public struct RateTable: ~Copyable {
    private var counts: Slab<Int32>
    private var newest: Slab<Int64>
    private var totals: Slab<Int32>
    /// Of each row, where its newest bucket is and when that ends: what happens within a bucket divides nothing.
    private var places: Slab<Int32>
    private var ends: Slab<Int64>
    private let bucket: Int64
    private let width: Int

    /// `rows` windows of `buckets` times `bucket`. Preconditions: both positive.
    public init(rows: Int, bucket: Nanoseconds, buckets: Int) {
        precondition(bucket.raw > 0 && buckets > 0, "a window has a length")
        self.bucket = bucket.raw
        width = buckets + 1
        counts = Slab(repeating: 0, count: rows * width)
        newest = Slab(repeating: 0, count: rows)
        totals = Slab(repeating: 0, count: rows)
        places = Slab(repeating: 0, count: rows)
        ends = Slab(repeating: .min, count: rows)
    }

    /// Adds one event to a row now and answers how many its window holds. Time does not go back. O(buckets passed).
    @discardableResult
    public mutating func record(_ row: Int, at now: Nanoseconds) -> Int32 {
        advance(row, to: now)
        counts[row * width + Int(places[row])] += 1
        totals[row] += 1
        return totals[row]
    }

    /// Events in a row's window that ends now. Time does not go back. O(buckets passed).
    public mutating func count(_ row: Int, at now: Nanoseconds) -> Int32 {
        advance(row, to: now)
        return totals[row]
    }

    private mutating func advance(_ row: Int, to now: Nanoseconds) {
        guard now.raw >= ends[row] else { return }
        let current = now.raw / bucket
        if current > newest[row] {
            for step in 0..<Swift.min(current - newest[row], Int64(width)) {
                let at = row * width + Int((current - step) % Int64(width))
                totals[row] -= counts[at]
                counts[at] = 0
            }
            newest[row] = current
        }
        places[row] = Int32(truncatingIfNeeded: newest[row] % Int64(width))
        let (next, overflow) = (newest[row] + 1).multipliedReportingOverflow(by: bucket)
        ends[row] = overflow ? .max : next
    }

    /// Forgets a row's events.
    public mutating func clear(_ row: Int) {
        for at in row * width..<(row + 1) * width { counts[at] = 0 }
        totals[row] = 0
    }
}
