import Model
import Orders
import TestSupport
import Testing
import Units

// Expectations cannot look into values that cannot be copied: these hold them.

private final class HeldIndex {
    private var index: SlotIndex
    init(capacity: Int) { index = SlotIndex(capacity: capacity) }
    func insert(_ hash: UInt64, slot: Int) { index.insert(hash, slot: slot) }
    func remove(_ hash: UInt64, slot: Int) { index.remove(hash, slot: slot) }
    func find(_ hash: UInt64, where matches: (Int) -> Bool) -> Int? {
        var at = index.start(hash)
        while let slot = index.next(hash, &at) { if matches(slot) { return slot } }
        return nil
    }
    var count: Int { index.count }
}

private final class HeldTable {
    private var table: OrderTable
    init(capacity: Int, maxActive: Int) {
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("A")!,
            tickSize: Price(raw: 1), lotSize: Quantity(raw: 1), minQuantity: Quantity(raw: 1), maxQuantity: Quantity(raw: .max),
            minNotional: .zero)
        table = OrderTable(capacity: capacity, maxActive: maxActive, instruments: [instrument])
    }
    func insert(_ order: Order) -> Int? { table.insert(order) }
    func update(_ slot: Int, _ order: Order) { table.update(slot, order) }
    func find(client: ClientOrderID) -> Int? { table.find(client: client) }
    func find(venueOrder: VenueOrderID, instrument: InstrumentID) -> Int? {
        table.find(venueOrder: venueOrder, instrument: instrument)
    }
    subscript(slot: Int) -> Order { table[slot] }
    func activeSlot(_ index: Int) -> Int { table.activeSlot(index) }
    var activeCount: Int { table.activeCount }
    var hasRoom: Bool { table.hasRoom }
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func anIndexEqualsADictionary(seed: UInt64) {
    var dice = Dice(seed: seed)
    let index = HeldIndex(capacity: 50)
    var twin: [Int: UInt64] = [:]
    for _ in 0..<2000 {
        let slot = Int.random(in: 0..<50, using: &dice)
        // Few different hashes, so that chains grow, wrap around and are shifted back.
        if let hash = twin[slot] {
            index.remove(hash, slot: slot)
            twin[slot] = nil
        } else {
            let hash = UInt64.random(in: 0..<12, using: &dice) &* 0x9E37_79B9_7F4A_7C15 | (Bool.random(using: &dice) ? 0x7F : 0)
            index.insert(hash, slot: slot)
            twin[slot] = hash
        }
        #expect(index.count == twin.count)
        let probe = Int.random(in: 0..<50, using: &dice)
        let found = twin[probe].flatMap { hash in index.find(hash) { $0 == probe } }
        #expect(found == (twin[probe] == nil ? nil : probe), "seed \(seed)")
    }
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func aFillWindowEqualsASetOfTheLastOnes(seed: UInt64) {
    var dice = Dice(seed: seed)
    var window = FillWindow(capacity: 16)
    var last: [[UInt64]] = []
    for _ in 0..<2000 {
        let key = (0..<3).map { _ in UInt64.random(in: 0..<4, using: &dice) }
        let isNew = window.insert(fill(.buy, 1, at: 1, trade: key[0], order: key[1], instrument: UInt16(key[2])))
        #expect(isNew == !last.contains(key), "seed \(seed)")
        if isNew {
            last.append(key)
            if last.count > 16 { last.removeFirst() }
        }
    }
}

@Test func anOrderIsFoundByEitherNameUntilItsSlotIsNeeded() {
    let table = HeldTable(capacity: 4, maxActive: 2)
    for sequence: UInt32 in 1...6 {
        guard let slot = table.insert(order(sequence)) else {
            Issue.record("no room for order \(sequence)")
            return
        }
        var held = table[slot]
        held.venueOrder = VenueOrderID(UInt64(sequence) + 100)
        held.state = .cancelled
        table.update(slot, held)
        #expect(table.activeCount == 0)
        #expect(table.find(client: held.client) == slot)
        #expect(table.find(venueOrder: held.venueOrder, instrument: InstrumentID(0)) == slot)
        #expect(table.find(venueOrder: held.venueOrder, instrument: InstrumentID(1)) == nil)
    }
    // Four slots: the two oldest made room.
    for sequence: UInt32 in 1...6 {
        let isHeld = sequence > 2
        #expect((table.find(client: ClientOrderID(run: 1, sequence: sequence)) != nil) == isHeld)
        #expect((table.find(venueOrder: VenueOrderID(UInt64(sequence) + 100), instrument: InstrumentID(0)) != nil) == isHeld)
    }
}

@Test func unsettledOrdersKeepTheirOrderAndBoundTheTable() {
    let table = HeldTable(capacity: 8, maxActive: 3)
    let slots = (1...3).compactMap { table.insert(order(UInt32($0))) }
    #expect(slots.count == 3 && !table.hasRoom)
    #expect(table.insert(order(4)) == nil)
    var middle = table[slots[1]]
    middle.state = .filled
    middle.claimed = Quantity(raw: 10)
    table.update(slots[1], middle)
    #expect(table.activeCount == 3, "filled by the venue's word, but the fill is missing")
    #expect(middle.exposure.raw == 10, "what was claimed and not booked counts")
    middle.filled = Quantity(raw: 10)
    table.update(slots[1], middle)
    #expect((0..<table.activeCount).map { table[table.activeSlot($0)].client.sequence } == [1, 3])
    #expect(table.insert(order(4)) != nil)
}

@Test func anOrderReservesWhatMayStillTrade() {
    var held = order(1)
    #expect(held.exposure.raw == 10)
    held.filled = Quantity(raw: 4)
    #expect(held.exposure.raw == 6)
    held.claimed = Quantity(raw: 12)
    #expect(held.exposure.raw == 8, "the venue claims more than was ordered")
    held.state = .cancelled
    held.claimed = Quantity(raw: 6)
    #expect(held.exposure.raw == 2)
    #expect(!held.isSettled)
    held.filled = Quantity(raw: 6)
    #expect(held.isSettled && held.exposure == .zero)
}
