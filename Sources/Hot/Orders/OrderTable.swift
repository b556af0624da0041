import Memory
import Model

/// All orders of the run: a fixed pool, found by client id or by the venue's id. Unsettled orders are listed in the
/// order they were added, all of them, by instrument and by strategy; settled ones stay for late fills until their slot
/// is needed (oldest first). What unsettled orders put at stake is kept in sums: see `OrderTable+Stakes`.
public struct OrderTable: ~Copyable {
    @usableFromInline var pool: Slab<Order>
    private var byClient: SlotIndex
    private var byVenue: SlotIndex
    /// Slots never used come first, then those of settled orders, oldest first: a ring.
    private var reusable: Slab<Int32>
    private var reusableHead = 0
    @usableFromInline var reusableCount: Int
    private var used: Slab<Bool>
    var isActive: Slab<Bool>
    @usableFromInline var lists: ActiveLists
    /// What each slot adds to the sums, and the sums by instrument, by asset and of the run.
    @usableFromInline var stakes: Slab<Stake>
    @usableFromInline var sums: Slab<OpenSums>
    @usableFromInline var terms: Slab<StakeTerms>
    @usableFromInline var reserved: Slab<Int128>
    @usableFromInline var run = RunStakes()
    /// Most unsettled orders at once.
    public let maxActive: Int
    private let inPlace = InPlace()

    /// Takes all memory now. Preconditions: `0 < maxActive <= capacity`; instruments dense by id, at least one, and each
    /// order is of one of them.
    public init(capacity: Int, maxActive: Int, instruments: [Instrument]) {
        precondition(maxActive > 0 && maxActive <= capacity, "an order table needs room")
        precondition(!instruments.isEmpty, "an order table needs an instrument")
        self.maxActive = maxActive
        let empty = Order(
            client: .none, instrument: InstrumentID(0), strategy: .engine, side: .buy, timeInForce: .goodTillCancel,
            price: .zero, quantity: .zero, now: .zero)
        pool = Slab(repeating: empty, count: capacity)
        used = Slab(repeating: false, count: capacity)
        isActive = Slab(repeating: false, count: capacity)
        byClient = SlotIndex(capacity: capacity)
        byVenue = SlotIndex(capacity: capacity)
        reusable = Slab((0..<capacity).map { Int32($0) })
        reusableCount = capacity
        lists = ActiveLists(capacity: capacity, instruments: instruments.count)
        stakes = Slab(repeating: Stake(), count: capacity)
        sums = Slab(repeating: OpenSums(), count: instruments.count)
        terms = Slab(instruments.map { StakeTerms(base: $0.base, quote: $0.quote) })
        var assets = 0
        for instrument in instruments {
            assets = Swift.max(assets, Swift.max(Int(instrument.base.raw), Int(instrument.quote.raw)) + 1)
        }
        reserved = Slab(repeating: 0, count: assets)
    }

    /// Unsettled orders.
    @inlinable public var activeCount: Int { lists.count }
    @inlinable @inline(__always) public var hasRoom: Bool { lists.count < maxActive && reusableCount > 0 }
    /// The slot of the `index`th unsettled order, oldest first; for people and tests. O(index).
    public func activeSlot(_ index: Int) -> Int {
        var at = first
        for _ in 0..<index { at = at.flatMap { next(after: $0) } }
        guard let at else { preconditionFailure("no such unsettled order") }
        return at
    }

    /// Slots of unsettled orders, oldest first: the first one, and the one after another; `nil` at the end. An order that
    /// was settled since still knows the one after it.
    @inlinable public var first: Int? { lists.first(0) }
    @inlinable public func next(after slot: Int) -> Int? { lists.next(slot, .all) }
    /// Newest first.
    @inlinable public var last: Int? { lists.last(0) }
    @inlinable public func previous(before slot: Int) -> Int? { lists.previous(slot, .all) }
    /// Oldest first, of one instrument. Precondition: a configured one.
    @inlinable public func first(in instrument: InstrumentID) -> Int? { lists.first(ActiveLists.list(of: instrument)) }
    @inlinable public func next(inInstrumentAfter slot: Int) -> Int? { lists.next(slot, .instrument) }
    /// Of one strategy.
    @inlinable public func first(of strategy: StrategyID) -> Int? { lists.first(ActiveLists.list(of: strategy)) }
    @inlinable public func next(ofStrategyAfter slot: Int) -> Int? { lists.next(slot, .strategy) }

    /// The order in place: what reads a field of it copies that field only.
    @inlinable public subscript(slot: Int) -> Order {
        @inline(__always) unsafeAddress { unsafe pool.address(of: slot) }
    }

    private static func hash(_ id: ClientOrderID) -> UInt64 { SlotIndex.mix(id.word) }
    private static func hash(_ id: VenueOrderID) -> UInt64 { SlotIndex.mix(id.raw) }

    /// The slot of an order, or `nil`. Expected O(1).
    @inlinable @inline(__always) public func find(client: ClientOrderID) -> Int? { client.isNone ? nil : search(client) }
    /// The slot of an order, or `nil`. Expected O(1). Venue ids are unique per instrument.
    @inlinable @inline(__always) public func find(venueOrder: VenueOrderID, instrument: InstrumentID) -> Int? {
        venueOrder == .none ? nil : search(venueOrder, instrument)
    }

    @usableFromInline func search(_ client: ClientOrderID) -> Int? {
        let hash = Self.hash(client)
        var at = byClient.start(hash)
        while let slot = byClient.next(hash, &at) {
            if pool[slot].client == client { return slot }
        }
        return nil
    }

    @usableFromInline func search(_ venueOrder: VenueOrderID, _ instrument: InstrumentID) -> Int? {
        let hash = Self.hash(venueOrder)
        var at = byVenue.start(hash)
        while let slot = byVenue.next(hash, &at) {
            if pool[slot].venueOrder == venueOrder, pool[slot].instrument == instrument { return slot }
        }
        return nil
    }

    /// Adds an order and gives its slot; `nil` when full. Preconditions: its client id is not in the table; its instrument
    /// is configured. O(1).
    public mutating func insert(_ order: Order) -> Int? {
        guard hasRoom else { return nil }
        precondition(find(client: order.client) == nil, "client order ids are unique")
        let slot = Int(reusable[reusableHead])
        reusableHead = reusableHead + 1 == reusable.count ? 0 : reusableHead + 1
        reusableCount -= 1
        if used[slot] { forget(slot) }
        pool[slot] = order
        used[slot] = true
        isActive[slot] = true
        byClient.insert(Self.hash(order.client), slot: slot)
        if order.venueOrder != .none { byVenue.insert(Self.hash(order.venueOrder), slot: slot) }
        lists.append(slot, order.instrument, order.strategy)
        weigh(slot)
        weighKin(order.parent, order.successor)
        return slot
    }

    private mutating func forget(_ slot: Int) {
        byClient.remove(Self.hash(pool[slot].client), slot: slot)
        if pool[slot].venueOrder != .none { byVenue.remove(Self.hash(pool[slot].venueOrder), slot: slot) }
        used[slot] = false
        weighKin(pool[slot].parent, pool[slot].successor)
    }

    /// Stores a changed order. Settling moves it out of the active lists. Precondition: same client id, instrument, strategy,
    /// side and price; a venue id that is known does not change. A settled order never becomes active again. O(1).
    public mutating func update(_ slot: Int, _ order: Order) {
        precondition(order.client == pool[slot].client, "an order keeps its client id")
        if order.venueOrder != pool[slot].venueOrder {
            precondition(pool[slot].venueOrder == .none, "an order keeps its venue id")
            byVenue.insert(Self.hash(order.venueOrder), slot: slot)
        }
        let before = pool[slot].successor
        let isWeighed = pool[slot].weighs(as: order)
        pool[slot] = order
        if isWeighed { return }
        if isActive[slot] && order.isSettled { settle(slot) }
        weigh(slot)
        weighKin(order.parent, order.successor)
        if before != order.successor, let old = find(client: before) { weigh(old) }
    }

    /// The venue's id of an order that has none yet. Preconditions: it is not `none`, and none is known. O(1).
    public mutating func name(_ slot: Int, _ venueOrder: VenueOrderID) {
        precondition(pool[slot].venueOrder == .none && venueOrder != .none, "an order keeps its venue id")
        byVenue.insert(Self.hash(venueOrder), slot: slot)
        pool[slot].venueOrder = venueOrder
    }

    private mutating func settle(_ slot: Int) {
        isActive[slot] = false
        lists.remove(slot, pool[slot].instrument, pool[slot].strategy)
        let end = reusableHead + reusableCount
        reusable[end >= reusable.count ? end - reusable.count : end] = Int32(truncatingIfNeeded: slot)
        reusableCount += 1
    }
}
