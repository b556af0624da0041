import Memory
import Model
import Units
import VenueKit
import Wire

/// What Binance order entry needs to be told. Cold.
public struct BinanceOrderConfiguration: Sendable {
    public var venue: VenueID
    public var endpoint: BinanceEndpoint
    public var symbols: [BinanceSymbol]
    /// Assets whose balances and fees are told by name; others are passed over.
    public var assets: [BinanceAsset]
    public var clientIDs: ClientOrderIDFormat
    public var credentials: BinanceCredentials
    /// Milliseconds that a signed request stays valid, 1 to 60000.
    public var receiveWindow: Int64
    /// Requests without an answer at one time.
    public var requestsInFlightMax: Int
    /// Digits after the point that a price has at least, 0 to 8; 0 writes the shortest exact text.
    public var priceDigits = 0

    public init(
        venue: VenueID, endpoint: BinanceEndpoint = .webSocketAPI, symbols: [BinanceSymbol], assets: [BinanceAsset],
        clientIDs: ClientOrderIDFormat, credentials: BinanceCredentials, receiveWindow: Int64 = 5000,
        requestsInFlightMax: Int = 256
    ) {
        self.venue = venue
        self.endpoint = endpoint
        self.symbols = symbols
        self.assets = assets
        self.clientIDs = clientIDs
        self.credentials = credentials
        self.receiveWindow = receiveWindow
        self.requestsInFlightMax = requestsInFlightMax
    }
}

/// Binance Spot order entry over the WebSocket API, with the private stream on the same connection.
///
///     closed ─ open ─▶ loggingOn ─ 200 ─▶ subscribing ─ 200 ─▶ ready
///                └──── HMAC key: no log-on ────▲                  │ malformed, ended, revoked, closed
///        ▲───────────────────────────────────────────────────────┘
///
/// With an Ed25519 key the session is logged on once and orders carry no signature; with an HMAC key each request is
/// signed. Trade thread only; allocates at `init` and, inside the crypto library, at an Ed25519 log-on.
public struct BinanceOrderEntry: OrderEntryAdapter, ~Copyable {
    private let inPlace = InPlace()
    enum Session: UInt8 { case closed, loggingOn, subscribing, ready }

    let configuration: BinanceOrderConfiguration
    let symbols: NameTable
    let assets: NameTable
    private let apiKey: Slab<UInt8>
    private let signer: RequestSigner
    var writer: RequestWriter
    var inFlight: InFlightTable
    private(set) var session = Session.closed
    private var sessionSince = Nanoseconds.zero

    /// Answers to requests that are no longer in flight.
    public internal(set) var lateReplies: UInt64 = 0
    /// Events about symbols that the run does not trade.
    public internal(set) var foreignEvents: UInt64 = 0
    /// Events of the private stream that were told before: taken once.
    public internal(set) var duplicateEvents: UInt64 = 0
    /// Why the last session was given up.
    var lastProblem = OrderLinkProblem.none
    var seenEvents = SeenEvents()
    public internal(set) var messages: UInt64 = 0

    /// Throws for names or keys that cannot be used.
    public init(_ configuration: BinanceOrderConfiguration) throws(BinanceConfigurationError) {
        precondition(configuration.receiveWindow >= 1 && configuration.receiveWindow <= 60_000, "a window of 1 ms to 60 s")
        let symbols = try NameTable(symbols: configuration.symbols)
        let assets = try NameTable(assets: configuration.assets)
        signer = try RequestSigner(configuration.credentials)
        self.symbols = symbols
        self.assets = assets
        writer = RequestWriter()
        apiKey = Slab(Array(configuration.credentials.apiKey.utf8))
        inFlight = InFlightTable(capacity: configuration.requestsInFlightMax)
        var kept = configuration
        kept.credentials = BinanceCredentials(apiKey: "", secret: .hmac(""))
        self.configuration = kept
    }

    public var links: [LinkDescription] {
        let endpoint = configuration.endpoint
        return [
            LinkDescription(
                role: .orders, kind: .webSocket, host: endpoint.host, port: endpoint.port,
                path: "/ws-api/v3", tlsName: endpoint.tlsName)
        ]
    }

    public var isReady: Bool { session == .ready }
    /// Requests without an answer.
    public var requestsInFlight: Int { inFlight.count }

    // MARK: The session

    public mutating func linkOpened<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O
    ) {
        report(.connecting, .none, &events)
        let sent: Bool
        if signer.logsOnSessions {
            enter(.loggingOn, at: now)
            sent = logon(at: now, wallNow, &sink)
        } else {
            enter(.subscribing, at: now)
            sent = subscribe(at: now, wallNow, &sink)
        }
        if !sent { giveUp(.sinkFull, at: now, &events) }
    }

    public mutating func linkClosed<O: OrderSink & ~Copyable>(at now: Nanoseconds, events: inout O) {
        forgetRequests(&events)
        if session == .closed { return }
        enter(.closed, at: now)
        report(.down, .closed, &events)
    }

    private mutating func enter(_ session: Session, at now: Nanoseconds) {
        self.session = session
        sessionSince = now
    }

    func report<O: OrderSink & ~Copyable>(_ state: LinkState, _ problem: OrderLinkProblem, _ events: inout O) {
        events.order(
            .link(LinkChange(venue: configuration.venue, role: .orders, state: state, reason: problem.rawValue)))
    }

    /// The session is of no use any longer: what is in flight is unknown, the link down, a new connection asked for.
    mutating func giveUp<O: OrderSink & ~Copyable>(
        _ problem: OrderLinkProblem, at now: Nanoseconds, _ events: inout O
    ) {
        if session == .closed { return }
        lastProblem = problem
        forgetRequests(&events)
        enter(.closed, at: now)
        report(.down, problem, &events)
        events.reconnect(problem)
    }

    private mutating func forgetRequests<O: OrderSink & ~Copyable>(_ events: inout O) {
        for index in 0..<inFlight.capacity {
            if let entry = inFlight.takeSlot(index) { unanswered(entry, &events) }
        }
    }

    /// A request whose outcome will not be told.
    private func unanswered<O: OrderSink & ~Copyable>(_ entry: InFlightTable.Entry, _ events: inout O) {
        guard let kind = entry.purpose.requestKind else { return }
        let reply = OrderReply(
            kind: kind, outcome: .unknown, instrument: entry.instrument, client: entry.client,
            venueOrder: entry.venueOrder, error: .venueUnavailable, venueCode: 0, venueTime: .zero)
        events.order(.orderReply(reply))
        if entry.purpose == .replace { tellNext(reply, of: entry, &events) }
    }

    public mutating func timer<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O
    ) {
        switch session {
        case .closed: return
        case .loggingOn, .subscribing:
            if now - sessionSince > Quirks.logonTimeout { giveUp(.timedOut, at: now, &events) }
        case .ready:
            if inFlight.count == 0 { return }
            for index in 0..<inFlight.capacity where inFlight[index].purpose != .free {
                guard now - inFlight[index].sentAt > Quirks.requestTimeout else { continue }
                if let entry = inFlight.takeSlot(index) { unanswered(entry, &events) }
            }
        }
    }

    /// The answer to log-on or subscription was good.
    mutating func sessionAdvanced<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        _ purpose: InFlightTable.Purpose, at now: Nanoseconds, wallNow: Nanoseconds, _ sink: inout S, _ events: inout O
    ) {
        switch (session, purpose) {
        case (.loggingOn, .logon):
            enter(.subscribing, at: now)
            if !subscribe(at: now, wallNow, &sink) { giveUp(.sinkFull, at: now, &events) }
        case (.subscribing, .subscribe):
            enter(.ready, at: now)
            report(.up, .none, &events)
        default: break
        }
    }

    // MARK: Requests

    private mutating func logon<S: FrameSink & ~Copyable>(
        at now: Nanoseconds, _ wallNow: Nanoseconds, _ sink: inout S
    ) -> Bool {
        guard let id = inFlight.reserve() else { return false }
        writer.begin(id: id, method: "session.logon", signs: true)
        writer.parameter("apiKey", bytes: apiKey)
        writer.parameter("recvWindow", int: configuration.receiveWindow)
        writer.parameter("timestamp", int: wallNow.milliseconds)
        return finish(InFlightTable.Entry(id: id, purpose: .logon, sentAt: now), &sink)
    }

    private mutating func subscribe<S: FrameSink & ~Copyable>(
        at now: Nanoseconds, _ wallNow: Nanoseconds, _ sink: inout S
    ) -> Bool {
        guard let id = inFlight.reserve() else { return false }
        if signer.logsOnSessions {
            writer.begin(id: id, method: "userDataStream.subscribe", signs: false)
        } else {
            writer.begin(id: id, method: "userDataStream.subscribe.signature", signs: true)
            writer.parameter("apiKey", bytes: apiKey)
            writer.parameter("recvWindow", int: configuration.receiveWindow)
            writer.parameter("timestamp", int: wallNow.milliseconds)
        }
        return finish(InFlightTable.Entry(id: id, purpose: .subscribe, sentAt: now), &sink)
    }

    /// Begins an order request; its parameters follow in the order of their names.
    mutating func begin(_ method: StaticString) -> UInt64? {
        guard session == .ready, let id = inFlight.reserve() else { return nil }
        let signs = !signer.logsOnSessions
        writer.begin(id: id, method: method, signs: signs)
        if signs { writer.parameter("apiKey", bytes: apiKey) }
        return id
    }

    mutating func finish<S: FrameSink & ~Copyable>(_ entry: InFlightTable.Entry, _ sink: inout S) -> Bool {
        writer.end(signer)
        return send(entry, &sink)
    }

    private mutating func send<S: FrameSink & ~Copyable>(_ entry: InFlightTable.Entry, _ sink: inout S) -> Bool {
        guard writer.isComplete, sink.send(text: writer.view) else { return false }
        inFlight.insert(entry)
        return true
    }

    public mutating func place<S: FrameSink & ~Copyable>(
        _ order: NewOrder, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool {
        let row = symbols.row(id: order.instrument.raw)
        guard row >= 0, session == .ready else { return false }
        if signer.logsOnSessions {
            guard let id = inFlight.reserve() else { return false }
            writer.place(
                id: id, order, configuration.clientIDs, priceDigits: configuration.priceDigits,
                window: configuration.receiveWindow, symbol: symbols.names[row], wall: wallNow.milliseconds)
            return send(
                InFlightTable.Entry(
                    id: id, purpose: .place, client: order.client, instrument: order.instrument, sentAt: now), &sink)
        }
        guard let id = begin("order.place") else { return false }
        writer.parameter("newClientOrderId", text: configuration.clientIDs.text(order.client))
        writer.parameter("newOrderRespType", "ACK")
        writer.parameter("price", decimal: order.price, fractionDigits: configuration.priceDigits)
        writer.parameter("quantity", decimal: order.quantity)
        writer.parameter("recvWindow", int: configuration.receiveWindow)
        writer.parameter("side", order.side == .buy ? "BUY" : "SELL")
        writer.parameter("symbol", text: symbols.names[row])
        switch order.timeInForce {
        case .goodTillCancel: writer.parameter("timeInForce", "GTC")
        case .immediateOrCancel: writer.parameter("timeInForce", "IOC")
        case .fillOrKill: writer.parameter("timeInForce", "FOK")
        case .postOnly: break
        }
        writer.parameter("timestamp", int: wallNow.milliseconds)
        writer.parameter("type", order.timeInForce == .postOnly ? "LIMIT_MAKER" : "LIMIT")
        return finish(
            InFlightTable.Entry(
                id: id, purpose: .place, client: order.client, instrument: order.instrument, sentAt: now), &sink)
    }

    public mutating func cancel<S: FrameSink & ~Copyable>(
        _ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool {
        named("order.cancel", .cancel, order, at: now, wallNow, &sink)
    }

    public mutating func query<S: FrameSink & ~Copyable>(
        _ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool {
        named("order.status", .query, order, at: now, wallNow, &sink)
    }

    /// A request about one order, by the venue's number where it is known: the fastest for a cancel, and still right
    /// after a cancel renamed the order.
    private mutating func named<S: FrameSink & ~Copyable>(
        _ method: StaticString, _ purpose: InFlightTable.Purpose, _ order: OrderReference, at now: Nanoseconds,
        _ wallNow: Nanoseconds, _ sink: inout S
    ) -> Bool {
        let row = symbols.row(id: order.instrument.raw)
        guard row >= 0, order.venueOrder != .none || !order.client.isNone, order.venueOrder.raw <= UInt64(Int64.max),
            let id = begin(method)
        else { return false }
        if order.venueOrder != .none {
            writer.parameter("orderId", int: Int64(order.venueOrder.raw))
        } else {
            writer.parameter("origClientOrderId", text: configuration.clientIDs.text(order.client))
        }
        writer.parameter("recvWindow", int: configuration.receiveWindow)
        writer.parameter("symbol", text: symbols.names[row])
        writer.parameter("timestamp", int: wallNow.milliseconds)
        return finish(
            InFlightTable.Entry(
                id: id, purpose: purpose, client: order.client, instrument: order.instrument,
                venueOrder: order.venueOrder, sentAt: now), &sink)
    }

    public mutating func cancelAll<S: FrameSink & ~Copyable>(
        _ instrument: InstrumentID, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool {
        let row = symbols.row(id: instrument.raw)
        guard row >= 0, let id = begin("openOrders.cancelAll") else { return false }
        writer.parameter("recvWindow", int: configuration.receiveWindow)
        writer.parameter("symbol", text: symbols.names[row])
        writer.parameter("timestamp", int: wallNow.milliseconds)
        return finish(
            InFlightTable.Entry(id: id, purpose: .cancelAll, instrument: instrument, sentAt: now), &sink)
    }
}

extension InFlightTable.Purpose {
    /// What the core calls it; `nil` for the session's own requests.
    var requestKind: RequestKind? {
        switch self {
        case .free, .logon, .subscribe: nil
        case .place: .place
        case .cancel: .cancel
        case .cancelAll: .cancelAll
        case .query: .query
        case .reduce, .replace: .amend
        }
    }
}
