/// A point in time (since 1970-01-01 UTC for wall time, since boot for the engine clock) or a span, in nanoseconds.
/// Which of the two is said where it is declared.
public struct Nanoseconds: BitwiseCopyable, Sendable, Hashable, Comparable {
    public let raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
    @inlinable public init(milliseconds: Int64) { self.raw = milliseconds * 1_000_000 }
    @inlinable public init(seconds: Int64) { self.raw = seconds * 1_000_000_000 }

    @inlinable public static var zero: Nanoseconds { Nanoseconds(raw: 0) }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
    @inlinable public static func + (a: Self, b: Self) -> Self { Self(raw: a.raw + b.raw) }
    @inlinable public static func - (a: Self, b: Self) -> Self { Self(raw: a.raw - b.raw) }
    /// Whole milliseconds, rounded toward negative infinity.
    @inlinable public var milliseconds: Int64 {
        raw >= 0 ? raw / 1_000_000 : -((-raw + 999_999) / 1_000_000)
    }
}
