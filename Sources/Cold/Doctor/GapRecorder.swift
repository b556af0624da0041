internal import CPlatform

/// Counts the gaps that a thread sees which does nothing but look at the clock: each is time that somebody else took.
///
///     class   0          1            2              3            4
///     from    1 us       10 us        100 us         1 ms         10 ms
package struct GapRecorder: Sendable {
    /// Where the classes begin, in nanoseconds.
    package static let classesNs: [Int64] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
    package static let keptCount = 5

    /// Gaps by class.
    package private(set) var counts = [UInt64](repeating: 0, count: GapRecorder.classesNs.count)
    /// The largest, largest first.
    package private(set) var largestNs: [Int64] = []
    /// The sum of all gaps that were counted.
    package private(set) var lostNs: Int64 = 0
    package private(set) var measuredNs: Int64 = 0

    package init() {}

    /// One gap; those below the first class are the look itself.
    package mutating func note(_ gapNs: Int64) {
        guard let place = Self.classesNs.lastIndex(where: { gapNs >= $0 }) else { return }
        counts[place] += 1
        lostNs += gapNs
        if largestNs.count < Self.keptCount || gapNs > largestNs[largestNs.count - 1] {
            largestNs.insert(gapNs, at: largestNs.firstIndex { gapNs > $0 } ?? largestNs.count)
            if largestNs.count > Self.keptCount { largestNs.removeLast() }
        }
    }

    /// Spins on the calling thread for so long. `ticksPerUs` is the counter's rate, times 1024.
    mutating func spin(forNs spanNs: Int64, ticksPerUs: UInt64) {
        let threshold = ticksPerUs >> 10  // one microsecond
        let span = UInt64(spanNs) / 1000 &* ticksPerUs >> 10
        let start = platform_rdtsc()
        var last = start
        repeat {
            let now = platform_rdtsc()
            let gap = now &- last
            // A counter that steps back, between two cores' counters, is no gap.
            if gap >= threshold, gap < 1 << 60 { note(Int64(gap &* 1024 &* 1000 / ticksPerUs)) }
            last = now
        } while last &- start < span
        measuredNs += spanNs
    }

    /// The counter's rate against the monotonic clock, in ticks a microsecond times 1024. Takes 20 ms.
    static func calibrate() -> UInt64 {
        let from = (platform_monotonic_ns(), platform_rdtsc())
        var now = from
        repeat { now = (platform_monotonic_ns(), platform_rdtsc()) } while now.0 - from.0 < 20_000_000
        return max((now.1 &- from.1) &* 1000 &* 1024 / UInt64(now.0 - from.0), 1024)
    }
}
