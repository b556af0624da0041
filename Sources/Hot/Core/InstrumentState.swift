import Model
import Units

/// What the core holds for one instrument beside its orders and position.
struct InstrumentState: BitwiseCopyable {
    var instrument: Instrument
    var limits: RiskLimits
    var hasTop = false
    var top: TopOfBook
    /// The last mid, kept when the book is lost: what a position is worth is not forgotten with the link. Zero before
    /// the first book.
    var mark = Price.zero
    /// The book went stale while orders rested, and they were cancelled for it.
    var isSwept = false
    /// When its orders were last cancelled as a whole.
    var sweptAt = Nanoseconds(raw: .min / 2)
    var nextFlattenAt = Nanoseconds.zero

    /// Until when it takes no new order after a move of its price.
    var calmAt = Nanoseconds(raw: .min)

    // Health of its market data.
    var feed = StreamVerdict.live
    var feedReason = StreamReason.none
    var feedSince = Nanoseconds.zero
    /// Newest exchange time of its book and trades; zero before one was told.
    var venueTime = Nanoseconds.zero

    // Confirmation of fills.
    /// A fill of the base asset waits for the venue's balance.
    var isDirty = false
    var dirtySince = Nanoseconds.zero
    /// The last balance the private stream stated.
    var streamBalance = Quantity.zero
    var hasStreamBalance = false
    /// Sign of the last open position, to see it turn.
    var direction: Int8 = 0

    // Traded alone or not at all.
    /// Takes no order of a strategy.
    var isBlocked = false
    /// `none`: by a person.
    var blockReason = ErrorCode.none
    var blockedUntil = Nanoseconds.zero
    /// Its position is being closed, since when.
    var isExiting = false
    var exitSince = Nanoseconds.zero
    /// Left alone after a move, and told so.
    var isMoving = false
    /// The last public trade, by receive time; zero before the first.
    var lastTrade = Price.zero
    var lastTradeAt = Nanoseconds.zero
    var stop = Finding()
    var profit = Finding()

    // Reconciliation of the base asset.
    var hasBaseline = false
    /// Balance minus what our fills explain.
    var baseline: Int128 = 0
    var snapshotBalance = Quantity.zero
    var hasSnapshotBalance = false
    var lastFillAt = Nanoseconds(raw: .min / 2)
    /// Consecutive snapshots that differed.
    var breaks: UInt8 = 0
    /// A difference that waits for a fill to explain it.
    var hasSuspect = false
    var suspectSince = Nanoseconds.zero
    var suspectValue: Int64 = 0
    var suspectExpected: Int64 = 0

    /// Within its hours at the last timer.
    var isOpen = false

    init(_ instrument: Instrument, _ limits: RiskLimits) {
        self.instrument = instrument
        self.limits = limits
        top = TopOfBook(
            instrument: instrument.id, bidPrice: .zero, bidQuantity: .zero, askPrice: .zero, askQuantity: .zero,
            updateID: 0, venueTime: .zero, receivedAt: .zero)
    }

    /// Middle of the top, rounded down to scale 8. Meaningful when `hasTop`.
    var mid: Price { Price(raw: Int64(clamping: (Int128(top.bidPrice.raw) + Int128(top.askPrice.raw)) / 2)) }
    /// As the gate asks: neither older nor further ahead than the limit.
    func isFresh(at now: Nanoseconds) -> Bool {
        hasTop && (now - top.receivedAt).raw.magnitude <= limits.maxDataAge.raw.magnitude
    }
}
