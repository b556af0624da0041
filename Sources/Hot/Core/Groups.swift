import Memory

/// Which members belong together: the strategies of an instrument, the instruments of an asset. Found once at the start,
/// since it never changes. Members of one group stand in the order of their numbers.
struct Groups: ~Copyable {
    private var homes: Slab<Int32>
    /// Members by group, and where each group begins; one entry more than there are groups.
    private var sorted: Slab<Int32>
    private var starts: Slab<Int32>

    /// `keys[member]` is the member's group. Takes all memory. Precondition: each is below `count`.
    init(_ keys: [Int], count: Int) {
        var begins = [Int32](repeating: 0, count: count + 1)
        for key in keys {
            precondition(key >= 0 && key < count, "no such group")
            begins[key + 1] += 1
        }
        for group in 0..<count { begins[group + 1] += begins[group] }
        homes = Slab(keys.map { Int32($0) })
        sorted = Slab(keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { Int32($0) })
        starts = Slab(begins)
    }

    /// A member's group. Precondition: it exists.
    func group(of member: Int) -> Int { Int(homes[member]) }
    /// Where a group's members stand. Precondition: it exists.
    func places(_ group: Int) -> Range<Int> {
        let (from, to) = (Int(starts[group]), Int(starts[group + 1]))
        return unsafe Range(uncheckedBounds: (from, to))
    }
    func member(at place: Int) -> Int { Int(sorted[place]) }
}
