import Model
import Units
import VenueKit
import Wire

/// One text frame of the WebSocket API, its parts still as bytes.
struct APIFrame: BitwiseCopyable {
    /// Negative: the frame has no number as `id`.
    var id: Int64 = -1
    var status: Int64 = 0
    var result = ByteView()
    var event = ByteView()
    var errorCode: Int64 = 0
    var errorText = ByteView()
    var errorData = ByteView()
    var rateLimits = ByteView()

    /// Reads the envelope; `false` when the frame is not a valid document.
    mutating func read(_ bytes: ByteView) -> Bool {
        var scanner = JSONScanner(bytes)
        var key = ByteView()
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("id") { read = scanner.peekKind() == .number ? scanner.int64(&id) : scanner.skipValue() }
            else if key.equals("status") { read = scanner.int64(&status) }
            else if key.equals("result") { read = scanner.raw(&result) }
            else if key.equals("event") { read = scanner.raw(&event) }
            else if key.equals("error") { read = self.error(&scanner) }
            else if key.equals("rateLimits") { read = scanner.raw(&rateLimits) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.finish()
    }

    private mutating func error(_ scanner: inout JSONScanner) -> Bool {
        var key = ByteView()
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("code") { read = scanner.int64(&errorCode) }
            else if key.equals("msg") { read = scanner.string(&errorText) }
            else if key.equals("data") { read = scanner.raw(&errorData) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.error == nil
    }
}

extension BinanceOrderEntry {
    public mutating func message<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        _ bytes: ByteView, receivedAt: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O
    ) {
        messages &+= 1
        if session == .closed { return }
        take(bytes, receivedAt: receivedAt, wallNow: wallNow, &sink, &events)
        // What could not be read cost the connection, and with it the mandate: it is kept to be looked at.
        if session == .closed, lastProblem == .malformed {
            events.quarantine(.malformed, bytes, offset: -1, receivedAt: receivedAt)
        }
    }

    private mutating func take<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        _ bytes: ByteView, receivedAt: Nanoseconds, wallNow: Nanoseconds, _ sink: inout S, _ events: inout O
    ) {
        var frame = APIFrame()
        guard frame.read(bytes) else { return giveUp(.malformed, at: receivedAt, &events) }
        if !frame.event.isEmpty { return event(frame.event, at: receivedAt, &events) }
        // Before the answer itself: what the venue wants to be left alone with is known when the answer is judged.
        tellUsage(frame, wallNow, &events)
        if frame.id < 0 {
            if frame.status == 401 { giveUp(.revoked, at: receivedAt, &events) }
            return
        }
        guard let entry = inFlight.take(UInt64(frame.id)) else {
            lateReplies &+= 1
            return
        }
        guard let kind = entry.purpose.requestKind else {
            if frame.status == 200 {
                return sessionAdvanced(entry.purpose, at: receivedAt, wallNow: wallNow, &sink, &events)
            }
            return giveUp(.refused, at: receivedAt, &events)
        }
        if frame.status == 200 {
            accepted(kind, entry, frame, at: receivedAt, &events)
        } else {
            refused(kind, entry, frame, &events)
        }
    }

    /// A good answer to an order request.
    private mutating func accepted<O: OrderSink & ~Copyable>(
        _ kind: RequestKind, _ entry: InFlightTable.Entry, _ frame: APIFrame, at now: Nanoseconds, _ events: inout O
    ) {
        var reply = OrderReply(
            kind: kind, outcome: .accepted, instrument: entry.instrument, client: entry.client,
            venueOrder: entry.venueOrder, error: .none, venueCode: 0, venueTime: .zero)
        if entry.purpose == .replace { return replaced(entry, frame, at: now, &events) }
        if kind != .cancelAll, kind != .amend {
            var document = OrderDocument()
            var scanner = JSONScanner(frame.result)
            guard document.read(&scanner) else {
                // The venue said yes and we could not read the rest: it is not known what it says.
                reply.outcome = .unknown
                events.order(.orderReply(reply))
                return giveUp(.malformed, at: now, &events)
            }
            if kind == .query { return answered(entry, document, at: now, &events) }
            reply.venueOrder = VenueOrderID(UInt64(document.orderID))
            reply.venueTime = Nanoseconds(milliseconds: document.time)
        }
        events.order(.orderReply(reply))
    }

    /// The answer to a look-up.
    private mutating func answered<O: OrderSink & ~Copyable>(
        _ entry: InFlightTable.Entry, _ document: OrderDocument, at now: Nanoseconds, _ events: inout O
    ) {
        guard
            var update = document.update(
                source: .query, instrument: entry.instrument, clientIDs: configuration.clientIDs)
        else {
            // An order without a status or a side: the look-up has an answer, and it says nothing.
            events.order(
                .orderReply(
                    OrderReply(
                        kind: .query, outcome: .unknown, instrument: entry.instrument, client: entry.client,
                        venueOrder: entry.venueOrder, error: .none, venueCode: 0, venueTime: .zero)))
            return giveUp(.malformed, at: now, &events)
        }
        // The venue may have renamed the order; it answered for the one that we asked about.
        if !entry.client.isNone { update.client = entry.client }
        events.order(.orderUpdate(update))
    }

    /// An error in answer to an order request.
    private func refused<O: OrderSink & ~Copyable>(
        _ kind: RequestKind, _ entry: InFlightTable.Entry, _ frame: APIFrame, _ events: inout O
    ) {
        if entry.purpose == .replace { return replaceRefused(entry, frame, &events) }
        let mapped = MappedError(status: frame.status, code: frame.errorCode, message: frame.errorText)
        if kind == .query, mapped.error == .unknownOrder {
            events.order(
                .orderUpdate(
                    OrderUpdate(
                        status: .absent, source: .query, instrument: entry.instrument, side: .buy,
                        client: entry.client, venueOrder: entry.venueOrder, price: .zero, quantity: .zero,
                        cumulativeQuantity: .zero, venueTime: .zero, error: .unknownOrder)))
            return
        }
        // Nothing open is what a cancel of all is for.
        let nothingOpen = kind == .cancelAll && frame.errorCode == -2011
        events.order(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: nothingOpen ? .accepted : mapped.outcome, instrument: entry.instrument,
                    client: entry.client, venueOrder: entry.venueOrder, error: nothingOpen ? .none : mapped.error,
                    venueCode: Int32(truncatingIfNeeded: frame.errorCode), venueTime: .zero)))
    }

    // MARK: The private stream

    private mutating func event<O: OrderSink & ~Copyable>(
        _ event: ByteView, at now: Nanoseconds, _ events: inout O
    ) {
        let head = EventHead(event)
        if head.name.equals("executionReport") {
            guard let instrument = symbols.instrument(head.symbol) else {
                foreignEvents &+= 1
                return
            }
            var report = ExecutionReport()
            guard report.read(event) else { return giveUp(.malformed, at: now, &events) }
            guard seenEvents.isNew(report) else {
                duplicateEvents &+= 1
                return events.quarantine(.duplicate, event, offset: -1, receivedAt: now)
            }
            guard execution(report, instrument, &events) else {
                return giveUp(.malformed, at: now, &events)
            }
        } else if head.name.equals("outboundAccountPosition") {
            if !balances(event, &events) { giveUp(.malformed, at: now, &events) }
        } else if head.name.equals("eventStreamTerminated") || head.name.equals("serverShutdown") {
            giveUp(.ended, at: now, &events)
        }
    }

    /// Tells an execution report: the fill first, so that the status after it finds the quantity complete.
    private func execution<O: OrderSink & ~Copyable>(
        _ report: ExecutionReport, _ instrument: InstrumentID, _ events: inout O
    ) -> Bool {
        guard let side = sideOfWire(report.side),
            let status = statusOfWire(report.status, executed: report.cumulative)
        else { return false }
        let client = clientOfWire(report.originalClient, report.client, configuration.clientIDs)
        let order = VenueOrderID(UInt64(report.orderID))
        let time = Nanoseconds(milliseconds: report.time)
        var error = ErrorCode.none
        if report.isExecution, report.lastPrice > 0 {
            let asset = report.commissionAsset.isEmpty ? AssetID.unknown : assets.asset(report.commissionAsset)
            events.order(
                .fill(
                    Fill(
                        instrument: instrument, side: side, isMaker: report.isMaker, source: .stream, client: client,
                        venueOrder: order, trade: TradeID(low: UInt64(report.trade)),
                        price: Price(raw: report.lastPrice), quantity: Quantity(raw: report.lastQuantity),
                        cumulativeQuantity: Quantity(raw: report.cumulative), fee: report.commission, feeAsset: asset,
                        venueTime: time)))
        } else if report.isExecution {
            // An execution without a price cannot be booked; the trade history has it.
            error = .fillSeqGap
        } else if status == .rejected {
            error = report.rejectReason.equals("INSUFFICIENT_BALANCES") ? .insufficientBalance : .orderRejected
        }
        events.order(
            .orderUpdate(
                OrderUpdate(
                    status: status, source: .stream, instrument: instrument, side: side, client: client,
                    venueOrder: order, price: Price(raw: report.price), quantity: Quantity(raw: report.quantity),
                    cumulativeQuantity: Quantity(raw: report.cumulative), venueTime: time, error: error)))
        return true
    }

    /// Tells the balances of an `outboundAccountPosition` that the run names.
    private func balances<O: OrderSink & ~Copyable>(_ event: ByteView, _ events: inout O) -> Bool {
        var scanner = JSONScanner(event)
        var key = ByteView()
        var rows = ByteView()
        var time: Int64 = -1
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("u") { read = scanner.int64(&time) }
            else if key.equals("B") { read = scanner.raw(&rows) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        guard scanner.finish(), let time = wallTime(milliseconds: time) else { return false }
        var list = JSONScanner(rows)
        guard list.beginArray() else { return false }
        while list.nextElement() {
            var balance = BalanceDocument()
            guard balance.read(&list, asset: "a", free: "f", locked: "l") else { return false }
            let asset = assets.asset(balance.asset)
            if asset == .unknown { continue }
            guard let row = balance.row(asset, configuration.venue, .stream, time) else { return false }
            events.order(.balance(row))
        }
        return list.finish()
    }
}

/// One balance of the stream or the account, its amounts still as bytes: those of assets that the run does not name
/// need not fit our scale.
struct BalanceDocument: BitwiseCopyable {
    var asset = ByteView()
    private var free = ByteView()
    private var locked = ByteView()

    init() {}

    mutating func read(
        _ scanner: inout JSONScanner, asset assetKey: StaticString, free freeKey: StaticString,
        locked lockedKey: StaticString
    ) -> Bool {
        var key = ByteView()
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals(assetKey) { read = scanner.string(&asset) }
            else if key.equals(freeKey) { read = scanner.raw(&free) }
            else if key.equals(lockedKey) { read = scanner.raw(&locked) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.error == nil && !asset.isEmpty && !free.isEmpty && !locked.isEmpty
    }

    func row(_ id: AssetID, _ venue: VenueID, _ source: EvidenceSource, _ time: Nanoseconds) -> VenueBalance? {
        var freeRaw: Int64 = 0
        var lockedRaw: Int64 = 0
        var first = JSONScanner(free)
        var second = JSONScanner(locked)
        guard first.decimal(&freeRaw), second.decimal(&lockedRaw) else { return nil }
        return VenueBalance(
            asset: id, venue: venue, source: source, free: Quantity(raw: freeRaw), locked: Quantity(raw: lockedRaw),
            venueTime: time)
    }
}
