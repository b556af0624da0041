import Synchronization

/// Looking before taking: a reader that must not lose values reads them, puts them somewhere safe, and only then lets
/// the ring forget them. If it dies in between, the next reader finds them still there.
extension RingConsumer {
    /// Copies the value `offset` places behind the oldest into `out` and leaves it in the ring; false, and `out`
    /// untouched, when there are not so many. O(1).
    @inlinable public mutating func peek(_ offset: Int, into out: inout T) -> Bool {
        precondition(offset >= 0, "offset must not be negative")
        if cachedTail &- head <= UInt64(offset) {
            cachedTail = unsafe sharedTail.pointee.load(ordering: .acquiring)
            if cachedTail &- head <= UInt64(offset) { return false }
        }
        out = unsafe slots[Int(truncatingIfNeeded: (head &+ UInt64(offset)) & (limit &- 1))]
        return true
    }

    /// Forgets the oldest `count` values. Precondition: `peek(count - 1)` was true.
    @inlinable public mutating func discard(_ count: Int) {
        precondition(count >= 0 && UInt64(count) <= cachedTail &- head, "more discarded than was seen")
        head &+= UInt64(count)
        unsafe sharedHead.pointee.store(head, ordering: .releasing)
    }
}
