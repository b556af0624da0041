import Model
import Units

/// A fill is believed when the venue's balance shows it: until then its instruments take no new order.
extension TradingCore {
    /// What the balance of an instrument's base asset must be, by its baseline and our fills.
    private mutating func expectedBalance(_ held: InstrumentState) -> Int128 { held.baseline + explained(held.instrument.base) }

    /// After a fill was counted: every instrument of its base asset waits, unless the balance came first.
    mutating func awaitBalance(_ base: AssetID) {
        guard maySend else { return }
        for place in bases.places(Int(base.raw)) {
            let index = bases.member(at: place)
            let held = instruments[index]
            guard held.limits.maxUnconfirmed.raw != .max else { continue }
            let isShown = held.hasBaseline && held.hasStreamBalance
                && isTolerated(Int128(held.streamBalance.raw), expectedBalance(held))
            if isShown {
                instruments[index].isDirty = false
            } else if !held.isDirty {
                instruments[index].isDirty = true
                instruments[index].dirtySince = now
                rouse(index)
            }
        }
    }

    /// A balance on the private stream. Without a baseline any later balance is all there is to go by.
    mutating func streamBalance(_ balance: VenueBalance) {
        guard let total = balance.free.adding(balance.locked) else { return }
        guard isTraded(balance.asset) else { return }
        for place in bases.places(Int(balance.asset.raw)) {
            let index = bases.member(at: place)
            instruments[index].streamBalance = total
            instruments[index].hasStreamBalance = true
            let held = instruments[index]
            if held.isDirty, !held.hasBaseline || isTolerated(Int128(total.raw), expectedBalance(held)) {
                instruments[index].isDirty = false
            }
        }
    }

    /// A fill that nothing confirmed for too long.
    mutating func judgeDirty(_ index: Int, _ outputs: inout OutputBuffer) {
        let held = instruments[index]
        guard held.isDirty else { return }
        let age = now - held.dirtySince
        if age > held.limits.maxUnconfirmed {
            enterSafe(.positionMismatch, value: age.raw, limit: held.limits.maxUnconfirmed.raw, &outputs)
        }
    }
}
