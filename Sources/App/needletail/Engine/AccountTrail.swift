import Model
import Telemetry
import Units

/// What the account should hold: every unique fill added up in base and quote asset, fees in the asset they were taken
/// in. Compared with the venue's balances at the end. All of it exact or an error: nothing is rounded away silently.
struct AccountTrail {
    private let instruments: [Instrument]
    private var seen: Set<FillKey> = []
    /// Change of each asset since the run's start, at scale 8.
    private(set) var changes: [AssetID: Int64] = [:]

    init(instruments: [Instrument]) { self.instruments = instruments }

    /// Adds a fill; `false` when it was counted before.
    mutating func apply(_ fill: Fill) -> Bool {
        guard seen.insert(FillKey(fill)).inserted
        else { return false }
        let instrument = instruments[fill.instrument.index]
        let sign: Int64 = fill.side == .buy ? 1 : -1
        let value = fill.price.times(fill.quantity, rounding: .halfEven)?.raw ?? 0
        changes[instrument.base, default: 0] += sign * fill.quantity.raw
        changes[instrument.quote, default: 0] -= sign * value
        changes[fill.feeAsset, default: 0] -= fill.fee
        return true
    }
}
