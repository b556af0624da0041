import Memory
import Model

/// All orders of the run: a fixed pool, found by client id or by the venue's id. Unsettled orders are listed in the
/// order they were added; settled ones stay for late fills until their slot is needed (oldest first).
public struct OrderTable: ~Copyable {
    @usableFromInline var pool: Slab<Order>
    private var byClient: SlotIndex
    private var byVenue: SlotIndex
    /// Slots never used come first, then those of settled orders, oldest first: a ring.
    private var reusable: Slab<Int32>
    private var reusableHead = 0
    private var reusableCount: Int
    private var used: Slab<Bool>
    private var isActive: Slab<Bool>
    private var activeSlots: SlabList<Int32>
    /// Most unsettled orders at once.
    public let maxActive: Int

    /// Takes all memory now. Precondition: `0 < maxActive <= capacity`.
    public init(capacity: Int, maxActive: Int) {
        precondition(maxActive > 0 && maxActive <= capacity, "an order table needs room")
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
        activeSlots = SlabList(capacity: maxActive, filler: 0)
    }

    /// Unsettled orders.
    public var activeCount: Int { activeSlots.count }
    public var hasRoom: Bool { activeSlots.count < maxActive && reusableCount > 0 }
    /// The slot of the `index`th unsettled order, oldest first.
    public func activeSlot(_ index: Int) -> Int { Int(activeSlots[index]) }
    /// The order in place: what reads a field of it copies that field only.
    @inlinable public subscript(slot: Int) -> Order {
        @inline(__always) unsafeAddress { unsafe pool.address(of: slot) }
    }

    private static func hash(_ id: ClientOrderID) -> UInt64 { SlotIndex.mix(id.word) }
    private static func hash(_ id: VenueOrderID) -> UInt64 { SlotIndex.mix(id.raw) }

    /// The slot of an order, or `nil`. Expected O(1).
    public func find(client: ClientOrderID) -> Int? {
        if client.isNone { return nil }
        let hash = Self.hash(client)
        var at = byClient.start(hash)
        while let slot = byClient.next(hash, &at) {
            if pool[slot].client == client { return slot }
        }
        return nil
    }
    /// The slot of an order, or `nil`. Expected O(1). Venue ids are unique per instrument.
    public func find(venueOrder: VenueOrderID, instrument: InstrumentID) -> Int? {
        if venueOrder == .none { return nil }
        let hash = Self.hash(venueOrder)
        var at = byVenue.start(hash)
        while let slot = byVenue.next(hash, &at) {
            if pool[slot].venueOrder == venueOrder, pool[slot].instrument == instrument { return slot }
        }
        return nil
    }

    /// Adds an order and gives its slot; `nil` when full. Precondition: its client id is not in the table.
    public mutating func insert(_ order: Order) -> Int? {
        guard hasRoom else { return nil }
        precondition(find(client: order.client) == nil, "client order ids are unique")
        let slot = Int(reusable[reusableHead])
        reusableHead = (reusableHead + 1) % reusable.count
        reusableCount -= 1
        if used[slot] { forget(slot) }
        pool[slot] = order
        used[slot] = true
        isActive[slot] = true
        byClient.insert(Self.hash(order.client), slot: slot)
        if order.venueOrder != .none { byVenue.insert(Self.hash(order.venueOrder), slot: slot) }
        activeSlots.append(Int32(truncatingIfNeeded: slot))
        return slot
    }

    private mutating func forget(_ slot: Int) {
        byClient.remove(Self.hash(pool[slot].client), slot: slot)
        if pool[slot].venueOrder != .none { byVenue.remove(Self.hash(pool[slot].venueOrder), slot: slot) }
        used[slot] = false
    }

    /// Stores a changed order. Settling moves it out of the active list. Precondition: same client id; a venue id that
    /// is known does not change. A settled order never becomes active again.
    public mutating func update(_ slot: Int, _ order: Order) {
        precondition(order.client == pool[slot].client, "an order keeps its client id")
        if order.venueOrder != pool[slot].venueOrder {
            precondition(pool[slot].venueOrder == .none, "an order keeps its venue id")
            byVenue.insert(Self.hash(order.venueOrder), slot: slot)
        }
        pool[slot] = order
        if isActive[slot] && order.isSettled { settle(slot) }
    }

    private mutating func settle(_ slot: Int) {
        isActive[slot] = false
        for index in 0..<activeSlots.count where Int(activeSlots[index]) == slot {
            activeSlots.remove(at: index)
            break
        }
        reusable[(reusableHead + reusableCount) % reusable.count] = Int32(truncatingIfNeeded: slot)
        reusableCount += 1
    }
}
