import CPlatform
import Synchronization

// A record in the byte ring starts at a multiple of 32 and is whole: it never wraps around the end.
//
//      0  byte count  u32: of the payload
//      4  kind        u32: 1 record, 2 wrap marker (rest of the ring is skipped)
//      8  tag         u64: the producer's own
//     16  time        i64: the producer's own, nanoseconds
//     24  zero        u64
//     32  payload, then at least 32 zero bytes, up to a multiple of 32
//
// The zeros behind the payload let a reader load eight bytes at a time without looking for the end.

@usableFromInline enum ByteRecord {
    @usableFromInline static var headerBytes: Int { 32 }
    @usableFromInline static var padding: Int { 32 }
    @usableFromInline static var record: UInt32 { 1 }
    @usableFromInline static var wrap: UInt32 { 2 }
    /// Bytes in the ring for a payload of this size.
    @inlinable static func span(_ payloadBytes: Int) -> Int { (payloadBytes + headerBytes + padding + 31) & ~31 }
}

/// The writing end of a ring of variable-length records; one thread at a time. Never allocates, never waits.
///
/// `reserve` gives contiguous room to write into, `commit` makes it visible. A reservation that is not committed is
/// forgotten by the next one (and by a crash).
@safe @frozen public struct ByteRingProducer: ~Copyable, @unchecked Sendable {
    @usableFromInline var tail: UInt64
    @usableFromInline var cachedHead: UInt64
    @usableFromInline var reservedAt: UInt64 = 0
    @usableFromInline var reservedBytes = -1
    @usableFromInline let limit: UInt64
    @usableFromInline let slots: UnsafeMutableRawPointer
    @usableFromInline let sharedTail: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let sharedHead: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let sharedRefusals: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let memory: MemoryBlock

    init(_ header: RingHeader, capacity: Int, memory: MemoryBlock) {
        unsafe sharedTail = header.tail
        unsafe sharedHead = header.head
        unsafe sharedRefusals = header.refusals
        unsafe slots = header.slots
        limit = UInt64(capacity)
        tail = unsafe header.tail.pointee.load(ordering: .acquiring)
        cachedHead = unsafe header.head.pointee.load(ordering: .acquiring)
        self.memory = memory
    }

    /// Bytes in the ring, headers and padding included.
    @inlinable public var capacity: Int { Int(limit) }
    /// Largest payload: a record that fits half the ring always fits an empty one, wherever it stands.
    @inlinable public var maximumPayloadBytes: Int {
        Int(limit) / 2 - ByteRecord.headerBytes - ByteRecord.padding
    }
    /// Bytes in use, as last stored by the peer.
    @inlinable public var usedBytes: Int {
        unsafe Int(truncatingIfNeeded: min(tail &- sharedHead.pointee.load(ordering: .relaxed), limit))
    }
    /// Whether at least so many bytes of the ring are free. Asks the peer only where what it last said does not do; O(1).
    @inlinable public mutating func hasFree(_ byteCount: Int) -> Bool {
        let most = limit &- UInt64(truncatingIfNeeded: byteCount)
        if tail &- cachedHead <= most { return true }
        cachedHead = unsafe sharedHead.pointee.load(ordering: .acquiring)
        return tail &- cachedHead <= most
    }

    /// How often a reservation was refused because the ring was full, since the ring was made.
    @inlinable public var refusals: UInt64 { unsafe sharedRefusals.pointee.load(ordering: .relaxed) }

    /// Asks the processor for the lines of the next `byteCount` bytes (`RingProducer.prepare`).
    @inlinable public func prepare(_ byteCount: Int) {
        let first = Int(truncatingIfNeeded: tail & (limit &- 1))
        let end = min(first &+ byteCount, Int(truncatingIfNeeded: limit))
        var offset = first
        while offset < end {
            unsafe platform_prefetch_write(UnsafeRawPointer(slots + offset))
            offset &+= 64
        }
    }

    /// Room for `byteCount` contiguous bytes, or `nil` (counted) when the ring is full.
    /// Precondition: `0 <= byteCount <= maximumPayloadBytes`. O(1).
    @inlinable public mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        precondition(byteCount >= 0, "a record has no negative size")
        precondition(byteCount <= maximumPayloadBytes, "record larger than half the ring")
        let need = UInt64(truncatingIfNeeded: ByteRecord.span(byteCount))
        let offset = tail & (limit &- 1)
        let rest = limit &- offset
        let skip = rest < need ? rest : 0
        if tail &- cachedHead &+ skip &+ need > limit {
            cachedHead = unsafe sharedHead.pointee.load(ordering: .acquiring)
            if tail &- cachedHead &+ skip &+ need > limit {
                unsafe sharedRefusals.pointee.store(refusals &+ 1, ordering: .relaxed)
                reservedBytes = -1
                return nil
            }
        }
        if skip != 0 {
            unsafe slots.storeBytes(
                of: UInt64(ByteRecord.wrap) << 32, toByteOffset: Int(truncatingIfNeeded: offset), as: UInt64.self)
        }
        reservedAt = tail &+ skip
        reservedBytes = byteCount
        let payload = Int(truncatingIfNeeded: reservedAt & (limit &- 1)) &+ ByteRecord.headerBytes
        return unsafe UnsafeMutableRawBufferPointer(start: slots + payload, count: byteCount)
    }

    /// Makes the first `byteCount` reserved bytes visible as one record. Precondition: reserved, and not for less.
    @inlinable public mutating func commit(_ byteCount: Int, tag: UInt64, time: Int64) {
        precondition(byteCount >= 0, "a record has no negative size")
        precondition(byteCount <= reservedBytes, "commit without a reservation of that size")
        let at = unsafe slots + Int(truncatingIfNeeded: reservedAt & (limit &- 1))
        let length = UInt64(UInt32(truncatingIfNeeded: byteCount))
        unsafe at.storeBytes(of: length | UInt64(ByteRecord.record) << 32, as: UInt64.self)
        unsafe at.storeBytes(of: tag, toByteOffset: 8, as: UInt64.self)
        unsafe at.storeBytes(of: time, toByteOffset: 16, as: Int64.self)
        unsafe at.storeBytes(of: 0, toByteOffset: 24, as: UInt64.self)
        let end = ByteRecord.headerBytes &+ byteCount
        var offset = 0
        while offset < ByteRecord.padding {
            unsafe at.storeBytes(of: 0, toByteOffset: end &+ offset, as: UInt64.self)
            offset &+= 8
        }
        tail = reservedAt &+ UInt64(truncatingIfNeeded: ByteRecord.span(byteCount))
        reservedBytes = -1
        unsafe sharedTail.pointee.store(tail, ordering: .releasing)
    }

    /// Copies `bytes` in as one record; false, and counted, when the ring is full, or when they are more than it can ever
    /// hold: bytes come from outside, and their number is nobody's mistake here.
    @inlinable public mutating func tryPush(_ bytes: UnsafeRawBufferPointer, tag: UInt64, time: Int64) -> Bool {
        guard bytes.count <= maximumPayloadBytes else {
            unsafe sharedRefusals.pointee.store(refusals &+ 1, ordering: .relaxed)
            return false
        }
        guard let room = unsafe reserve(bytes.count) else { return false }
        if let source = bytes.baseAddress, let target = room.baseAddress {
            unsafe target.copyMemory(from: source, byteCount: bytes.count)
        }
        commit(bytes.count, tag: tag, time: time)
        return true
    }
}
