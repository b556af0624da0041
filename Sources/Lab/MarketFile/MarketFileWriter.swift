import Books
import CPlatform
import Glibc
import Units
import VenueKit

/// Writes a market file (Layout.swift). It is written beside its place and moved there when it is whole, so that a name
/// never shows half a file. One thread.
public struct MarketFileWriter: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private let usual: Int
    /// The table; ticks and lots may be set until `finish`.
    public var instruments: [MarketFileInstrument]
    private var payload: [UInt8] = []
    private var index: [UInt8] = []
    private var place: UInt64
    private var blocks: UInt64 = 0
    private var chain: UInt32 = 0
    private var records: UInt32 = 0
    private var blockRows: UInt32 = 0
    private var blockFirst: Int64 = 0
    private var isFinished = false
    public private(set) var messages: UInt64 = 0
    public private(set) var rows: UInt64 = 0
    private var first: Int64 = 0
    private var last: Int64 = 0

    /// Begins the file; one of this name is replaced at the end. `blockBytes`: of the records after which a block is closed.
    public init(path: String, instruments: [MarketFileInstrument], blockBytes: Int? = nil) throws(MarketFileError) {
        guard !instruments.isEmpty, instruments.count <= Layout.instrumentsMax,
            Set(instruments.map(\.symbol)).count == instruments.count,
            instruments.allSatisfy({ (1...Layout.symbolBytes).contains($0.symbol.utf8.count) && !$0.symbol.utf8.contains(0) })
        else {
            throw MarketFileError(
                path, "its table takes 1 to \(Layout.instrumentsMax) different symbols of 1 to 32 bytes",
                cure: "name the instruments to be imported")
        }
        descriptor = try Self.create(path)
        self.path = path
        self.instruments = instruments
        usual = Swift.min(Swift.max(blockBytes ?? Layout.payloadUsual, 1), Layout.payloadUsual)
        place = UInt64(Layout.headerBytes + instruments.count * Layout.instrumentBytes)
    }

    private static func create(_ path: String) throws(MarketFileError) -> Int32 {
        let descriptor = unsafe open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw system(path, "cannot be made", errno) }
        return descriptor
    }

    deinit {
        close(descriptor)
        if !isFinished { unsafe unlink(path + ".part") }
    }

    private static func system(_ path: String, _ what: String, _ code: Int32) -> MarketFileError {
        MarketFileError(
            path, "\(what): \(unsafe String(cString: strerror(code)))", cure: "see that its directory is there and has room")
    }

    /// Adds a message received at `time`; times that step back are told as standing still. Precondition: `row` is a row of
    /// the table.
    public mutating func append(
        _ message: MarketMessage, bids: LevelView = LevelView(), asks: LevelView = LevelView(), at time: Nanoseconds
    ) throws(MarketFileError) {
        let isTicker = message.kind == .ticker
        let counts = message.hasLevels
            ? (bids.count, asks.count) : (isTicker || message.kind == .trade ? 1 : 0, isTicker ? 1 : 0)
        if let fault = Layout.fault(message, counts.0, counts.1, instruments: instruments.count) {
            throw MarketFileError(path, "message \(messages + 1) cannot be kept: \(fault)", cure: "leave it out")
        }
        guard counts.0 <= Layout.levelsMax, counts.1 <= Layout.levelsMax,
            !message.hasLevels || (Layout.areSound(bids, message.kind) && Layout.areSound(asks, message.kind)),
            time.raw > 0, time.raw < Layout.timeMax
        else {
            throw MarketFileError(
                path, "message \(messages + 1) cannot be kept: its levels or its time are impossible", cure: "leave it out")
        }
        let size = Layout.recordBytes + (counts.0 + counts.1) * Layout.levelBytes
        if records > 0, payload.count + size > usual { try closeBlock() }
        let received = Swift.max(time.raw, last)
        if messages == 0 { first = received }
        if records == 0 { blockFirst = received }
        last = received
        messages += 1
        records += 1
        let isRefused = message.kind == .refused || message.kind == .refusedSnapshot
        payload += [message.kind.rawValue, message.buyerIsMaker ? 1 : 0, isRefused ? message.refusal.rawValue : 0, 0]
        payload.put(message.row < 0 ? Layout.noRow : UInt16(message.row))
        payload.put(UInt16(0))
        let updates = message.kind == .trade
            ? (message.trade, 0, 0) : (message.firstUpdate, message.lastUpdate, message.previousUpdate)
        for word in [received, message.eventTime, updates.0, updates.1, updates.2] { payload.put(word) }
        payload.put(UInt32(counts.0))
        payload.put(UInt32(counts.1))
        payload.put(UInt64(0))
        if message.hasLevels {
            put(bids)
            put(asks)
            blockRows += UInt32(counts.0 + counts.1)
        } else {
            if counts.0 == 1 { put(message.bid) }
            if counts.1 == 1 { put(message.ask) }
        }
    }

    private mutating func put(_ levels: LevelView) {
        for index in 0..<levels.count { put(levels[index]) }
    }

    private mutating func put(_ level: Level) {
        payload.put(level.price.raw)
        payload.put(level.quantity.raw)
    }

    private mutating func closeBlock() throws(MarketFileError) {
        if records == 0 { return }
        guard blocks < UInt64(UInt32.max) else { throw MarketFileError(path, "it has too many blocks", cure: "import less") }
        var header: [UInt8] = []
        for word in [Layout.blockMagic, UInt32(payload.count), records, UInt32(blocks)] { header.put(word) }
        header.put(blockFirst)
        header.put(last)
        for word in [chain, blockRows, 0] as [UInt32] { header.put(word) }
        chain = crc(payload, crc(header, 0))
        header.put(chain)
        index.put(place)
        index.put(blockFirst)
        index.put(last)
        index.put(records)
        index.put(chain)
        try write(header, at: place)
        try write(payload, at: place + UInt64(header.count))
        place += UInt64(header.count + payload.count)
        blocks += 1
        rows += UInt64(blockRows)
        records = 0
        blockRows = 0
        payload.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8], at place: UInt64) throws(MarketFileError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(descriptor, buffer.baseAddress! + done, bytes.count - done, off_t(place) + off_t(done))
            }
            if count > 0 { done += count } else if count == 0 || errno != EINTR {
                throw Self.system(path, "cannot be written", errno)
            }
        }
    }

    /// Completes the file and gives it its name.
    public mutating func finish() throws(MarketFileError) -> MarketFileSummary {
        precondition(!isFinished, "a file is finished once")
        try closeBlock()
        guard messages > 0 else {
            throw MarketFileError(path, "there is no message to keep", cure: "check the recordings' names")
        }
        index.put(Layout.indexMagic)
        index.put(crc(index, 0))
        try write(index, at: place)
        let summary = MarketFileSummary(
            instruments: instruments, blocks: blocks, messages: messages, rows: rows, first: Nanoseconds(raw: first),
            last: Nanoseconds(raw: last), chain: chain, bytes: place + UInt64(index.count))
        try write(header(summary), at: 0)
        guard fsync(descriptor) == 0, unsafe rename(path + ".part", path) == 0 else {
            throw Self.system(path, "cannot be given its name", errno)
        }
        isFinished = true
        return summary
    }

    private func header(_ summary: MarketFileSummary) -> [UInt8] {
        var head = Layout.magic
        for word in [Layout.version, Layout.order, UInt32(instruments.count), Layout.places] { head.put(word) }
        for word in [summary.blocks, summary.messages, summary.rows] { head.put(word) }
        head.put(first)
        head.put(last)
        head.put(place)
        head.put(summary.bytes)
        head.put(chain)
        head += [UInt8](repeating: 0, count: 124 - head.count)
        var table: [UInt8] = []
        for instrument in instruments {
            let name = Array(instrument.symbol.utf8)
            table += name + [UInt8](repeating: 0, count: Layout.symbolBytes - name.count)
            table.put(instrument.tick)
            table.put(instrument.lot)
            table += [UInt8](repeating: 0, count: 16)
        }
        head.put(crc(table, crc(head, 0)))
        return head + table
    }
}

extension [UInt8] {
    /// Appends an integer, little endian.
    fileprivate mutating func put(_ value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }
}

private func crc(_ bytes: [UInt8], _ seed: UInt32) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe platform_crc32c(seed, $0.baseAddress, $0.count) }
}
