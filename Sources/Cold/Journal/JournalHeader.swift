import CPlatform
import Model
import Units

// A segment file `<run name>-<number, 6 digits>.ntj`, little endian:
//
//     0 ┌──────────────────────────────────────────────────────────────┐
//       │   0  magic            8 bytes "NTJRNL01"                     │
//       │   8  format version   u32 = 2      12  record bytes u32 = 128│
//       │  16  configuration    u64 hash                               │
//       │  24  run id           u32          28  mode u8, 3 zero bytes │
//       │  32  segment number   u64, from 1                            │
//       │  40  first sequence   u64                                    │
//       │  48  created          i64 wall time, ns since 1970           │
//       │  56  session id       u64, drawn at random for each start    │
//       │  64  build id         64 bytes of text, zero padded          │
//       │ 128  run name         64 bytes of text, zero padded          │
//       │ 192  created          i64 engine clock, ns                   │
//       │ 200  previous hash    32 bytes: the chain's value at the end │
//       │                       of the segment before; 0 if none       │
//       │ 232  zero             3860 bytes                             │
//       │4092  CRC-32C          u32 over bytes 0 to 4091               │
//  4096 ├──────────────────────────────────────────────────────────────┤
//       │ slots of 128 bytes: records (`Model.Record`) and, behind     │
//       │ each group of them, a flush marker (`JournalMarker`)         │
//       ├──────────────────────────────────────────────────────────────┤
//       │ zeros, written ahead; a slot of zeros is the end             │
//       └──────────────────────────────────────────────────────────────┘
//
// The header has a page to itself, so that no later write touches the sectors it is in. Word 15 of a slot is the CRC-32C
// of its words 0 to 14, begun with session id and segment number: bytes that an older file left on the disk never pass.
// A record has a fixed length, so no damaged length can swallow what follows it; its sequence grows by one.
//
// Every start of the engine has its own run id and session id and begins a segment with sequence 1; a run that fills a
// segment goes on in the next with the following sequence, and so do records that a later start saved from memory.

/// What a run says about itself at the head of each of its segments.
package struct JournalIdentity: Sendable, Equatable {
    /// Text that names the program's build; up to 64 bytes are kept.
    package var build: String
    package var configurationHash: UInt64
    package var mode: RunMode
    /// The start's number, as in `ClientOrderID.run`.
    package var run: UInt32
    /// Run name from the configuration, up to 64 bytes; names the files.
    package var name: String
    /// Drawn at random for each start, and stamped into word 15 of each record on its way through memory, so that no
    /// record is ever taken for one of another start. Not random where the same call has to give the same journal.
    package var session: UInt64

    package init(
        build: String, configurationHash: UInt64, mode: RunMode, run: UInt32, name: String, session: UInt64
    ) {
        self.build = build
        self.configurationHash = configurationHash
        self.mode = mode
        self.run = run
        self.name = name
        self.session = session
    }
}

/// The first 4,096 bytes of a segment.
package struct JournalHeader: Sendable, Equatable {
    package static let byteCount = 4096
    static let magic: UInt64 = 0x3130_4C4E_524A_544E
    package static let version: UInt32 = 2
    private static let wordCount = byteCount / 8

    package var identity: JournalIdentity
    package var segment: UInt64
    package var firstSequence: UInt64
    package var createdWall: Nanoseconds
    package var createdEngine: Nanoseconds
    package var previousHash: JournalHash

    /// As 512 words with the checksum in place.
    var words: [UInt64] {
        var words = [UInt64](repeating: 0, count: JournalHeader.wordCount)
        words[0] = JournalHeader.magic
        words[1] = UInt64(JournalHeader.version) | UInt64(Record.byteCount) << 32
        words[2] = identity.configurationHash
        words[3] = UInt64(identity.run) | UInt64(identity.mode.rawValue) << 32
        words[4] = segment
        words[5] = firstSequence
        words[6] = UInt64(bitPattern: createdWall.raw)
        words[7] = identity.session
        JournalHeader.put(identity.build, &words, at: 8)
        JournalHeader.put(identity.name, &words, at: 16)
        words[24] = UInt64(bitPattern: createdEngine.raw)
        for index in 0..<4 { words[25 + index] = previousHash[index] }
        words[JournalHeader.wordCount - 1] = JournalHeader.checksum(words) << 32
        return words
    }

    /// `nil` unless the words are an intact header of this format.
    init?(words: [UInt64]) {
        guard words.count == JournalHeader.wordCount, words[0] == JournalHeader.magic,
            words[1] == UInt64(JournalHeader.version) | UInt64(Record.byteCount) << 32,
            JournalHeader.checksum(words) == words[JournalHeader.wordCount - 1] >> 32,
            let mode = RunMode(rawValue: UInt8(truncatingIfNeeded: words[3] >> 32))
        else { return nil }
        identity = JournalIdentity(
            build: JournalHeader.text(words, at: 8), configurationHash: words[2], mode: mode,
            run: UInt32(truncatingIfNeeded: words[3]), name: JournalHeader.text(words, at: 16), session: words[7])
        segment = words[4]
        firstSequence = words[5]
        createdWall = Nanoseconds(raw: Int64(bitPattern: words[6]))
        createdEngine = Nanoseconds(raw: Int64(bitPattern: words[24]))
        previousHash = JournalHash(words[25], words[26], words[27], words[28])
    }

    init(
        identity: JournalIdentity, segment: UInt64, firstSequence: UInt64, createdWall: Nanoseconds,
        createdEngine: Nanoseconds, previousHash: JournalHash
    ) {
        self.identity = identity
        self.segment = segment
        self.firstSequence = firstSequence
        self.createdWall = createdWall
        self.createdEngine = createdEngine
        self.previousHash = previousHash
    }

    /// What the checksum of each of the segment's slots begins with.
    var seed: UInt32 { unsafe crc32c([identity.session, segment].span.bytes) }

    /// The format version that the first two words of a segment name; `nil` when they are not of a segment.
    static func version(of words: [UInt64]) -> UInt32? {
        words.count >= 2 && words[0] == magic ? UInt32(truncatingIfNeeded: words[1]) : nil
    }

    private static func checksum(_ words: [UInt64]) -> UInt64 {
        UInt64(unsafe crc32c(words.span.bytes.extracting(0..<byteCount - 4)))
    }

    private static func put(_ text: String, _ words: inout [UInt64], at word: Int) {
        for (index, byte) in text.utf8.prefix(64).enumerated() {
            words[word + index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
        }
    }

    private static func text(_ words: [UInt64], at word: Int) -> String {
        let bytes = (0..<64).map { UInt8(truncatingIfNeeded: words[word + $0 / 8] >> UInt64($0 % 8 * 8)) }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// CRC-32C of the bytes, going on from `seed`.
func crc32c(_ bytes: RawSpan, seed: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe platform_crc32c(seed, $0.baseAddress, $0.count) }
}
