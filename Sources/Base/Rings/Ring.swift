import CPlatform
import Synchronization

/// The writing end of a single-producer single-consumer ring of plain values.
///
/// One thread at a time owns it. Own index and last seen peer index live in the handle, so a push touches shared memory
/// once (a release store) and reads the peer's line only when the ring looks full. Never allocates, never waits.
@safe @frozen public struct RingProducer<T: BitwiseCopyable>: ~Copyable {
    @usableFromInline var tail: UInt64
    @usableFromInline var cachedHead: UInt64
    @usableFromInline let limit: UInt64
    @usableFromInline let slots: UnsafeMutablePointer<T>
    @usableFromInline let sharedTail: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let sharedHead: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let sharedRefusals: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let memory: MemoryBlock

    init(_ header: RingHeader, capacity: Int, memory: MemoryBlock) {
        unsafe sharedTail = header.tail
        unsafe sharedHead = header.head
        unsafe sharedRefusals = header.refusals
        unsafe slots = header.slots.assumingMemoryBound(to: T.self)
        limit = UInt64(capacity)
        tail = unsafe header.tail.pointee.load(ordering: .acquiring)
        cachedHead = unsafe header.head.pointee.load(ordering: .acquiring)
        self.memory = memory
    }

    /// Slots in the ring.
    @inlinable public var capacity: Int { Int(limit) }

    /// Values not yet popped, as last stored by the peer; exact when the consumer rests.
    @inlinable public var count: Int {
        unsafe Int(truncatingIfNeeded: min(tail &- sharedHead.pointee.load(ordering: .relaxed), limit))
    }

    /// Slots free to push into. Reads the peer's index: at least this many pushes will succeed.
    @inlinable public mutating func freeCount() -> Int {
        cachedHead = unsafe sharedHead.pointee.load(ordering: .acquiring)
        let used = tail &- cachedHead
        return used >= limit ? 0 : Int(truncatingIfNeeded: limit &- used)
    }

    /// How often a push was refused because the ring was full, since the ring was made.
    @inlinable public var refusals: UInt64 { unsafe sharedRefusals.pointee.load(ordering: .relaxed) }

    /// Asks the processor for the lines of the next `count` slots, so that pushes find them in its cache: a ring larger than
    /// the cache goes through memory otherwise, and each push waits for it. After the work is done, when nothing waits. A
    /// nanosecond a line; changes nothing.
    @inlinable public func prepare(_ count: Int) {
        let bytes = MemoryLayout<T>.stride
        var slot: UInt64 = 0
        while slot < UInt64(truncatingIfNeeded: count) {
            let at = unsafe UnsafeRawPointer(slots + Int(truncatingIfNeeded: (tail &+ slot) & (limit &- 1)))
            var offset = 0
            while offset < bytes {
                unsafe platform_prefetch_write(at + offset)
                offset &+= 64
            }
            slot &+= 1
        }
    }

    /// Appends a value; false, and counted, when the ring is full. O(1), a few ns.
    @inlinable public mutating func tryPush(_ value: T) -> Bool {
        if tail &- cachedHead >= limit {
            cachedHead = unsafe sharedHead.pointee.load(ordering: .acquiring)
            if tail &- cachedHead >= limit {
                unsafe sharedRefusals.pointee.store(refusals &+ 1, ordering: .relaxed)
                return false
            }
        }
        unsafe slots[Int(truncatingIfNeeded: tail & (limit &- 1))] = value
        tail &+= 1
        unsafe sharedTail.pointee.store(tail, ordering: .releasing)
        return true
    }
}

/// The reading end of a single-producer single-consumer ring. One thread at a time owns it.
@safe @frozen public struct RingConsumer<T: BitwiseCopyable>: ~Copyable {
    @usableFromInline var head: UInt64
    @usableFromInline var cachedTail: UInt64
    @usableFromInline let limit: UInt64
    @usableFromInline let slots: UnsafeMutablePointer<T>
    @usableFromInline let sharedTail: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let sharedHead: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let sharedRefusals: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let memory: MemoryBlock

    init(_ header: RingHeader, capacity: Int, memory: MemoryBlock) {
        unsafe sharedTail = header.tail
        unsafe sharedHead = header.head
        unsafe sharedRefusals = header.refusals
        unsafe slots = header.slots.assumingMemoryBound(to: T.self)
        limit = UInt64(capacity)
        head = unsafe header.head.pointee.load(ordering: .acquiring)
        cachedTail = unsafe header.tail.pointee.load(ordering: .acquiring)
        self.memory = memory
    }

    /// Slots in the ring.
    @inlinable public var capacity: Int { Int(limit) }

    /// Values waiting, as last stored by the peer; exact when the producer rests.
    @inlinable public var count: Int {
        unsafe Int(truncatingIfNeeded: min(sharedTail.pointee.load(ordering: .relaxed) &- head, limit))
    }

    /// How often the producer was refused because the ring was full.
    @inlinable public var refusals: UInt64 { unsafe sharedRefusals.pointee.load(ordering: .relaxed) }

    /// Takes the oldest value into `out`; false, and `out` untouched, when the ring is empty. O(1), a few ns.
    @inlinable public mutating func tryPop(_ out: inout T) -> Bool {
        if head == cachedTail {
            // Stored only when it is new: a loop that asks an empty ring again and again then consists of loads alone.
            let newTail = unsafe sharedTail.pointee.load(ordering: .acquiring)
            if head == newTail { return false }
            cachedTail = newTail
        }
        out = unsafe slots[Int(truncatingIfNeeded: head & (limit &- 1))]
        head &+= 1
        unsafe sharedHead.pointee.store(head, ordering: .releasing)
        return true
    }

    /// Takes the oldest value, or `nil` when the ring is empty.
    @inlinable public mutating func tryPop() -> T? {
        if head == cachedTail {
            let newTail = unsafe sharedTail.pointee.load(ordering: .acquiring)
            if head == newTail { return nil }
            cachedTail = newTail
        }
        let value = unsafe slots[Int(truncatingIfNeeded: head & (limit &- 1))]
        head &+= 1
        unsafe sharedHead.pointee.store(head, ordering: .releasing)
        return value
    }
}

// A handle may move to another thread when its values may; it is never used by two at once (it cannot be copied).
extension RingProducer: @unchecked Sendable where T: Sendable {}
extension RingConsumer: @unchecked Sendable where T: Sendable {}
