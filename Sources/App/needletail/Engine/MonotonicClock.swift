import CPlatform
import Units

/// The engine clock for cold code: CLOCK_MONOTONIC, the same time the hot threads read from the processor's counter. Any
/// thread.
struct MonotonicClock: Sendable {
    /// Since boot.
    func now() -> Nanoseconds { Nanoseconds(raw: platform_monotonic_ns()) }
    /// Since 1970, UTC.
    func wall() -> Nanoseconds { Nanoseconds(raw: platform_realtime_ns()) }
    /// Engine time of the next midnight UTC.
    func nextMidnight() -> Nanoseconds {
        let day: Int64 = 86_400_000_000_000
        return Nanoseconds(raw: now().raw + day - wall().raw % day)
    }
}
