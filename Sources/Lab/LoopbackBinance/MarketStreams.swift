import Foundation
import Loopback
import Matching
import Units

/// The public streams: who listens to what, and the payloads. Event-loop thread only.
struct MarketStreams {
    final class Session {
        let connection: LoopbackConnection
        var names: [String] = []
        var combined: Bool
        var second: Int64 = 0
        var messages = 0
        let inMicroseconds: Bool

        init(_ connection: LoopbackConnection) {
            self.connection = connection
            inMicroseconds = Parameters(query: connection.query, body: "")["timeUnit"]?.uppercased() == "MICROSECOND"
            combined = connection.path == "/stream"
        }
    }

    let symbol: String
    private let lower: String
    private let limit: Int
    private var sessions: [Int: Session] = [:]
    private var listeners: [String: [Session]] = [:]
    private var fast: DepthWindow
    private var slow: DepthWindow
    private var flushes = 0
    private var best: (bid: BookLevel?, ask: BookLevel?) = (nil, nil)
    private var aggregates: Int64 = 3_000_000
    /// Says nothing while set: what would have been said is lost.
    var isFrozen = false
    /// The same for who came to the first of two ports.
    var isFirstFrozen = false
    /// The last two messages of each stream, as they were sent.
    private final class Said { var last: [String: [String]] = [:] }
    private let said = Said()
    static let streamsPerConnection = 1024

    /// `updateId` is the book's at the start, from which the diffs count on.
    init(symbol: String, limit: Int, updateId: Int64) {
        self.symbol = symbol
        fast = DepthWindow(lastTaken: updateId)
        slow = DepthWindow(lastTaken: updateId)
        lower = symbol.lowercased()
        self.limit = limit
    }

    /// Somebody listens, and everybody who does reads fast enough.
    var wantsMore: Bool { !sessions.isEmpty && sessions.values.allSatisfy { $0.connection.isWritable } }

    /// At the highest speed: messages of one turn leave together.
    var gathers = false

    private func tell(_ connection: LoopbackConnection, _ text: String) {
        if gathers { connection.queue(text) } else { connection.send(text) }
    }

    mutating func sendGathered() {
        gathers = false
        for session in sessions.values { session.connection.flush() }
    }

    // MARK: who listens

    mutating func open(_ connection: LoopbackConnection) {
        let session = Session(connection)
        sessions[connection.id] = session
        if connection.path.hasPrefix("/ws/") {
            for name in connection.path.dropFirst(4).split(separator: "/") { subscribe(session, percentDecoded(name)) }
        } else if connection.path == "/stream", let list = Parameters(query: connection.query, body: "")["streams"] {
            for name in list.split(separator: "/") { subscribe(session, String(name)) }
        }
    }

    mutating func close(_ connection: LoopbackConnection) {
        guard let session = sessions.removeValue(forKey: connection.id) else { return }
        for name in session.names { listeners[name]?.removeAll { $0 === session } }
    }

    private mutating func subscribe(_ session: Session, _ name: String) {
        guard !session.names.contains(name) else { return }
        session.names.append(name)
        listeners[name, default: []].append(session)
    }

    /// Counts a client's message of whatever kind (control text, ping, pong); `false`: one too many, and closed for it.
    func countMessage(_ connection: LoopbackConnection) -> Bool {
        guard let session = sessions[connection.id] else { return false }
        let second = VenueCore.read(CLOCK_MONOTONIC).raw / 1_000_000_000
        session.messages = second == session.second ? session.messages + 1 : 1
        session.second = second
        if session.messages <= limit { return true }
        connection.close(code: 1008, reason: "Too many requests")
        return false
    }

    /// Sends an event that no subscription asked for.
    func send(_ event: String, as name: String, on connection: LoopbackConnection) {
        guard let session = sessions[connection.id] else { return }
        let bare = session.inMicroseconds ? microsecondTimes(event) : event
        tell(connection, session.combined ? #"{"stream":"\#(name)","data":\#(bare)}"# : bare)
    }

    mutating func control(_ text: String, _ connection: LoopbackConnection) {
        guard let session = sessions[connection.id], countMessage(connection) else { return }
        guard let request = try? JSONParser.parse(text) else {
            return connection.send(#"{"error":{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}}"#)
        }
        let id = request["id"]?.json ?? "null"
        switch perform(request, session) {
        case .success(let result): connection.send(#"{"result":\#(result),"id":\#(id)}"#)
        case .failure(let error): connection.send(#"{"error":\#(error.json),"id":\#(id)}"#)
        }
    }

    private mutating func perform(_ request: JSONValue, _ session: Session) -> Result<String, ApiError> {
        guard let method = request["method"]?.text else {
            return .failure(ApiError(2, "Invalid request: missing field `method` at line 1 column 73"))
        }
        let names = request["params"]?.elements ?? []
        switch method {
        case "SUBSCRIBE", "UNSUBSCRIBE":
            for value in names {
                guard let name = value.text else { return .failure(ApiError(2, "Invalid request: invalid stream")) }
                if method == "SUBSCRIBE" {
                    guard session.names.count < Self.streamsPerConnection else {
                        return .failure(ApiError(2, "Invalid request: too many parameters"))
                    }
                    subscribe(session, name)
                } else {
                    session.names.removeAll { $0 == name }
                    listeners[name]?.removeAll { $0 === session }
                }
            }
            return .success("null")
        case "LIST_SUBSCRIPTIONS":
            return .success("[" + session.names.map(jsonQuoted).joined(separator: ",") + "]")
        case "GET_PROPERTY", "SET_PROPERTY":
            guard let name = names.first?.text else {
                return .failure(ApiError(2, "Invalid request: property name must be a string"))
            }
            guard name == "combined" else { return .failure(ApiError(0, "Unknown property")) }
            if method == "GET_PROPERTY" { return .success(String(session.combined)) }
            guard names.count > 1, let value = names[1].bool else {
                return .failure(ApiError(1, "Invalid value type: expected Boolean"))
            }
            session.combined = value
            return .success("null")
        default:
            return .failure(
                ApiError(
                    2,
                    "Invalid request: unknown variant \(method), expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
                        + "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 28"))
        }
    }

    // MARK: what is sent

    private func send(_ stream: String, _ payload: () -> String) {
        let name = "\(lower)@\(stream)"
        guard !isFrozen, let sessions = listeners[name], !sessions.isEmpty else { return }
        let milliseconds = payload()
        said.last[name] = (said.last[name]?.suffix(1) ?? []) + [milliseconds]
        tell(milliseconds, of: name)
    }

    /// What was said last on every stream comes again, the older message first.
    func replay() {
        for (name, messages) in said.last.sorted(by: { $0.key < $1.key }) {
            for message in messages { tell(message, of: name) }
        }
    }

    private func tell(_ milliseconds: String, of name: String) {
        guard let sessions = listeners[name] else { return }
        let microseconds = sessions.contains { $0.inMicroseconds } ? microsecondTimes(milliseconds) : ""
        for session in sessions where !(isFirstFrozen && session.connection.door == 0) {
            let bare = session.inMicroseconds ? microseconds : milliseconds
            tell(session.connection, session.combined ? #"{"stream":"\#(name)","data":\#(bare)}"# : bare)
        }
    }

    /// Trades at once, best prices when they change, levels into the depth windows.
    mutating func publish(_ events: [PublicEvent], _ market: any VenueMarket, _ now: Int64) {
        var run: (price: Price, quantity: Quantity, buyerIsMaker: Bool, first: Int64, last: Int64)?
        for event in events {
            switch event {
            case .level(let side, let price, let quantity, _):
                fast.note(side, price, quantity)
                slow.note(side, price, quantity)
            case .ticker(let bid, let ask, let updateId): sendTicker(bid, ask, updateId)
            case .trade(let price, let quantity, let buyerIsMaker, let id):
                send("trade") {
                    #"{"e":"trade","E":\#(now),"s":"\#(symbol)","t":\#(id),"p":"\#(price.wire)","q":"\#(quantity.wire)","#
                        + #""T":\#(now),"m":\#(buyerIsMaker),"M":true}"#
                }
                if let open = run, open.price == price, open.buyerIsMaker == buyerIsMaker {
                    run = (price, open.quantity + quantity, buyerIsMaker, open.first, id)
                } else {
                    if let run { sendAggregate(run, now) }
                    run = (price, quantity, buyerIsMaker, id, id)
                }
            }
        }
        if let run { sendAggregate(run, now) }
        guard !market.publishesTicker else { return }
        let bid = market.bestBid
        let ask = market.bestAsk
        guard bid != best.bid || ask != best.ask else { return }
        best = (bid, ask)
        if let bid, let ask { sendTicker(bid, ask, market.updateId) }
    }

    private func sendTicker(_ bid: BookLevel, _ ask: BookLevel, _ updateId: Int64) {
        send("bookTicker") {
            #"{"u":\#(updateId),"s":"\#(symbol)","b":"\#(bid.price.wire)","B":"\#(bid.quantity.wire)","#
                + #""a":"\#(ask.price.wire)","A":"\#(ask.quantity.wire)"}"#
        }
    }

    private mutating func sendAggregate(
        _ run: (price: Price, quantity: Quantity, buyerIsMaker: Bool, first: Int64, last: Int64), _ now: Int64
    ) {
        aggregates += 1
        let id = aggregates
        send("aggTrade") {
            #"{"e":"aggTrade","E":\#(now),"s":"\#(symbol)","a":\#(id),"p":"\#(run.price.wire)","q":"\#(run.quantity.wire)","#
                + #""f":\#(run.first),"l":\#(run.last),"T":\#(now),"m":\#(run.buyerIsMaker),"M":true}"#
        }
    }

    /// Every 100 ms of market time: the fast windows; every tenth time the slow ones.
    /// `losesDiff`: the fast diff of this time is not sent.
    mutating func flush(_ market: any VenueMarket, _ now: Int64, losesDiff: Bool = false) {
        flushes += 1
        let everySecond = flushes % 10 == 0
        if let diff = fast.take(symbol, market.updateId, now) {
            if !losesDiff { send("depth@100ms") { diff } }
            for count in [5, 10, 20] { send("depth\(count)@100ms") { partial(count, market) } }
        }
        if everySecond, let diff = slow.take(symbol, market.updateId, now) {
            send("depth") { diff }
            for count in [5, 10, 20] { send("depth\(count)") { partial(count, market) } }
        }
    }

    private func partial(_ count: Int, _ market: any VenueMarket) -> String {
        #"{"lastUpdateId":\#(market.updateId),"bids":\#(levelsJson(market.levels(.buy, limit: count))),"#
            + #""asks":\#(levelsJson(market.levels(.sell, limit: count)))}"#
    }
}

/// The levels changed since the last diff; the last quantity of each counts.
struct DepthWindow {
    private var lastTaken: Int64
    private var first: Int64?
    private var bids: [Price: Quantity] = [:]
    private var asks: [Price: Quantity] = [:]

    init(lastTaken: Int64) { self.lastTaken = lastTaken }

    mutating func note(_ side: BookSide, _ price: Price, _ quantity: Quantity) {
        if first == nil { first = lastTaken + 1 }
        if side == .buy { bids[price] = quantity } else { asks[price] = quantity }
    }

    /// The diff message, or `nil` when nothing changed.
    mutating func take(_ symbol: String, _ updateId: Int64, _ now: Int64) -> String? {
        guard let from = first else { return nil }
        let bidLevels = bids.sorted { $0.key > $1.key }.map { BookLevel(price: $0.key, quantity: $0.value) }
        let askLevels = asks.sorted { $0.key < $1.key }.map { BookLevel(price: $0.key, quantity: $0.value) }
        first = nil
        lastTaken = updateId
        bids.removeAll(keepingCapacity: true)
        asks.removeAll(keepingCapacity: true)
        return #"{"e":"depthUpdate","E":\#(now),"s":"\#(symbol)","U":\#(from),"u":\#(updateId),"#
            + #""b":\#(levelsJson(bidLevels)),"a":\#(levelsJson(askLevels))}"#
    }
}

/// `[["price","qty"],…]`.
func levelsJson(_ levels: [BookLevel]) -> String {
    "[" + levels.map { #"["\#($0.price.wire)","\#($0.quantity.wire)"]"# }.joined(separator: ",") + "]"
}
