import Model
import Units
import VenueKit
import Wire

extension BinanceRest {
    /// Gives the body of a good answer to `read`; an error answer is mapped and thrown, an unreadable one is malformed.
    private func answer<Value>(
        _ status: Int, _ body: [UInt8], _ read: (inout JSONScanner) -> Value?
    ) throws(RestFailure) -> Value {
        var failure: RestFailure?
        let value: Value? = withBytes(body) { view in
            guard status >= 200, status < 300 else {
                failure = Self.failure(status, view)
                return nil
            }
            var scanner = JSONScanner(view)
            guard let value = read(&scanner), scanner.finish() else { return nil }
            return value
        }
        if let failure { throw failure }
        guard let value else { throw .malformed }
        return value
    }

    private func withBytes<Value>(_ body: [UInt8], _ use: (ByteView) -> Value?) -> Value? {
        var copy = ByteWriter(capacity: body.count)
        for byte in body { copy.append(byte: byte) }
        return use(copy.view)
    }

    /// The venue's error; where the body is none (a proxy's page, nothing at all), what the status alone says.
    private static func failure(_ status: Int, _ view: ByteView) -> RestFailure {
        var scanner = JSONScanner(view)
        var key = ByteView()
        var code: Int64 = 0
        var text = ByteView()
        if scanner.beginObject() {
            while scanner.nextMember(&key) {
                let read: Bool
                if key.equals("code") { read = scanner.int64(&code) }
                else if key.equals("msg") { read = scanner.string(&text) }
                else { read = scanner.skipValue() }
                if !read { break }
            }
        }
        let mapped = MappedError(status: Int64(status), code: code, message: text)
        return .venue(
            error: mapped.error, venueCode: Int32(truncatingIfNeeded: code), outcome: mapped.outcome, httpStatus: status)
    }

    /// The code of an error's body; 0 where there is none.
    func errorCode(_ status: Int, _ body: [UInt8]) -> Int64 {
        guard case .venue(_, let code, _, _)? = withBytes(body, { Self.failure(status, $0) }) else { return 0 }
        return Int64(code)
    }

    /// Reads `[{…},…]`.
    private func rows<Row>(_ scanner: inout JSONScanner, _ read: (inout JSONScanner) -> Row?) -> [Row]? {
        var rows: [Row] = []
        guard scanner.beginArray() else { return nil }
        while scanner.nextElement() {
            guard let row = read(&scanner) else { return nil }
            rows.append(row)
        }
        return scanner.error == nil ? rows : nil
    }

    public func parseServerTime(status: Int, body: [UInt8]) throws(RestFailure) -> Nanoseconds {
        try answer(status, body) { scanner in
            var key = ByteView()
            var time: Int64 = -1
            guard scanner.beginObject() else { return nil }
            while scanner.nextMember(&key) {
                guard key.equals("serverTime") ? scanner.int64(&time) : scanner.skipValue() else { return nil }
            }
            return wallTime(milliseconds: time)
        }
    }

    public func parseOpenOrders(status: Int, body: [UInt8]) throws(RestFailure) -> [OrderUpdate] {
        try answer(status, body) { scanner in
            self.rows(&scanner) { scanner in
                var document = OrderDocument()
                guard document.read(&scanner), let instrument = self.symbols.instrument(document.symbol) else { return nil }
                return document.update(
                    source: .snapshot, instrument: instrument, clientIDs: self.configuration.clientIDs)
            }
        }
    }

    public func parseOrder(
        _ client: ClientOrderID, _ instrument: InstrumentID, status: Int, body: [UInt8]
    ) throws(RestFailure) -> OrderUpdate {
        do {
            let update: OrderUpdate = try answer(status, body) { scanner in
                var document = OrderDocument()
                guard document.read(&scanner), self.symbols.instrument(document.symbol) == instrument,
                    var update = document.update(
                        source: .query, instrument: instrument, clientIDs: self.configuration.clientIDs)
                else { return nil }
                // The venue may have renamed the order; it answered for the one that was asked about.
                update.client = client
                return update
            }
            return update
        } catch .venue(error: .unknownOrder, _, _, _) {
            return OrderUpdate(
                status: .absent, source: .query, instrument: instrument, side: .buy, client: client,
                venueOrder: .none, price: .zero, quantity: .zero, cumulativeQuantity: .zero, venueTime: .zero,
                error: .unknownOrder)
        }
    }

    public func parseAccount(status: Int, body: [UInt8]) throws(RestFailure) -> [VenueBalance] {
        try answer(status, body) { scanner in
            var key = ByteView()
            var time: Int64 = 0
            var list: [BalanceDocument]?
            guard scanner.beginObject() else { return nil }
            while scanner.nextMember(&key) {
                if key.equals("updateTime") {
                    guard scanner.int64(&time) else { return nil }
                } else if key.equals("balances") {
                    list = self.rows(&scanner) { scanner in
                        var balance = BalanceDocument()
                        return balance.read(&scanner, asset: "asset", free: "free", locked: "locked") ? balance : nil
                    }
                    guard list != nil else { return nil }
                } else if !scanner.skipValue() {
                    return nil
                }
            }
            guard let list, let moment = wallTime(milliseconds: time) else { return nil }
            var balances: [VenueBalance] = []
            for balance in list {
                let asset = self.assets.asset(balance.asset)
                if asset == .unknown { continue }
                guard let row = balance.row(asset, self.configuration.venue, .snapshot, moment) else { return nil }
                balances.append(row)
            }
            return balances
        }
    }

    public func parseAccountNumber(status: Int, body: [UInt8]) throws(RestFailure) -> UInt64? {
        try answer(status, body) { scanner -> UInt64?? in
            var key = ByteView()
            var number: Int64?
            guard scanner.beginObject() else { return nil }
            while scanner.nextMember(&key) {
                if key.equals("uid") {
                    var read: Int64 = 0
                    guard scanner.int64(&read), read > 0 else { return nil }
                    number = read
                } else if !scanner.skipValue() {
                    return nil
                }
            }
            return .some(number.map { UInt64($0) })
        }
    }

    public func parseMyTrades(_ instrument: InstrumentID, status: Int, body: [UInt8]) throws(RestFailure) -> [Fill] {
        try answer(status, body) { scanner in
            self.rows(&scanner) { self.fill(&$0, instrument) }
        }
    }

    private func fill(_ scanner: inout JSONScanner, _ instrument: InstrumentID) -> Fill? {
        var key = ByteView()
        var (symbol, asset) = (ByteView(), ByteView())
        var (id, order, time): (Int64, Int64, Int64) = (-1, -1, -1)
        var (price, quantity, fee): (Int64, Int64, Int64) = (0, 0, 0)
        var (isBuyer, isMaker) = (false, false)
        var sides = 0
        guard scanner.beginObject() else { return nil }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("symbol") { read = scanner.string(&symbol) }
            else if key.equals("id") { read = scanner.int64(&id) }
            else if key.equals("orderId") { read = scanner.int64(&order) }
            else if key.equals("price") { read = scanner.decimal(&price) }
            else if key.equals("qty") { read = scanner.decimal(&quantity) }
            else if key.equals("commission") { read = scanner.decimal(&fee) }
            else if key.equals("commissionAsset") { read = scanner.string(&asset) }
            else if key.equals("time") { read = scanner.int64(&time) }
            else if key.equals("isBuyer") { (read, sides) = (scanner.bool(&isBuyer), sides + 1) }
            else if key.equals("isMaker") { read = scanner.bool(&isMaker) }
            else { read = scanner.skipValue() }
            if !read { return nil }
        }
        guard scanner.error == nil, symbols.instrument(symbol) == instrument, sides == 1, id >= 0, order > 0,
            price > 0, quantity > 0, let moment = wallTime(milliseconds: time)
        else { return nil }
        return Fill(
            instrument: instrument, side: isBuyer ? .buy : .sell, isMaker: isMaker, source: .tradeHistory,
            client: .none, venueOrder: VenueOrderID(UInt64(order)), trade: TradeID(low: UInt64(id)),
            price: Price(raw: price), quantity: Quantity(raw: quantity), cumulativeQuantity: .zero, fee: fee,
            feeAsset: assets.asset(asset), venueTime: moment)
    }

    public func parseCancelAllOpen(status: Int, body: [UInt8]) throws(RestFailure) -> Int {
        do {
            return try answer(status, body) { scanner in
                self.rows(&scanner) { $0.skipValue() ? () : nil }.map(\.count)
            }
        } catch .venue(error: .unknownOrder, _, _, _) {
            return 0
        }
    }

    public func parseCancel(status: Int, body: [UInt8]) throws(RestFailure) -> Bool {
        do {
            return try answer(status, body) { scanner in
                var document = OrderDocument()
                return document.read(&scanner) ? true : nil
            }
        } catch .venue(error: .unknownOrder, _, _, _) {
            return false
        }
    }
}
