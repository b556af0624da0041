import Books
import Model
import Units
import VenueKit
import Wire

/// What becomes of one message, and of the answer to a depth snapshot: decoded, checked for age and order, taken into the
/// book, published.
extension BinanceMarketData {
    public mutating func message<M: MarketSink & ~Copyable>(
        _ bytes: ByteView, receivedAt: Nanoseconds, sink: inout M
    ) {
        let message = decode(bytes)
        take(message, bytes, LevelView(decoder.bids), LevelView(decoder.asks), receivedAt, &sink)
    }

    public mutating func message<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, bids: LevelView, asks: LevelView, receivedAt: Nanoseconds, sink: inout M
    ) {
        take(message, ByteView(), bids, asks, receivedAt, &sink)
    }

    /// One decoded message; `bytes` is its frame, or nothing where it was decoded before.
    private mutating func take<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ bytes: ByteView, _ bids: LevelView, _ asks: LevelView, _ receivedAt: Nanoseconds,
        _ sink: inout M
    ) {
        messages &+= 1
        lastReceived = receivedAt
        switch message.kind {
        case .none, .snapshot, .refusedSnapshot: return
        case .refused:
            sink.quarantine(message.refusal, bytes, offset: decoder.offset, receivedAt: receivedAt)
            return refuse(message.refusal, &sink)
        case .shutdown: return askReconnect(.serverShutdown, &sink)
        case .controlError:
            sink.quarantine(.controlError, bytes, offset: -1, receivedAt: receivedAt)
            return refuse(.controlError, &sink)
        case .ticker, .depth, .trade: break
        }
        let row = message.row
        if !isUp { report(.up, &sink) }
        feeds[row].lastReceived = receivedAt
        feeds[row].silenceReported = false
        health.heard(row, Self.stream(of: message.kind), at: receivedAt)
        if message.kind != .ticker, isLate(message.eventTime, receivedAt) {
            if message.kind == .depth {
                feeds[row].resynchronise(at: receivedAt)
                tellSequence(row, &sink)
            }
            sink.quarantine(.staleExchangeTime, bytes, offset: -1, receivedAt: receivedAt)
            refuse(.staleExchangeTime, &sink, of: message.kind == .depth ? .depth : .trades)
            return judgeLateness(at: receivedAt, &sink)
        }
        if message.kind != .ticker {
            lateSince = nil
            newestEvent = max(newestEvent, message.eventTime)
        }
        switch message.kind {
        case .ticker: ticker(message, receivedAt, &sink)
        case .depth: depth(message, bids, asks, receivedAt, &sink)
        case .trade: trade(message, receivedAt, &sink)
        case .none, .shutdown, .controlError, .snapshot, .refused, .refusedSnapshot: break
        }
        if health.verdict(row) != .live { judge(row, at: receivedAt, &sink) }
    }

    /// Everything late for as long as silence is borne: the connection lags for good, or the venue's clock was set back
    /// and the fastest way was measured by the old one. A new connection measures anew.
    mutating func judgeLateness<M: MarketSink & ~Copyable>(at now: Nanoseconds, _ sink: inout M) {
        let since = lateSince ?? now
        lateSince = since
        if now - since > configuration.maxSilence { askReconnect(.staleExchangeTime, &sink) }
    }

    /// Whether a message took much longer than the fastest of this connection. The clocks need not agree; the fastest
    /// is forgotten at 200 millionths of the time, faster than clocks drift apart.
    mutating func isLate(_ milliseconds: Int64, _ receivedAt: Nanoseconds) -> Bool {
        let transit = receivedAt.raw &- milliseconds &* 1_000_000
        if fastestTransit != .max {
            fastestTransit += max(0, receivedAt.raw - fastestTransitAt.raw) / 5000
        }
        fastestTransitAt = receivedAt
        if transit < fastestTransit { fastestTransit = transit }
        // Times at both ends of the calendar are further apart than the integer reaches.
        let (lag, overflow) = transit.subtractingReportingOverflow(fastestTransit)
        return overflow || lag > configuration.maxTransitLag.raw
    }

    mutating func ticker<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        let last = feeds[message.row].lastTicker
        if message.lastUpdate <= last {
            return refuse(message.lastUpdate == last ? .duplicate : .outOfOrder, &sink, of: .ticker)
        }
        feeds[message.row].lastTicker = message.lastUpdate
        health.changed(message.row, id: UInt64(message.lastUpdate), by: .ticker, at: receivedAt)
        let top = TopOfBook(
            instrument: feeds[message.row].instrument, bidPrice: message.bid.price,
            bidQuantity: message.bid.quantity, askPrice: message.ask.price,
            askQuantity: message.ask.quantity, updateID: UInt64(message.lastUpdate),
            venueTime: Nanoseconds(milliseconds: newestEvent), receivedAt: receivedAt)
        publish(top, row: message.row, &sink)
    }

    mutating func depth<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ bids: LevelView, _ asks: LevelView, _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        let row = message.row
        let refusal = feeds[row].diff(message, bids: bids, asks: asks, at: receivedAt)
        if let refusal {
            refuse(refusal, &sink, of: .depth)
        } else if feeds[row].state == .live {
            health.changed(row, id: UInt64(message.lastUpdate), by: .depth, at: receivedAt)
        }
        tellSequence(row, &sink)
        if feeds[row].wantsSnapshot(at: receivedAt) { sink.requestSnapshot(feeds[row].instrument) }
        if refusal == nil, let top = bookTop(row: row, receivedAt: receivedAt) { publish(top, row: row, &sink) }
    }

    mutating func trade<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        let last = feeds[message.row].lastTrade
        if message.trade <= last { return refuse(message.trade == last ? .duplicate : .outOfOrder, &sink, of: .trades) }
        // A gap in trades takes nothing from the book: counted, and the trade is delivered.
        if last >= 0, message.trade > last + 1 { refuse(.gap, &sink, of: .trades) }
        feeds[message.row].lastTrade = message.trade
        health.traded(message.row, at: receivedAt)
        sink.market(
            .trade(
                PublicTrade(
                    instrument: feeds[message.row].instrument, aggressor: message.buyerIsMaker ? .sell : .buy,
                    price: message.bid.price, quantity: message.bid.quantity,
                    trade: TradeID(low: UInt64(message.trade)), venueTime: Nanoseconds(milliseconds: message.eventTime),
                    receivedAt: receivedAt)))
    }

    public mutating func snapshot<M: MarketSink & ~Copyable>(
        _ instrument: InstrumentID, _ body: ByteView, receivedAt: Nanoseconds, sink: inout M
    ) {
        let message = decodeSnapshot(body)
        take(instrument, message, body, LevelView(decoder.bids), LevelView(decoder.asks), receivedAt, &sink)
    }

    public mutating func snapshot<M: MarketSink & ~Copyable>(
        _ instrument: InstrumentID, _ message: MarketMessage, bids: LevelView, asks: LevelView, receivedAt: Nanoseconds,
        sink: inout M
    ) {
        take(instrument, message, ByteView(), bids, asks, receivedAt, &sink)
    }

    private mutating func take<M: MarketSink & ~Copyable>(
        _ instrument: InstrumentID, _ message: MarketMessage, _ body: ByteView, _ bids: LevelView, _ asks: LevelView,
        _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        guard let row = row(of: instrument) else { return }
        guard feeds[row].awaitsSnapshot else { return probed(row, message, receivedAt, &sink) }
        guard message.kind == .snapshot else {
            feeds[row].snapshotFailed(at: receivedAt)
            if body.count > 0 { sink.quarantine(message.refusal, body, offset: decoder.offset, receivedAt: receivedAt) }
            return refuse(message.refusal, &sink)
        }
        let id = message.lastUpdate
        if let refusal = feeds[row].join(snapshot: id, bids: bids, asks: asks, at: receivedAt) {
            return refuse(refusal, &sink, of: .depth)
        }
        health.changed(row, id: UInt64(feeds[row].lastUpdate), by: .depth, at: receivedAt)
        tellSequence(row, &sink)
        if let top = bookTop(row: row, receivedAt: receivedAt) { publish(top, row: row, &sink) }
    }

    private mutating func tellSequence<M: MarketSink & ~Copyable>(_ row: Int, _ sink: inout M) {
        let isWhole = feeds[row].state == .live
        guard isWhole != feeds[row].toldWhole else { return }
        feeds[row].toldWhole = isWhole
        sink.sequence(feeds[row].instrument, isWhole: isWhole)
    }

    func row(of instrument: InstrumentID) -> Int? {
        for index in 0..<feeds.count where feeds[index].instrument == instrument { return index }
        return nil
    }

    /// The venue's answer to a doubt: of its book only the update id matters.
    mutating func probed<M: MarketSink & ~Copyable>(
        _ row: Int, _ message: MarketMessage, _ now: Nanoseconds, _ sink: inout M
    ) {
        guard health.isProbing(row) else { return }
        if message.kind != .snapshot { refuse(message.refusal, &sink) }
        health.probed(row, id: message.kind == .snapshot ? UInt64(message.lastUpdate) : nil, at: now)
        judge(row, at: now, &sink)
    }

    static func stream(of kind: MarketMessage.Kind) -> StreamHealth.Stream {
        switch kind {
        case .depth: return .depth
        case .trade: return .trades
        case .ticker, .none, .shutdown, .controlError, .snapshot, .refused, .refusedSnapshot: return .ticker
        }
    }

    // MARK: Publishing

    func bookTop(row: Int, receivedAt: Nanoseconds) -> TopOfBook? {
        guard feeds[row].state == .live, let bid = feeds[row].book.bestBid, let ask = feeds[row].book.bestAsk else {
            return nil
        }
        return TopOfBook(
            instrument: feeds[row].instrument, bidPrice: bid.price, bidQuantity: bid.quantity,
            askPrice: ask.price, askQuantity: ask.quantity,
            updateID: UInt64(feeds[row].lastUpdate), venueTime: Nanoseconds(milliseconds: feeds[row].bookTime),
            receivedAt: receivedAt)
    }

    /// Publishes a top that is newer than the last and differs from it, or confirms it after a while.
    mutating func publish<M: MarketSink & ~Copyable>(_ top: TopOfBook, row: Int, _ sink: inout M) {
        if let last = feeds[row].published {
            if top.updateID < last.updateID { return }
            let same = top.bidPrice == last.bidPrice && top.bidQuantity == last.bidQuantity
                && top.askPrice == last.askPrice && top.askQuantity == last.askQuantity
            if same, top.receivedAt - last.receivedAt < Quirks.topRefresh,
                top.venueTime - last.venueTime < Quirks.topRefresh
            {
                return
            }
        }
        feeds[row].published = top
        sink.market(.topOfBook(top))
    }
}
