import Model
import Risk

/// One rule of the gate: an order that just passes it and one that is one unit past it, with the numbers it must name.
struct Rule: Sendable {
    var verdict: RiskVerdict
    var name: String
    var atLimit: @Sendable (inout Case) -> Void
    var past: @Sendable (inout Case) -> Void
    var value: Int64
    var limit: Int64

    init(
        _ verdict: RiskVerdict, _ name: String, value: Int64 = 0, limit: Int64 = 0,
        atLimit: @escaping @Sendable (inout Case) -> Void = { _ in }, past: @escaping @Sendable (inout Case) -> Void
    ) {
        self.verdict = verdict
        self.name = name
        self.atLimit = atLimit
        self.past = past
        self.value = value
        self.limit = limit
    }
}

/// In order of precedence. `past` of every rule changes nothing that an earlier rule looks at, so that any two can be
/// broken at once.
let rules: [Rule] = stateRules + orderRules + exposureRules + rateRules
