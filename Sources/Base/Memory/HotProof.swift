#if HOT_PROOF
/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func read(_ slab: borrowing Slab<Int64>, _ index: Int) -> Int64 { slab[index] }
    @_noLocks static func write(_ slab: inout Slab<Int64>, _ index: Int, _ value: Int64) { slab[index] = value }
    @_noLocks static func append(_ list: inout SlabList<Int64>, _ value: Int64) { list.append(value) }
    @_noLocks static func remove(_ list: inout SlabList<Int64>, _ index: Int) { list.remove(at: index) }
    @_noLocks static func insert(_ set: inout SlabSet, _ number: Int) { set.insert(number) }
    @_noLocks static func drop(_ set: inout SlabSet, _ number: Int) { set.remove(number) }
    @_noLocks static func fill(_ set: inout SlabSet) { set.insertAll() }
    @_noLocks static func next(_ set: borrowing SlabSet, _ number: Int) -> Int? { set.next(from: number) }
}
#endif
