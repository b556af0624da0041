import CPlatform
import Glibc
import Units

/// A market file's header, table and index, proved.
struct MarketFileHead {
    let descriptor: Int32
    let summary: MarketFileSummary
    let index: [MarketFileReader.Entry]
    /// Bytes of the largest block with its header.
    let largest: Int

    static func indexBytes(_ blocks: Int) -> Int { blocks * Layout.indexBytes + 8 }

    init(path: String) throws(MarketFileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw MarketFileError(path, unsafe String(cString: strerror(errno)), cure: "check the file's name and rights")
        }
        do throws(MarketFileError) {
            let size = try Self.size(descriptor, path)
            summary = try Self.header(descriptor, path, size)
            index = try Self.index(descriptor, path, summary)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        var largest = 0
        for at in 0..<index.count {
            let end = at + 1 < index.count ? index[at + 1].offset : summary.bytes - UInt64(Self.indexBytes(index.count))
            largest = max(largest, Int(end - index[at].offset))
        }
        self.largest = largest
    }

    private static func size(_ descriptor: Int32, _ path: String) throws(MarketFileError) -> UInt64 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw MarketFileError(path, "it is no regular file", cure: "name a file that `needletail import` made")
        }
        return UInt64(status.st_size)
    }

    private static func header(
        _ descriptor: Int32, _ path: String, _ size: UInt64
    ) throws(MarketFileError) -> MarketFileSummary {
        guard size >= UInt64(Layout.headerBytes) else { throw MarketFileError(path, "it ends inside its header", at: Int64(size)) }
        let head = try Bytes(descriptor, path, at: 0, count: Layout.headerBytes)
        guard head.raw.starts(with: Layout.magic) else { throw MarketFileError(path, "it is no market file", at: 0) }
        let (version, order, count) = (head.word(8), head.word(12), Int(head.word(16)))
        guard version == Layout.version else {
            throw MarketFileError(path, "it has format \(version); this build reads \(Layout.version)", at: 8)
        }
        guard order == Layout.order else { throw MarketFileError(path, "its byte order is another machine's", at: 12) }
        let tableBytes = count * Layout.instrumentBytes
        guard count > 0, count <= Layout.instrumentsMax, UInt64(Layout.headerBytes + tableBytes) <= size else {
            throw MarketFileError(path, "it ends inside its table, or the table's size is impossible", at: 16)
        }
        let table = try Bytes(descriptor, path, at: UInt64(Layout.headerBytes), count: tableBytes)
        guard head.word(124) == table.sum(tableBytes, seed: head.sum(124)) else {
            throw MarketFileError(path, "a byte of its header or table is not as it was written", at: 0)
        }
        guard head.word(20) == Layout.places, head.raw[84..<124].allSatisfy({ $0 == 0 }) else {
            throw MarketFileError(path, "its header has what this format does not know", at: 20)
        }
        guard head.long(72) == size else {
            throw MarketFileError(path, "it has \(size) bytes and was written with \(head.long(72))", at: Int64(size))
        }
        let first = Int64(bitPattern: head.long(48))
        let last = Int64(bitPattern: head.long(56))
        guard first > 0, first <= last, last < Layout.timeMax else { throw MarketFileError(path, "its times are impossible", at: 48) }
        let (start, blocks) = (head.long(64), head.long(24))
        guard blocks > 0, blocks <= size / UInt64(Layout.blockBytes), start <= size,
            size - start == UInt64(indexBytes(Int(blocks)))
        else { throw MarketFileError(path, "its index has no place", at: 64) }
        return MarketFileSummary(
            instruments: try instruments(table, count, path), blocks: blocks, messages: head.long(32), rows: head.long(40),
            first: Nanoseconds(raw: first), last: Nanoseconds(raw: last), chain: head.word(80), bytes: size)
    }

    private static func instruments(
        _ table: Bytes, _ count: Int, _ path: String
    ) throws(MarketFileError) -> [MarketFileInstrument] {
        var list: [MarketFileInstrument] = []
        for row in 0..<count {
            let start = row * Layout.instrumentBytes
            let name = table.raw[start..<start + Layout.symbolBytes]
            let text = name.prefix { $0 != 0 }
            let symbol = String(validating: text, as: UTF8.self) ?? ""
            let (tick, lot) = (Int64(bitPattern: table.long(start + 32)), Int64(bitPattern: table.long(start + 40)))
            guard !symbol.isEmpty, name.dropFirst(text.count).allSatisfy({ $0 == 0 }), tick >= 0, lot >= 0,
                table.long(start + 48) == 0, table.long(start + 56) == 0, !list.contains(where: { $0.symbol == symbol })
            else { throw MarketFileError(path, "row \(row) of its table is none", at: Int64(Layout.headerBytes + start)) }
            list.append(MarketFileInstrument(symbol: symbol, tick: tick, lot: lot))
        }
        return list
    }

    private static func index(
        _ descriptor: Int32, _ path: String, _ summary: MarketFileSummary
    ) throws(MarketFileError) -> [MarketFileReader.Entry] {
        let count = Int(summary.blocks)
        let place = summary.bytes - UInt64(indexBytes(count))
        let bytes = try Bytes(descriptor, path, at: place, count: indexBytes(count))
        let end = count * Layout.indexBytes
        guard bytes.word(end) == Layout.indexMagic, bytes.word(end + 4) == bytes.sum(end + 4) else {
            throw MarketFileError(path, "a byte of its index is not as it was written", at: Int64(place))
        }
        var list: [MarketFileReader.Entry] = []
        list.reserveCapacity(count)
        var expected = UInt64(Layout.headerBytes + summary.instruments.count * Layout.instrumentBytes)
        var time = summary.first.raw
        for block in 0..<count {
            let at = block * Layout.indexBytes
            let entry = MarketFileReader.Entry(
                offset: bytes.long(at), first: Int64(bitPattern: bytes.long(at + 8)),
                last: Int64(bitPattern: bytes.long(at + 16)), records: bytes.word(at + 24), sum: bytes.word(at + 28))
            let next = block + 1 < count ? bytes.long(at + Layout.indexBytes) : place
            guard entry.offset == expected, next > entry.offset, next <= place,
                next - entry.offset > UInt64(Layout.blockBytes),
                next - entry.offset <= UInt64(Layout.blockBytes + Layout.payloadMax), entry.first >= time,
                entry.last >= entry.first
            else { throw MarketFileError(path, "entry \(block) of its index is none", at: Int64(place) + Int64(at)) }
            expected = next
            time = entry.last
            list.append(entry)
        }
        guard list[0].first == summary.first.raw, time == summary.last.raw, list[count - 1].sum == summary.chain else {
            throw MarketFileError(path, "its index and its header are of different files", at: Int64(place))
        }
        return list
    }
}

/// Bytes of a file, read whole.
private struct Bytes {
    var raw: [UInt8]

    init(_ descriptor: Int32, _ path: String, at place: UInt64, count: Int) throws(MarketFileError) {
        raw = [UInt8](repeating: 0, count: count)
        let got = unsafe raw.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, count, off_t(place)) }
        guard got == count else { throw MarketFileError(path, "it cannot be read, or ends too early", at: Int64(place)) }
    }

    func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(raw[at + $1]) << UInt32($1 * 8) } }
    func long(_ at: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(raw[at + $1]) << UInt64($1 * 8) } }
    func sum(_ count: Int, seed: UInt32 = 0) -> UInt32 {
        unsafe raw.withUnsafeBytes { unsafe platform_crc32c(seed, $0.baseAddress, count) }
    }
}
