import Model
import Orders
import Units

/// The venue's truth against ours. A snapshot is its rows between two marks; an incomplete one proves nothing.
///
/// Orders: one that rests by our book, and did not change since the snapshot was asked for, must be in it; missing in two
/// complete snapshots in a row it becomes unknown and is looked up. Balance: the first complete snapshot sets the
/// baseline, later ones must equal baseline plus fills minus fees taken in base. A difference waits for a fill that
/// explains it; the first that stays leads to REDUCING, a second in a row to HALTED. Within the tolerance there is none.
extension TradingCore {
    mutating func balance(_ balance: VenueBalance) {
        guard balance.venue == configuration.venue else { return }
        stateBalance(balance)
        if balance.source == .stream { streamBalance(balance) }
        guard snapshotOpen, balance.source == .snapshot else { return }
        guard isTraded(balance.asset) else { return }
        for place in bases.places(Int(balance.asset.raw)) {
            let index = bases.member(at: place)
            guard let total = balance.free.adding(balance.locked) else { continue }
            instruments[index].snapshotBalance = total
            instruments[index].hasSnapshotBalance = true
        }
    }

    mutating func snapshot(_ mark: SnapshotMark, _ outputs: inout OutputBuffer) {
        guard mark.venue == configuration.venue else { return }
        if !mark.isEnd {
            snapshotID = mark.id
            snapshotOpen = true
            snapshotRequestedAt = mark.requestedAt
            snapshotOrphans = 0
            for index in 0..<instruments.count { instruments[index].hasSnapshotBalance = false }
            return
        }
        guard snapshotOpen, mark.id == snapshotID else { return }
        snapshotOpen = false
        // Asked for before the link came up: it may miss what happened in between.
        guard mark.isComplete, maySend, published.orderLink == .up, snapshotRequestedAt >= published.orderLinkSince
        else { return }
        compareOrders(&outputs)
        var isCompared = true
        for index in 0..<instruments.count {
            if !compareBalance(index) { isCompared = false } else if snapshotOrphans == 0 { noteCompared(index) }
        }
        isReconciled = isReconciled || isCompared
        if snapshotOrphans > 0 { isReconciled = false }
        if isCompared { published.lastReconciledAt = now }
        if isCompared, snapshotOrphans == 0, snapshotRequestedAt >= published.incident.at {
            published.incident.isReconciled = true
        }
    }

    private mutating func compareOrders(_ outputs: inout OutputBuffer) {
        var at = orders.first
        while let slot = at {
            at = orders.next(after: slot)
            var order = orders[slot]
            switch order.state {
            case .open, .partiallyFilled, .pendingCancel, .pendingAmend: break
            case .created, .pendingNew, .unknown, .filled, .cancelled, .rejected, .expired, .failed, .riskRejected:
                continue
            }
            if order.seenInSnapshot == snapshotID || order.changedAt >= snapshotRequestedAt {
                order.missedSnapshots = 0
            } else {
                order.missedSnapshots &+= 1
            }
            store(slot, order)
            if order.missedSnapshots >= 2 { apply(.absent, to: slot, error: .unknownOrder, &outputs) }
        }
    }

    /// Fees taken in base and fills of every instrument that shares this base asset, and fees taken in it elsewhere.
    mutating func explained(_ base: AssetID) -> Int128 {
        var sum = 0 - assets[Int(base.raw)].elsewhere
        for place in bases.places(Int(base.raw)) {
            let id = InstrumentID(UInt16(truncatingIfNeeded: bases.member(at: place)))
            sum += Int128(ledger[id].quantity.raw) - Int128(ledger[id].baseFees.raw)
        }
        return sum
    }

    /// Whether a fill of this base asset is missing or newer than the snapshot: then nothing can be compared.
    private mutating func isMoving(_ base: AssetID) -> Bool {
        for place in bases.places(Int(base.raw)) where instruments[bases.member(at: place)].lastFillAt >= snapshotRequestedAt {
            return true
        }
        var at = orders.first
        while let slot = at {
            at = orders.next(after: slot)
            guard orders[slot].claimed > orders[slot].filled else { continue }
            if instruments[orders[slot].instrument.index].instrument.base == base { return true }
        }
        return false
    }

    /// Whether a balance is what it should be: exactly, or within the configured part of what is expected. The baseline
    /// stays, so that small differences do not add up unseen.
    mutating func isTolerated(_ balance: Int128, _ expected: Int128) -> Bool {
        let apart = (balance - expected).magnitude
        return apart == 0 || apart * 10_000 <= expected.magnitude * UInt128(configuration.reconcileToleranceBps.magnitude)
    }

    /// Answers whether the snapshot could say something: not while fills of the asset are on their way.
    private mutating func compareBalance(_ index: Int) -> Bool {
        let held = instruments[index]
        guard !isMoving(held.instrument.base) else { return false }
        let fills = explained(held.instrument.base)
        guard held.hasSnapshotBalance else { return compareAbsence(index, held.baseline + fills) }
        instruments[index].absences = 0
        let balance = Int128(held.snapshotBalance.raw)
        if !held.hasBaseline {
            instruments[index].hasBaseline = true
            instruments[index].isDirty = false
            instruments[index].baseline = balance - fills
            return true
        }
        let expected = held.baseline + fills
        if isTolerated(balance, expected) {
            instruments[index].breaks = 0
            instruments[index].isDirty = false
            instruments[index].hasSuspect = false
            return true
        }
        suspect(index, held.snapshotBalance.raw, expected)
        return true
    }

    /// A complete snapshot has no row of the base asset. Where nothing is expected that is what it says. Else one absence
    /// compares nothing, and from the second in a row on it is a balance of zero, which differs.
    private mutating func compareAbsence(_ index: Int, _ expected: Int128) -> Bool {
        if expected == 0 {
            instruments[index].absences = 0
            instruments[index].isDirty = false
            return true
        }
        if instruments[index].absences < .max { instruments[index].absences += 1 }
        if instruments[index].absences < 2 { return false }
        suspect(index, 0, expected)
        return true
    }

    private mutating func suspect(_ index: Int, _ balance: Int64, _ expected: Int128) {
        guard !instruments[index].hasSuspect else { return }
        instruments[index].hasSuspect = true
        instruments[index].suspectSince = now
        instruments[index].suspectValue = balance
        instruments[index].suspectExpected = Int64(clamping: expected)
        instruments[index].sinceSuspect = BalanceMoves()
    }

    /// A fill came: whoever waits for one to explain a difference of this base asset looks whether it does, alone or with
    /// others since. The snapshot may show some of them and not the rest. One that explains nothing ends no doubt.
    mutating func explain(_ base: AssetID, by fill: Fill) {
        for place in bases.places(Int(base.raw)) {
            let index = bases.member(at: place)
            guard instruments[index].hasSuspect else { continue }
            let fee = fill.feeAsset == base ? Int128(fill.fee) : 0
            let quantity = Int128(fill.quantity.raw)
            weigh(index, (fill.side == .buy ? quantity : 0 - quantity) - fee)
        }
    }

    /// One more move that a doubted balance may or may not show.
    mutating func weigh(_ index: Int, _ move: Int128) {
        instruments[index].sinceSuspect.add(move)
        let (balance, expected) = (Int128(instruments[index].suspectValue), Int128(instruments[index].suspectExpected))
        for choice in instruments[index].sinceSuspect.choices
        where isTolerated(balance, expected + instruments[index].sinceSuspect.sum(choice)) {
            instruments[index].hasSuspect = false
            break
        }
    }

    /// A difference that no fill explained within its grace is a break.
    mutating func judgeSuspect(_ index: Int, _ outputs: inout OutputBuffer) {
        let held = instruments[index]
        guard held.hasSuspect, now - held.suspectSince >= configuration.reconcileGrace else { return }
        instruments[index].hasSuspect = false
        instruments[index].breaks = held.breaks < .max ? held.breaks + 1 : .max
        published.reconcileBreaks &+= 1
        if held.breaks > 0, isTrading {
            halt(.positionMismatch, value: held.suspectValue, limit: held.suspectExpected, &outputs)
            return
        }
        alert(.critical, .positionMismatch, instrument: held.instrument.id, value: held.suspectValue,
            limit: held.suspectExpected, &outputs)
        // What rests was quoted from a position that is wrong; what reduces comes back through the gate.
        if state == .live {
            cancelAll(&outputs)
            enter(.reducing, .positionMismatch, nil, &outputs)
        }
    }
}
