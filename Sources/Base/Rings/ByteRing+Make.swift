/// Both ends of a new byte ring; take them apart and give each to its thread.
@frozen public struct ByteRingEnds: ~Copyable, Sendable {
    public var producer: ByteRingProducer
    public var consumer: ByteRingConsumer
}

/// Bytes of memory a byte ring of this capacity takes.
public func byteRingByteCount(capacity: Int) -> Int { RingHeader.byteCount + capacity }

/// Makes a byte ring on the heap; freed when both ends are gone. Precondition: a power of two, at least 256 bytes.
public func makeByteRing(capacity: Int) -> ByteRingEnds {
    checkByteRing(capacity)
    return makeByteRing(capacity: capacity, in: MemoryBlock(byteCount: byteRingByteCount(capacity: capacity)))
}

/// Makes an empty byte ring in given memory, which both ends keep alive. What was there is lost.
public func makeByteRing(capacity: Int, in memory: MemoryBlock, at offset: Int = 0) -> ByteRingEnds {
    checkByteRing(capacity)
    let header = unsafe RingHeader(memory.address(offset, count: byteRingByteCount(capacity: capacity)))
    header.create(capacity: capacity, stride: 1)
    return ByteRingEnds(
        producer: ByteRingProducer(header, capacity: capacity, memory: memory),
        consumer: ByteRingConsumer(header, capacity: capacity, memory: memory))
}

/// The writing end of a byte ring made by another process or a former run. Only one may be in use.
public func attachByteProducer(in memory: MemoryBlock, at offset: Int = 0) throws(AttachError) -> ByteRingProducer {
    let (header, capacity) = try existingByteRing(memory, offset)
    return ByteRingProducer(header, capacity: capacity, memory: memory)
}

/// The reading end of a byte ring made by another process or a former run; starts at the oldest unreleased record.
/// Only one may be in use.
public func attachByteConsumer(in memory: MemoryBlock, at offset: Int = 0) throws(AttachError) -> ByteRingConsumer {
    let (header, capacity) = try existingByteRing(memory, offset)
    return ByteRingConsumer(header, capacity: capacity, memory: memory)
}

private func existingByteRing(_ memory: MemoryBlock, _ offset: Int) throws(AttachError) -> (RingHeader, Int) {
    if offset > memory.byteCount - RingHeader.byteCount { throw .tooSmall }
    let header = unsafe RingHeader(memory.address(offset, count: RingHeader.byteCount))
    return (header, try header.verify(stride: 1, available: memory.byteCount - offset))
}

private func checkByteRing(_ capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "byte ring capacity must be a power of two")
    precondition(capacity >= 256, "byte ring too small for any record")
    precondition(capacity <= 1 << 31, "byte ring too large for its length field")
}
