import Model
import Units
import VenueKit
import Wire

/// What Binance market data needs to be told. Cold.
public struct BinanceMarketConfiguration: Sendable {
    /// Which public trades are delivered.
    public enum Trades: Sendable { case each, aggregated }
    public var venue: VenueID
    public var endpoint: BinanceEndpoint
    public var symbols: [BinanceSymbol]
    public var trades: Trades
    /// How much later than the fastest message of the connection one may arrive, by its exchange time.
    public var maxTransitLag: Nanoseconds
    /// Silence of one symbol after which it is reported.
    public var maxSilence: Nanoseconds
    /// Silence of the whole connection after which a new one is asked for, unless the venue's REST book proves it right.
    public var maxLinkSilence: Nanoseconds
    /// How long a book may stand before it is QUIET; everything else that `StreamHealth` asks is in proportion.
    public var quietAfter: Nanoseconds
    /// Whether a doubt may be taken to the venue's REST book; a recording has nobody to ask.
    public var asksVenue: Bool

    public init(
        venue: VenueID, endpoint: BinanceEndpoint = .streams, symbols: [BinanceSymbol], trades: Trades = .each,
        maxTransitLag: Nanoseconds = Nanoseconds(seconds: 2), maxSilence: Nanoseconds = Nanoseconds(seconds: 5),
        maxLinkSilence: Nanoseconds = Nanoseconds(seconds: 15), quietAfter: Nanoseconds = Nanoseconds(seconds: 2),
        asksVenue: Bool = true
    ) {
        self.venue = venue
        self.endpoint = endpoint
        self.symbols = symbols
        self.trades = trades
        self.maxTransitLag = maxTransitLag
        self.maxSilence = maxSilence
        self.maxLinkSilence = maxLinkSilence
        self.quietAfter = quietAfter
        self.asksVenue = asksVenue
    }
}

/// Binance Spot market data over one combined stream: per symbol the 100 ms depth diffs, the book ticker and the trades.
///
/// The best bid and ask come from whichever of local book and ticker has the newer update id; they are published when
/// they change, and again after 200 ms when confirmed unchanged. Feed thread only; allocates at `init` only.
public struct BinanceMarketData: MarketDataAdapter, ~Copyable {
    private let configuration: BinanceMarketConfiguration
    private var decoder: MarketDecoder
    private var feeds: ContiguousArray<SymbolFeed>
    /// Refusals since the start, by reason.
    public private(set) var refusals = FeedRefusalCounts()
    /// Messages taken in since the start.
    public private(set) var messages: UInt64 = 0

    private var isOpen = false
    /// Reported as up: with the first good market message of the connection.
    private var isUp = false
    private var lastReceived = Nanoseconds.zero
    /// Smallest receive time minus exchange time seen on the connection: the two clocks' distance plus the fastest way.
    private var fastestTransit = Int64.max
    private var fastestTransitAt = Nanoseconds.zero
    private var reconnectAsked = false
    /// When the messages began to be late without one in time between them.
    private var lateSince: Nanoseconds?
    /// Newest exchange time heard on the connection, milliseconds. Messages of a connection come in the order in which
    /// the venue sent them: one without a time of its own is no older than this.
    private var newestEvent: Int64 = 0
    private var health: StreamHealth

    /// Throws for symbols that cannot be used.
    public init(_ configuration: BinanceMarketConfiguration) throws(BinanceConfigurationError) {
        self.configuration = configuration
        decoder = MarketDecoder(symbols: try NameTable(symbols: configuration.symbols))
        feeds = ContiguousArray(configuration.symbols.map { SymbolFeed(instrument: $0.instrument) })
        health = StreamHealth(
            instruments: configuration.symbols.count, rules: StreamHealthRules(quietAfter: configuration.quietAfter))
    }

    public var links: [LinkDescription] {
        let trades = configuration.trades == .each ? "trade" : "aggTrade"
        let names = configuration.symbols.map { symbol in
            let name = symbol.symbol.lowercased()
            return "\(name)@depth@100ms/\(name)@bookTicker/\(name)@\(trades)"
        }
        let endpoint = configuration.endpoint
        return [
            LinkDescription(
                role: .marketData, kind: .webSocket, host: endpoint.host, port: endpoint.port,
                path: "/stream?streams=" + names.joined(separator: "/"), tlsName: endpoint.tlsName)
        ]
    }

    /// The local book's best levels (not the ticker's); `nil` while it is not live or a side is empty.
    public func bookTop(_ instrument: InstrumentID) -> TopOfBook? {
        for index in 0..<feeds.count where feeds[index].instrument == instrument {
            return bookTop(row: index, receivedAt: feeds[index].lastReceived)
        }
        return nil
    }

    /// Snapshots asked for since the start.
    public var snapshotRequests: UInt64 { feeds.reduce(0) { $0 &+ $1.snapshotRequests } }

    // MARK: The link

    public mutating func linkOpened<S: FrameSink & ~Copyable>(at now: Nanoseconds, sink: inout S) {
        // The path names the streams: nothing to send.
        restart(at: now)
        health.opened(at: now)
        isOpen = true
    }

    public mutating func linkClosed<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M) {
        restart(at: now)
        health.closed()
        isOpen = false
        report(.down, &sink)
    }

    private mutating func report<M: MarketSink & ~Copyable>(_ state: LinkState, _ sink: inout M) {
        isUp = state == .up
        sink.market(.link(LinkChange(venue: configuration.venue, role: .marketData, state: state, reason: 0)))
    }

    private mutating func restart(at now: Nanoseconds) {
        for index in 0..<feeds.count { feeds[index].restart(at: now) }
        lastReceived = now
        fastestTransit = .max
        reconnectAsked = false
        lateSince = nil
        newestEvent = 0
        isUp = false
    }

    public mutating func linkProof(at time: Nanoseconds) { health.proof(at: time) }

    public mutating func timer<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M) {
        guard isOpen else { return }
        if now - lastReceived > configuration.maxLinkSilence, !isEveryBookProved {
            askReconnect(.staleReceiveTime, &sink)
        }
        for index in 0..<feeds.count {
            judge(index, at: now, &sink)
            if configuration.asksVenue, feeds[index].state == .live, health.wantsProbe(index, at: now) { sink.requestSnapshot(feeds[index].instrument) }
            if feeds[index].expireSnapshot(at: now) { refuse(.snapshotFailed, &sink) }
            if feeds[index].wantsSnapshot(at: now) { sink.requestSnapshot(feeds[index].instrument) }
            if !feeds[index].silenceReported, now - feeds[index].lastReceived > configuration.maxSilence {
                feeds[index].silenceReported = true
                refuse(.staleReceiveTime, &sink)
            }
        }
    }

    /// Whether the venue's own answers showed the books that we have: then the market is quiet, and the link is not dead.
    private var isEveryBookProved: Bool {
        for index in 0..<feeds.count where !health.isProved(index) { return false }
        return true
    }

    /// Tells a new verdict; a feed that is DEAD gets a new connection.
    private mutating func judge<M: MarketSink & ~Copyable>(_ row: Int, at now: Nanoseconds, _ sink: inout M) {
        _ = health.judge(row, at: now)
        let (verdict, reason) = (health.verdict(row), health.reason(row))
        guard verdict != feeds[row].toldVerdict || reason != feeds[row].toldReason else { return }
        feeds[row].toldVerdict = verdict
        feeds[row].toldReason = reason
        sink.market(
            .health(
                FeedHealth(
                    venue: configuration.venue, instrument: feeds[row].instrument, verdict: verdict, reason: reason,
                    standing: health.standing(row, at: now))))
        if verdict == .dead { askReconnect(.feedDead, &sink) }
    }

    private mutating func askReconnect<M: MarketSink & ~Copyable>(_ reason: FeedRefusal, _ sink: inout M) {
        if reconnectAsked { return }
        reconnectAsked = true
        refusals.count(reason)
        sink.reconnect(reason)
    }

    private mutating func refuse<M: MarketSink & ~Copyable>(_ reason: FeedRefusal, _ sink: inout M) {
        refusals.count(reason)
        sink.refused(reason)
    }

    // MARK: Messages

    public mutating func message<M: MarketSink & ~Copyable>(
        _ bytes: ByteView, receivedAt: Nanoseconds, sink: inout M
    ) {
        messages &+= 1
        lastReceived = receivedAt
        var message = MarketMessage()
        if let refusal = decoder.decode(bytes, into: &message) {
            sink.quarantine(refusal, bytes, offset: decoder.offset, receivedAt: receivedAt)
            return refuse(refusal, &sink)
        }
        switch message.kind {
        case .none: return
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
            if message.kind == .depth { feeds[row].resynchronise(at: receivedAt) }
            sink.quarantine(.staleExchangeTime, bytes, offset: -1, receivedAt: receivedAt)
            refuse(.staleExchangeTime, &sink)
            return judgeLateness(at: receivedAt, &sink)
        }
        if message.kind != .ticker {
            lateSince = nil
            newestEvent = max(newestEvent, message.eventTime)
        }
        switch message.kind {
        case .ticker: ticker(message, receivedAt, &sink)
        case .depth: depth(message, receivedAt, &sink)
        case .trade: trade(message, receivedAt, &sink)
        case .none, .shutdown, .controlError: break
        }
        if health.verdict(row) != .live { judge(row, at: receivedAt, &sink) }
    }

    /// Everything late for as long as silence is borne: the connection lags for good, or the venue's clock was set back
    /// and the fastest way was measured by the old one. A new connection measures anew.
    private mutating func judgeLateness<M: MarketSink & ~Copyable>(at now: Nanoseconds, _ sink: inout M) {
        let since = lateSince ?? now
        lateSince = since
        if now - since > configuration.maxSilence { askReconnect(.staleExchangeTime, &sink) }
    }

    /// Whether a message took much longer than the fastest of this connection. The clocks need not agree; the fastest
    /// is forgotten at 200 millionths of the time, faster than clocks drift apart.
    private mutating func isLate(_ milliseconds: Int64, _ receivedAt: Nanoseconds) -> Bool {
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

    private mutating func ticker<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        let last = feeds[message.row].lastTicker
        if message.lastUpdate <= last { return refuse(message.lastUpdate == last ? .duplicate : .outOfOrder, &sink) }
        feeds[message.row].lastTicker = message.lastUpdate
        health.changed(message.row, id: UInt64(message.lastUpdate), by: .ticker, at: receivedAt)
        let top = TopOfBook(
            instrument: feeds[message.row].instrument, bidPrice: message.bid.price,
            bidQuantity: message.bid.quantity, askPrice: message.ask.price,
            askQuantity: message.ask.quantity, updateID: UInt64(message.lastUpdate), venueTime: Nanoseconds(milliseconds: newestEvent),
            receivedAt: receivedAt)
        publish(top, row: message.row, &sink)
    }

    private mutating func depth<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        let row = message.row
        let refusal = feeds[row].diff(message, bids: decoder.bids, asks: decoder.asks, at: receivedAt)
        if let refusal {
            refuse(refusal, &sink)
        } else if feeds[row].state == .live {
            health.changed(row, id: UInt64(message.lastUpdate), by: .depth, at: receivedAt)
        }
        if feeds[row].wantsSnapshot(at: receivedAt) { sink.requestSnapshot(feeds[row].instrument) }
        if refusal == nil, let top = bookTop(row: row, receivedAt: receivedAt) { publish(top, row: row, &sink) }
    }

    private mutating func trade<M: MarketSink & ~Copyable>(
        _ message: MarketMessage, _ receivedAt: Nanoseconds, _ sink: inout M
    ) {
        let last = feeds[message.row].lastTrade
        if message.trade <= last { return refuse(message.trade == last ? .duplicate : .outOfOrder, &sink) }
        // A gap in trades takes nothing from the book: counted, and the trade is delivered.
        if last >= 0, message.trade > last + 1 { refuse(.gap, &sink) }
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
        guard let row = row(of: instrument) else { return }
        guard feeds[row].awaitsSnapshot else { return probed(row, body, receivedAt, &sink) }
        var id: Int64 = 0
        if let refusal = decoder.snapshot(body, lastUpdate: &id) {
            feeds[row].snapshotFailed(at: receivedAt)
            if body.count > 0 { sink.quarantine(refusal, body, offset: decoder.offset, receivedAt: receivedAt) }
            return refuse(refusal, &sink)
        }
        if let refusal = feeds[row].join(snapshot: id, bids: decoder.bids, asks: decoder.asks, at: receivedAt) {
            return refuse(refusal, &sink)
        }
        health.changed(row, id: UInt64(feeds[row].lastUpdate), by: .depth, at: receivedAt)
        if let top = bookTop(row: row, receivedAt: receivedAt) { publish(top, row: row, &sink) }
    }

    private func row(of instrument: InstrumentID) -> Int? {
        for index in 0..<feeds.count where feeds[index].instrument == instrument { return index }
        return nil
    }

    /// The venue's answer to a doubt: of its book only the update id matters.
    private mutating func probed<M: MarketSink & ~Copyable>(
        _ row: Int, _ body: ByteView, _ now: Nanoseconds, _ sink: inout M
    ) {
        guard health.isProbing(row) else { return }
        var id: Int64 = 0
        let refusal = decoder.snapshot(body, lastUpdate: &id)
        if let refusal { refuse(refusal, &sink) }
        health.probed(row, id: refusal == nil ? UInt64(id) : nil, at: now)
        judge(row, at: now, &sink)
    }

    private static func stream(of kind: MarketMessage.Kind) -> StreamHealth.Stream {
        switch kind {
        case .depth: return .depth
        case .trade: return .trades
        case .ticker, .none, .shutdown, .controlError: return .ticker
        }
    }

    // MARK: Publishing

    /// Reads the feed in place: a copy would count references to all its arrays.
    private func bookTop(row: Int, receivedAt: Nanoseconds) -> TopOfBook? {
        guard feeds[row].state == .live, let bid = feeds[row].book.bestBid, let ask = feeds[row].book.bestAsk else { return nil }
        return TopOfBook(
            instrument: feeds[row].instrument, bidPrice: bid.price, bidQuantity: bid.quantity,
            askPrice: ask.price, askQuantity: ask.quantity,
            updateID: UInt64(feeds[row].lastUpdate), venueTime: Nanoseconds(milliseconds: feeds[row].bookTime),
            receivedAt: receivedAt)
    }

    /// Publishes a top that is newer than the last and differs from it, or confirms it after a while.
    private mutating func publish<M: MarketSink & ~Copyable>(_ top: TopOfBook, row: Int, _ sink: inout M) {
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
