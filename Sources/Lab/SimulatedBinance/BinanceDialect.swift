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
        var isStrict = (mode: false, restriction: false)
        guard scanner.beginObject() else { return nil }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("id") { read = scanner.int64(&request.id) }
            else if key.equals("method") { read = scanner.string(&method) }
            else if key.equals("params") { read = parameters(&scanner, &request, &isStrict) }
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
        if method.equals("order.amend.keepPriority") { request.method = .amend }
        if method.equals("order.cancelReplace") {
            // Only in this form is it one change of one order.
            guard isStrict.mode, isStrict.restriction else { return nil }
            request.method = .replace
        }
        return request
    }

    private func parameters(
        _ scanner: inout JSONScanner, _ request: inout DialectRequest, _ isStrict: inout (mode: Bool, restriction: Bool)
    ) -> Bool {
        var key = ByteView()
        var text = ByteView()
        var number: Int64 = 0
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            if key.equals("newClientOrderId") || key.equals("origClientOrderId") {
                guard scanner.string(&text), let id = clientIDs.parse(count: text.count, byteAt: { text[$0] })
                else { return false }
                request.client = id
            } else if key.equals("cancelOrigClientOrderId") {
                guard scanner.string(&text), let id = clientIDs.parse(count: text.count, byteAt: { text[$0] })
                else { return false }
                request.former = id
            } else if key.equals("cancelReplaceMode") {
                guard scanner.string(&text) else { return false }
                isStrict.mode = text.equals("STOP_ON_FAILURE")
            } else if key.equals("cancelRestrictions") {
                guard scanner.string(&text) else { return false }
                isStrict.restriction = text.equals("ONLY_NEW")
            } else if key.equals("orderId") || key.equals("cancelOrderId") {
                guard scanner.int64(&number), number > 0 else { return false }
                request.venueOrder = VenueOrderID(UInt64(number))
            } else if key.equals("price") {
                guard scanner.decimal(&number) else { return false }
                request.price = Price(raw: number)
            } else if key.equals("quantity") || key.equals("newQty") {
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
        case .amended(let update): return success(id, amendment(update, time: time))
        case .replaced(let former, let reply):
            return success(
                id,
                #"{"cancelResult":"SUCCESS","newOrderResult":"SUCCESS","cancelResponse":\#(order(former, time: time)),"#
                    + #""newOrderResponse":\#(acknowledgement(reply, time: time))}"#)
        }
    }

    package func refused(_ id: Int64, _ why: DialectRefusal) -> [UInt8] {
        let (status, code, message): (Int, Int, String)
        var data = ""
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
        case .notAmended:
            (status, code, message) = (400, -2038, "The requested action would change no state; rejecting.")
        case .notReplaced(let isGone):
            (status, code, message) = (400, -2022, "Order cancel-replace failed.")
            let why = isGone ? "Unknown order sent." : "Order was not canceled due to cancel restrictions."
            data = #","data":{"cancelResult":"FAILURE","newOrderResult":"NOT_ATTEMPTED","#
                + #""cancelResponse":{"code":-2011,"msg":"\#(why)"},"newOrderResponse":null}"#
        case .endedOnly:
            (status, code, message) = (409, -2021, "Order cancel-replace partially failed.")
            data = #","data":{"cancelResult":"SUCCESS","newOrderResult":"FAILURE","cancelResponse":{"symbol":"\#(symbol)"},"#
                + #""newOrderResponse":{"code":-2010,"msg":"Order would immediately match and take."}}"#
        }
        return Array(#"{"id":\#(id),"status":\#(status),"error":{"code":\#(code),"msg":"\#(message)"\#(data)}}"#.utf8)
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
        let isCancel = update.status == .cancelled
        let kind = fill != nil ? "TRADE" : isCancel ? "CANCELED" : update.status == .expired ? "EXPIRED" : "NEW"
        return report(update, fill, kind: kind, time: time)
    }

    private func report(_ update: OrderUpdate, _ fill: Fill?, kind: String, time: Int64) -> [UInt8] {
        let name = clientIDs.text(update.client).string
        let isCancel = update.status == .cancelled
        let asset = fill.map { $0.feeAsset == AssetID(0) ? base : quote }
        var text = #"{"subscriptionId":0,"event":{"e":"executionReport","E":\#(time),"s":"\#(symbol)","#
        text += #""c":"\#(isCancel ? "x" : name)","C":"\#(isCancel || kind == "REPLACED" ? name : "")","S":"\#(update.side == .buy ? "BUY" : "SELL")","#
        text += #""o":"LIMIT","f":"GTC","q":"\#(update.quantity)","p":"\#(update.price)","x":"\#(kind)","#
        text += #""X":"\#(status(update.status))","r":"NONE","i":\#(update.venueOrder.raw),"l":"\#(fill?.quantity ?? .zero)","#
        text += #""z":"\#(update.cumulativeQuantity)","L":"\#(fill?.price ?? .zero)","n":"\#(Quantity(raw: fill?.fee ?? 0))","#
        text += #""N":\#(asset.map { "\"\($0)\"" } ?? "null"),"T":\#(time),"t":\#(fill.map { Int64($0.trade.low) } ?? -1),"#
        text += #""m":\#(fill?.isMaker ?? false),"M":false}}"#
        return Array(text.utf8)
    }

    /// What an amendment in place answers.
    private func amendment(_ update: OrderUpdate, time: Int64) -> String {
        let name = clientIDs.text(update.client).string
        return #"{"transactTime":\#(time),"executionId":1,"amendedOrder":{"symbol":"\#(symbol)","orderId":\#(update.venueOrder.raw),"#
            + #""orderListId":-1,"origClientOrderId":"\#(name)","clientOrderId":"\#(name)","price":"\#(update.price)","#
            + #""qty":"\#(update.quantity)","executedQty":"\#(update.cumulativeQuantity)","status":"\#(status(update.status))"}}"#
    }

    package func amended(_ update: OrderUpdate, time: Int64) -> [UInt8] {
        report(update, nil, kind: "REPLACED", time: time)
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
}
