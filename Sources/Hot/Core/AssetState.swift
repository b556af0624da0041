import Model
import Units

/// What the account has of one asset by the venue's word, and what our own fills took from it since. Only the venue adds:
/// what a fill brought counts when a later statement shows it, so that a fill told twice or early cannot make the
/// account look richer than it is.
struct AssetState: BitwiseCopyable {
    /// A statement of this asset was heard over the links that are up now.
    var isKnown = false
    /// Free and locked of the last statement.
    var total: Int128 = 0
    /// What that statement had locked beyond our own resting orders: somebody else's.
    var foreign: Int128 = 0
    /// Paid by our fills since that statement, fees in this asset included.
    var paid: Int128 = 0
    /// Fees in this asset of fills in instruments that do not trade it, since the start.
    var elsewhere: Int128 = 0
    /// When the statement was heard, engine clock.
    var statedAt = Nanoseconds(raw: .min)
    /// When a fill last touched it, engine clock, and the venue's time of it.
    var touchedAt = Nanoseconds(raw: .min)
    var touchedVenueTime = Nanoseconds.zero

    /// Ours to spend before our own orders are taken off.
    var spendable: Int128 { total - foreign - paid }
}
