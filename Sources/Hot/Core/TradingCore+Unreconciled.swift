import Model
import Units

/// How old the last proof is. A comparison counts from when it was asked for, for each instrument by itself: one whose own
/// comparison cannot be made, since its fills are always on their way, ages like one whose snapshot never comes.
extension TradingCore {
    /// Nothing counts as old before the run has begun.
    mutating func beginReconciling() {
        for index in 0..<instruments.count { instruments[index].comparedAt = now }
    }

    /// A complete snapshot was compared with what we hold of an instrument.
    mutating func noteCompared(_ index: Int) {
        instruments[index].isCompared = true
        instruments[index].comparedAt = Swift.max(instruments[index].comparedAt, Swift.min(now, snapshotRequestedAt))
        instruments[index].isOverdueTold = false
    }

    /// How long ago the last comparison of an instrument was asked for; `.max` before the first.
    func unreconciledFor(_ index: Int) -> Nanoseconds {
        instruments[index].isCompared ? now - instruments[index].comparedAt : Nanoseconds(raw: .max)
    }

    /// Whether any instrument's last comparison is older than its limit. An account there must be.
    var isOverdue: Bool {
        for index in 0..<instruments.count where unreconciledFor(index) > instruments[index].limits.maxUnreconciled {
            return true
        }
        return false
    }

    /// Whether an instrument has something that a comparison is about: the right to trade, a position, an order.
    func needsComparing(_ index: Int) -> Bool {
        guard instruments[index].limits.maxUnreconciled.raw != .max, hasAccount, !instruments[index].isOverdueTold
        else { return false }
        return isTrading || orders.restsAny(index) || !ledger[instruments[index].instrument.id].quantity.isZero
    }

    /// No comparison for too long: SAFE, or, where nothing is sent anyway, a person is told once.
    mutating func judgeUnreconciled(_ index: Int, _ outputs: inout OutputBuffer) {
        guard needsComparing(index) else { return }
        let limit = instruments[index].limits.maxUnreconciled
        let age = now - instruments[index].comparedAt
        guard age > limit else { return }
        instruments[index].isOverdueTold = true
        let id = instruments[index].instrument.id
        if isTrading {
            enterSafe(.unreconciled, instrument: id, value: age.raw, limit: limit.raw, &outputs)
        } else {
            alert(.critical, .unreconciled, instrument: id, value: age.raw, limit: limit.raw, &outputs)
        }
    }
}
