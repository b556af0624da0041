import Memory
import Model
import Units
import Wire

extension ShortText {
    /// Whether the bytes are the same.
    @inline(__always) func matches(_ view: ByteView) -> Bool {
        guard view.count == count else { return false }
        var index = 0
        while index < view.count {
            if self[index] != view[index] { return false }
            index += 1
        }
        return true
    }
}

extension ByteWriter {
    mutating func append(text: ShortText) {
        var at = 0
        while at < text.count {
            append(word: text.word(at / 8), count: min(8, text.count - at))
            at += 8
        }
    }
}

/// Names of the run's symbols or assets by their bytes: a short list searched from the start, fast while it is short.
struct NameTable: ~Copyable, Sendable {
    let names: Slab<ShortText>
    let ids: Slab<UInt16>

    /// The first name that is not 1 to 40 upper-case letters and digits is the error.
    init(_ rows: [(name: String, id: UInt16)], bad: (String) -> BinanceConfigurationError) throws(BinanceConfigurationError) {
        var names: [ShortText] = []
        for row in rows {
            let plain = row.name.utf8.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) }
            guard plain, !row.name.isEmpty, let text = ShortText(row.name) else { throw bad(row.name) }
            names.append(text)
        }
        self.names = Slab(names)
        ids = Slab(rows.map(\.id))
    }

    init(symbols: [BinanceSymbol]) throws(BinanceConfigurationError) {
        if symbols.isEmpty { throw .noSymbols }
        try self.init(symbols.map { ($0.symbol, $0.instrument.raw) }) { .badSymbol($0) }
    }

    init(assets: [BinanceAsset]) throws(BinanceConfigurationError) {
        try self.init(assets.map { ($0.name, $0.asset.raw) }) { .badAsset($0) }
    }

    /// Row of the name, or -1.
    func row(_ name: ByteView) -> Int {
        var index = 0
        while index < names.count {
            if names[index].matches(name) { return index }
            index += 1
        }
        return -1
    }

    /// Row of the id, or -1.
    func row(id: UInt16) -> Int {
        var index = 0
        while index < ids.count {
            if ids[index] == id { return index }
            index += 1
        }
        return -1
    }

    func instrument(_ name: ByteView) -> InstrumentID? {
        let row = row(name)
        return row < 0 ? nil : InstrumentID(ids[row])
    }

    /// The asset, `unknown` for one that the run does not name.
    func asset(_ name: ByteView) -> AssetID {
        let row = row(name)
        return row < 0 ? .unknown : AssetID(ids[row])
    }
}

/// Milliseconds of the wire as nanoseconds; `nil` outside the years 1970 to 2262.
@inline(__always) func wallTime(milliseconds: Int64) -> Nanoseconds? {
    guard milliseconds >= 0, milliseconds < Int64.max / 1_000_000 else { return nil }
    return Nanoseconds(milliseconds: milliseconds)
}
