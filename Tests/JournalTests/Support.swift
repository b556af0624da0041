import Foundation
import Journal
import Model
import Rings
import Units

/// A directory of its own for one test, removed with the value.
final class Scratch {
    let path: String
    /// `fast`: in memory where the machine has such a directory; for tests that write very often.
    init(fast: Bool = false) {
        let memory = "/dev/shm"
        let place = fast && FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        path = place + "/journal-tests-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var segments: [String] { JournalSegments.list(directory: path, name: "run").map(\.path) }
}

/// Bytes of a segment with room for `records` and one marker.
func segmentSize(_ records: Int) -> Int { JournalHeader.byteCount + (records + 1) * Record.byteCount }

/// Each run has a session of its own.
func identity(run: UInt32 = 1) -> JournalIdentity {
    JournalIdentity(
        build: "abc123", configurationHash: 0x1234, mode: .live, run: run, name: "run", session: session(run))
}

func session(_ run: UInt32) -> UInt64 { 0xABCD_0000_0000_0000 + UInt64(run) }

/// A record that is different for every sequence, as the core's side of the ring stamps it.
func record(_ sequence: UInt64, run: UInt32 = 1) -> Record {
    let top = TopOfBook(
        instrument: InstrumentID(0), bidPrice: Price(raw: Int64(sequence) * 7), bidQuantity: Quantity(raw: 1),
        askPrice: Price(raw: Int64(sequence) * 7 + 1), askQuantity: Quantity(raw: 2), updateID: sequence,
        venueTime: .zero, receivedAt: Nanoseconds(raw: Int64(sequence)))
    return stamped(Input.topOfBook(top).record(sequence: sequence, time: Nanoseconds(raw: Int64(sequence))), run: run)
}

func stamped(_ record: Record, run: UInt32 = 1) -> Record {
    var record = record
    record.words[15] = session(run)
    return record
}

/// The first fifteen words, which are the record's content.
func content(_ record: Record) -> [UInt64] { (0..<15).map { record.words[$0] } }

func writer(
    _ scratch: Scratch, _ consumer: consuming RingConsumer<Record>, run: UInt32 = 1, segmentBytes: Int = 1 << 20,
    interval: Nanoseconds = .zero, disk: any JournalDisk = FileDisk()
) throws(JournalError) -> JournalWriter {
    try JournalWriter(
        consumer: consumer, directory: scratch.path, identity: identity(run: run), segmentBytes: segmentBytes,
        syncInterval: interval, wall: Nanoseconds(seconds: 1_000), engine: Nanoseconds(raw: 0), disk: disk)
}

/// Writes a run of `count` records.
func write(_ scratch: Scratch, count: UInt64, run: UInt32 = 1, segmentBytes: Int = 1 << 20) throws {
    var ends = makeRing(of: Record.self, capacity: 1024)
    for sequence in 1...count { push(record(sequence, run: run), &ends.producer) }
    var journal = try writer(scratch, ends.consumer, run: run, segmentBytes: segmentBytes)
    _ = try journal.drain(wall: .zero, engine: .zero)
    try journal.end(wall: .zero, engine: .zero)
}

/// Everything a reader hands out, and how it ended.
func readAll(_ files: [String]) -> (records: [Record], damage: JournalDamage?, torn: TornTail?) {
    var reader = JournalReader(files: files)
    var records: [Record] = []
    do throws(JournalDamage) {
        while let record = try reader.next() { records.append(record) }
    } catch {
        return (records, error, reader.tornTail)
    }
    return (records, nil, reader.tornTail)
}

func bytes(_ path: String) -> [UInt8] { Array(FileManager.default.contents(atPath: path) ?? Data()) }
func store(_ bytes: [UInt8], _ path: String) { _ = FileManager.default.createFile(atPath: path, contents: Data(bytes)) }

/// Precondition: the ring has room.
func push(_ record: Record, _ producer: inout RingProducer<Record>) {
    let isTaken = producer.tryPush(record)
    precondition(isTaken, "the test's ring is full")
}
