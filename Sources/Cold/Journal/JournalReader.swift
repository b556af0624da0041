import Foundation
import Model

/// What is wrong with a journal, and where.
package enum JournalDamage: Error, Sendable, Equatable {
    case unreadable(file: String)
    /// Not a segment, or its header fails its checksum.
    case header(file: String)
    /// The segment does not follow the one before it.
    case chain(file: String)
    /// A record with more behind it fails its checksum.
    case record(file: String, offset: Int)
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
package struct JournalReader {
    private var files: [String]
    /// Where new segments appear; set when the journal is followed while it is written.
    private var followed: (directory: String, name: String)?
    private var nextFile = 0
    private var handle: FileHandle?
    private var chunk: [UInt8] = []
    private var position = 0
    private var atEnd = false
    private var previousCRC: UInt32?

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
            fill(Record.byteCount)
            let available = chunk.count - position
            if available == 0 {
                if followed != nil, !isPastAndRead() { return nil }
                handle = nil
                continue
            }
            guard available >= Record.byteCount, let record = decode() else {
                return try torn()
            }
            let expected = sequence &+ 1
            guard record.sequence == expected else {
                throw .sequence(file: file, offset: offset, expected: expected, found: record.sequence)
            }
            position += Record.byteCount
            offset += Record.byteCount
            sequence = expected
            previousCRC = UInt32(truncatingIfNeeded: record.words[15])
            return record
        }
        return nil
    }

    private var isLastFile: Bool { nextFile == files.count }

    /// Looks for segments that appeared since.
    private mutating func look() {
        guard let followed else { return }
        let found = JournalSegments.list(directory: followed.directory, name: followed.name).map(\.path)
        if found.count > files.count { files = found }
    }

    /// Whether a newer segment exists and this one, which is then no longer written, was read to its end.
    private mutating func isPastAndRead() -> Bool {
        look()
        atEnd = false
        if isLastFile { return false }
        fill(Record.byteCount)
        return chunk.count == position
    }

    /// What cannot be read is a torn tail only in the last file with no whole record behind it.
    private mutating func torn() throws(JournalDamage) -> Record? {
        fill(2 * Record.byteCount)
        let rest = chunk.count - position
        guard isLastFile, rest < 2 * Record.byteCount else { throw .record(file: file, offset: offset) }
        if followed != nil, rest < Record.byteCount {
            atEnd = false
            return nil
        }
        tornTail = TornTail(file: file, offset: offset, byteCount: rest)
        return nil
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
        if chunk.count < JournalHeader.byteCount {
            guard isLastFile, header != nil || files.count == 1 else { throw .header(file: file) }
            if followed != nil {
                handle = nil
                nextFile -= 1
                return false
            }
            tornTail = TornTail(file: file, offset: 0, byteCount: chunk.count)
            return false
        }
        guard let header = JournalHeader(words: words(32)) else { throw .header(file: file) }
        try follow(header)
        position = JournalHeader.byteCount
        offset = JournalHeader.byteCount
        return true
    }

    private mutating func follow(_ next: JournalHeader) throws(JournalDamage) {
        if let last = header {
            let continues = next.identity == last.identity
            let firstSequence = continues ? sequence &+ 1 : 1
            guard next.segment == last.segment &+ 1, next.previousCRC == previousCRC,
                next.firstSequence == firstSequence
            else { throw .chain(file: file) }
            if !continues { sequence = 0 }
        } else {
            guard next.firstSequence > 0 else { throw .chain(file: file) }
            sequence = next.firstSequence - 1
        }
        header = next
        previousCRC = next.crc
    }

    /// A record at `position` whose checksum holds.
    private func decode() -> Record? {
        let words = words(16)
        var record = Record()
        for index in 0..<16 { record.words[index] = words[index] }
        return record.words[15] == UInt64(unsafe crc32c(words.span.bytes.extracting(0..<120))) ? record : nil
    }

    private func words(_ count: Int) -> [UInt64] {
        let bytes = unsafe chunk.span.bytes
        return (0..<count).map { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position + $0 * 8, as: UInt64.self) }
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
