import Units

/// Turns differences of the processor's counter into nanoseconds. Made from a calibrated clock; a multiplication each.
@frozen public struct TickScale: BitwiseCopyable, Sendable {
    /// Nanoseconds of a tick, times 2^32.
    @usableFromInline let rate: UInt64

    public init(_ clock: EngineClock) { self.init(ticksEachSecond: clock.ticksEachSecond) }

    public init(ticksEachSecond: UInt64) {
        rate = UInt64((Double(1 << 32) * 1e9 / Double(max(1, ticksEachSecond))).rounded())
    }

    /// From one reading to a later one, ns; 0 where the second is not later.
    @inlinable public func ns(_ from: UInt64, _ to: UInt64) -> Int64 {
        guard to > from else { return 0 }
        let product = rate.multipliedFullWidth(by: to &- from)
        return Int64(truncatingIfNeeded: product.high << 32 | product.low >> 32)
    }
}
