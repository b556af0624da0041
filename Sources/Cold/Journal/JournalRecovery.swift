import Glibc
import Foundation
import Model
import Rings
import Units

/// What a start found of the run before it.
package struct JournalRecovery: Sendable, Equatable {
    /// Records that were only in the shared ring and are now in a segment of their own.
    package var recovered = 0
    /// Bytes of a torn last write that were cut off, and the file that keeps them.
    package var cutBytes = 0
    package var cutTo: String?
    /// Records in the ring that do not follow the last segment, and were left alone: they cannot be proved to be of it.
    package var orphans = 0
    /// Where the journal ends now: what the next segment follows.
    package var end = JournalEnd.none

    /// The run before ended in order: there was nothing to do.
    package var isClean: Bool { recovered == 0 && cutBytes == 0 && orphans == 0 }
}

package enum JournalRecoveryError: Error, Sendable, Equatable {
    case damage(JournalDamage)
    case write(JournalError)
    case mapping(errno: Int32)
    case ring(AttachError)
}

/// Completes the journal of an earlier process from the ring it left in shared memory, and removes the ring. Run at
/// start, before the ring is made anew and before a `JournalWriter`. No other process may use the ring or the directory.
///
/// What a torn last write left is copied to a file beside the segment before it is cut off. Records from memory go into a
/// new segment, never behind a torn one. Each step may be cut short itself: the next start takes it up again.
package func recoverJournal(
    ringFile: String?, directory: String, name: String, wall: Nanoseconds = .zero, engine: Nanoseconds = .zero
) throws(JournalRecoveryError) -> JournalRecovery {
    var result = JournalRecovery()
    let reader = try onDisk { () throws(JournalError) in try completeLast(directory, name, &result) }
    result.end = JournalEnd(segment: reader.header?.segment ?? 0, hash: reader.endHash)
    guard let ringFile else { return result }
    let left = try waiting(ringFile, of: reader.header?.identity, after: reader.sequence)
    result.recovered = left.records.count
    result.orphans = left.orphans
    try onDisk { () throws(JournalError) in
        if let header = reader.header, !left.records.isEmpty {
            result.end = try save(left.records, behind: result.end, header, directory, wall, engine)
        }
        if unsafe unlink(ringFile) == 0 { try FileDisk.synchronizeDirectory(of: ringFile) }
    }
    return result
}

private func onDisk<T>(_ body: () throws(JournalError) -> T) throws(JournalRecoveryError) -> T {
    do throws(JournalError) {
        return try body()
    } catch {
        if case .previous(let damage) = error { throw .damage(damage) }
        throw .write(error)
    }
}

/// Puts a torn tail aside. The last segment, read to its end, which is whole then.
private func completeLast(
    _ directory: String, _ name: String, _ result: inout JournalRecovery
) throws(JournalError) -> JournalReader {
    let reader = try readLast(directory, name)
    guard let torn = reader.tornTail else { return reader }
    result.cutBytes = torn.byteCount
    // Without a header it died while it made the segment, which holds nothing; the one before it is the last.
    result.cutTo = try setAside(torn, isWholeFile: reader.header == nil)
    let whole = try readLast(directory, name)
    if let again = whole.tornTail { throw .previous(.record(file: again.file, offset: again.offset)) }
    return whole
}

/// The last segment read to its end.
private func readLast(_ directory: String, _ name: String) throws(JournalError) -> JournalReader {
    var reader = JournalReader(files: JournalSegments.last(directory: directory, name: name).map { [$0.path] } ?? [])
    do throws(JournalDamage) {
        while try reader.next() != nil {}
    } catch {
        throw .previous(error)
    }
    return reader
}

/// Copies what a torn write left to a new file, and cuts it off once the copy is on disk. The copy's path.
private func setAside(_ torn: TornTail, isWholeFile: Bool) throws(JournalError) -> String {
    let copy = try copyPath(torn)
    if isWholeFile {
        guard unsafe rename(torn.file, copy) == 0 else { throw .create(path: copy, errno: errno) }
        try FileDisk.synchronizeDirectory(of: copy)
        return copy
    }
    guard let file = FileHandle(forReadingAtPath: torn.file), (try? file.seek(toOffset: UInt64(torn.offset))) != nil,
        let bytes = try? file.read(upToCount: torn.byteCount), bytes.count == torn.byteCount
    else { throw .previous(.unreadable(file: torn.file)) }
    let sink = try FileDisk().create(copy)
    try unsafe sink.write(Array(bytes).span.bytes)
    try sink.synchronize()
    sink.close()
    try FileDisk.cut(torn.file, at: torn.offset)
    return copy
}

/// `run-000003.ntj.torn-4096`, with a number behind it where a recovery that was itself cut short left one.
private func copyPath(_ torn: TornTail) throws(JournalError) -> String {
    let plain = "\(torn.file).torn-\(torn.offset)"
    for attempt in 1...1000 {
        let path = attempt == 1 ? plain : "\(plain)-\(attempt)"
        if unsafe access(path, F_OK) != 0 { return path }
    }
    throw .create(path: plain, errno: EEXIST)
}

/// Writes records that were in memory only into a segment of their own. The journal's new end.
private func save(
    _ records: [Record], behind end: JournalEnd, _ header: JournalHeader, _ directory: String, _ wall: Nanoseconds,
    _ engine: Nanoseconds
) throws(JournalError) -> JournalEnd {
    let bytes = JournalHeader.byteCount + (records.count + 1) * Record.byteCount
    // The run's own clock pair: its records' times are by the clock of the run that died.
    let start = try JournalStart(
        directory: directory, identity: header.identity, segmentBytes: bytes, wall: header.createdWall,
        engine: header.createdEngine, after: end, firstSequence: records[0].sequence)
    var chain = start.chain
    var words = [UInt64](repeating: 0, count: (records.count + 1) * 16)
    for (index, record) in records.enumerated() {
        JournalWriter.seal(record, seed: start.header.seed, into: &words, at: index)
    }
    chain.fold(words, count: records.count)
    let last = records[records.count - 1].sequence
    let marker = JournalMarker.make(sequence: last, durable: records[0].sequence - 1, engine: engine, wall: wall, &chain)
    JournalWriter.seal(marker, seed: start.header.seed, into: &words, at: records.count)
    unsafe try start.sink.write(words.span.bytes)
    try start.sink.synchronize()
    start.sink.close()
    return JournalEnd(segment: start.header.segment, hash: chain.end)
}

/// The ring's records that continue behind `sequence`, and how many cannot be placed.
private func waiting(
    _ ringFile: String, of identity: JournalIdentity?, after sequence: UInt64
) throws(JournalRecoveryError) -> (records: [Record], orphans: Int) {
    let memory: MemoryBlock
    do throws(MappingError) {
        memory = MemoryBlock(mapping: try SharedRegion(path: ringFile, byteCount: 0, opening: .existing))
    } catch {
        if error.errno == ENOENT { return ([], 0) }
        throw .mapping(errno: error.errno)
    }
    do throws(AttachError) {
        // A power cut can leave the file without what was in memory: nothing to take, and nothing to distrust.
        if memory.byteCount >= 256, isBlank(memory) { return ([], 0) }
        var consumer = try attachConsumer(of: Record.self, in: memory)
        var record = Record()
        var records: [Record] = []
        var orphans = 0
        var last = sequence
        var index = 0
        while consumer.peek(index, into: &record) {
            index += 1
            guard let identity, record.words[15] == identity.session else {
                orphans += 1
                continue
            }
            // Written by the dead process, but not yet taken out of the ring.
            if record.sequence <= last && records.isEmpty { continue }
            guard record.sequence == last + 1 else {
                orphans += 1
                continue
            }
            records.append(record)
            last = record.sequence
        }
        return (records, orphans)
    } catch {
        throw .ring(error)
    }
}

/// Whether the ring's header, written first of all, is all zero.
private func isBlank(_ memory: MemoryBlock) -> Bool {
    unsafe UnsafeRawBufferPointer(start: memory.base, count: 256).allSatisfy { $0 == 0 }
}
