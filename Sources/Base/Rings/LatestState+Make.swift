import Synchronization

/// Bytes of memory a latest-state slot for this type takes.
public func latestByteCount<T: BitwiseCopyable>(of type: T.Type) -> Int {
    SequencedWords.byteCount(words: wordCount(type))
}

/// Makes a latest-state slot on the heap; freed when the writer and all readers are gone.
public func makeLatest<T: BitwiseCopyable>(of type: T.Type = T.self) -> LatestEnds<T> {
    makeLatest(of: type, in: MemoryBlock(byteCount: latestByteCount(of: type)))
}

/// Makes an empty latest-state slot in given memory, which all handles keep alive.
public func makeLatest<T: BitwiseCopyable>(
    of type: T.Type = T.self, in memory: MemoryBlock, at offset: Int = 0
) -> LatestEnds<T> {
    let shared = unsafe SequencedWords(memory.address(offset, count: latestByteCount(of: type)), count: wordCount(type))
    unsafe shared.sequence.initialize(to: Atomic(0))
    for i in 0..<shared.count { unsafe (shared.words + i).initialize(to: Atomic(0)) }
    return LatestEnds(writer: LatestWriter(shared, memory: memory), reader: LatestReader(shared, memory: memory))
}

/// The writer of a slot that a former run left; it continues the numbering even if that run died while publishing.
///
/// The slot carries no description of itself: both sides agree on the layout of the whole mapping by other means.
public func attachLatestWriter<T: BitwiseCopyable>(
    of type: T.Type = T.self, in memory: MemoryBlock, at offset: Int = 0
) throws(AttachError) -> LatestWriter<T> {
    LatestWriter(try existingLatest(type, memory, offset), memory: memory)
}

/// A reader of a slot that another process writes. Zeroed memory reads as "nothing published".
public func attachLatestReader<T: BitwiseCopyable>(
    of type: T.Type = T.self, in memory: MemoryBlock, at offset: Int = 0
) throws(AttachError) -> LatestReader<T> {
    LatestReader(try existingLatest(type, memory, offset), memory: memory)
}

private func existingLatest<T: BitwiseCopyable>(
    _ type: T.Type, _ memory: MemoryBlock, _ offset: Int
) throws(AttachError) -> SequencedWords {
    let bytes = latestByteCount(of: type)
    if offset > memory.byteCount - bytes { throw .tooSmall }
    return unsafe SequencedWords(memory.address(offset, count: bytes), count: wordCount(type))
}

private func wordCount<T: BitwiseCopyable>(_ type: T.Type) -> Int {
    precondition(MemoryLayout<T>.alignment <= MemoryBlock.separation, "element alignment is beyond a cache line pair")
    return roundUp(MemoryLayout<T>.size, to: 8) / 8
}
