import Foundation
import Model

/// What is wrong with a journal, and where.
package enum JournalDamage: Error, Sendable, Equatable {
    case unreadable(file: String)
    /// Not a segment, or its header fails its checksum.
    case header(file: String)
    /// A segment of a format that this build does not read.
    case version(file: String, found: UInt32)
    /// The segment does not follow the one before it.
    case chain(file: String)
    /// A record with more behind it fails its checksum.
    case record(file: String, offset: Int)
    /// The records from `first` to `last` are each whole, and are not what their writer sealed.
    case group(file: String, offset: Int, first: UInt64, last: UInt64)
    case sequence(file: String, offset: Int, expected: UInt64, found: UInt64)
}

/// The last write did not reach the disk whole: what follows `offset` is not a record and was not used.
package struct TornTail: Sendable, Equatable {
    package var file: String
    package var offset: Int
    package var byteCount: Int
}

/// Reads records back, segment after segment, each checked before it is handed out. Never trusts a byte: random input
/// ends in `JournalDamage` or a torn tail. Holds one chunk in memory.
///
/// A group's hash is checked at its marker, after its records were handed out; a reader that has to know reads to the end.
package struct JournalReader {
    private var files: [String]
    /// Where new segments appear; set when the journal is followed while it is written.
    private var followed: (directory: String, name: String)?
    private var nextFile = 0
    private var handle: FileHandle?
    private var chunk: [UInt8] = []
    private var position = 0
    private var atEnd = false
    private var chain: JournalChain?
    private var seed: UInt32 = 0
    private var groupStart = 0

    /// Of the segment that the last record came from.
    package private(set) var header: JournalHeader?
    /// File and offset of the next byte to be looked at.
    package private(set) var file = ""
    package private(set) var offset = 0
    /// Sequence of the last record handed out, 0 at the start of a run.
    package private(set) var sequence: UInt64 = 0
    /// Segments opened so far.
    package var segments: Int { nextFile }
    /// Set when reading ended before the end of the last file.
    package private(set) var tornTail: TornTail?
    /// Groups whose hash was found right.
    package private(set) var groups = 0
    /// The chain's value at what was read last.
    package var endHash: JournalHash { chain?.end ?? .none }
    /// Records behind the last marker: their writer died before it closed their group.
    package var unsealed: Int { chain?.groupCount ?? 0 }

    /// Reads the files in the given order.
    package init(files: [String]) { self.files = files }

    /// Reads all segments of a run name.
    package init(directory: String, name: String) {
        self.init(files: JournalSegments.list(directory: directory, name: name).map(\.path))
    }

    /// Reads all segments of a run name, and what is written meanwhile: `next` gives `nil` when there is nothing yet and
    /// can be called again. A half-written record is waited for.
    package init(following directory: String, name: String) {
        self.init(directory: directory, name: name)
        followed = (directory, name)
    }

    /// The next record, checksum in word 15; `nil` at the end or at a torn tail.
    package mutating func next() throws(JournalDamage) -> Record? {
        while tornTail == nil {
            if handle == nil {
                if nextFile >= files.count { look() }
                guard nextFile < files.count else { return nil }
                guard try openNext() else { return nil }
            }
            guard let record = slot() else {
                if isStillWritten() { return nil }
                // Another look, now that the segment is known to be complete or was read afresh.
                guard let late = slot() else {
                    try closeSegment()
                    continue
                }
                if let found = try take(late) { return found }
                continue
            }
            if let found = try take(record) { return found }
        }
        return nil
    }

    /// Checks an intact slot against what came before. `nil` for a marker.
    private mutating func take(_ record: Record) throws(JournalDamage) -> Record? {
        if JournalMarker.isMarker(record) {
            let count = chain?.groupCount ?? 0
            guard chain != nil, JournalMarker.check(record, sequence: sequence, &chain!) else {
                throw .group(
                    file: file, offset: groupStart, first: sequence &+ 1 &- UInt64(count), last: sequence)
            }
            advance()
            groups += 1
            groupStart = offset
            return nil
        }
        let expected = sequence &+ 1
        guard record.sequence == expected else {
            throw .sequence(file: file, offset: offset, expected: expected, found: record.sequence)
        }
        chain?.fold(record)
        advance()
        sequence = expected
        return record
    }

    private mutating func advance() {
        position += Record.byteCount
        offset += Record.byteCount
    }

    private var isLastFile: Bool { nextFile == files.count }

    /// Looks for segments that appeared since.
    private mutating func look() {
        guard let followed else { return }
        let found = JournalSegments.list(directory: followed.directory, name: followed.name).map(\.path)
        if found.count > files.count { files = found }
    }

    /// Where nothing can be read yet of a followed journal: forgets what was read of the file from here on, because the
    /// writer will replace it. Whether more may come.
    private mutating func isStillWritten() -> Bool {
        guard followed != nil else { return false }
        look()
        chunk = []
        position = 0
        atEnd = false
        try? handle?.seek(toOffset: UInt64(offset))
        return isLastFile
    }

    /// Behind the last intact slot: zeros are the end, anything else is a torn tail or damage.
    private mutating func closeSegment() throws(JournalDamage) {
        let start = offset
        let (byteCount, hasRecord) = rest()
        handle = nil
        guard byteCount > 0 else { return }
        guard isLastFile, !hasRecord else { throw .record(file: file, offset: start) }
        tornTail = TornTail(file: file, offset: start, byteCount: byteCount)
    }

    /// How many bytes from here on are not the zeros written ahead, and whether an intact slot is among them, which a
    /// write that was cut short cannot have left.
    private mutating func rest() -> (byteCount: Int, hasRecord: Bool) {
        var end = 0, scanned = 0
        while true {
            fill(Record.byteCount)
            let count = min(Record.byteCount, chunk.count - position)
            if count == 0 { return (end, false) }
            // A file that ends within its first slot was cut there, whatever the bytes are.
            if !isZero(count) || (scanned == 0 && count < Record.byteCount) { end = scanned + count }
            if slot() != nil { return (end, true) }
            position += count
            scanned += count
        }
    }

    private func isZero(_ count: Int) -> Bool {
        let bytes = unsafe chunk.span.bytes
        var place = position
        while place + 8 <= position + count {
            if unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self) != 0 { return false }
            place += 8
        }
        while place < position + count {
            if chunk[place] != 0 { return false }
            place += 1
        }
        return true
    }

    /// Opens the next segment; false when it is a last file cut inside its header.
    private mutating func openNext() throws(JournalDamage) -> Bool {
        file = files[nextFile]
        nextFile += 1
        guard let opened = FileHandle(forReadingAtPath: file) else { throw .unreadable(file: file) }
        handle = opened
        chunk = []
        position = 0
        offset = 0
        atEnd = false
        fill(JournalHeader.byteCount)
        if let found = JournalHeader.version(of: words(min(2, chunk.count / 8))), found != JournalHeader.version {
            throw .version(file: file, found: found)
        }
        let count = min(chunk.count, JournalHeader.byteCount)
        if count < JournalHeader.byteCount || isZero(count) {
            guard isLastFile, header != nil || files.count == 1 else { throw .header(file: file) }
            if followed != nil {
                handle = nil
                nextFile -= 1
                return false
            }
            tornTail = TornTail(file: file, offset: 0, byteCount: count)
            return false
        }
        let words = words(JournalHeader.byteCount / 8)
        guard let header = JournalHeader(words: words) else { throw .header(file: file) }
        try follow(header, words)
        position = JournalHeader.byteCount
        offset = JournalHeader.byteCount
        groupStart = offset
        return true
    }

    private mutating func follow(_ next: JournalHeader, _ words: [UInt64]) throws(JournalDamage) {
        if let last = header {
            let continues = next.identity == last.identity
            let firstSequence = continues ? sequence &+ 1 : 1
            guard next.segment == last.segment &+ 1, next.previousHash == endHash, next.firstSequence == firstSequence
            else { throw .chain(file: file) }
            if !continues { sequence = 0 }
        } else {
            guard next.firstSequence > 0 else { throw .chain(file: file) }
            sequence = next.firstSequence - 1
        }
        header = next
        seed = next.seed
        chain = JournalChain(next, words: words)
    }

    /// The slot at `position`, if its checksum holds.
    private mutating func slot() -> Record? {
        fill(Record.byteCount)
        guard chunk.count - position >= Record.byteCount else { return nil }
        let bytes = unsafe chunk.span.bytes
        var record = Record()
        for index in 0..<16 {
            record.words[index] = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position + index * 8, as: UInt64.self)
        }
        // A slot of zeros is the end, whatever its checksum.
        guard record.words[1] != 0 else { return nil }
        let sum = UInt64(crc32c(bytes.extracting(position..<position + 120), seed: seed))
        return record.words[15] == sum ? record : nil
    }

    private func words(_ count: Int) -> [UInt64] {
        let bytes = unsafe chunk.span.bytes
        return unsafe [UInt64](unsafeUninitializedCapacity: count) { words, found in
            while found < count {
                unsafe words[found] = bytes.unsafeLoadUnaligned(fromByteOffset: position + found * 8, as: UInt64.self)
                found += 1
            }
        }
    }

    /// Has `count` bytes at `position` unless the file ends before.
    private mutating func fill(_ count: Int) {
        while chunk.count - position < count, !atEnd {
            let more = (try? handle?.read(upToCount: 1 << 16)) ?? nil
            guard let more, !more.isEmpty else {
                atEnd = true
                return
            }
            chunk.removeFirst(position)
            position = 0
            chunk.append(contentsOf: more)
        }
    }
}
