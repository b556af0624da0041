import Memory
import Model
import Units

/// Requests without an answer yet, by the number sent as `id`. Slot = id modulo the capacity; ids whose slot is taken are
/// skipped, so a lookup is one index and nothing allocates.
struct InFlightTable: ~Copyable {
    enum Purpose: UInt8 { case free, logon, subscribe, place, cancel, cancelAll, query, reduce, replace }

    struct Entry: BitwiseCopyable {
        var id: UInt64 = 0
        var purpose: Purpose = .free
        var client = ClientOrderID.none
        /// The new name, of a replacement.
        var next = ClientOrderID.none
        var instrument = InstrumentID(0)
        var venueOrder = VenueOrderID.none
        var sentAt = Nanoseconds.zero
    }

    private var entries: Slab<Entry>
    private var nextID: UInt64 = 1
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "a table without room")
        entries = Slab(repeating: Entry(), count: capacity)
    }

    var capacity: Int { entries.count }
    subscript(index: Int) -> Entry { entries[index] }

    /// The id that the next request gets; `nil` when the table is full. O(1) unless requests were lost.
    mutating func reserve() -> UInt64? {
        if count == entries.count { return nil }
        while entries[slot(nextID)].purpose != .free { nextID &+= 1 }
        return nextID
    }

    /// Enters a request under the reserved id, once it was sent.
    mutating func insert(_ entry: Entry) {
        precondition(entry.id == nextID && entry.purpose != .free, "only a reserved id is entered")
        entries[slot(entry.id)] = entry
        nextID &+= 1
        count += 1
    }

    /// Takes the request with this id out; `nil` when there is none: an answer that came too late, or twice.
    mutating func take(_ id: UInt64) -> Entry? {
        let index = slot(id)
        let entry = entries[index]
        guard entry.purpose != .free, entry.id == id else { return nil }
        entries[index] = Entry()
        count -= 1
        return entry
    }

    /// Takes out whatever is in a slot.
    mutating func takeSlot(_ index: Int) -> Entry? {
        let entry = entries[index]
        return entry.purpose == .free ? nil : take(entry.id)
    }

    private func slot(_ id: UInt64) -> Int { Int(id % UInt64(entries.count)) }
}
