import CCrypto
import Model
import Units

// A flush marker, one slot of 128 bytes behind the records that one sync makes durable:
//
//     word   0        sequence of the last record before it
//     word   1        bits 0-7 stream 3, 8-15 tag 1, 16-47 records in the group
//     word   2        engine clock at the flush, ns
//     word   3        wall time at the flush, ns since 1970
//     word   4        sequence up to which records were known to be on disk before
//     words  5-8      the chain's new value
//     words  9-14     zero
//     word  15        as any slot
//
// The chain: at a segment's head H = SHA-256(previous hash ‖ header); at a marker
// H = SHA-256(H ‖ the group's records as stored ‖ the marker's words 0 to 4). Where a segment ends without a marker (its
// writer died) the next header quotes SHA-256(H ‖ the records behind the last marker). So the last value vouches for
// every byte before it: whoever kept it elsewhere sees any later change, deletion or exchange, checksums put right or not.

/// 32 bytes of SHA-256, as four little-endian words.
package struct JournalHash: Sendable, Equatable {
    private var a: UInt64, b: UInt64, c: UInt64, d: UInt64
    /// Of nothing: before the first segment.
    package static let none = JournalHash(0, 0, 0, 0)

    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    subscript(index: Int) -> UInt64 { [a, b, c, d][index] }

    /// 64 hexadecimal digits, first byte first.
    package var text: String { [a, b, c, d].map { hex($0.byteSwapped) }.joined() }
}

/// The chain within one segment, for its writer and for its reader.
struct JournalChain {
    private var state = nt_sha256()
    /// Value at the last marker, or at the segment's head.
    private(set) var hash: JournalHash
    /// Records folded since.
    private(set) var groupCount = 0

    /// At the head of a segment; `words` are the header's.
    init(_ header: JournalHeader, words: [UInt64]) {
        hash = header.previousHash
        begin()
        add(unsafe words.span.bytes)
        close()
    }

    /// The next `count` records of the group, sixteen words each, as they stand in the file.
    mutating func fold(_ words: [UInt64], count: Int) {
        add(unsafe words.span.bytes.extracting(0..<count * Record.byteCount))
        groupCount += count
    }

    /// The group's next record, as it stands in the file.
    mutating func fold(_ record: Record) {
        unsafe withUnsafeBytes(of: record) { unsafe nt_sha256_add(&state, $0.baseAddress, $0.count) }
        groupCount += 1
    }

    /// Ends the group with the marker's words 0 to 4; the chain's new value.
    mutating func seal(_ words: [UInt64]) -> JournalHash {
        precondition(words.count == 5, "a marker is hashed over its first five words")
        add(unsafe words.span.bytes)
        close()
        return hash
    }

    /// Value at the end of the segment, for the next header.
    var end: JournalHash {
        guard groupCount > 0 else { return hash }
        var copy = self
        copy.close()
        return copy.hash
    }

    private mutating func begin() {
        unsafe nt_sha256_begin(&state)
        let words = (0..<4).map { hash[$0] }
        add(unsafe words.span.bytes)
    }

    private mutating func add(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe nt_sha256_add(&state, $0.baseAddress, $0.count) }
    }

    private mutating func close() {
        var out = [UInt64](repeating: 0, count: 4)
        unsafe out.withUnsafeMutableBytes {
            unsafe nt_sha256_end(&state, $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        hash = JournalHash(out[0], out[1], out[2], out[3])
        groupCount = 0
        begin()
    }
}

/// The slot behind each group.
enum JournalMarker {
    private static let kind: UInt64 = 3 | 1 << 8

    static func isMarker(_ record: Record) -> Bool { record.words[1] & 0xFFFF == kind }

    /// The unsealed slot that ends the chain's group.
    static func make(
        sequence: UInt64, durable: UInt64, engine: Nanoseconds, wall: Nanoseconds, _ chain: inout JournalChain
    ) -> Record {
        let words = [
            sequence, kind | UInt64(chain.groupCount) << 16, UInt64(bitPattern: engine.raw), UInt64(bitPattern: wall.raw),
            durable,
        ]
        var record = Record()
        for index in 0..<5 { record.words[index] = words[index] }
        let hash = chain.seal(words)
        for index in 0..<4 { record.words[5 + index] = hash[index] }
        return record
    }

    /// Whether the marker is the right one behind `sequence`, and folds it.
    static func check(_ record: Record, sequence: UInt64, _ chain: inout JournalChain) -> Bool {
        guard record.words[0] == sequence, record.words[1] >> 16 == UInt64(chain.groupCount) else { return false }
        let hash = chain.seal((0..<5).map { record.words[$0] })
        return (0..<4).allSatisfy { record.words[5 + $0] == hash[$0] }
    }
}
