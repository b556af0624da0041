import Synchronization

/// One record of a byte ring, where it lies. Valid until `release`; at least 32 zero bytes follow it.
@safe @frozen public struct ByteFrame {
    public let bytes: UnsafeRawBufferPointer
    /// The producer's own number.
    public let tag: UInt64
    /// The producer's own time, nanoseconds.
    public let time: Int64

    @inlinable init(bytes: UnsafeRawBufferPointer, tag: UInt64, time: Int64) {
        unsafe self.bytes = unsafe bytes
        self.tag = tag
        self.time = time
    }
}

/// The reading end of a byte ring; one thread at a time.
@safe @frozen public struct ByteRingConsumer: ~Copyable, @unchecked Sendable {
    @usableFromInline var head: UInt64
    @usableFromInline var cachedTail: UInt64
    /// Where the head goes when the record shown is released; equal to `head` when none is shown.
    @usableFromInline var next: UInt64
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
        head = unsafe header.head.pointee.load(ordering: .acquiring)
        next = head
        cachedTail = unsafe header.tail.pointee.load(ordering: .acquiring)
        self.memory = memory
    }

    /// Bytes in the ring, headers and padding included.
    @inlinable public var capacity: Int { Int(limit) }
    /// Bytes in use, as last stored by the peer.
    @inlinable public var usedBytes: Int {
        unsafe Int(truncatingIfNeeded: min(sharedTail.pointee.load(ordering: .relaxed) &- head, limit))
    }
    /// How often the producer was refused because the ring was full.
    @inlinable public var refusals: UInt64 { unsafe sharedRefusals.pointee.load(ordering: .relaxed) }

    /// The oldest record, left in place, or `nil` when the ring is empty. Called again it shows the same one. O(1).
    ///
    /// A length that does not fit what was published (damaged shared memory) traps instead of reading beyond it.
    @inlinable public mutating func peek() -> ByteFrame? {
        var at = head
        if at == cachedTail {
            let newTail = unsafe sharedTail.pointee.load(ordering: .acquiring)
            if at == newTail { return nil }
            cachedTail = newTail
        }
        var start = unsafe slots + Int(truncatingIfNeeded: at & (limit &- 1))
        var word = unsafe start.load(as: UInt64.self)
        if UInt32(truncatingIfNeeded: word >> 32) == ByteRecord.wrap {
            at &+= limit &- (at & (limit &- 1))
            unsafe start = slots
            word = unsafe start.load(as: UInt64.self)
        }
        let count = Int(UInt32(truncatingIfNeeded: word))
        let end = at &+ UInt64(truncatingIfNeeded: ByteRecord.span(count))
        let offset = at & (limit &- 1)
        precondition(UInt32(truncatingIfNeeded: word >> 32) == ByteRecord.record, "byte ring: no record at head")
        precondition(end &- head <= cachedTail &- head, "byte ring: record beyond tail")
        precondition(offset &+ (end &- at) <= limit, "byte ring: record beyond end")
        next = end
        return unsafe ByteFrame(
            bytes: UnsafeRawBufferPointer(start: start + ByteRecord.headerBytes, count: count),
            tag: start.load(fromByteOffset: 8, as: UInt64.self),
            time: start.load(fromByteOffset: 16, as: Int64.self))
    }

    /// Gives the room of the record last shown back to the producer. Precondition: `peek` has shown one.
    @inlinable public mutating func release() {
        precondition(next != head, "release without a peeked record")
        head = next
        unsafe sharedHead.pointee.store(head, ordering: .releasing)
    }
}
