import Memory

/// An open-addressing index from a hash to a slot of a pool, with deletion by backward shift. Memory is taken at the
/// start; nothing allocates later. Several slots may share a hash: the caller says which one matches.
public struct SlotIndex: ~Copyable {
    @usableFromInline var hashes: Slab<UInt64>
    @usableFromInline var slots: Slab<Int32>
    @usableFromInline let mask: Int
    public private(set) var count = 0

    /// Room for `capacity` entries at a load of one half or less. Precondition: `capacity > 0`.
    public init(capacity: Int) {
        precondition(capacity > 0, "an index needs room")
        var size = 4
        while size < capacity * 2 { size *= 2 }
        hashes = Slab(repeating: 0, count: size)
        slots = Slab(repeating: -1, count: size)
        mask = size - 1
    }

    /// Spreads a key over all bits.
    public static func mix(_ key: UInt64) -> UInt64 {
        var z = key &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

    /// Where a search for a hash begins.
    @inlinable public func start(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

    /// The next slot with this hash from `at` on, which moves behind it; `nil` when there is none left. Expected O(1).
    @inlinable public func next(_ hash: UInt64, _ at: inout Int) -> Int? {
        while slots[at] >= 0 {
            let here = at
            at = (at + 1) & mask
            if hashes[here] == hash { return Int(slots[here]) }
        }
        return nil
    }

    /// Adds a slot. Precondition: the index is at most half full and the slot is not yet in it under this hash.
    public mutating func insert(_ hash: UInt64, slot: Int) {
        precondition(count * 2 <= mask + 1, "the index is full")
        var at = home(hash)
        while slots[at] >= 0 { at = (at + 1) & mask }
        hashes[at] = hash
        slots[at] = Int32(truncatingIfNeeded: slot)
        count += 1
    }

    /// Removes a slot that was inserted under this hash; nothing happens when it is not there.
    public mutating func remove(_ hash: UInt64, slot: Int) {
        var at = home(hash)
        while true {
            if slots[at] < 0 { return }
            if hashes[at] == hash, Int(slots[at]) == slot { break }
            at = (at + 1) & mask
        }
        var next = (at + 1) & mask
        while slots[next] >= 0 {
            let wanted = home(hashes[next])
            if ((next - wanted) & mask) >= ((next - at) & mask) {
                hashes[at] = hashes[next]
                slots[at] = slots[next]
                at = next
            }
            next = (next + 1) & mask
        }
        slots[at] = -1
        count -= 1
    }
}
