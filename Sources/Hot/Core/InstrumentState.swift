import Model
import Risk
import Units

/// What the core holds for one instrument beside its orders and position.
struct InstrumentState: BitwiseCopyable {
    /// What the gate is shown of the instrument: its rules, limits and top stay in it, the rest is filled for each order.
    /// Kept in place, since it is a thousand bytes.
    var gate: RiskContext
    /// Realised less fees plus unrealised at the mark, scale 8, and the position's worth at the mark as the gate counts it:
    /// kept by `revalue`.
    var result: Int128 = 0
    var worth: Int128 = 0
    /// The last mid, kept when the book is lost: what a position is worth is not forgotten with the link. Zero before
    /// the first book.
    var mark = Price.zero
    /// The book went stale while orders rested, and they were cancelled for it.
    var isSwept = false
    /// When its orders were last cancelled as a whole.
    var sweptAt = Nanoseconds(raw: .min / 2)
    /// How often in a row, while something rests.
    var sweeps: UInt8 = 0
    var nextFlattenAt = Nanoseconds.zero

    // Health of its market data.
    var feedSince = Nanoseconds.zero
    /// Newest exchange time of its book and trades; zero before one was told.
    var venueTime = Nanoseconds.zero

    // Confirmation of fills.
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
    /// It was told by the books of the runs before.
    var isBaselineCarried = false
    var snapshotBalance = Quantity.zero
    var hasSnapshotBalance = false
    var lastFillAt = Nanoseconds(raw: .min / 2)
    /// Complete snapshots in a row that had no row of it although one was expected.
    var absences: UInt8 = 0
    /// Consecutive snapshots that differed.
    var breaks: UInt8 = 0
    /// The last complete snapshot that was compared, by when it was asked for; the run's begin before the first.
    var comparedAt = Nanoseconds.zero
    var isCompared = false
    /// Somebody was told that it is too long ago.
    var isOverdueTold = false
    /// A difference that waits for a fill to explain it.
    var hasSuspect = false
    var suspectSince = Nanoseconds.zero
    var suspectValue: Int64 = 0
    var suspectExpected: Int64 = 0
    /// What the fills since then did to the balance.
    var sinceSuspect = BalanceMoves()

    /// Within its hours at the last timer.
    var isOpen = false

    init(_ instrument: Instrument, _ limits: RiskLimits) {
        gate = RiskContext(
            now: .zero, state: .disarmed, isAllowed: true, instrument: instrument, limits: limits, hasTop: false,
            top: TopOfBook(
                instrument: instrument.id, bidPrice: .zero, bidQuantity: .zero, askPrice: .zero, askQuantity: .zero,
                updateID: 0, venueTime: .zero, receivedAt: .zero),
            linksUp: false, position: .zero, openOrders: 0, unknownOrders: 0, openBuy: .zero, openSell: .zero,
            ordersLastSecond: 0, ordersLastMinute: 0, dayResult: .zero, hasCapacity: false)
    }

    /// Middle of the top, rounded down to scale 8. Meaningful when `hasTop`: both prices are positive.
    @inline(__always) var mid: Price { Self.mid(gate.top) }
    @inline(__always) static func mid(_ top: TopOfBook) -> Price {
        // The mean of two numbers without their sum, which may pass 64 bits.
        let (a, b) = (top.bidPrice.raw, top.askPrice.raw)
        return Price(raw: (a & b) &+ ((a ^ b) &>> 1))
    }
    /// As the gate asks: neither older nor further ahead than the limit.
    @inline(__always) func isFresh(at now: Nanoseconds) -> Bool {
        hasTop && (now - top.receivedAt).raw.magnitude <= limits.maxDataAge.raw.magnitude
    }
}

/// What the gate's context holds of the instrument.
extension InstrumentState {
    var instrument: Instrument {
        @inline(__always) get { gate.instrument }
        @inline(__always) _modify { yield &gate.instrument }
    }
    var limits: RiskLimits {
        @inline(__always) get { gate.limits }
        @inline(__always) _modify { yield &gate.limits }
    }
    var hasTop: Bool {
        @inline(__always) get { gate.hasTop }
        @inline(__always) _modify { yield &gate.hasTop }
    }
    var top: TopOfBook {
        @inline(__always) get { gate.top }
        @inline(__always) _modify { yield &gate.top }
    }
    /// Until when it takes no new order after a move of its price.
    var calmAt: Nanoseconds {
        @inline(__always) get { gate.calmAt }
        @inline(__always) _modify { yield &gate.calmAt }
    }
    var feed: StreamVerdict {
        @inline(__always) get { gate.feed }
        @inline(__always) _modify { yield &gate.feed }
    }
    var feedReason: StreamReason {
        @inline(__always) get { gate.feedReason }
        @inline(__always) _modify { yield &gate.feedReason }
    }
    /// A fill of the base asset waits for the venue's balance.
    var isDirty: Bool {
        @inline(__always) get { gate.isDirty }
        @inline(__always) _modify { yield &gate.isDirty }
    }
}
