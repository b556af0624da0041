import Model
import Rings
import Units

/// Moves records from the journal ring to segment files, in order and without loss.
///
/// A record leaves the ring only after `write` took it, so what a dead process did not write is still in the shared ring
/// (see `recoverJournal`). Records between two syncs are a group; a marker with the hash chain ends it. The first failure
/// is final: every later call throws it again and takes nothing. Cold thread only; time comes from the caller.
package struct JournalWriter: ~Copyable {
    private var consumer: RingConsumer<Record>
    private let identity: JournalIdentity
    private let directory: String
    private let disk: any JournalDisk
    private let segmentBytes: Int
    private let syncInterval: Nanoseconds

    private var sink: any JournalSink
    private var segment: UInt64
    private var seed: UInt32
    private var chain: JournalChain
    private var size = JournalHeader.byteCount
    private var reserved = 0
    private var oldestUnsynced: Nanoseconds?
    /// A record that may not wait for the interval is among the unsynced.
    private var isUrgent = false
    private var spaceAsked: Nanoseconds
    private var words = [UInt64](repeating: 0, count: JournalWriter.batch * 16)
    /// Records at the ring's front that `observeWaiting` has shown.
    private var shown = 0

    /// Sequence of the newest record written; 0 when none.
    package private(set) var written: UInt64 = 0
    /// Sequence up to which records are known to be on disk.
    package private(set) var durable: UInt64 = 0
    /// Records that wait in the ring.
    package var waiting: Int { consumer.count }
    /// Set by the first failure.
    package private(set) var failure: JournalError?

    static let batch = 256
    /// Zeros are kept written this far ahead of the records.
    private static let ahead = 1 << 20
    /// Smallest segment: header, one record, its marker.
    package static let leastSegmentBytes = JournalHeader.byteCount + 2 * Record.byteCount
    private static let spaceInterval = Nanoseconds(seconds: 1)

    /// Goes on from a segment that was begun before the ring's other end was given away.
    package init(consumer: consuming RingConsumer<Record>, start: JournalStart, syncInterval: Nanoseconds) {
        self.consumer = consumer
        identity = start.header.identity
        directory = start.directory
        disk = start.disk
        segmentBytes = start.segmentBytes
        self.syncInterval = syncInterval
        sink = start.sink
        segment = start.header.segment
        seed = start.header.seed
        chain = start.chain
        spaceAsked = start.header.createdEngine
    }

    /// Begins a new segment behind those of the name that are in `directory`; see `JournalStart`.
    package init(
        consumer: consuming RingConsumer<Record>, directory: String, identity: JournalIdentity, segmentBytes: Int,
        syncInterval: Nanoseconds, wall: Nanoseconds, engine: Nanoseconds, disk: any JournalDisk = FileDisk()
    ) throws(JournalError) {
        let start = try JournalStart(
            directory: directory, identity: identity, segmentBytes: segmentBytes, wall: wall, engine: engine, disk: disk)
        self.init(consumer: consumer, start: start, syncInterval: syncInterval)
    }

    /// Writes what waits in the ring, up to `limit` records, and syncs when the oldest unsynced record is older than the
    /// interval or one must not wait. Returns the number of records written. `observe` sees each record once it was
    /// handed to the kernel.
    package mutating func drain(
        limit: Int = .max, wall: Nanoseconds, engine: Nanoseconds, observe: (Record) -> Void = { _ in }
    ) throws(JournalError) -> Int {
        if let failure { throw failure }
        do throws(JournalError) {
            try checkSpace(engine)
            var total = 0
            while total < limit {
                let count = try writeBatch(
                    min(limit - total, JournalWriter.batch), wall: wall, engine: engine, observe)
                if count == 0 { break }
                total += count
                if oldestUnsynced == nil { oldestUnsynced = engine }
            }
            if let oldest = oldestUnsynced, isUrgent || engine - oldest >= syncInterval {
                try synchronize(wall: wall, engine: engine)
            }
            return total
        } catch {
            failure = error
            throw error
        }
    }

    /// Everything written is on disk when this returns, and its group is closed.
    package mutating func flush(wall: Nanoseconds, engine: Nanoseconds) throws(JournalError) {
        if let failure { throw failure }
        do throws(JournalError) {
            try synchronize(wall: wall, engine: engine)
        } catch {
            failure = error
            throw error
        }
    }

    /// Flushes and gives the segment's unused zeros back; nothing can be written afterwards.
    package mutating func end(wall: Nanoseconds, engine: Nanoseconds) throws(JournalError) {
        try flush(wall: wall, engine: engine)
        sink.finish()
    }

    /// After a failure: shows what waits in the ring and was not shown yet, and leaves it there for the next start to
    /// save. Returns how many records that were.
    package mutating func observeWaiting(_ observe: (Record) -> Void) -> Int {
        precondition(failure != nil, "what waits is written, not only looked at")
        var record = Record()
        let before = shown
        while consumer.peek(shown, into: &record) {
            observe(record)
            shown += 1
        }
        return shown - before
    }

    private mutating func writeBatch(
        _ limit: Int, wall: Nanoseconds, engine: Nanoseconds, _ observe: (Record) -> Void
    ) throws(JournalError) -> Int {
        if size + 2 * Record.byteCount > segmentBytes {
            var probe = Record()
            guard consumer.peek(0, into: &probe) else { return 0 }
            try rotate(wall: wall, engine: engine)
        }
        let room = (segmentBytes - size) / Record.byteCount - 1
        let count = try collect(min(limit, room))
        guard count > 0 else { return 0 }
        try append(count)
        var record = Record()
        for index in 0..<count where consumer.peek(index, into: &record) {
            if JournalWriter.mustNotWait(record) { isUrgent = true }
            observe(record)
        }
        consumer.discard(count)
        written += UInt64(count)
        return count
    }

    /// Copies waiting records into `words`, checked and sealed.
    private mutating func collect(_ limit: Int) throws(JournalError) -> Int {
        var record = Record()
        var count = 0
        while count < limit, consumer.peek(count, into: &record) {
            let expected = written + UInt64(count) + 1
            guard record.words[15] == identity.session else { throw .foreign(session: record.words[15]) }
            guard record.sequence == expected else { throw .sequence(expected: expected, found: record.sequence) }
            JournalWriter.seal(record, seed: seed, into: &words, at: count)
            count += 1
        }
        return count
    }

    /// Writes the first `count` slots of `words` as records of the group.
    private mutating func append(_ count: Int) throws(JournalError) {
        let bytes = count * Record.byteCount
        try reserve(bytes)
        unsafe try sink.write(words.span.bytes.extracting(0..<bytes))
        chain.fold(words, count: count)
        size += bytes
    }

    private mutating func reserve(_ bytes: Int) throws(JournalError) {
        guard size + bytes > reserved else { return }
        reserved = min(segmentBytes, size + bytes + JournalWriter.ahead)
        try sink.reserve(reserved)
    }

    /// A record's words with its checksum, at place `index` of a buffer.
    static func seal(_ record: Record, seed: UInt32, into words: inout [UInt64], at index: Int) {
        let start = index * 16
        for word in 0..<15 { words[start + word] = record.words[word] }
        words[start + 15] = UInt64(unsafe crc32c(words.span.bytes.extracting(start * 8..<start * 8 + 120), seed: seed))
    }

    /// Fills, commands and changes of state (arming, kill) are on disk before anything else is done on the cold side.
    private static func mustNotWait(_ record: Record) -> Bool {
        switch (record.stream, record.tag) {
        case (.input?, 5), (.input?, 9), (.output?, 8): return true
        default: return false
        }
    }

    private mutating func rotate(wall: Nanoseconds, engine: Nanoseconds) throws(JournalError) {
        try synchronize(wall: wall, engine: engine)
        sink.finish()
        let start = try JournalStart(
            directory: directory, identity: identity, segmentBytes: segmentBytes, wall: wall, engine: engine, disk: disk,
            after: JournalEnd(segment: segment, hash: chain.end), firstSequence: written + 1)
        sink = start.sink
        segment = start.header.segment
        seed = start.header.seed
        chain = start.chain
        size = JournalHeader.byteCount
        reserved = 0
    }

    /// Closes the group and waits for the disk. Never tried again after a failure: the kernel marks pages clean that it
    /// could not write, so a second sync would succeed and prove nothing.
    private mutating func synchronize(wall: Nanoseconds, engine: Nanoseconds) throws(JournalError) {
        if chain.groupCount > 0 {
            let marker = JournalMarker.make(sequence: written, durable: durable, engine: engine, wall: wall, &chain)
            JournalWriter.seal(marker, seed: seed, into: &words, at: 0)
            try reserve(Record.byteCount)
            unsafe try sink.write(words.span.bytes.extracting(0..<Record.byteCount))
            size += Record.byteCount
        }
        try sink.synchronize()
        durable = written
        oldestUnsynced = nil
        isUrgent = false
    }

    private mutating func checkSpace(_ engine: Nanoseconds) throws(JournalError) {
        guard engine - spaceAsked >= JournalWriter.spaceInterval else { return }
        spaceAsked = engine
        try JournalStart.checkSpace(disk, directory, segmentBytes)
    }
}

/// A segment that was made and holds its header only, on disk with its name. Made before the ring is given to the core,
/// so that each record in memory has a segment that it belongs to.
package struct JournalStart {
    let directory: String
    let header: JournalHeader
    let segmentBytes: Int
    let disk: any JournalDisk
    let sink: any JournalSink
    let chain: JournalChain

    /// Begins a new segment behind those of the name that are in `directory`, which must exist. Run `recoverJournal`
    /// first. `wall` and `engine` are the two clocks at this moment; `after` is the journal's end, where it is known.
    package init(
        directory: String, identity: JournalIdentity, segmentBytes: Int, wall: Nanoseconds, engine: Nanoseconds,
        disk: any JournalDisk = FileDisk(), after: JournalEnd? = nil, firstSequence: UInt64 = 1
    ) throws(JournalError) {
        precondition(segmentBytes >= JournalWriter.leastSegmentBytes, "a segment holds at least one record")
        try JournalStart.checkSpace(disk, directory, segmentBytes)
        let end: JournalEnd
        if let after { end = after } else { end = try .find(directory: directory, name: identity.name) }
        header = JournalHeader(
            identity: identity, segment: end.segment + 1, firstSequence: firstSequence, createdWall: wall,
            createdEngine: engine, previousHash: end.hash)
        self.directory = directory
        self.segmentBytes = segmentBytes
        self.disk = disk
        let words = header.words
        chain = JournalChain(header, words: words)
        sink = try disk.create(JournalSegments.path(directory, identity.name, header.segment))
        unsafe try sink.write(words.span.bytes)
        try sink.synchronize()
    }

    /// Two segments' room, so that what is decided while the engine stops can still be proved.
    static func checkSpace(_ disk: any JournalDisk, _ directory: String, _ segmentBytes: Int) throws(JournalError) {
        let floor = 2 * UInt64(segmentBytes)
        if let free = disk.freeBytes(directory), free < floor {
            throw .space(path: directory, free: free, floor: floor)
        }
    }
}
