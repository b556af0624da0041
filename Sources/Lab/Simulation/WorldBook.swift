import Matching
import Model
import Units

/// The displayed market of the simulated venue: a price that wanders, five levels each side, trades at the best prices.
/// It lives on a grid of ticks, so a book rebuilt from its diffs must equal it.
struct WorldBook {
    private let instrument: Instrument
    private let origin: Int64
    /// Best bid in ticks; the ask stands `spread` above it.
    private var bid: Int64
    private var spread: Int64 = 2
    private(set) var bids: [DisplayedLevel] = []
    private(set) var asks: [DisplayedLevel] = []
    private(set) var updateID: UInt64 = 1_000
    private var flushedID: UInt64 = 1_000
    private var flushedBids: [DisplayedLevel] = []
    private var flushedAsks: [DisplayedLevel] = []
    private var nextTrade: UInt64 = 1

    init(_ instrument: Instrument, seed: UInt64) {
        self.instrument = instrument
        origin = 60_000 * fixedPointUnit / instrument.tickSize.raw
        bid = origin
        var random = SeededRandom(seed: seed ^ 0xB00C)
        lay(&random)
        flushedBids = bids
        flushedAsks = asks
    }

    private func level(_ ticks: Int64, _ random: inout SeededRandom) -> DisplayedLevel {
        DisplayedLevel(
            price: Price(raw: ticks * instrument.tickSize.raw),
            quantity: Quantity(raw: (1 + Int64(random.next() % 2_000)) * instrument.lotSize.raw))
    }

    private mutating func lay(_ random: inout SeededRandom) {
        bids = (0..<5).map { level(bid - $0, &random) }
        asks = (0..<5).map { level(bid + spread + $0, &random) }
        updateID += 1 + random.next() % 3
    }

    /// The price wanders, drawn back to where it began.
    mutating func move(_ random: inout SeededRandom) {
        let pull = (bid - origin) / 400
        bid += Int64(random.next() % 7) - 3 - Swift.max(-1, Swift.min(1, pull))
        spread = 1 + Int64(random.next() % 4)
        lay(&random)
    }

    /// Somebody takes at the best price; what is taken is no longer displayed.
    mutating func trade(_ random: inout SeededRandom, at now: Nanoseconds) -> PublicTrade {
        let aggressor: Side = random.next() % 2 == 0 ? .buy : .sell
        let best = aggressor == .buy ? asks[0] : bids[0]
        let wanted = Quantity(raw: (1 + Int64(random.next() % 1_000)) * instrument.lotSize.raw)
        let quantity = Swift.min(wanted, best.quantity)
        let trade = PublicTrade(
            instrument: instrument.id, aggressor: aggressor, price: best.price, quantity: quantity,
            trade: TradeID(low: nextTrade), venueTime: now, receivedAt: now)
        nextTrade += 1
        if quantity == best.quantity {
            if aggressor == .buy { spread += 1 } else { (bid, spread) = (bid - 1, spread + 1) }
            lay(&random)
        } else {
            if aggressor == .buy { asks[0].quantity -= quantity } else { bids[0].quantity -= quantity }
            updateID += 1
        }
        return trade
    }

    func top(at now: Nanoseconds) -> TopOfBook {
        TopOfBook(
            instrument: instrument.id, bidPrice: bids[0].price, bidQuantity: bids[0].quantity, askPrice: asks[0].price,
            askQuantity: asks[0].quantity, updateID: updateID, venueTime: now, receivedAt: now)
    }

    /// The changes since the last call: first update id and the changed levels, zero for those gone.
    mutating func flush() -> (first: UInt64, bids: [DisplayedLevel], asks: [DisplayedLevel]) {
        // A diff without an update does not exist: an unchanged book still counts one.
        if updateID == flushedID { updateID += 1 }
        let first = flushedID + 1
        let changed = (Self.changes(flushedBids, bids), Self.changes(flushedAsks, asks))
        flushedID = updateID
        flushedBids = bids
        flushedAsks = asks
        return (first, changed.0, changed.1)
    }

    private static func changes(_ old: [DisplayedLevel], _ new: [DisplayedLevel]) -> [DisplayedLevel] {
        var list = new.filter { level in !old.contains(level) }
        for level in old where !new.contains(where: { $0.price == level.price }) {
            list.append(DisplayedLevel(price: level.price, quantity: .zero))
        }
        return list
    }
}
