import Synchronization

/// Both ends of a new ring; take them apart and give each to its thread.
@frozen public struct RingEnds<T: BitwiseCopyable>: ~Copyable {
    public var producer: RingProducer<T>
    public var consumer: RingConsumer<T>
}

extension RingEnds: Sendable where T: Sendable {}

/// Bytes a ring of this shape takes, in heap or shared memory.
public func ringByteCount<T: BitwiseCopyable>(of type: T.Type, capacity: Int) -> Int {
    roundUp(RingHeader.byteCount + capacity * MemoryLayout<T>.stride, to: MemoryBlock.separation)
}

/// Makes a ring on the heap. The memory is freed when both ends are gone. Precondition: `capacity` is a power of two.
public func makeRing<T: BitwiseCopyable>(of type: T.Type = T.self, capacity: Int) -> RingEnds<T> {
    checkRing(type, capacity)
    return makeRing(of: type, capacity: capacity, in: MemoryBlock(byteCount: ringByteCount(of: type, capacity: capacity)))
}

/// Makes an empty ring in given memory (for instance a mapped file), which both ends keep alive. What was there is lost.
public func makeRing<T: BitwiseCopyable>(
    of type: T.Type = T.self, capacity: Int, in memory: MemoryBlock, at offset: Int = 0
) -> RingEnds<T> {
    checkRing(type, capacity)
    let header = unsafe RingHeader(memory.address(offset, count: ringByteCount(of: type, capacity: capacity)))
    header.create(capacity: capacity, stride: MemoryLayout<T>.stride)
    return RingEnds(
        producer: RingProducer(header, capacity: capacity, memory: memory),
        consumer: RingConsumer(header, capacity: capacity, memory: memory))
}

/// The writing end of a ring that another process made, or that a former run left. Continues behind its last value.
///
/// The caller sees to it that no other writing end of this ring is in use.
public func attachProducer<T: BitwiseCopyable>(
    of type: T.Type = T.self, in memory: MemoryBlock, at offset: Int = 0
) throws(AttachError) -> RingProducer<T> {
    let (header, capacity) = try existingRing(type, memory, offset)
    return RingProducer(header, capacity: capacity, memory: memory)
}

/// The reading end of a ring that another process made, or that a former run left. Starts at its oldest unread value.
///
/// The caller sees to it that no other reading end of this ring is in use.
public func attachConsumer<T: BitwiseCopyable>(
    of type: T.Type = T.self, in memory: MemoryBlock, at offset: Int = 0
) throws(AttachError) -> RingConsumer<T> {
    let (header, capacity) = try existingRing(type, memory, offset)
    return RingConsumer(header, capacity: capacity, memory: memory)
}

private func existingRing<T: BitwiseCopyable>(
    _ type: T.Type, _ memory: MemoryBlock, _ offset: Int
) throws(AttachError) -> (RingHeader, Int) {
    if offset > memory.byteCount - RingHeader.byteCount { throw .tooSmall }
    let header = unsafe RingHeader(memory.address(offset, count: RingHeader.byteCount))
    return (header, try header.verify(stride: MemoryLayout<T>.stride, available: memory.byteCount - offset))
}

private func checkRing<T: BitwiseCopyable>(_ type: T.Type, _ capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "ring capacity must be a power of two")
    precondition(MemoryLayout<T>.alignment <= MemoryBlock.separation, "element alignment is beyond a cache line pair")
}
