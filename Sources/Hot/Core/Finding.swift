import Model
import Units

/// How often in a row an evaluation found a limit of loss reached: one bad price must not stop a run, and a price that
/// nobody confirms must not keep it going for ever.
struct Finding: BitwiseCopyable {
    /// Evaluations in a row that found it, and those of them in a row that a public trade confirmed.
    private var found: Int32 = 0
    private var confirmed: Int32 = 0

    /// Takes one evaluation; answers whether the limit counts as reached now.
    mutating func judge(_ isFound: Bool, isConfirmed: Bool, _ limits: RiskLimits) -> Bool {
        guard isFound else {
            clear()
            return false
        }
        found = found < .max ? found + 1 : .max
        confirmed = isConfirmed ? (confirmed < .max ? confirmed + 1 : .max) : 0
        return confirmed >= limits.drawdownConfirmations
            || found >= Swift.max(limits.drawdownConfirmations, limits.unconfirmedEvaluations)
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

    func depth(_ result: Int128) -> Int128 { Swift.max(0, peak - result) }

    /// Takes one evaluation; answers whether the fall counts as too deep now.
    mutating func judge(_ result: Int128, limit: Notional, isConfirmed: Bool, _ limits: RiskLimits) -> Bool {
        rise(result, isConfirmed, limits)
        return finding.judge(peak - result >= Int128(limit.raw), isConfirmed: isConfirmed, limits)
    }

    private mutating func rise(_ result: Int128, _ isConfirmed: Bool, _ limits: RiskLimits) {
        guard result > peak else {
            above = 0
            return
        }
        lowest = above == 0 ? result : Swift.min(lowest, result)
        above = above < .max ? above + 1 : .max
        guard isConfirmed || above >= limits.unconfirmedEvaluations else { return }
        peak = isConfirmed ? result : lowest
        above = 0
    }
}
