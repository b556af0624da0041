/// Why a strategy's parameters cannot be used; for people, at start.
public enum ParameterError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknown(String)
    case missing(String)
    case outOfRange(String, value: Int64, least: Int64, most: Int64)

    public var description: String {
        switch self {
        case .unknown(let name): return "parameter '\(name)' is not known to this strategy; remove it or correct its name"
        case .missing(let name): return "parameter '\(name)' is missing; this strategy has no defaults"
        case .outOfRange(let name, let value, let least, let most):
            return "parameter '\(name)' is \(value), but a value from \(least) to \(most) is needed"
        }
    }
}

/// Reads a strategy's named parameters; start-up code only. Values are raw integers: scale 8 for prices and
/// quantities, nanoseconds for times, plain counts otherwise.
public struct ParameterReader: Sendable {
    private let values: [String: Int64]

    /// Refuses a name that is not in `names`.
    public init(_ values: [String: Int64], names: [String]) throws(ParameterError) {
        for name in values.keys.sorted() where !names.contains(name) { throw .unknown(name) }
        self.values = values
    }

    /// The value of a parameter, which must be given and lie within `range`: so narrow that what a strategy computes
    /// from it cannot overflow while it trades.
    public func value(_ name: String, in range: ClosedRange<Int64>) throws(ParameterError) -> Int64 {
        guard let value = values[name] else { throw .missing(name) }
        guard range.contains(value) else {
            throw .outOfRange(name, value: value, least: range.lowerBound, most: range.upperBound)
        }
        return value
    }

    /// Whether a feature is on: 1 or 0, and off where it is not written, so that a strategy may get a new feature without
    /// changing for whoever does not ask for it.
    public func flag(_ name: String) throws(ParameterError) -> Bool {
        values[name] == nil ? false : try value(name, in: 0...1) == 1
    }

    /// The largest quantity a parameter may name, raw: ten thousand million units.
    public static var quantityMax: Int64 { 1_000_000_000_000_000_000 }
    /// The longest time a parameter may name: a day, in nanoseconds.
    public static var durationMax: Int64 { 86_400_000_000_000 }
    /// The most ticks a parameter may name.
    public static var ticksMax: Int64 { 1_000_000 }
}
