import Model
import Rings
import Units

/// Moves records from the journal ring to segment files, in order and without loss.
///
/// A record leaves the ring only after `write` took it, so what a dead process did not write is still in the shared ring
/// (see `recoverJournal`). The first failure is final: every later call throws it again and takes nothing, the ring
/// fills, and the core stops placing orders. Cold thread only; time comes from the caller.
package struct JournalWriter: ~Copyable {
    private var consumer: RingConsumer<Record>
    private let identity: JournalIdentity
    private let directory: String
    private let disk: any JournalDisk
    private let segmentBytes: Int
    private let syncInterval: Nanoseconds

    private var sink: any JournalSink
    private var segment: UInt64
    private var size = 0
    private var lastCRC: UInt32
    private var oldestUnsynced: Nanoseconds?
    private var words = [UInt64](repeating: 0, count: JournalWriter.batch * 16)

    /// Sequence of the newest record written; 0 when none.
    package private(set) var written: UInt64 = 0
    /// Sequence up to which records are known to be on disk.
    package private(set) var durable: UInt64 = 0
    /// Records that wait in the ring.
    package var waiting: Int { consumer.count }
    /// Set by the first failure.
    package private(set) var failure: JournalError?

    static let batch = 256

    /// Begins a new segment behind those of the name that are in `directory`, which must exist. Run `recoverJournal`
    /// first. `wall` and `engine` are the two clocks at this moment.
    package init(
        consumer: consuming RingConsumer<Record>, directory: String, identity: JournalIdentity, segmentBytes: Int,
        syncInterval: Nanoseconds, wall: Nanoseconds, engine: Nanoseconds, disk: any JournalDisk = FileDisk()
    ) throws(JournalError) {
        precondition(segmentBytes >= JournalHeader.byteCount + Record.byteCount, "a segment holds at least one record")
        let last = JournalSegments.last(directory: directory, name: identity.name)
        let number = (last?.number ?? 0) + 1
        let header = JournalHeader(
            identity: identity, segment: number, firstSequence: 1, createdWall: wall, createdEngine: engine,
            previousCRC: last.flatMap { JournalSegments.lastCRC($0.path) } ?? 0)
        let sink = try disk.create(JournalSegments.path(directory, identity.name, number))
        unsafe try sink.write(header.words.span.bytes)
        try sink.synchronize()
        self.consumer = consumer
        self.identity = identity
        self.directory = directory
        self.disk = disk
        self.segmentBytes = segmentBytes
        self.syncInterval = syncInterval
        self.sink = sink
        segment = number
        size = JournalHeader.byteCount
        lastCRC = header.crc
    }

    /// Writes what waits in the ring, up to `limit` records, and syncs when the oldest unsynced record is older than the
    /// interval. Returns the number of records written. `observe` sees each record once it was handed to the kernel.
    package mutating func drain(
        limit: Int = .max, wall: Nanoseconds, engine: Nanoseconds, observe: (Record) -> Void = { _ in }
    ) throws(JournalError) -> Int {
        if let failure { throw failure }
        do throws(JournalError) {
            var total = 0
            while total < limit {
                let count = try writeBatch(
                    min(limit - total, JournalWriter.batch), wall: wall, engine: engine, observe)
                if count == 0 { break }
                total += count
                if oldestUnsynced == nil { oldestUnsynced = engine }
            }
            if let oldest = oldestUnsynced, engine - oldest >= syncInterval { try synchronize() }
            return total
        } catch {
            failure = error
            throw error
        }
    }

    /// Everything written is on disk when this returns.
    package mutating func flush() throws(JournalError) {
        if let failure { throw failure }
        do throws(JournalError) {
            try synchronize()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func writeBatch(
        _ limit: Int, wall: Nanoseconds, engine: Nanoseconds, _ observe: (Record) -> Void
    ) throws(JournalError) -> Int {
        if size + Record.byteCount > segmentBytes {
            var probe = Record()
            guard consumer.peek(0, into: &probe) else { return 0 }
            try rotate(wall: wall, engine: engine)
        }
        let room = (segmentBytes - size) / Record.byteCount
        let count = try collect(min(limit, room))
        guard count > 0 else { return 0 }
        let bytes = count * Record.byteCount
        unsafe try sink.write(words.span.bytes.extracting(0..<bytes))
        var record = Record()
        for index in 0..<count where consumer.peek(index, into: &record) { observe(record) }
        consumer.discard(count)
        size += bytes
        written += UInt64(count)
        lastCRC = UInt32(truncatingIfNeeded: words[count * 16 - 1])
        return count
    }

    /// Copies waiting records into `words`, checked and sealed.
    private mutating func collect(_ limit: Int) throws(JournalError) -> Int {
        var record = Record()
        var count = 0
        while count < limit, consumer.peek(count, into: &record) {
            let expected = written + UInt64(count) + 1
            guard record.sequence == expected else { throw .sequence(expected: expected, found: record.sequence) }
            JournalWriter.seal(record, into: &words, at: count)
            count += 1
        }
        return count
    }

    /// A record's words with its checksum, at place `index` of a buffer.
    static func seal(_ record: Record, into words: inout [UInt64], at index: Int) {
        let start = index * 16
        for word in 0..<15 { words[start + word] = record.words[word] }
        words[start + 15] = UInt64(unsafe crc32c(words.span.bytes.extracting(start * 8..<start * 8 + 120)))
    }

    private mutating func rotate(wall: Nanoseconds, engine: Nanoseconds) throws(JournalError) {
        try synchronize()
        sink.close()
        segment += 1
        let header = JournalHeader(
            identity: identity, segment: segment, firstSequence: written + 1, createdWall: wall, createdEngine: engine,
            previousCRC: lastCRC)
        sink = try disk.create(JournalSegments.path(directory, identity.name, segment))
        unsafe try sink.write(header.words.span.bytes)
        size = JournalHeader.byteCount
        lastCRC = header.crc
    }

    private mutating func synchronize() throws(JournalError) {
        try sink.synchronize()
        durable = written
        oldestUnsynced = nil
    }
}
