import Books
import CPlatform
import Units
import VenueKit

// A market file: recorded market data, decoded once. Made by `needletail import`, played by `needletail backtest`.
//
// Numbers are little endian. Prices and quantities are integers at 8 decimal places, as in the engine; times are
// nanoseconds since 1970, the venue's own milliseconds. Everything begins at a multiple of eight bytes, so that a file may
// be mapped and its levels be read where they lie. There is no byte that no sum covers.
//
//     header     128 bytes
//       0  magic          89 4E 54 4D 4B 54 0D 0A ("NTMKT" between a byte above 127 and a line's end)
//       8  version        u32, 1
//      12  order          u32, 0x01020304: as read by a machine of the writer's byte order
//      16  instruments    u32
//      20  places         u32, 8: decimal places of prices and quantities
//      24  blocks         u64
//      32  messages       u64, in all blocks
//      40  rows           u64, levels of diffs and snapshots in all blocks
//      48  first, last    i64 each: receive times
//      64  index          u64, where it begins
//      72  bytes          u64, of the file
//      80  chain          u32, the sum of the last block
//      84  zero           40 bytes
//     124  sum            u32, CRC-32C of all before it and of the table
//     table      64 bytes an instrument
//       0  symbol         32 bytes, ended by zeros
//      32  tick, lot      i64 each: the greatest steps that the recording's prices and quantities are multiples of
//      48  zero           16 bytes
//     block      48 bytes and its records
//       0  magic          u32, "NBLK"
//       4  bytes          u32, of its records
//       8  records        u32
//      12  number         u32, from 0
//      16  first, last    i64 each: receive times
//      32  previous       u32, the sum of the block before; 0 in the first
//      36  rows           u32
//      40  zero           u32
//      44  sum            u32, CRC-32C of the 44 bytes before it and of the records
//     record     64 bytes, then its levels of 16: price i64, quantity i64; bids first
//       0  kind u8, buyer is maker u8, refusal u8, zero u8, instrument u16 (FFFF: none), zero u16
//       8  received       i64, never less than the record's before
//      16  event time     i64, milliseconds
//      24  first update   i64; of a trade its id
//      32  last update    i64
//      40  previous       i64, the update before the first
//      48  bids, asks     u32 each: levels behind this record. A ticker has one each, a trade one bid
//      56  zero           u64
//     index      32 bytes a block: offset u64, first, last i64, records u32, sum u32
//                then its magic "NIDX" u32 and CRC-32C of all before it u32; nothing behind
enum Layout {
    static let magic: [UInt8] = [0x89, 0x4E, 0x54, 0x4D, 0x4B, 0x54, 0x0D, 0x0A]
    static let version: UInt32 = 1
    static let order: UInt32 = 0x0102_0304
    static let places: UInt32 = 8
    static let headerBytes = 128
    static let instrumentBytes = 64
    static let symbolBytes = 32
    static let instrumentsMax = 1024
    static let blockMagic: UInt32 = 0x4B4C_424E
    static let blockBytes = 48
    static let indexMagic: UInt32 = 0x5844_494E
    static let indexBytes = 32
    static let recordBytes = 64
    static let levelBytes = 16
    /// Levels on one side of a record.
    static let levelsMax = 65_536
    /// Bytes of a block's records. A block is closed when it reaches the second; one record can exceed that.
    static let payloadMax = 4 << 20
    static let payloadUsual = 256 << 10
    static let noRow: UInt16 = 0xFFFF
    /// Receive times are above zero and below this: about the year 2116, with room for sums.
    static let timeMax: Int64 = 1 << 62
    /// The venue's milliseconds end where nanoseconds in 64 bits do.
    static let eventTimeEnd = Int64.max / 1_000_000

    /// Why a message cannot stand in a file; `nil` when it can. The levels' values are judged apart.
    static func fault(_ message: MarketMessage, _ bids: Int, _ asks: Int, instruments: Int) -> StaticString? {
        switch message.kind {
        case .none, .shutdown, .controlError, .refused, .refusedSnapshot:
            return message.row == -1 && bids == 0 && asks == 0 ? nil : "a message without an instrument has one, or levels"
        case .snapshot:
            if message.row != -1 { return "a snapshot names an instrument" }
            return message.lastUpdate > 0 && message.lastUpdate < .max ? nil : "a snapshot's update id is impossible"
        case .depth, .ticker, .trade: break
        }
        if message.row < 0 || message.row >= instruments { return "the instrument is not in the table" }
        switch message.kind {
        case .depth:
            if message.eventTime < 0 || message.eventTime >= eventTimeEnd { return "the venue's time is none" }
            return message.firstUpdate > 0 && message.firstUpdate <= message.lastUpdate && message.lastUpdate < .max
                && message.previousUpdate >= 0 && message.previousUpdate < message.firstUpdate
                ? nil : "a diff's update ids are impossible"
        case .ticker:
            if message.lastUpdate <= 0 { return "a ticker's update id is impossible" }
            return message.bid.price.isPositive && message.bid.quantity.isPositive && message.ask.quantity.isPositive
                && message.bid.price < message.ask.price ? nil : "a ticker's prices or quantities are impossible"
        case .trade:
            if message.eventTime < 0 || message.eventTime >= eventTimeEnd { return "the venue's time is none" }
            return message.trade >= 0 && message.bid.price.isPositive && message.bid.quantity.isPositive
                ? nil : "a trade's id, price or quantity is impossible"
        case .none, .shutdown, .controlError, .refused, .refusedSnapshot, .snapshot: return nil
        }
    }

    /// Whether a book can hold every level: prices positive, quantities not negative, and positive in a snapshot.
    @inline(__always) static func areSound(_ levels: LevelView, _ kind: MarketMessage.Kind) -> Bool {
        let least: Int64 = kind == .snapshot ? 1 : 0
        var signs: Int64 = 0
        for index in 0..<levels.count {
            signs |= (levels[index].price.raw &- 1) | (levels[index].quantity.raw &- least)
        }
        return signs >= 0
    }
}

/// One instrument of a market file.
public struct MarketFileInstrument: Sendable, Equatable {
    /// As the venue writes it: 1 to 32 bytes, none of them zero.
    public var symbol: String
    /// The greatest steps that the recording's prices and quantities are multiples of, raw; 0 where it shows none.
    public var tick: Int64
    public var lot: Int64

    public init(symbol: String, tick: Int64 = 0, lot: Int64 = 0) {
        self.symbol = symbol
        self.tick = tick
        self.lot = lot
    }
}

/// What a market file says of itself.
public struct MarketFileSummary: Sendable, Equatable {
    public var instruments: [MarketFileInstrument]
    public var blocks: UInt64
    public var messages: UInt64
    /// Levels of diffs and snapshots.
    public var rows: UInt64
    /// Receive times of the first and the last message.
    public var first: Nanoseconds
    public var last: Nanoseconds
    /// The sum of the last block, which the sums of all others enter.
    public var chain: UInt32
    /// Of the file.
    public var bytes: UInt64
}

/// Why a market file was not read or written: where, what, and what to do.
public struct MarketFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// Byte of the file at which it was seen; -1 where it is not about a byte.
    public let offset: Int64
    public let cause: String
    public let cure: String

    init(_ file: String, _ cause: String, at offset: Int64 = -1, cure: String = "make it anew with `needletail import`") {
        self.file = file
        self.offset = offset
        self.cause = cause
        self.cure = cure
    }

    public var description: String {
        "market file \(file)\(offset < 0 ? "" : ", byte \(offset)"): \(cause)\n  cure: \(cure)"
    }
}

/// The sum of a market file's parts, CRC-32C: for tests that make wrong files with right sums.
func marketFileSum(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe platform_crc32c(0, $0.baseAddress, $0.count) }
}
