import Books
import Memory
import Units
import VenueKit
import Wire

/// Reads what the venue sends nearly always: compact JSON of the combined stream, all members in the documented order (a
/// ticker's in any), eight decimal places or fewer, nothing unusual. What it takes, `MarketDecoder.decodeAnyOrder` takes with the same values (a
/// fuzzer compares them); anything else it leaves to that one, refusals included.
///
///     {"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1.0","B":"1.0","a":"2.0","A":"1.0"}}
///     {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[["1.0","1.0"]],"a":[]}}
///     {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1.0","q":"1.0","T":1,"m":true,"M":true}}
///
/// Never allocates after `init`, by the compiler's proof (HotProof.swift).
struct OrderedDecoder: ~Copyable {
    private enum Stream {
        static var ticker: Int { 0 }
        static var depth: Int { 1 }
        static var count: Int { 3 }
    }
    /// Per symbol and stream: how it begins, and what stands between the first number and the second value.
    private let phrases: PhraseTable

    init(symbols: borrowing NameTable) {
        var list: [(first: [UInt8], second: [UInt8])] = []
        for index in symbols.names.indices {
            let name = symbols.names[index].string
            let stream = "{\"stream\":\"\(name.lowercased())@"
            for (head, next) in [
                ("bookTicker\",\"data\":{", "\"b\":\""),
                ("depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":", "\"U\":"),
                ("trade\",\"data\":{\"e\":\"trade\",\"E\":", "\"t\":"),
            ] { list.append((Array((stream + head).utf8), Array(",\"s\":\"\(name)\",\(next)".utf8))) }
        }
        phrases = PhraseTable(list, keyOffset: 11)
    }

    /// Whether the frame has the usual form; then its values are in `message` and, of a diff, in the lists. When not, all
    /// three hold what they may. Cost: about a nanosecond for each four bytes.
    func decode(
        _ frame: ByteView, into message: inout MarketMessage, bids: inout SlabList<Level>, asks: inout SlabList<Level>
    ) -> Bool {
        guard var cursor = PaddedCursor(frame) else { return false }
        let phrase = phrases.take(&cursor)
        if phrase < 0 { return false }
        message.row = phrase / Stream.count
        switch phrase % Stream.count {
        case Stream.ticker:
            let isRead = ticker(cursor, phrases.second(phrase), &message)
                || tickerInAnyOrder(cursor, phrases.second(phrase), &message)
            return isRead && isTicker(&message)
        case Stream.depth: return depth(cursor, phrases.second(phrase), &message, &bids, &asks)
        default: return trade(cursor, phrases.second(phrase), &message)
        }
    }

    @inline(__always)
    private func ticker(_ start: PaddedCursor, _ symbol: ByteView, _ message: inout MarketMessage) -> Bool {
        var cursor = start
        return cursor.take("\"u\":") && cursor.integer(&message.lastUpdate) && cursor.take(symbol)
            && cursor.decimal(&message.bid.price) && cursor.take("\",\"B\":\"") && cursor.decimal(&message.bid.quantity)
            && cursor.take("\",\"a\":\"") && cursor.decimal(&message.ask.price)
            && cursor.take("\",\"A\":\"") && cursor.decimal(&message.ask.quantity)
            && cursor.take("\"}}") && cursor.isAtEnd
    }

    /// The same six members in whatever order, each once.
    private func tickerInAnyOrder(_ start: PaddedCursor, _ symbol: ByteView, _ message: inout MarketMessage) -> Bool {
        var cursor = start
        // Between `,"s":` and `,"b":"`: the symbol with its quotes.
        let name = symbol.slice(from: 5, count: symbol.count - 11)
        var seen = 0
        repeat {
            let bit: Int
            let isRead: Bool
            switch cursor.letterKey() {
            case UInt8(ascii: "u"): (bit, isRead) = (1, cursor.integer(&message.lastUpdate))
            case UInt8(ascii: "s"): (bit, isRead) = (2, cursor.take(name))
            case UInt8(ascii: "b"): (bit, isRead) = (4, cursor.quoted(&message.bid.price))
            case UInt8(ascii: "B"): (bit, isRead) = (8, cursor.quoted(&message.bid.quantity))
            case UInt8(ascii: "a"): (bit, isRead) = (16, cursor.quoted(&message.ask.price))
            case UInt8(ascii: "A"): (bit, isRead) = (32, cursor.quoted(&message.ask.quantity))
            default: return false
            }
            if !isRead || seen & bit != 0 { return false }
            seen |= bit
        } while cursor.take(",")
        return seen == 63 && cursor.take("}}") && cursor.isAtEnd
    }

    /// Whether the values are those of a book that can be.
    @inline(__always) private func isTicker(_ message: inout MarketMessage) -> Bool {
        guard message.lastUpdate > 0, message.bid.price.isPositive, message.bid.price < message.ask.price,
            message.bid.quantity.isPositive, message.ask.quantity.isPositive
        else { return false }
        message.kind = .ticker
        return true
    }

    private func depth(
        _ start: PaddedCursor, _ symbol: ByteView, _ message: inout MarketMessage, _ bids: inout SlabList<Level>,
        _ asks: inout SlabList<Level>
    ) -> Bool {
        var cursor = start
        bids.removeAll()
        asks.removeAll()
        guard cursor.integer(&message.eventTime), cursor.take(symbol), cursor.integer(&message.firstUpdate),
            cursor.take(",\"u\":"), cursor.integer(&message.lastUpdate),
            cursor.take(",\"b\":["), levels(&cursor, into: &bids),
            cursor.take(",\"a\":["), levels(&cursor, into: &asks),
            cursor.take("}}"), cursor.isAtEnd
        else { return false }
        // Sixteen digits stay below every other bound on times and ids.
        guard wallTime(milliseconds: message.eventTime) != nil, message.firstUpdate > 0,
            message.firstUpdate <= message.lastUpdate
        else { return false }
        message.kind = .depth
        return true
    }

    /// Reads `["price","quantity"],…]`, or `]`.
    @inline(__always)
    private func levels(_ cursor: inout PaddedCursor, into levels: inout SlabList<Level>) -> Bool {
        if cursor.take("]") { return true }
        guard cursor.take("[\"") else { return false }
        while true {
            var level = Level(price: .zero, quantity: .zero)
            guard cursor.decimal(&level.price), cursor.take("\",\""), cursor.decimal(&level.quantity),
                level.price.isPositive, !levels.isFull
            else { return false }
            levels.append(level)
            if cursor.take("\"],[\"") { continue }
            return cursor.take("\"]]")
        }
    }

    private func trade(_ start: PaddedCursor, _ symbol: ByteView, _ message: inout MarketMessage) -> Bool {
        var cursor = start
        var sent: Int64 = 0
        guard cursor.integer(&sent), cursor.take(symbol), cursor.integer(&message.trade),
            cursor.take(",\"p\":\""), cursor.decimal(&message.bid.price),
            cursor.take("\",\"q\":\""), cursor.decimal(&message.bid.quantity),
            cursor.take("\",\"T\":"), cursor.integer(&message.eventTime), cursor.take(",\"m\":")
        else { return false }
        message.buyerIsMaker = cursor.take("true")
        guard message.buyerIsMaker || cursor.take("false"), cursor.take(",\"M\":"),
            cursor.take("true") || cursor.take("false"), cursor.take("}}"), cursor.isAtEnd,
            wallTime(milliseconds: message.eventTime) != nil, message.bid.price.isPositive,
            message.bid.quantity.isPositive
        else { return false }
        message.kind = .trade
        return true
    }
}

extension PaddedCursor {
    /// `decimal` into a typed price or amount, which is left as it was when the text is refused.
    @inline(__always) fileprivate mutating func decimal<Value: FixedPoint>(_ out: inout Value) -> Bool {
        var raw: Int64 = 0
        guard decimal(&raw) else { return false }
        out = Value(raw: raw)
        return true
    }

    /// The same with quotes around it.
    @inline(__always) fileprivate mutating func quoted<Value: FixedPoint>(_ out: inout Value) -> Bool {
        take("\"") && decimal(&out) && take("\"")
    }
}
