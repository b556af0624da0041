import Model
import Simulation
import Units
import Wire

/// Binance Spot's spelling in the seeded world, on the venue's side. It shares no code with the adapter and the loopback
/// venue's server, so that each checks the other. One symbol.
package struct BinanceDialect: VenueDialect {
    let symbol: String
    let lower: String
    let base: String
    let quote: String
    let clientIDs: ClientOrderIDFormat

    package init(symbol: String, base: String, quote: String, clientIDs: ClientOrderIDFormat) {
        self.symbol = symbol
        lower = symbol.lowercased()
        self.base = base
        self.quote = quote
        self.clientIDs = clientIDs
    }

    // MARK: requests

    /// `nil` when the bytes are not a request: a bug of the adapter.
    package func read(_ bytes: ByteView) -> DialectRequest? {
        var scanner = JSONScanner(bytes)
        var key = ByteView()
        var method = ByteView()
        var request = DialectRequest()
        guard scanner.beginObject() else { return nil }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("id") { read = scanner.int64(&request.id) }
            else if key.equals("method") { read = scanner.string(&method) }
            else if key.equals("params") { read = parameters(&scanner, &request) }
            else { read = scanner.skipValue() }
            if !read { return nil }
        }
        guard scanner.finish(), request.id > 0 else { return nil }
        if method.equals("session.logon") { request.method = .logon }
        if method.equals("userDataStream.subscribe") || method.equals("userDataStream.subscribe.signature") {
            request.method = .subscribe
        }
        if method.equals("order.place") { request.method = .place }
        if method.equals("order.cancel") { request.method = .cancel }
        if method.equals("openOrders.cancelAll") { request.method = .cancelAll }
        if method.equals("order.status") { request.method = .query }
        return request
    }

    private func parameters(_ scanner: inout JSONScanner, _ request: inout DialectRequest) -> Bool {
        var key = ByteView()
        var text = ByteView()
        var number: Int64 = 0
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            if key.equals("newClientOrderId") || key.equals("origClientOrderId") {
                guard scanner.string(&text), let id = clientIDs.parse(count: text.count, byteAt: { text[$0] })
                else { return false }
                request.client = id
            } else if key.equals("orderId") {
                guard scanner.int64(&number), number > 0 else { return false }
                request.venueOrder = VenueOrderID(UInt64(number))
            } else if key.equals("price") {
                guard scanner.decimal(&number) else { return false }
                request.price = Price(raw: number)
            } else if key.equals("quantity") {
                guard scanner.decimal(&number) else { return false }
                request.quantity = Quantity(raw: number)
            } else if key.equals("side") {
                guard scanner.string(&text) else { return false }
                request.side = text.equals("BUY") ? .buy : .sell
            } else if key.equals("timeInForce") {
                guard scanner.string(&text) else { return false }
                request.timeInForce = text.equals("IOC") ? .immediateOrCancel : text.equals("FOK") ? .fillOrKill : .goodTillCancel
            } else if key.equals("timestamp") {
                guard scanner.int64(&number) else { return false }
                request.timestamp = Nanoseconds(milliseconds: number)
            } else if key.equals("recvWindow") {
                guard scanner.int64(&number) else { return false }
                request.window = Nanoseconds(milliseconds: number)
            } else if !scanner.skipValue() {
                return false
            }
        }
        return scanner.error == nil
    }

    // MARK: answers and events

    private func success(_ id: Int64, _ result: String) -> [UInt8] {
        Array(#"{"id":\#(id),"status":200,"result":\#(result)}"#.utf8)
    }

    package func done(_ id: Int64, _ what: DialectAnswer, time: Int64) -> [UInt8] {
        switch what {
        case .loggedOn: return success(id, "{}")
        case .subscribed: return success(id, #"{"subscriptionId":0}"#)
        case .allCancelled: return success(id, "[]")
        case .placed(let reply): return success(id, acknowledgement(reply, time: time))
        case .order(let update): return success(id, order(update, time: time))
        }
    }

    package func refused(_ id: Int64, _ why: DialectRefusal) -> [UInt8] {
        let (status, code, message): (Int, Int, String)
        switch why {
        case .staleTimestamp: (status, code, message) = (400, -1021, "Timestamp for this request is outside of the recvWindow.")
        case .rateLimited: (status, code, message) = (429, -1003, "Too much request weight used.")
        case .addressBanned: (status, code, message) = (418, -1003, "Way too much request weight used; IP banned.")
        case .throttled: (status, code, message) = (503, -1008, "Request throttled by system-level protection.")
        case .backendTimeout: (status, code, message) = (503, -1007, "Timeout waiting for response from backend server.")
        case .marketClosed: (status, code, message) = (400, -2010, "Market is closed.")
        case .filter: (status, code, message) = (400, -1013, "Filter failure: PRICE_FILTER")
        case .insufficientBalance:
            (status, code, message) = (400, -2010, "Account has insufficient balance for requested action.")
        case .wouldTake: (status, code, message) = (400, -2010, "Order would immediately match and take.")
        case .unknownOrder: (status, code, message) = (400, -2011, "Unknown order sent.")
        case .noSuchOrder: (status, code, message) = (400, -2013, "Order does not exist.")
        }
        return Array(#"{"id":\#(id),"status":\#(status),"error":{"code":\#(code),"msg":"\#(message)"}}"#.utf8)
    }

    private func status(_ status: VenueOrderStatus) -> String {
        switch status {
        case .new: return "NEW"
        case .partiallyFilled: return "PARTIALLY_FILLED"
        case .filled: return "FILLED"
        case .cancelled: return "CANCELED"
        case .rejected: return "REJECTED"
        case .expired: return "EXPIRED"
        case .absent: preconditionFailure("an absent order has no document")
        }
    }

    /// The document of one order; `time` in milliseconds.
    private func order(_ update: OrderUpdate, time: Int64) -> String {
        let name = clientIDs.text(update.client).string
        return #"{"symbol":"\#(symbol)","orderId":\#(update.venueOrder.raw),"orderListId":-1,"clientOrderId":"\#(name)","#
            + #""price":"\#(update.price)","origQty":"\#(update.quantity)","executedQty":"\#(update.cumulativeQuantity)","#
            + #""status":"\#(status(update.status))","timeInForce":"GTC","type":"LIMIT","side":"\#(update.side == .buy ? "BUY" : "SELL")","#
            + #""time":\#(time),"updateTime":\#(time),"isWorking":true}"#
    }

    /// An acknowledgement of a placement.
    private func acknowledgement(_ reply: OrderReply, time: Int64) -> String {
        let name = clientIDs.text(reply.client).string
        return #"{"symbol":"\#(symbol)","orderId":\#(reply.venueOrder.raw),"orderListId":-1,"clientOrderId":"\#(name)","transactTime":\#(time)}"#
    }

    /// An `executionReport`: the status alone, or with the fill that led to it.
    package func report(_ update: OrderUpdate, _ fill: Fill?, time: Int64) -> [UInt8] {
        let name = clientIDs.text(update.client).string
        let isCancel = update.status == .cancelled
        let kind = fill != nil ? "TRADE" : isCancel ? "CANCELED" : update.status == .expired ? "EXPIRED" : "NEW"
        let asset = fill.map { $0.feeAsset == AssetID(0) ? base : quote }
        var text = #"{"subscriptionId":0,"event":{"e":"executionReport","E":\#(time),"s":"\#(symbol)","#
        text += #""c":"\#(isCancel ? "x" : name)","C":"\#(isCancel ? name : "")","S":"\#(update.side == .buy ? "BUY" : "SELL")","#
        text += #""o":"LIMIT","f":"GTC","q":"\#(update.quantity)","p":"\#(update.price)","x":"\#(kind)","#
        text += #""X":"\#(status(update.status))","r":"NONE","i":\#(update.venueOrder.raw),"l":"\#(fill?.quantity ?? .zero)","#
        text += #""z":"\#(update.cumulativeQuantity)","L":"\#(fill?.price ?? .zero)","n":"\#(Quantity(raw: fill?.fee ?? 0))","#
        text += #""N":\#(asset.map { "\"\($0)\"" } ?? "null"),"T":\#(time),"t":\#(fill.map { Int64($0.trade.low) } ?? -1),"#
        text += #""m":\#(fill?.isMaker ?? false),"M":false}}"#
        return Array(text.utf8)
    }

    package func balances(_ rows: [VenueBalance], time: Int64) -> [UInt8] {
        let list = rows.map {
            #"{"a":"\#($0.asset == AssetID(0) ? base : quote)","f":"\#($0.free)","l":"\#($0.locked)"}"#
        }
        return Array(
            (#"{"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":\#(time),"u":\#(time),"#
                + #""B":[\#(list.joined(separator: ","))]}}"#).utf8)
    }

    package func terminated(time: Int64) -> [UInt8] {
        Array(#"{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":\#(time)}}"#.utf8)
    }

    // MARK: REST

    package func openOrders(_ rows: [OrderUpdate], time: Int64) -> [UInt8] {
        Array(("[" + rows.map { order($0, time: time) }.joined(separator: ",") + "]").utf8)
    }

    package func account(_ rows: [VenueBalance], time: Int64) -> [UInt8] {
        let list = rows.map {
            #"{"asset":"\#($0.asset == AssetID(0) ? base : quote)","free":"\#($0.free)","locked":"\#($0.locked)"}"#
        }
        return Array(#"{"makerCommission":10,"updateTime":\#(time),"balances":[\#(list.joined(separator: ","))]}"#.utf8)
    }

    /// Own executions; the venue does not repeat the client id there.
    package func trades(_ rows: [Fill], time: Int64) -> [UInt8] {
        let list = rows.map { fill in
            #"{"symbol":"\#(symbol)","id":\#(fill.trade.low),"orderId":\#(fill.venueOrder.raw),"price":"\#(fill.price)","#
                + #""qty":"\#(fill.quantity)","commission":"\#(Quantity(raw: fill.fee))","#
                + #""commissionAsset":"\#(fill.feeAsset == AssetID(0) ? base : quote)","time":\#(time),"#
                + #""isBuyer":\#(fill.side == .buy),"isMaker":\#(fill.isMaker),"isBestMatch":true}"#
        }
        return Array(("[" + list.joined(separator: ",") + "]").utf8)
    }

    // MARK: market data

    package func ticker(_ top: TopOfBook, into out: inout ByteWriter) {
        begin("@bookTicker", &out)
        out.append("{\"u\":")
        out.append(int: top.updateID)
        symbolMember(&out)
        member("b", top.bidPrice, &out)
        member("B", top.bidQuantity, &out)
        member("a", top.askPrice, &out)
        member("A", top.askQuantity, &out)
        out.append("}}")
    }

    package func trade(_ trade: PublicTrade, time: Int64, into out: inout ByteWriter) {
        begin("@trade", &out)
        out.append("{\"e\":\"trade\",\"E\":")
        out.append(int: time)
        symbolMember(&out)
        out.append(",\"t\":")
        out.append(int: trade.trade.low)
        member("p", trade.price, &out)
        member("q", trade.quantity, &out)
        out.append(",\"T\":")
        out.append(int: time)
        out.append(trade.aggressor == .sell ? ",\"m\":true" as StaticString : ",\"m\":false")
        out.append(",\"M\":true}}")
    }

    package func depth(
        first: Int64, last: Int64, bids: [DisplayedLevel], asks: [DisplayedLevel], time: Int64, into out: inout ByteWriter
    ) {
        begin("@depth@100ms", &out)
        out.append("{\"e\":\"depthUpdate\",\"E\":")
        out.append(int: time)
        symbolMember(&out)
        out.append(",\"U\":")
        out.append(int: first)
        out.append(",\"u\":")
        out.append(int: last)
        out.append(",\"b\":")
        levels(bids, &out)
        out.append(",\"a\":")
        levels(asks, &out)
        out.append("}}")
    }

    package func snapshot(last: Int64, bids: [DisplayedLevel], asks: [DisplayedLevel], into out: inout ByteWriter) {
        out.reset()
        out.append("{\"lastUpdateId\":")
        out.append(int: last)
        out.append(",\"bids\":")
        levels(bids, &out)
        out.append(",\"asks\":")
        levels(asks, &out)
        out.append("}")
    }

    private func begin(_ stream: StaticString, _ out: inout ByteWriter) {
        out.reset()
        out.append("{\"stream\":\"")
        for byte in lower.utf8 { out.append(byte: byte) }
        out.append(stream)
        out.append("\",\"data\":")
    }

    private func symbolMember(_ out: inout ByteWriter) {
        out.append(",\"s\":\"")
        for byte in symbol.utf8 { out.append(byte: byte) }
        out.append("\"")
    }

    private func member(_ name: StaticString, _ value: some FixedPoint, _ out: inout ByteWriter) {
        out.append(",\"")
        out.append(name)
        out.append("\":\"")
        out.append(decimal: value)
        out.append("\"")
    }

    private func levels(_ list: [DisplayedLevel], _ out: inout ByteWriter) {
        out.append("[")
        for (index, level) in list.enumerated() {
            out.append(index == 0 ? "[\"" as StaticString : ",[\"")
            out.append(decimal: level.price)
            out.append("\",\"")
            out.append(decimal: level.quantity)
            out.append("\"]")
        }
        out.append("]")
    }
}
