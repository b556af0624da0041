import CPlatform
import Units

/// Monotonic time from the processor's counter, read once per duty cycle.
///
/// Calibrated against CLOCK_MONOTONIC when made (about 10 ms of spinning) and, by whoever reads it, again once a second
/// over the whole time since: the rate gets ever more exact and the reading stays within about a microsecond of the
/// kernel's clock. Never goes back. One per thread; costs about 10 ns a reading. Never allocates.
public struct EngineClock: Sendable {
    /// First sample: the long base the rate is measured over.
    private let firstTicks: UInt64
    private let firstNs: Int64
    /// Last sample: readings count from here.
    @usableFromInline var baseTicks: UInt64
    @usableFromInline var baseNs: Int64
    /// Nanoseconds per tick, times 2^32.
    @usableFromInline var rate: UInt64
    @usableFromInline var resyncTicks: UInt64
    private var ticksPerSecond: UInt64
    @usableFromInline var last: Int64
    private var wallOffset: Int64

    /// Calibrates. Call before the hot part starts.
    public init() {
        let first = EngineClock.sample()
        var second = first
        while second.ns - first.ns < 10_000_000 { second = EngineClock.sample() }
        (firstTicks, firstNs) = first
        (baseTicks, baseNs) = second
        last = second.ns
        rate = 0
        ticksPerSecond = 0
        resyncTicks = 0
        wallOffset = 0
        measure()
    }

    /// Nanoseconds since boot (CLOCK_MONOTONIC).
    @inlinable public mutating func now() -> Nanoseconds {
        let ticks = platform_rdtsc()
        // A counter that went back (another core's, a suspended machine) counts as no time passed.
        let elapsed = ticks > baseTicks ? ticks &- baseTicks : 0
        if elapsed > resyncTicks { return resync() }
        let product = rate.multipliedFullWidth(by: elapsed)
        let ns = baseNs &+ Int64(truncatingIfNeeded: product.high << 32 | product.low >> 32)
        if ns > last { last = ns }
        return Nanoseconds(raw: last)
    }

    /// What to add to `now()` for the time since 1970, as of the last calibration (at most about a second ago).
    public var realtimeOffset: Nanoseconds { Nanoseconds(raw: wallOffset) }
    /// The measured frequency of the processor's counter.
    public var ticksEachSecond: UInt64 { ticksPerSecond }

    /// What to add to monotonic time for the time since 1970, measured now. About 70 ns; for agents that stamp wall time.
    public static func measureRealtimeOffset() -> Nanoseconds {
        let before = platform_monotonic_ns()
        let wall = platform_realtime_ns()
        let after = platform_monotonic_ns()
        return Nanoseconds(raw: wall - (before + (after - before) / 2))
    }

    /// Takes a new base and measures the rate over all the time since the clock was made.
    @_noLocks @_noAllocation @usableFromInline mutating func resync() -> Nanoseconds {
        (baseTicks, baseNs) = EngineClock.sample()
        measure()
        last = max(last, baseNs)
        return Nanoseconds(raw: last)
    }

    private mutating func measure() {
        // A counter that stands still or runs back gives no rate; the next sample is taken soon and the kernel's time used.
        let ticks = baseTicks > firstTicks ? baseTicks - firstTicks : 1
        let ns = UInt64(max(1, baseNs - firstNs))
        rate = UInt64(clamping: (UInt128(ns) << 32) / UInt128(ticks))
        ticksPerSecond = UInt64(clamping: UInt128(ticks) * 1_000_000_000 / UInt128(ns))
        resyncTicks = ticksPerSecond
        wallOffset = EngineClock.measureRealtimeOffset().raw
    }

    /// The counter and the kernel's clock at one moment: the tightest of five attempts.
    private static func sample() -> (ticks: UInt64, ns: Int64) {
        var best = (ticks: UInt64(0), ns: Int64(0))
        var narrowest = UInt64.max
        for _ in 0..<5 {
            let before = platform_rdtsc()
            let ns = platform_monotonic_ns()
            let after = platform_rdtsc()
            let width = after &- before
            if width < narrowest {
                narrowest = width
                best = (before &+ width / 2, ns)
            }
        }
        return best
    }
}
