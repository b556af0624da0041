import Memory
import Model
import Units
import VenueKit
import Wire

/// Binance Spot market data over one combined stream: per symbol the 100 ms depth diffs, the book ticker and the trades.
///
/// The best bid and ask come from whichever of local book and ticker has the newer update id; they are published when
/// they change, and again after 200 ms when confirmed unchanged. Feed thread only; allocates at `init` only.
public struct BinanceMarketData: DecodedMarketAdapter, ~Copyable {
    private let inPlace = InPlace()
    let configuration: BinanceMarketConfiguration
    var decoder: MarketDecoder
    var feeds: Slab<SymbolFeed>
    /// Refusals since the start, by reason.
    public internal(set) var refusals = FeedRefusalCounts()
    /// Messages taken in since the start.
    public internal(set) var messages: UInt64 = 0

    var isOpen = false
    /// Reported as up: with the first good market message of the connection.
    var isUp = false
    var lastReceived = Nanoseconds.zero
    /// Smallest receive time minus exchange time seen on the connection: the two clocks' distance plus the fastest way.
    var fastestTransit = Int64.max
    var fastestTransitAt = Nanoseconds.zero
    var reconnectAsked = false
    /// When the messages began to be late without one in time between them.
    var lateSince: Nanoseconds?
    /// Newest exchange time heard on the connection, milliseconds. Messages of a connection come in the order in which
    /// the venue sent them: one without a time of its own is no older than this.
    var newestEvent: Int64 = 0
    var health: StreamHealth

    /// Throws for symbols that cannot be used.
    public init(_ configuration: BinanceMarketConfiguration) throws(BinanceConfigurationError) {
        self.configuration = configuration
        decoder = MarketDecoder(symbols: try NameTable(symbols: configuration.symbols), product: configuration.product)
        feeds = Slab(count: configuration.symbols.count) { SymbolFeed(instrument: configuration.symbols[$0].instrument) }
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
    public var snapshotRequests: UInt64 {
        var sum: UInt64 = 0
        for index in feeds.indices { sum &+= feeds[index].snapshotRequests }
        return sum
    }

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

    mutating func report<M: MarketSink & ~Copyable>(_ state: LinkState, _ sink: inout M) {
        isUp = state == .up
        sink.market(.link(LinkChange(venue: configuration.venue, role: .marketData, state: state, reason: 0)))
    }

    mutating func restart(at now: Nanoseconds) {
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
            if configuration.asksVenue, feeds[index].state == .live, health.wantsProbe(index, at: now) {
                sink.requestSnapshot(feeds[index].instrument)
            }
            if feeds[index].expireSnapshot(at: now) { refuse(.snapshotFailed, &sink) }
            if feeds[index].wantsSnapshot(at: now) { sink.requestSnapshot(feeds[index].instrument) }
            if !feeds[index].silenceReported, now - feeds[index].lastReceived > configuration.maxSilence {
                feeds[index].silenceReported = true
                refuse(.staleReceiveTime, &sink)
            }
        }
    }

    /// Whether the venue's own answers showed the books that we have: then the market is quiet, and the link is not dead.
    var isEveryBookProved: Bool {
        for index in 0..<feeds.count where !health.isProved(index) { return false }
        return true
    }

    /// Tells a new verdict; a feed that is DEAD gets a new connection.
    mutating func judge<M: MarketSink & ~Copyable>(_ row: Int, at now: Nanoseconds, _ sink: inout M) {
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

    mutating func askReconnect<M: MarketSink & ~Copyable>(_ reason: FeedRefusal, _ sink: inout M) {
        if reconnectAsked { return }
        reconnectAsked = true
        refusals.count(reason)
        sink.reconnect(reason)
    }

    mutating func refuse<M: MarketSink & ~Copyable>(
        _ reason: FeedRefusal, _ sink: inout M, of stream: MarketStream = .none
    ) {
        refusals.count(reason)
        sink.refused(reason, of: stream, lane: 0)
    }
}
