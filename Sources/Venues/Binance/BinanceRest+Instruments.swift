import Model
import Units
import VenueKit
import Wire

/// The parts of an `exchangeInfo` symbol that bind an order of ours. A filter's 0 switches that part off. Not read:
/// MARKET_LOT_SIZE and what is about other order kinds, since every order of ours has a limit price.
private struct SymbolRules {
    var symbol = ByteView()
    var base = ByteView()
    var quote = ByteView()
    var tickSize: Int64 = 0
    var stepSize: Int64 = 0
    var minQuantity: Int64 = 0
    var maxQuantity: Int64 = 0
    var minNotional: Int64 = 0
    var bidUp: Int64 = 0
    var bidDown: Int64 = 0
    var askUp: Int64 = 0
    var askDown: Int64 = 0
    var maxOrders: Int64 = 0

    mutating func read(_ scanner: inout JSONScanner) -> Bool {
        var key = ByteView()
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("symbol") { read = scanner.string(&symbol) }
            else if key.equals("baseAsset") { read = scanner.string(&base) }
            else if key.equals("quoteAsset") { read = scanner.string(&quote) }
            else if key.equals("filters") { read = filters(&scanner) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.error == nil
    }

    private mutating func filters(_ scanner: inout JSONScanner) -> Bool {
        guard scanner.beginArray() else { return false }
        while scanner.nextElement() {
            var filter = ByteView()
            guard scanner.raw(&filter), self.filter(filter) else { return false }
        }
        return scanner.error == nil
    }

    private mutating func filter(_ bytes: ByteView) -> Bool {
        guard let type = Self.value("filterType", in: bytes) else { return false }
        if type.equals("\"PRICE_FILTER\"") {
            return Self.decimal("tickSize", in: bytes, &tickSize)
        }
        if type.equals("\"LOT_SIZE\"") {
            return Self.decimal("stepSize", in: bytes, &stepSize) && Self.decimal("minQty", in: bytes, &minQuantity)
                && Self.decimal("maxQty", in: bytes, &maxQuantity)
        }
        if type.equals("\"NOTIONAL\"") || type.equals("\"MIN_NOTIONAL\"") {
            return Self.decimal("minNotional", in: bytes, &minNotional)
        }
        if type.equals("\"PERCENT_PRICE_BY_SIDE\"") {
            return Self.decimal("bidMultiplierUp", in: bytes, &bidUp) && Self.decimal("bidMultiplierDown", in: bytes, &bidDown)
                && Self.decimal("askMultiplierUp", in: bytes, &askUp) && Self.decimal("askMultiplierDown", in: bytes, &askDown)
        }
        if type.equals("\"PERCENT_PRICE\"") {
            guard Self.decimal("multiplierUp", in: bytes, &bidUp), Self.decimal("multiplierDown", in: bytes, &bidDown)
            else { return false }
            (askUp, askDown) = (bidUp, bidDown)
            return true
        }
        if type.equals("\"MAX_NUM_ORDERS\"") {
            guard let value = Self.value("maxNumOrders", in: bytes) else { return false }
            var scanner = JSONScanner(value)
            return scanner.int64(&maxOrders) && maxOrders >= 0
        }
        return true
    }

    /// The raw value of a key of an object; `nil` when it is missing.
    private static func value(_ name: StaticString, in bytes: ByteView) -> ByteView? {
        var scanner = JSONScanner(bytes)
        var key = ByteView()
        var value = ByteView()
        guard scanner.beginObject() else { return nil }
        while scanner.nextMember(&key) {
            guard scanner.raw(&value) else { return nil }
            if key.equals(name) { return value }
        }
        return nil
    }

    private static func decimal(_ name: StaticString, in bytes: ByteView, _ out: inout Int64) -> Bool {
        guard let value = value(name, in: bytes) else { return false }
        var scanner = JSONScanner(value)
        return scanner.decimal(&out) && out >= 0
    }
}

extension BinanceRest {
    public func parseExchangeInfo(status: Int, body: [UInt8]) throws(RestFailure) -> [Instrument] {
        guard (200..<300).contains(status) else {
            // The same reading of an error as everywhere else.
            _ = try parseServerTime(status: status, body: body)
            throw .malformed
        }
        var copy = ByteWriter(capacity: body.count)
        for byte in body { copy.append(byte: byte) }
        guard let instruments = instruments(copy.view) else { throw .malformed }
        return instruments
    }

    private func instruments(_ view: ByteView) -> [Instrument]? {
        var scanner = JSONScanner(view)
        var key = ByteView()
        var found: [Instrument]?
        guard scanner.beginObject() else { return nil }
        while scanner.nextMember(&key) {
            guard key.equals("symbols") else {
                if !scanner.skipValue() { return nil }
                continue
            }
            guard scanner.beginArray() else { return nil }
            var list: [Instrument] = []
            while scanner.nextElement() {
                // First as bytes: a symbol that the run does not trade need not fit our scale.
                var bytes = ByteView()
                guard scanner.raw(&bytes) else { return nil }
                if let instrument = instrument(bytes) { list.append(instrument) }
            }
            found = list
        }
        return scanner.finish() ? found : nil
    }

    /// The rules of one of the run's instruments; `nil` for others and for rules that cannot be kept: no tick, no step.
    private func instrument(_ bytes: ByteView) -> Instrument? {
        var rules = SymbolRules()
        var scanner = JSONScanner(bytes)
        guard rules.read(&scanner), let id = symbols.instrument(rules.symbol) else { return nil }
        let (base, quote) = (assets.asset(rules.base), assets.asset(rules.quote))
        guard rules.tickSize > 0, rules.stepSize > 0, base != .unknown, quote != .unknown else { return nil }
        var instrument = Instrument(
            id: id, venue: configuration.venue, base: base, quote: quote, symbol: symbols.names[symbols.row(id: id.raw)],
            tickSize: Price(raw: rules.tickSize), lotSize: Quantity(raw: rules.stepSize),
            minQuantity: Quantity(raw: rules.minQuantity), maxQuantity: Quantity(raw: rules.maxQuantity),
            minNotional: Notional(raw: rules.minNotional))
        instrument.bidMultiplierUp = Quantity(raw: rules.bidUp)
        instrument.bidMultiplierDown = Quantity(raw: rules.bidDown)
        instrument.askMultiplierUp = Quantity(raw: rules.askUp)
        instrument.askMultiplierDown = Quantity(raw: rules.askDown)
        instrument.maxOpenOrders = Int32(clamping: rules.maxOrders)
        return instrument
    }
}
