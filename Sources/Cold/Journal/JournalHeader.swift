import CPlatform
import Model
import Units

// A segment file `<run name>-<number, 6 digits>.ntj`, little endian:
//
//     0 ┌──────────────────────────────────────────────────────────────┐
//       │   0  magic            8 bytes "NTJRNL01"                     │
//       │   8  format version   u32 = 1      12  record bytes u32 = 128│
//       │  16  configuration    u64 hash                               │
//       │  24  run id           u32          28  mode u8, 3 zero bytes │
//       │  32  segment number   u64, from 1                            │
//       │  40  first sequence   u64                                    │
//       │  48  created          i64 wall time, ns since 1970           │
//       │  56  previous CRC     u32 of the segment before: its last    │
//       │                       record's, or its header's; 0 if none   │
//       │  60  zero             u32                                    │
//       │  64  build id         64 bytes of text, zero padded          │
//       │ 128  run name         64 bytes of text, zero padded          │
//       │ 192  created          i64 engine clock, ns                   │
//       │ 200  zero             52 bytes                               │
//       │ 252  CRC-32C          u32 over bytes 0 to 251                │
//   256 ├──────────────────────────────────────────────────────────────┤
//       │ records of 128 bytes (`Model.Record`), word 15: CRC-32C over │
//       │ words 0 to 14; sequence grows by one from record to record   │
//       └──────────────────────────────────────────────────────────────┘
//
// Every start of the engine has its own run id and begins a segment with sequence 1; a run that fills a segment goes on
// in the next with the following sequence.

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

    package init(build: String, configurationHash: UInt64, mode: RunMode, run: UInt32, name: String) {
        self.build = build
        self.configurationHash = configurationHash
        self.mode = mode
        self.run = run
        self.name = name
    }
}

/// The first 256 bytes of a segment.
package struct JournalHeader: Sendable, Equatable {
    package static let byteCount = 256
    static let magic: UInt64 = 0x3130_4C4E_524A_544E
    static let version: UInt32 = 1

    package var identity: JournalIdentity
    package var segment: UInt64
    package var firstSequence: UInt64
    package var createdWall: Nanoseconds
    package var createdEngine: Nanoseconds
    package var previousCRC: UInt32

    /// As 32 words with the checksum in place.
    var words: [UInt64] {
        var words = [UInt64](repeating: 0, count: 32)
        words[0] = JournalHeader.magic
        words[1] = UInt64(JournalHeader.version) | UInt64(Record.byteCount) << 32
        words[2] = identity.configurationHash
        words[3] = UInt64(identity.run) | UInt64(identity.mode.rawValue) << 32
        words[4] = segment
        words[5] = firstSequence
        words[6] = UInt64(bitPattern: createdWall.raw)
        words[7] = UInt64(previousCRC)
        JournalHeader.put(identity.build, &words, at: 8)
        JournalHeader.put(identity.name, &words, at: 16)
        words[24] = UInt64(bitPattern: createdEngine.raw)
        words[31] = UInt64(unsafe crc32c(words.span.bytes.extracting(0..<252))) << 32
        return words
    }

    /// `nil` unless the words are an intact header of this format.
    init?(words: [UInt64]) {
        guard words.count == 32, words[0] == JournalHeader.magic,
            words[1] == UInt64(JournalHeader.version) | UInt64(Record.byteCount) << 32,
            unsafe crc32c(words.span.bytes.extracting(0..<252)) == UInt32(truncatingIfNeeded: words[31] >> 32),
            let mode = RunMode(rawValue: UInt8(truncatingIfNeeded: words[3] >> 32))
        else { return nil }
        identity = JournalIdentity(
            build: JournalHeader.text(words, at: 8), configurationHash: words[2], mode: mode,
            run: UInt32(truncatingIfNeeded: words[3]), name: JournalHeader.text(words, at: 16))
        segment = words[4]
        firstSequence = words[5]
        createdWall = Nanoseconds(raw: Int64(bitPattern: words[6]))
        createdEngine = Nanoseconds(raw: Int64(bitPattern: words[24]))
        previousCRC = UInt32(truncatingIfNeeded: words[7])
    }

    init(
        identity: JournalIdentity, segment: UInt64, firstSequence: UInt64, createdWall: Nanoseconds,
        createdEngine: Nanoseconds, previousCRC: UInt32
    ) {
        self.identity = identity
        self.segment = segment
        self.firstSequence = firstSequence
        self.createdWall = createdWall
        self.createdEngine = createdEngine
        self.previousCRC = previousCRC
    }

    /// The header's own checksum.
    var crc: UInt32 { UInt32(truncatingIfNeeded: words[31] >> 32) }

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

/// CRC-32C of the bytes.
func crc32c(_ bytes: RawSpan) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe platform_crc32c(0, $0.baseAddress, $0.count) }
}
