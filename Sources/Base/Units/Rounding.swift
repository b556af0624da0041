/// The direction in which an inexact result is rounded. Every operation that can be inexact takes one by name.
public enum Rounding: UInt8, Sendable, CaseIterable {
    /// Toward zero.
    case down
    /// Away from zero.
    case up
    /// Toward negative infinity.
    case floor
    /// Toward positive infinity.
    case ceiling
    /// To nearest, ties away from zero.
    case halfUp
    /// To nearest, ties to even.
    case halfEven
}
