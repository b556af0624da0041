import Model
import Rings

/// The core's side of the journal: numbers every input and output and puts it into the ring that the cold side drains.
/// A record is in the ring before its order is on the wire. Word 15 carries the session, so that a later start can tell
/// whose record it finds; the cold side puts the checksum there. Trade thread only; O(1), never allocates.
struct JournalOutlet: ~Copyable {
    private var ring: RingProducer<Record>
    private(set) var nextSequence: UInt64 = 1

    private let session: UInt64

    init(_ ring: consuming RingProducer<Record>, session: UInt64) {
        self.ring = ring
        self.session = session
    }

    /// Whether a whole step, its input and all it may decide, can be taken.
    mutating func hasRoom(for records: Int) -> Bool { ring.freeCount() >= records }

    mutating func append(_ input: Input, time: Int64) { push(input.record(sequence: nextSequence, time: .init(raw: time))) }

    /// All that a step decided.
    mutating func append(_ outputs: borrowing OutputBuffer) {
        for index in 0..<outputs.count { push(outputs.record(index)) }
    }

    /// Brings the room of the next records near: after a step, when its orders have left.
    func prepare(_ records: Int) { ring.prepare(records) }

    private mutating func push(_ unstamped: Record) {
        var record = unstamped
        record.sequence = nextSequence
        record.words[15] = session
        precondition(ring.tryPush(record), "journal ring overflowed although room was asked for")
        nextSequence += 1
    }
}
