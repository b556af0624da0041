import Books
import Memory
import Model
import Units
import VenueKit
import Wire

/// Reads frames of the combined stream, strictly: every key that we use must be there once, with the right type and an
/// exact value; unknown keys are passed over, and the whole document must be valid. Never allocates after `init`.
///
/// What has the venue's usual form is read by `OrderedDecoder`; everything else here, in any order and with reasons.
struct MarketDecoder: ~Copyable {
    let symbols: NameTable
    /// The symbols as streams spell them.
    let streams: Slab<ShortText>
    let ordered: OrderedDecoder
    /// What the frames are of.
    let product: BinanceProduct
    var bids = SlabList(capacity: Quirks.messageLevels, filler: Level(price: .zero, quantity: .zero))
    var asks = SlabList(capacity: Quirks.messageLevels, filler: Level(price: .zero, quantity: .zero))

    /// Byte of the last refused frame or snapshot at which reading it ended; -1 where that is not known.
    private(set) var offset = -1

    init(symbols: consuming NameTable, product: BinanceProduct = .spot) {
        ordered = OrderedDecoder(symbols: symbols)
        streams = Slab(
            symbols.names.indices.map { index in
                guard let text = ShortText(symbols.names[index].string.lowercased()) else {
                    preconditionFailure("a name in small letters is as long as it was")
                }
                return text
            })
        self.symbols = symbols
        self.product = product
    }

    /// Decodes one frame; the refusal when it is not to be believed.
    mutating func decode(_ frame: ByteView, into message: inout MarketMessage) -> FeedRefusal? {
        if product == .spot, decodeOrdered(frame, into: &message) {
            if message.kind == .depth { message.previousUpdate = message.firstUpdate &- 1 }
            return nil
        }
        message = MarketMessage()
        return decodeAnyOrder(frame, into: &message)
    }

    /// Decodes a frame of the usual form, if it is one.
    mutating func decodeOrdered(_ frame: ByteView, into message: inout MarketMessage) -> Bool {
        ordered.decode(frame, into: &message, bids: &bids, asks: &asks)
    }

    /// Decodes one frame whatever the order of its members.
    mutating func decodeAnyOrder(_ frame: ByteView, into message: inout MarketMessage) -> FeedRefusal? {
        var scanner = JSONScanner(frame)
        let refusal = read(&scanner, frame, &message)
        if refusal != nil { offset = scanner.error == nil ? -1 : scanner.errorPosition }
        return refusal
    }

    private mutating func read(
        _ scanner: inout JSONScanner, _ frame: ByteView, _ message: inout MarketMessage
    ) -> FeedRefusal? {
        var key = ByteView()
        var stream = ByteView()
        var data = ByteView()
        var refusal: FeedRefusal?
        var seen = 0
        guard scanner.beginObject() else { return .malformed }
        while scanner.nextMember(&key) {
            if key.equals("stream") {
                guard seen & 1 == 0, scanner.string(&stream) else { return .malformed }
                seen |= 1
            } else if key.equals("data") {
                guard seen & 2 == 0 else { return .malformed }
                if seen & 1 == 1 {
                    refusal = self.data(&scanner, stream: stream, &message)
                    if let refusal, scanner.error != nil { return refusal == .malformed ? .malformed : refusal }
                    if refusal != nil { return refusal }
                } else if !scanner.raw(&data) {
                    return .malformed
                }
                seen |= 2
            } else if key.equals("u"), seen == 0 {
                return rawTicker(frame, &message)
            } else if key.equals("error") {
                message.kind = .controlError
                if !scanner.skipValue() { return .malformed }
            } else if key.equals("code"), seen == 0 {
                message.kind = .controlError
                if !scanner.skipValue() { return .malformed }
            } else if key.equals("e") {
                var event = ByteView()
                guard scanner.string(&event) else { return .malformed }
                if event.equals("serverShutdown") { message.kind = .shutdown }
            } else if !scanner.skipValue() {
                return .malformed
            }
        }
        guard scanner.finish() else { return .malformed }
        if data.count > 0 {
            guard seen == 3 else { return .malformed }
            var inner = JSONScanner(data)
            return self.data(&inner, stream: stream, &message)
        }
        return seen == 1 || seen == 2 ? .malformed : nil
    }

    /// Decodes the event of a named stream at the scanner's place.
    private mutating func data(
        _ scanner: inout JSONScanner, stream: ByteView, _ message: inout MarketMessage
    ) -> FeedRefusal? {
        if stream.equals("!serverShutdown") {
            guard scanner.skipValue() else { return .malformed }
            message.kind = .shutdown
            return nil
        }
        var at = 0
        while at < stream.count, stream[at] != UInt8(ascii: "@") { at += 1 }
        message.row = row(ofStream: stream.slice(from: 0, count: at))
        guard message.row >= 0 else { return .unknownStream }
        let name = stream.slice(from: at, count: stream.count - at)
        let isFutures = product == .usdMargined && name.equals("@depth@0ms")
        if isFutures || name.equals("@depth@100ms") || name.equals("@depth") { return depth(&scanner, &message) }
        if name.equals("@bookTicker") { return ticker(&scanner, &message) }
        if name.equals("@trade") { return trade(&scanner, &message, id: UInt8(ascii: "t"), event: "trade") }
        if name.equals("@aggTrade") { return trade(&scanner, &message, id: UInt8(ascii: "a"), event: "aggTrade") }
        return .unknownStream
    }

    private func row(ofStream name: ByteView) -> Int {
        var index = 0
        while index < streams.count {
            if streams[index].matches(name) { return index }
            index += 1
        }
        return -1
    }

    /// Whether the payload's symbol is the stream's.
    private func isSymbol(_ text: ByteView, _ row: Int) -> Bool { symbols.names[row].matches(text) }

    private mutating func depth(_ scanner: inout JSONScanner, _ message: inout MarketMessage) -> FeedRefusal? {
        var key = ByteView()
        var text = ByteView()
        var seen = 0
        var refusal: FeedRefusal?
        bids.removeAll()
        asks.removeAll()
        guard scanner.beginObject() else { return .malformed }
        while scanner.nextMember(&key) {
            if product == .usdMargined, key.equals("pu") {
                guard seen & 128 == 0, scanner.int64(&message.previousUpdate) else { return .malformed }
                seen |= 128
                continue
            }
            guard key.count == 1 else {
                if !scanner.skipValue() { return .malformed }
                continue
            }
            var bit = 0
            switch key[0] {
            case UInt8(ascii: "e"):
                bit = 1
                guard scanner.string(&text), text.equals("depthUpdate") else { return .malformed }
            case UInt8(ascii: "E"):
                bit = 2
                guard scanner.int64(&message.eventTime) else { return .malformed }
            case UInt8(ascii: "s"):
                bit = 4
                guard scanner.string(&text) else { return .malformed }
                if !isSymbol(text, message.row) { refusal = .wrongSymbol }
            case UInt8(ascii: "U"):
                bit = 8
                guard scanner.int64(&message.firstUpdate) else { return .malformed }
            case UInt8(ascii: "u"):
                bit = 16
                guard scanner.int64(&message.lastUpdate) else { return .malformed }
            case UInt8(ascii: "b"):
                bit = 32
                if let problem = Self.levels(&scanner, into: &bids, deletions: true) { return problem }
            case UInt8(ascii: "a"):
                bit = 64
                if let problem = Self.levels(&scanner, into: &asks, deletions: true) { return problem }
            default:
                guard scanner.skipValue() else { return .malformed }
            }
            if seen & bit != 0 { return .malformed }
            seen |= bit
        }
        guard scanner.error == nil, seen == (product == .spot ? 127 : 255) else { return .malformed }
        if let refusal { return refusal }
        guard wallTime(milliseconds: message.eventTime) != nil else { return .malformed }
        guard message.firstUpdate > 0, message.firstUpdate <= message.lastUpdate, message.lastUpdate < .max else {
            return .outOfOrder
        }
        if product == .spot { message.previousUpdate = message.firstUpdate &- 1 }
        // Futures count over all symbols: between two diffs of one there may be numbers of others, never an overlap.
        guard message.previousUpdate >= 0, message.previousUpdate < message.firstUpdate else { return .outOfOrder }
        message.kind = .depth
        return nil
    }

    /// Reads `[["price","quantity"],…]`.
    private static func levels(
        _ scanner: inout JSONScanner, into levels: inout SlabList<Level>, deletions: Bool
    ) -> FeedRefusal? {
        guard scanner.beginArray() else { return .malformed }
        while scanner.nextElement() {
            var level = Level(price: .zero, quantity: .zero)
            guard scanner.beginArray(), scanner.nextElement(), scanner.decimal(&level.price),
                scanner.nextElement(), scanner.decimal(&level.quantity), !scanner.nextElement(), scanner.error == nil
            else { return .malformed }
            if !level.price.isPositive { return .invalidPrice }
            if level.quantity.isNegative || (level.quantity.isZero && !deletions) { return .invalidQuantity }
            if levels.isFull { return .bufferFull }
            levels.append(level)
        }
        return scanner.error == nil ? nil : .malformed
    }

    private func ticker(_ scanner: inout JSONScanner, _ message: inout MarketMessage) -> FeedRefusal? {
        var key = ByteView()
        var text = ByteView()
        var seen = 0
        guard scanner.beginObject() else { return .malformed }
        while scanner.nextMember(&key) {
            guard key.count == 1 else {
                if !scanner.skipValue() { return .malformed }
                continue
            }
            var bit = 0
            let read: Bool
            switch key[0] {
            case UInt8(ascii: "u"): (bit, read) = (1, scanner.int64(&message.lastUpdate))
            case UInt8(ascii: "s"): (bit, read) = (2, scanner.string(&text))
            case UInt8(ascii: "b"): (bit, read) = (4, scanner.decimal(&message.bid.price))
            case UInt8(ascii: "B"): (bit, read) = (8, scanner.decimal(&message.bid.quantity))
            case UInt8(ascii: "a"): (bit, read) = (16, scanner.decimal(&message.ask.price))
            case UInt8(ascii: "A"): (bit, read) = (32, scanner.decimal(&message.ask.quantity))
            default: read = scanner.skipValue()
            }
            if !read || seen & bit != 0 { return .malformed }
            seen |= bit
        }
        guard scanner.error == nil, seen == 63 else { return .malformed }
        if message.row < 0 { message.row = symbols.row(text) }
        guard message.row >= 0, isSymbol(text, message.row) else { return .wrongSymbol }
        if message.lastUpdate <= 0 { return .outOfOrder }
        if !message.bid.price.isPositive || !message.ask.price.isPositive { return .invalidPrice }
        if !message.bid.quantity.isPositive || !message.ask.quantity.isPositive { return .invalidQuantity }
        if message.bid.price >= message.ask.price { return .crossedBook }
        message.kind = .ticker
        return nil
    }

    /// A book ticker as it comes on a raw stream, without the stream's name: the symbol says which one it is.
    private func rawTicker(_ frame: ByteView, _ message: inout MarketMessage) -> FeedRefusal? {
        var scanner = JSONScanner(frame)
        message.row = -1
        let refusal = ticker(&scanner, &message)
        if refusal == nil, !scanner.finish() {
            message.kind = .none
            return .malformed
        }
        return refusal
    }

    private func trade(
        _ scanner: inout JSONScanner, _ message: inout MarketMessage, id: UInt8, event: StaticString
    ) -> FeedRefusal? {
        var key = ByteView()
        var name = ByteView()
        var text = ByteView()
        var kind = ByteView()
        var seen = 0
        guard scanner.beginObject() else { return .malformed }
        while scanner.nextMember(&key) {
            guard key.count == 1 else {
                if !scanner.skipValue() { return .malformed }
                continue
            }
            var bit = 0
            let read: Bool
            switch key[0] {
            case UInt8(ascii: "e"): (bit, read) = (1, scanner.string(&name))
            case UInt8(ascii: "s"): (bit, read) = (2, scanner.string(&text))
            case id: (bit, read) = (4, scanner.int64(&message.trade))
            case UInt8(ascii: "p"): (bit, read) = (8, scanner.decimal(&message.bid.price))
            case UInt8(ascii: "q"): (bit, read) = (16, scanner.decimal(&message.bid.quantity))
            case UInt8(ascii: "T"): (bit, read) = (32, scanner.int64(&message.eventTime))
            case UInt8(ascii: "m"): (bit, read) = (64, scanner.bool(&message.buyerIsMaker))
            case UInt8(ascii: "X") where product == .usdMargined: (bit, read) = (128, scanner.string(&kind))
            default: read = scanner.skipValue()
            }
            if !read || seen & bit != 0 { return .malformed }
            seen |= bit
        }
        guard scanner.error == nil, seen & 127 == 127, name.equals(event) else { return .malformed }
        if !isSymbol(text, message.row) { return .wrongSymbol }
        // What the venue itself takes over is a trade of nobody's in the market.
        if seen & 128 != 0, !kind.equals("MARKET") { return nil }
        guard wallTime(milliseconds: message.eventTime) != nil, message.trade >= 0 else { return .malformed }
        if !message.bid.price.isPositive { return .invalidPrice }
        if !message.bid.quantity.isPositive { return .invalidQuantity }
        message.kind = .trade
        return nil
    }

    /// Reads the body of a depth snapshot into the scratch arrays; its update id.
    mutating func snapshot(_ body: ByteView, lastUpdate: inout Int64) -> FeedRefusal? {
        offset = -1
        var scanner = JSONScanner(body)
        var key = ByteView()
        var seen = 0
        bids.removeAll()
        asks.removeAll()
        guard scanner.beginObject() else { return .snapshotFailed }
        while scanner.nextMember(&key) {
            var bit = 0
            if key.equals("lastUpdateId") {
                bit = 1
                guard scanner.int64(&lastUpdate) else { return .malformed }
            } else if key.equals("bids") {
                bit = 2
                if let problem = Self.levels(&scanner, into: &bids, deletions: false) { return problem }
            } else if key.equals("asks") {
                bit = 4
                if let problem = Self.levels(&scanner, into: &asks, deletions: false) { return problem }
            } else if !scanner.skipValue() {
                return .malformed
            }
            if seen & bit != 0 { return .malformed }
            seen |= bit
        }
        guard scanner.finish() else { return .malformed }
        guard seen == 7 else { return .snapshotFailed }
        return lastUpdate > 0 && lastUpdate < .max ? nil : .outOfOrder
    }
}
