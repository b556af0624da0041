import Foundation
import Loopback
import Matching
import Units

/// The whole venue: market, accounts, streams, sessions. Owned by the server's event-loop thread; every method runs
/// there, which is what makes the unchecked conformance true.
final class VenueCore: LoopbackApplication, @unchecked Sendable {
    let options: BinanceVenueOptions
    let rules: InstrumentRules
    let market: any VenueMarket
    let accounts: [AccountState]
    let store: VenueStore?
    var streams: MarketStreams
    var apiSessions: [Int: ApiSession] = [:]
    var links: [Int: LinkState] = [:]
    var ordersById: [Int64: VenueOrder] = [:]
    var weight = WindowCounter(windowMs: 60_000)
    var executionIds: Int64 = 8_000_000
    var generatedIds: UInt64 = 0
    var preventedMatches: Int64 = 0
    var output = MarketOutput()
    /// User events waiting for the reply that comes before them.
    var trouble = Trouble()
    var rawRequests = WindowCounter(windowMs: 300_000)
    var connectionsOpened = WindowCounter(windowMs: 300_000)
    /// Requests over the weight limit since the last that was not, and until when that has led to a ban.
    var overLimit = 0
    var bannedUntilMs: Int64 = 0
    var heldEvents: [(account: AccountState, json: String)] = []
    /// Accounts whose balances changed since the last `outboundAccountPosition`, and the assets.
    var touched: [Int32: Set<String>] = [:]
    private var startedAt: Nanoseconds?
    private var nextFlush: Nanoseconds

    /// Market time at which this process began.
    private let marketStart: Nanoseconds
    private var placeNotedAt = Nanoseconds.zero

    init(
        options: BinanceVenueOptions, rules: InstrumentRules, market: any VenueMarket, store: VenueStore? = nil
    ) throws(VenueStartError) {
        self.store = store
        marketStart = Nanoseconds(raw: store?.recovered.market?.time ?? 0)
        nextFlush = marketStart + Nanoseconds(milliseconds: 100)
        self.options = options
        self.rules = rules
        self.market = market
        var accounts: [AccountState] = []
        for (index, account) in options.accounts.enumerated() {
            accounts.append(try AccountState(number: Int32(index + 1), account))
        }
        self.accounts = accounts
        trouble.faults = options.faults
        streams = MarketStreams(symbol: rules.symbol, limit: options.streamMessagesPerSecond, updateId: market.updateId)
        guard let store else { return }
        try restore(store.recovered)
        let offset = (store.recovered.epoch ?? 0) * 1_000_000_000
        executionIds += offset
        generatedIds += UInt64(offset)
        preventedMatches += offset
        for account in accounts { store.note(account) }
        store.note(market.position)
        store.commit()
    }

    /// Wall clock, ms since 1970.
    var nowMs: Int64 {
        let isSkewed = trouble.skewedUntil > .zero && Self.read(CLOCK_MONOTONIC) < trouble.skewedUntil
        return Self.wallClock.milliseconds + (isSkewed ? 10_000 : 0)
    }

    static var wallClock: Nanoseconds { Self.read(CLOCK_REALTIME) }

    static func read(_ clock: clockid_t) -> Nanoseconds {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Nanoseconds(raw: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    func account(key: String) -> AccountState? { accounts.first { $0.apiKey == key } }

    // MARK: the market's clock

    func tick() {
        let now = Self.read(CLOCK_MONOTONIC)
        let start = startedAt ?? now
        startedAt = start
        switch options.speed {
        case .times(let factor): advance(to: marketStart + Nanoseconds(raw: (now - start).raw * factor), budget: 20_000)
        case .max where streams.wantsMore:
            streams.gathers = true
            advance(to: Nanoseconds(raw: .max), budget: 400)
            streams.sendGathered()
        case .max: break
        }
        checkLinks(now)
        troubleTick(now)
        notePlace(now)
    }

    /// Ten times a second: a venue that is killed goes on at most so much earlier in its market.
    private func notePlace(_ now: Nanoseconds) {
        guard let store, now - placeNotedAt > Nanoseconds(milliseconds: 100) else { return }
        placeNotedAt = now
        store.note(market.position)
        store.commit()
    }

    /// Background events up to a market time, at most `budget` of them, with the periodic streams between them.
    private func advance(to target: Nanoseconds, budget: Int) {
        for _ in 0..<budget {
            guard let next = market.nextEventTime else { return flushDepth() }
            if Swift.min(next, target) >= nextFlush {
                let steps = Swift.max(1, (Swift.min(next, target).raw - nextFlush.raw) / 100_000_000)
                nextFlush = Nanoseconds(raw: nextFlush.raw + 100_000_000 * steps)
                flushDepth()
                continue
            }
            guard next <= target else { return }
            market.step(into: &output)
            settleOutput()
            releaseEvents()
        }
    }

    private func flushDepth() {
        streams.flush(market, nowMs, losesDiff: trouble.faults.strikes(.depthGap))
        if trouble.faults.strikes(.streamReplayed) { streams.replay() }
    }

    /// Publishes what the market did and books what it did to clients' orders.
    func settleOutput() {
        guard !output.isEmpty else { return }
        let produced = output
        output.removeAll()
        streams.publish(produced.published, market, nowMs)
        for outcome in produced.outcomes { settle(outcome) }
        reportBalances()
    }

    /// Sends the held user events, in order.
    func releaseEvents() {
        store?.commit()
        guard !heldEvents.isEmpty else { return }
        let events = heldEvents
        heldEvents.removeAll(keepingCapacity: true)
        for event in events {
            for session in apiSessions.values {
                for (id, account) in session.subscriptions where account === event.account {
                    let text = #"{"subscriptionId":\#(id),"event":\#(event.json)}"#
                    deliver(event: session.inMicroseconds ? microsecondTimes(text) : text, on: session.connection)
                }
            }
        }
    }

    // MARK: connections

    static let apiPath = "/ws-api/v3"

    func acceptsWebSocket(path: String) -> Bool {
        let isOurs = isWebSocket(path)
        guard isOurs, nowMs >= bannedUntilMs, connectionsOpened.count(at: nowMs) < options.connectionsPer5Minutes else { return false }
        connectionsOpened.add(1, at: nowMs)
        return true
    }

    func isWebSocket(_ path: String) -> Bool {
        path == Self.apiPath || path == "/ws" || path.hasPrefix("/ws/") || path == "/stream"
    }

    func opened(_ connection: LoopbackConnection) {
        links[connection.id] = LinkState(connection: connection, openedAt: Self.read(CLOCK_MONOTONIC))
        if connection.path == Self.apiPath {
            weight.add(2, at: nowMs)
            apiSessions[connection.id] = ApiSession(connection: connection, now: nowMs)
        } else {
            streams.open(connection)
        }
    }

    func received(_ text: String, on connection: LoopbackConnection) {
        if let session = apiSessions[connection.id] { answer(text, session) } else { streams.control(text, connection) }
    }

    func receivedPing(on connection: LoopbackConnection) {
        if apiSessions[connection.id] == nil { _ = streams.countMessage(connection) }
    }

    func receivedPong(_ payload: [UInt8], on connection: LoopbackConnection) {
        if apiSessions[connection.id] == nil { _ = streams.countMessage(connection) }
        guard let sent = links[connection.id]?.pingSent, Array(String(sent.raw).utf8) == payload else { return }
        links[connection.id]?.pingSent = nil
    }

    func closed(_ connection: LoopbackConnection) {
        links[connection.id] = nil
        apiSessions[connection.id] = nil
        streams.close(connection)
    }

    /// Pings, pong time-outs and the lifetime cut.
    private func checkLinks(_ now: Nanoseconds) {
        for (id, link) in links {
            if let sent = link.pingSent, now - sent > options.pongTimeout {
                link.connection.close(code: 1008, reason: "Pong timeout")
            } else if now - link.openedAt > options.connectionLifetime {
                link.connection.close(code: 1001, reason: "lifetime")
            } else if link.pingSent == nil, now - link.lastPing > options.pingInterval {
                links[id]?.lastPing = now
                links[id]?.pingSent = now
                link.connection.ping(String(now.raw))
            }
        }
    }
}

/// What the keep-alive rules need to know of a connection.
struct LinkState {
    let connection: LoopbackConnection
    let openedAt: Nanoseconds
    var lastPing: Nanoseconds
    /// A ping that has not been answered.
    var pingSent: Nanoseconds?

    init(connection: LoopbackConnection, openedAt: Nanoseconds) {
        self.connection = connection
        self.openedAt = openedAt
        lastPing = openedAt
    }
}

/// One WebSocket API connection. Event-loop thread only.
final class ApiSession {
    let connection: LoopbackConnection
    let connectedSince: Int64
    var account: AccountState?
    var authorizedSince: Int64?
    var returnRateLimits: Bool
    let inMicroseconds: Bool
    var subscriptions: [(id: Int, account: AccountState)] = []
    var nextSubscription = 0

    init(connection: LoopbackConnection, now: Int64) {
        self.connection = connection
        connectedSince = now
        let parameters = Parameters(query: connection.query, body: "")
        returnRateLimits = parameters.flag("returnRateLimits") ?? true
        inMicroseconds = parameters["timeUnit"]?.uppercased() == "MICROSECOND"
    }

    func json(now: Int64) -> String {
        let key = account.map { jsonQuoted($0.apiKey) } ?? "null"
        let since = authorizedSince.map(String.init) ?? "null"
        return #"{"apiKey":\#(key),"authorizedSince":\#(since),"connectedSince":\#(connectedSince),"#
            + #""returnRateLimits":\#(returnRateLimits),"serverTime":\#(now),"userDataStream":\#(!subscriptions.isEmpty)}"#
    }
}
