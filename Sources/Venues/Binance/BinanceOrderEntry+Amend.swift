import Model
import Units
import VenueKit
import Wire

/// Changing a resting order: `order.amend.keepPriority` in place, `order.cancelReplace` under a new name. The latter
/// with `STOP_ON_FAILURE` and `ONLY_NEW`: the venue takes the new order only when it has ended the old one with nothing
/// executed.
extension BinanceOrderEntry {
    public mutating func amend<S: FrameSink & ~Copyable>(
        _ amendment: OrderAmendment, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool {
        let order = amendment.order
        let row = symbols.row(id: order.instrument.raw)
        guard row >= 0, order.venueOrder != .none || !order.client.isNone, order.venueOrder.raw <= UInt64(Int64.max),
            let id = begin(amendment.isInPlace ? "order.amend.keepPriority" : "order.cancelReplace")
        else { return false }
        if amendment.isInPlace { reduce(amendment, row, wallNow) } else { replace(amendment, row, wallNow) }
        return finish(
            InFlightTable.Entry(
                id: id, purpose: amendment.isInPlace ? .reduce : .replace, client: order.client, next: amendment.client,
                instrument: order.instrument, venueOrder: order.venueOrder, sentAt: now), &sink)
    }

    /// Without a name the venue would make one up: the present one is given again.
    private mutating func reduce(_ amendment: OrderAmendment, _ row: Int, _ wallNow: Nanoseconds) {
        let name = configuration.clientIDs.text(amendment.client)
        writer.parameter("newClientOrderId", text: name)
        writer.parameter("newQty", decimal: amendment.quantity)
        if amendment.order.venueOrder != .none {
            writer.parameter("orderId", int: Int64(amendment.order.venueOrder.raw))
        } else {
            writer.parameter("origClientOrderId", text: name)
        }
        writer.parameter("recvWindow", int: configuration.receiveWindow)
        writer.parameter("symbol", text: symbols.names[row])
        writer.parameter("timestamp", int: wallNow.milliseconds)
    }

    private mutating func replace(_ amendment: OrderAmendment, _ row: Int, _ wallNow: Nanoseconds) {
        if amendment.order.venueOrder != .none {
            writer.parameter("cancelOrderId", int: Int64(amendment.order.venueOrder.raw))
        } else {
            writer.parameter("cancelOrigClientOrderId", text: configuration.clientIDs.text(amendment.order.client))
        }
        writer.parameter("cancelReplaceMode", "STOP_ON_FAILURE")
        writer.parameter("cancelRestrictions", "ONLY_NEW")
        writer.parameter("newClientOrderId", text: configuration.clientIDs.text(amendment.client))
        writer.parameter("newOrderRespType", "ACK")
        writer.parameter("price", decimal: amendment.price, fractionDigits: configuration.priceDigits)
        writer.parameter("quantity", decimal: amendment.quantity)
        writer.parameter("recvWindow", int: configuration.receiveWindow)
        writer.parameter("side", amendment.side == .buy ? "BUY" : "SELL")
        writer.parameter("symbol", text: symbols.names[row])
        if amendment.timeInForce != .postOnly { writer.parameter("timeInForce", "GTC") }
        writer.parameter("timestamp", int: wallNow.milliseconds)
        writer.parameter("type", amendment.timeInForce == .postOnly ? "LIMIT_MAKER" : "LIMIT")
    }

    /// The second reply to a replacement: about the new name.
    func tellNext<O: OrderSink & ~Copyable>(
        _ reply: OrderReply, of entry: InFlightTable.Entry, _ events: inout O
    ) {
        var next = reply
        next.client = entry.next
        next.venueOrder = .none
        events.order(.orderReply(next))
    }

    /// A good answer to a replacement: both halves were done.
    mutating func replaced<O: OrderSink & ~Copyable>(
        _ entry: InFlightTable.Entry, _ frame: APIFrame, at now: Nanoseconds, _ events: inout O
    ) {
        var reply = OrderReply(
            kind: .amend, outcome: .accepted, instrument: entry.instrument, client: entry.client,
            venueOrder: entry.venueOrder, error: .none, venueCode: 0, venueTime: .zero)
        var halves = ReplaceDocument()
        var document = OrderDocument()
        var scanner = JSONScanner(halves.read(frame.result) ? halves.newResponse : ByteView())
        guard halves.cancelResult.equals("SUCCESS"), halves.newResult.equals("SUCCESS"), document.read(&scanner) else {
            // The venue said yes and we could not read the rest: it is not known what it says.
            reply.outcome = .unknown
            events.order(.orderReply(reply))
            tellNext(reply, of: entry, &events)
            return giveUp(.malformed, at: now, &events)
        }
        events.order(.orderReply(reply))
        reply.client = entry.next
        reply.venueOrder = VenueOrderID(UInt64(document.orderID))
        reply.venueTime = Nanoseconds(milliseconds: document.time)
        events.order(.orderReply(reply))
    }

    /// An error in answer to a replacement. -2022: nothing was done, since the old order could not be ended. -2021 with
    /// a good first half: the old order is ended and the new one refused. Without the halves the code alone tells.
    func replaceRefused<O: OrderSink & ~Copyable>(
        _ entry: InFlightTable.Entry, _ frame: APIFrame, _ events: inout O
    ) {
        let mapped = MappedError(status: frame.status, code: frame.errorCode, message: frame.errorText)
        var older = mapped
        var newer = mapped
        var halves = ReplaceDocument()
        if frame.errorCode == -2021 || frame.errorCode == -2022 {
            if halves.read(frame.errorData) {
                older = halves.outcome(halves.cancelResult, halves.cancelResponse)
                newer = halves.outcome(halves.newResult, halves.newResponse)
            } else {
                older.outcome = .unknown
                newer.outcome = .unknown
            }
        }
        var reply = OrderReply(
            kind: .amend, outcome: older.outcome, instrument: entry.instrument, client: entry.client,
            venueOrder: entry.venueOrder, error: older.error,
            venueCode: Int32(truncatingIfNeeded: frame.errorCode), venueTime: .zero)
        events.order(.orderReply(reply))
        reply.outcome = newer.outcome
        reply.error = newer.error
        tellNext(reply, of: entry, &events)
    }
}

/// What `order.cancelReplace` answers, whether it went well or not.
struct ReplaceDocument: BitwiseCopyable {
    var cancelResult = ByteView()
    var newResult = ByteView()
    var cancelResponse = ByteView()
    var newResponse = ByteView()

    /// `false` when it is no such document.
    mutating func read(_ bytes: ByteView) -> Bool {
        var scanner = JSONScanner(bytes)
        var key = ByteView()
        guard !bytes.isEmpty, scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("cancelResult") { read = scanner.string(&cancelResult) }
            else if key.equals("newOrderResult") { read = scanner.string(&newResult) }
            else if key.equals("cancelResponse") { read = scanner.raw(&cancelResponse) }
            else if key.equals("newOrderResponse") { read = scanner.raw(&newResponse) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.finish() && !cancelResult.isEmpty && !newResult.isEmpty
    }

    /// What became of one half.
    func outcome(_ word: ByteView, _ response: ByteView) -> MappedError {
        if word.equals("SUCCESS") { return MappedError(error: .none, outcome: .accepted) }
        if word.equals("NOT_ATTEMPTED") { return MappedError(error: .orderRejected, outcome: .refused) }
        var code: Int64 = 0
        var text = ByteView()
        var scanner = JSONScanner(response)
        var key = ByteView()
        guard word.equals("FAILURE"), scanner.beginObject() else { return MappedError(error: .venueUnavailable, outcome: .unknown) }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("code") { read = scanner.int64(&code) }
            else if key.equals("msg") { read = scanner.string(&text) }
            else { read = scanner.skipValue() }
            if !read { return MappedError(error: .venueUnavailable, outcome: .unknown) }
        }
        return MappedError(status: 400, code: code, message: text)
    }
}
