import Books
import CPlatform
import Glibc
import Units
import VenueKit

/// Reads a market file (Layout.swift) from front to back, block by block. A block's sum is proved before any of its
/// records is given, each record is judged as strictly as a frame would be, and what is not as it was written is an error
/// that says where. Takes its memory when it opens; `next` never allocates unless it fails. One thread.
///
/// The file is read, not mapped: a mapped file that somebody cuts short would end the process.
@safe public struct MarketFileReader: ~Copyable {
    private let path: String
    private let descriptor: Int32
    /// What the header says; the blocks have shown it to be true when `next` has answered `false`.
    public let summary: MarketFileSummary
    private let index: [Entry]
    private let memory: UnsafeMutableRawPointer
    private let capacity: Int

    private var block = 0
    private var bytes = 0
    private var at = 0
    private var recordsLeft: UInt32 = 0
    private var rowsLeft: Int = 0
    private var time: Int64 = 0
    private var messages: UInt64 = 0
    private var rows: UInt64 = 0
    /// Whether every block from the first on was read: only then can the header's counts be compared.
    private var isWhole = true

    /// What `next` read last. The levels lie in the reader's memory until the next call.
    public private(set) var message = MarketMessage()
    public private(set) var bids = LevelView()
    public private(set) var asks = LevelView()
    public var receivedAt: Nanoseconds { Nanoseconds(raw: time) }

    struct Entry: BitwiseCopyable {
        var offset: UInt64
        var first: Int64
        var last: Int64
        var records: UInt32
        var sum: UInt32
    }

    /// Opens a file and proves its header, table and index.
    public init(path: String) throws(MarketFileError) {
        let opened = try MarketFileHead(path: path)
        self.path = path
        descriptor = opened.descriptor
        summary = opened.summary
        index = opened.index
        capacity = opened.largest
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(capacity, 64), alignment: 64)
    }

    deinit {
        close(descriptor)
        unsafe memory.deallocate()
    }

    /// Whether a file begins like a market file.
    public static func isMarketFile(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        var magic = [UInt8](repeating: 0, count: 8)
        return unsafe magic.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, 8, 0) } == 8 && magic == Layout.magic
    }

    /// Goes to the first message of the block that holds `time`, or to the end. Messages before `time` may still come.
    public mutating func seek(to time: Nanoseconds) {
        var (low, high) = (0, index.count)
        while low < high {
            let middle = (low + high) / 2
            if index[middle].last < time.raw { low = middle + 1 } else { high = middle }
        }
        block = low
        isWhole = low == 0
        messages = 0
        rows = 0
        recordsLeft = 0
        self.time = 0
    }

    /// The next message; `false` at the end.
    public mutating func next() throws(MarketFileError) -> Bool {
        if recordsLeft == 0, try !nextBlock() { return false }
        guard read() else { throw fault() }
        return true
    }

    private mutating func nextBlock() throws(MarketFileError) -> Bool {
        guard block < index.count else {
            guard !isWhole || (messages == summary.messages && rows == summary.rows) else {
                throw MarketFileError(path, "it holds \(messages) messages and \(rows) rows; its header says other numbers", at: 32)
            }
            return false
        }
        let entry = index[block]
        let end = block + 1 < index.count ? index[block + 1].offset : summary.bytes - UInt64(MarketFileHead.indexBytes(index.count))
        let count = Int(end - entry.offset)
        try fill(count, at: entry.offset)
        let header = unsafe UnsafeRawPointer(memory)
        func word(_ at: Int) -> UInt32 { unsafe UInt32(littleEndian: header.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
        func long(_ at: Int) -> Int64 { unsafe Int64(littleEndian: header.loadUnaligned(fromByteOffset: at, as: Int64.self)) }
        let sum = unsafe platform_crc32c(platform_crc32c(0, header, 44), header + Layout.blockBytes, count - Layout.blockBytes)
        guard word(44) == sum, entry.sum == sum else { throw damage("a byte of this block is not as it was written", entry) }
        guard word(0) == Layout.blockMagic, Int(word(4)) == count - Layout.blockBytes, word(8) == entry.records,
            word(8) > 0, Int(word(12)) == block, word(32) == (block == 0 ? 0 : index[block - 1].sum), word(40) == 0,
            long(16) == entry.first, long(24) == entry.last
        else { throw damage("the block is not the one that the index names", entry) }
        bytes = count
        at = Layout.blockBytes
        recordsLeft = word(8)
        rowsLeft = Int(word(36))
        rows += UInt64(word(36))
        block += 1
        return true
    }

    private func damage(_ cause: String, _ entry: Entry) -> MarketFileError {
        MarketFileError(path, cause, at: Int64(entry.offset))
    }

    private func fill(_ count: Int, at place: UInt64) throws(MarketFileError) {
        var done = 0
        while done < count {
            let got = unsafe pread(descriptor, memory + done, count - done, off_t(place) + off_t(done))
            if got > 0 { done += got } else if got == 0 || errno != EINTR {
                throw MarketFileError(path, got == 0 ? "it ends inside a block" : "it cannot be read", at: Int64(place))
            }
        }
    }

    /// One record into `message`, `bids` and `asks`; `false` when it is none.
    private mutating func read() -> Bool {
        guard bytes &- at >= Layout.recordBytes else { return false }
        let record = unsafe UnsafeRawPointer(memory) + at
        let head = unsafe UInt64(littleEndian: record.load(as: UInt64.self))
        let counts = unsafe UInt64(littleEndian: record.load(fromByteOffset: 48, as: UInt64.self))
        let (bidCount, askCount) = (Int(UInt32(truncatingIfNeeded: counts)), Int(counts >> 32))
        let levels = bidCount &+ askCount
        let size = Layout.recordBytes &+ levels &* Layout.levelBytes
        guard bidCount <= Layout.levelsMax, askCount <= Layout.levelsMax, size <= bytes &- at,
            let kind = MarketMessage.Kind(rawValue: UInt8(truncatingIfNeeded: head)),
            unsafe record.load(fromByteOffset: 56, as: UInt64.self) == 0, head >> 48 == 0, head >> 24 & 0xFF == 0
        else { return false }
        let received = unsafe Int64(littleEndian: record.load(fromByteOffset: 8, as: Int64.self))
        let (maker, refusal) = (head >> 8 & 0xFF, FeedRefusal(rawValue: UInt8(truncatingIfNeeded: head >> 16)))
        let isRefused = kind == .refused || kind == .refusedSnapshot
        guard received >= time, received > 0, received < Layout.timeMax, maker <= (kind == .trade ? 1 : 0), let refusal,
            isRefused || refusal.rawValue == 0
        else { return false }
        let row = UInt16(truncatingIfNeeded: head >> 32)
        let first = unsafe record.load(fromByteOffset: 24, as: Int64.self).littleEndian
        let last = unsafe record.load(fromByteOffset: 32, as: Int64.self).littleEndian
        let previous = unsafe record.load(fromByteOffset: 40, as: Int64.self).littleEndian
        let isTrade = kind == .trade
        message.kind = kind
        message.row = row == Layout.noRow ? -1 : Int(row)
        message.refusal = refusal
        message.eventTime = unsafe record.load(fromByteOffset: 16, as: Int64.self).littleEndian
        message.trade = isTrade ? first : 0
        message.firstUpdate = isTrade ? 0 : first
        message.lastUpdate = last
        message.previousUpdate = previous
        message.buyerIsMaker = maker == 1
        let start = unsafe (record + Layout.recordBytes).assumingMemoryBound(to: Level.self)
        if message.hasLevels {
            unsafe bids = LevelView(start, count: bidCount)
            unsafe asks = LevelView(start + bidCount, count: askCount)
            rowsLeft &-= levels
            guard Layout.areSound(bids, kind), Layout.areSound(asks, kind) else { return false }
        } else {
            bids = LevelView()
            asks = LevelView()
            guard bidCount == (kind == .ticker || isTrade ? 1 : 0), askCount == (kind == .ticker ? 1 : 0) else { return false }
        }
        let none = Level(price: .zero, quantity: .zero)
        message.bid = unsafe message.hasLevels || bidCount == 0 ? none : start[0]
        message.ask = unsafe message.hasLevels || askCount == 0 ? none : start[1]
        guard Layout.fault(message, bidCount, askCount, instruments: summary.instruments.count) == nil,
            !isTrade || (last == 0 && previous == 0)
        else { return false }
        time = received
        at &+= size
        recordsLeft &-= 1
        messages &+= 1
        return recordsLeft > 0 || (at == bytes && rowsLeft == 0 && received == index[block - 1].last)
    }

    private func fault() -> MarketFileError {
        let entry = index[block - 1]
        return MarketFileError(
            path, "record \(entry.records - recordsLeft + 1) of block \(block - 1) is none, although the block's sum is right",
            at: Int64(entry.offset) + Int64(at), cure: "it was not made by `needletail import`: make it anew")
    }
}
