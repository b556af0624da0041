import Model
import Units

/// How many evaluations in a row a limit of loss must be found at, with and without a public trade that confirms the price.
struct Patience: BitwiseCopyable {
    let confirmations: Int32
    let unconfirmed: Int32

    @inline(__always) init(_ limits: RiskLimits) {
        confirmations = limits.drawdownConfirmations
        unconfirmed = limits.unconfirmedEvaluations
    }
}

/// How often in a row an evaluation found a limit of loss reached: one bad price must not stop a run, and a price that
/// nobody confirms must not keep it going for ever.
struct Finding: BitwiseCopyable {
    /// Evaluations in a row that found it, and those of them in a row that a public trade confirmed.
    private var found: Int32 = 0
    private var confirmed: Int32 = 0

    /// Takes one evaluation; answers whether the limit counts as reached now.
    mutating func judge(_ isFound: Bool, isConfirmed: Bool, _ patience: Patience) -> Bool {
        guard isFound else {
            clear()
            return false
        }
        found = found < .max ? found + 1 : .max
        confirmed = isConfirmed ? (confirmed < .max ? confirmed + 1 : .max) : 0
        return confirmed >= patience.confirmations
            || found >= Swift.max(patience.confirmations, patience.unconfirmed)
    }

    mutating func clear() {
        found = 0
        confirmed = 0
    }

    /// Found for the first time, and not confirmed: what a person is told once.
    var isFirstDoubt: Bool { found == 1 && confirmed == 0 }
}

/// A highest result and the fall from it. Results at scale 8.
struct Fall: BitwiseCopyable {
    private(set) var peak: Int128 = 0
    var finding = Finding()
    /// Evaluations in a row above the peak that nobody confirmed, and the lowest of them: one bad price must not become a
    /// height from which every good one is a fall.
    private var above: Int32 = 0
    private var lowest: Int128 = 0

    /// Begins anew from a result.
    mutating func begin(at result: Int128) {
        self = Fall()
        peak = result
    }

    /// Whether an evaluation of this result asks if its price is confirmed: it is a new height or a fall too deep.
    func asks(_ result: Int128, limit: Notional) -> Bool { result > peak || peak - result >= Int128(limit.raw) }

    func depth(_ result: Int128) -> Int128 { Swift.max(0, peak - result) }

    /// Takes one evaluation; answers whether the fall counts as too deep now.
    mutating func judge(_ result: Int128, limit: Notional, isConfirmed: Bool, _ patience: Patience) -> Bool {
        rise(result, isConfirmed, patience)
        return finding.judge(peak - result >= Int128(limit.raw), isConfirmed: isConfirmed, patience)
    }

    private mutating func rise(_ result: Int128, _ isConfirmed: Bool, _ patience: Patience) {
        guard result > peak else {
            above = 0
            return
        }
        lowest = above == 0 ? result : Swift.min(lowest, result)
        above = above < .max ? above + 1 : .max
        guard isConfirmed || above >= patience.unconfirmed else { return }
        peak = isConfirmed ? result : lowest
        above = 0
    }
}
