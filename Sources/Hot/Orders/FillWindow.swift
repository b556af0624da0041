import Memory
import Model

/// The last fills seen, by (instrument, venue order, trade): tells a new fill from a repeated one. Bounded: the oldest
/// key is forgotten when a new one needs its place.
public struct FillWindow: ~Copyable {
    struct Key: BitwiseCopyable {
        var instrument: InstrumentID
        var order: VenueOrderID
        var trade: TradeID
    }
    private var keys: Slab<Key>
    private var index: SlotIndex
    private var next = 0
    private var count = 0

    /// Takes all memory now. Precondition: `capacity > 0`.
    public init(capacity: Int) {
        let empty = Key(instrument: InstrumentID(0), order: .none, trade: TradeID(low: 0))
        keys = Slab(repeating: empty, count: capacity)
        index = SlotIndex(capacity: capacity)
    }

    private static func hash(_ key: Key) -> UInt64 {
        var hash = SlotIndex.mix(key.trade.low ^ UInt64(key.instrument.raw) << 48)
        hash = SlotIndex.mix(hash ^ key.trade.high)
        return SlotIndex.mix(hash ^ key.order.raw)
    }

    /// Remembers the fill; `false` when it was already here. Expected O(1).
    public mutating func insert(_ fill: Fill) -> Bool {
        let key = Key(instrument: fill.instrument, order: fill.venueOrder, trade: fill.trade)
        let hash = Self.hash(key)
        var at = index.start(hash)
        while let slot = index.next(hash, &at) {
            if keys[slot].trade == key.trade, keys[slot].order == key.order, keys[slot].instrument == key.instrument {
                return false
            }
        }
        if count == keys.count { index.remove(Self.hash(keys[next]), slot: next) } else { count += 1 }
        keys[next] = key
        index.insert(hash, slot: next)
        next = (next + 1) % keys.count
        return true
    }
}
