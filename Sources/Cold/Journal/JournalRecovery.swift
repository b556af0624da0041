import Glibc
import Model
import Rings

/// What a start found of the run before it.
package struct JournalRecovery: Sendable, Equatable {
    /// Records that were only in the shared ring and are now in the last segment.
    package var recovered: Int
    /// Bytes of a torn last write that were cut off.
    package var cutBytes: Int
    /// Records in the ring that do not follow the last segment, and were left alone: they cannot be proved to be of it.
    package var orphans: Int

    /// The run before ended in order: there was nothing to do.
    package var isClean: Bool { recovered == 0 && cutBytes == 0 && orphans == 0 }
}

package enum JournalRecoveryError: Error, Sendable, Equatable {
    case damage(JournalDamage)
    case write(JournalError)
    case mapping(errno: Int32)
    case ring(AttachError)
}

/// Completes the last segment of an earlier process from the ring it left in shared memory. Run at start, before the
/// ring is made anew and before a `JournalWriter`. No other process may use the ring or the directory.
package func recoverJournal(
    ringFile: String?, directory: String, name: String
) throws(JournalRecoveryError) -> JournalRecovery {
    var result = JournalRecovery(recovered: 0, cutBytes: 0, orphans: 0)
    let last = JournalSegments.last(directory: directory, name: name)
    var reader = JournalReader(files: last.map { [$0.path] } ?? [])
    do throws(JournalDamage) {
        while try reader.next() != nil {}
    } catch {
        throw .damage(error)
    }
    result.cutBytes = reader.tornTail?.byteCount ?? 0
    if let last, reader.header == nil {
        // Died while it made the segment, which holds nothing yet; the one before it is the last.
        let status = unsafe unlink(last.path)
        guard status == 0 else { throw .write(.create(path: last.path, errno: errno)) }
        var earlier = try recoverJournal(ringFile: ringFile, directory: directory, name: name)
        earlier.cutBytes += result.cutBytes
        return earlier
    }
    let (words, orphans) = try waiting(ringFile, after: reader.header == nil ? nil : reader.sequence)
    result.recovered = words.count / 16
    result.orphans = orphans
    guard let last, result.cutBytes > 0 || result.recovered > 0 else { return result }
    do throws(JournalError) {
        let sink = try FileDisk().reopen(last.path, at: reader.offset)
        if !words.isEmpty { unsafe try sink.write(words.span.bytes) }
        try sink.synchronize()
        sink.close()
    } catch {
        throw .write(error)
    }
    return result
}

/// The sealed words of the ring's records that continue behind `sequence`, and how many records do not.
private func waiting(_ ringFile: String?, after sequence: UInt64?) throws(JournalRecoveryError) -> ([UInt64], Int) {
    guard let ringFile else { return ([], 0) }
    let memory: MemoryBlock
    do throws(MappingError) {
        memory = MemoryBlock(mapping: try SharedRegion(path: ringFile, byteCount: 0, opening: .existing))
    } catch {
        if error.errno == 2 { return ([], 0) }
        throw .mapping(errno: error.errno)
    }
    do throws(AttachError) {
        var consumer = try attachConsumer(of: Record.self, in: memory)
        var record = Record()
        var words: [UInt64] = []
        var orphans = 0
        var last = sequence
        var index = 0
        while consumer.peek(index, into: &record) {
            index += 1
            guard let known = last else {
                orphans += 1
                continue
            }
            // Written by the dead process, but not yet taken out of the ring.
            if record.sequence <= known && words.isEmpty { continue }
            guard record.sequence == known + 1 else {
                orphans += 1
                continue
            }
            words += [UInt64](repeating: 0, count: 16)
            JournalWriter.seal(record, into: &words, at: words.count / 16 - 1)
            last = record.sequence
        }
        return (words, orphans)
    } catch {
        throw .ring(error)
    }
}
