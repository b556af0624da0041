import Synchronization

// Layout of both kinds of ring, from a 128-byte aligned base. Little endian; one writer per line pair.
//
//      0  tail        u64, atomic: next position to write          producer writes
//      8  refusals    u64, atomic: pushes refused because full     producer writes
//     64  magic       u64  \
//     72  capacity    u64   } written once, magic last
//     80  stride      u64  /
//    128  head        u64, atomic: next position to read           consumer writes
//    256  slots       capacity * stride bytes
//
// Positions only grow (64 bits never wrap in practice); position & (capacity - 1) is the slot.

/// Addresses of the words before the slots.
@safe @usableFromInline struct RingHeader {
    @usableFromInline let base: UnsafeMutableRawPointer

    @usableFromInline static let byteCount = 256
    static let sharedMagic: UInt64 = 0x474e_4952_4c54_4e00

    init(_ base: UnsafeMutableRawPointer) { unsafe self.base = unsafe base }

    var tail: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(0) }
    var refusals: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(8) }
    var magic: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(64) }
    var capacity: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(72) }
    var stride: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(80) }
    var head: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(128) }
    var slots: UnsafeMutableRawPointer { unsafe base + RingHeader.byteCount }

    private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// Makes an empty ring here.
    func create(capacity count: Int, stride size: Int) {
        unsafe magic.pointee.store(0, ordering: .releasing)
        for unsafe word in unsafe [tail, refusals, capacity, stride, head] { unsafe word.initialize(to: Atomic(0)) }
        unsafe capacity.pointee.store(UInt64(count), ordering: .relaxed)
        unsafe stride.pointee.store(UInt64(size), ordering: .relaxed)
        unsafe magic.pointee.store(RingHeader.sharedMagic, ordering: .releasing)
    }

    /// Checks that a ring of this shape is here; returns its capacity.
    func verify(stride size: Int, available: Int) throws(AttachError) -> Int {
        guard unsafe magic.pointee.load(ordering: .acquiring) == RingHeader.sharedMagic else { throw .notFound }
        let count = unsafe Int(clamping: capacity.pointee.load(ordering: .relaxed))
        guard unsafe stride.pointee.load(ordering: .relaxed) == UInt64(size) else { throw .wrongShape }
        guard count > 0, count & (count - 1) == 0 else { throw .damaged }
        guard count <= (available - RingHeader.byteCount) / size else { throw .tooSmall }
        let used = unsafe tail.pointee.load(ordering: .acquiring) &- head.pointee.load(ordering: .acquiring)
        guard used <= UInt64(count) else { throw .damaged }
        return count
    }
}
