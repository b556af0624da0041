import Model
import Testing
import Units

/// Reads a scenario's lines and moves the stage. Orders and trades are named by letters and words of the scenario's own.
final class ScenarioPlayer {
    private let stage = ScenarioStage()
    private var orders: [String: NewOrder] = [:]
    private var trades: [String: UInt64] = [:]
    private var balance = Quantity(raw: 10 * fixedPointUnit)

    /// A line that cannot be read, or a `then` that does not hold.
    struct Failure: Error { let what: String }

    func play(_ line: ScenarioText.Line) throws {
        if line.text.hasPrefix("when") { stage.beginWhen() }
        let words = line.words
        switch words[0] {
        case "limits": stage.limit(words[1])
        case "public": stage.publicTrade(try Price(words[3]))
        case "live": live()
        case "restart": stage.restart(from: Quantity(raw: 10 * fixedPointUnit))
        case "connected": connect()
        case "strategy": try strategy(words)
        case "place", "cancel", "amend": try reply(words)
        case "stream", "look-up": try statement(words)
        case "fill", "history": try fill(words)
        case "wait": stage.wait(Nanoseconds(milliseconds: Int64(try number(words, 1) * 1000)), withData: words.last != "data")
        case "market": stage.link(.marketData, words.last == "up" ? .up : .down)
        case "feed": source(.marketData, to: UInt8(try number(words, 1)) - 1, words.dropFirst(3).joined(separator: " "))
        case "server": source(.orders, to: UInt8(try number(words, 1)) - 1, words.dropFirst(3).joined(separator: " "))
        case "feeds": feeds(agree: words[1] == "agree")
        case "older": stage.olderTick()
        case "orders": stage.link(.orders, words.last == "up" ? .up : .down)
        case "tick":
            if words.last == "crossed" { stage.crossedTick() } else { stage.tick(words.count > 1 ? try Price(words[1]) : nil) }
        case "limit": try limit(words)
        case "snapshots": for _ in 0..<Int(try number(words, 1)) { stage.snapshot([], balance: balance) }
        case "snapshot": try snapshot(words)
        case "operator": try command(words[1])
        case "stranger": stranger(isOurs: words.last == "prefix" && !words.contains("without"))
        case "venue": words[1] == "refuses" ? refuseAll(for: Int64(try number(words, 5))) : stage.changeTick(by: Int64(try number(words, 5)))
        case "balance": balance = try Quantity(words[1])
        default: try check(words)
        }
    }

    private func number(_ words: [String], _ at: Int) throws -> Double {
        guard at < words.count, let value = Double(words[at]) else { throw Failure(what: "a number is missing") }
        return value
    }

    /// `feed 2 is used because ...`, `server 2 is used`: what the words do not name is a person's wish.
    private func source(_ role: LinkRole, to: UInt8, _ words: String) {
        let reason = SourceSwitch.Reason.allCases.first { words.hasSuffix($0.words) } ?? .byHand
        stage.step(.source(SourceSwitch(venue: VenueID(0), role: role, from: 1 - to, to: to, reason: reason, recent: 1)))
    }

    /// `venue refuses every order for 40 s`: whatever is placed meanwhile.
    private func refuseAll(for seconds: Int64) {
        let end = stage.now + Nanoseconds(seconds: seconds)
        while stage.now < end {
            let before = stage.placed.count
            stage.wait(Nanoseconds(milliseconds: 100), withData: true)
            for order in stage.placed.dropFirst(before) {
                stage.step(
                    .orderReply(
                        OrderReply(
                            kind: .place, outcome: .refused, instrument: InstrumentID(0), client: order.client, venueOrder: .none,
                            error: .orderRejected, venueCode: 0, venueTime: .zero)))
            }
        }
    }

    /// `feeds contradict each other`, `feeds agree again`.
    private func feeds(agree: Bool) {
        stage.step(
            .health(
                FeedHealth(
                    venue: VenueID(0), instrument: InstrumentID(0), verdict: agree ? .live : .suspect,
                    reason: agree ? .none : .feedsDisagree, standing: Nanoseconds(milliseconds: 600))))
    }

    private func connect() {
        stage.link(.marketData, .up)
        stage.tick()
        stage.link(.orders, .up)
        stage.snapshot([], balance: balance)
    }

    private func live() {
        connect()
        for kind in [CommandKind.stage, .arm, .confirm] { stage.command(kind) }
    }

    /// `strategy buys A 0.1 at 49990`, `strategy cancels A`, `strategy amends A to B 0.1 at 49980`: B is its next generation.
    private func strategy(_ words: [String]) throws {
        if words[1] == "cancels" {
            stage.script.cancels = [try order(words[2]).client]
            return stage.tick()
        }
        if words[1] == "amends" {
            stage.script.amends = [(try order(words[2]).client, try Quantity(words[5]), try Price(words[7]))]
            stage.tick()
            for case .amend(let sent) in stage.recent where sent.order.client == (try order(words[2]).client) {
                orders[words[4]] = NewOrder(
                    client: sent.client, instrument: InstrumentID(0), strategy: StrategyID(0), side: (try order(words[2])).side,
                    timeInForce: .goodTillCancel, price: sent.price, quantity: sent.quantity)
            }
            return
        }
        let side: Side = words[1] == "buys" ? .buy : .sell
        let before = stage.placed.count
        stage.script.next = [(side, try Quantity(words[3]), try Price(words[5]))]
        stage.tick()
        if stage.placed.count > before { orders[words[2]] = stage.placed.last }
    }

    private func order(_ name: String) throws -> NewOrder {
        guard let order = orders[name] else { throw Failure(what: "order \(name) never left") }
        return order
    }

    private func venueOrder(_ order: NewOrder) -> VenueOrderID { VenueOrderID(UInt64(order.client.sequence) + 1000) }

    /// `place of A is accepted`, `cancel of A is refused UNKNOWN_ORDER`, `place of A is unknown`.
    private func reply(_ words: [String]) throws {
        let order = try order(words[2])
        let outcome: Outcome = words[4] == "accepted" ? .accepted : words[4] == "refused" ? .refused : .unknown
        let error = words.count > 5 ? ErrorCode.allCases.first { $0.name == words[5] } : ErrorCode.none
        guard let error else { throw Failure(what: "no error is called \(words[5])") }
        stage.step(
            .orderReply(
                OrderReply(
                    kind: words[0] == "place" ? .place : words[0] == "amend" ? .amend : .cancel, outcome: outcome, instrument: InstrumentID(0),
                    client: order.client, venueOrder: outcome == .accepted ? venueOrder(order) : .none,
                    error: outcome == .accepted ? .none : error == .none ? .venueUnavailable : error, venueCode: 0,
                    venueTime: .zero)))
    }

    private func update(_ order: NewOrder, _ status: VenueOrderStatus, _ source: EvidenceSource, filled: Quantity) -> OrderUpdate {
        OrderUpdate(
            status: status, source: source, instrument: InstrumentID(0), side: order.side, client: order.client,
            venueOrder: status == .absent ? .none : venueOrder(order), price: order.price, quantity: order.quantity,
            cumulativeQuantity: filled, venueTime: .zero, error: status == .absent ? .unknownOrder : .none)
    }

    /// `stream says A cancelled`, `look-up says A filled 0.1`.
    private func statement(_ words: [String]) throws {
        guard let status = VenueOrderStatus.allCases.first(where: { "\($0)" == words[3] }) else {
            throw Failure(what: "no status is called \(words[3])")
        }
        let filled = words.count > 4 ? try Quantity(words[4]) : .zero
        stage.step(.orderUpdate(update(try order(words[2]), status, words[0] == "stream" ? .stream : .query, filled: filled)))
    }

    /// `fill T1 of A 0.1 at 49990`, with `as a sale` on the other side; `history shows T1 of A 0.1 at 49990`.
    private func fill(_ words: [String]) throws {
        let isHistory = words[0] == "history"
        let rest = Array(words.dropFirst(isHistory ? 2 : 1))
        let order = try order(rest[2])
        let trade = trades[rest[0]] ?? UInt64(trades.count + 1)
        trades[rest[0]] = trade
        stage.step(
            .fill(
                Fill(
                    instrument: InstrumentID(0), side: rest.last == "sale" ? .sell : order.side, isMaker: true,
                    source: isHistory ? .tradeHistory : .stream,
                    client: isHistory ? .none : order.client, venueOrder: venueOrder(order), trade: TradeID(low: trade),
                    price: try Price(rest[5]), quantity: try Quantity(rest[3]), cumulativeQuantity: .zero, fee: 0,
                    feeAsset: AssetID(1), venueTime: .zero)))
    }

    /// `snapshot shows A and B`, `snapshot shows nothing`, `snapshot without balance`, `snapshot incomplete`.
    private func snapshot(_ words: [String]) throws {
        let rows = try words.dropFirst(2).filter { orders[$0] != nil }
            .map { update(try order($0), .new, .snapshot, filled: .zero) }
        let isComplete = words[1] != "incomplete"
        stage.snapshot(isComplete ? rows : [], balance: words[1] == "without" || !isComplete ? nil : balance, isComplete: isComplete)
    }

    /// `limit max_drawdown 100`: before the engine is connected.
    private func limit(_ words: [String]) throws {
        let value = try number(words, 2)
        let time = Nanoseconds(milliseconds: Int64(value * 1000))
        let amount = Notional(raw: Int64(value) * fixedPointUnit)
        let count = Int32(value)
        guard let change: (inout RiskLimits) -> Void = [
            "max_drawdown": { $0.maxDrawdown = amount }, "drawdown_confirmations": { $0.drawdownConfirmations = count },
            "max_consecutive_errors": { $0.maxConsecutiveErrors = count }, "max_slippage_bps": { $0.maxSlippageBps = count },
            "max_orders_per_second": { $0.maxOrdersPerSecond = count }, "max_move_bps": { $0.maxMoveBps = count },
            "breach_pause": { $0.breachPause = time }, "max_order_age": { $0.maxOrderAge = time },
            "max_identical_orders": { $0.maxIdenticalOrders = count }, "max_executions": { $0.maxExecutions = count },
            "max_unreconciled": { $0.maxUnreconciled = time },
        ][words[1]] else { throw Failure(what: "no limit of the stage is called \(words[1])") }
        stage.limit(change)
    }

    private func command(_ word: String) throws {
        if word == "re-arms", stage.incident.isOpen { stage.writeNote() }
        if word == "re-arms" { return [CommandKind.stage, .arm, .confirm].forEach(stage.command) }
        guard let kind = CommandKind.allCases.first(where: { "\($0)" == word }) else {
            throw Failure(what: "no command is called \(word)")
        }
        stage.command(kind)
    }

    /// An order of our prefix that a later start of an engine has sent, or one that nobody here knows.
    private func stranger(isOurs: Bool) {
        var order = update(
            NewOrder(
                client: isOurs ? ClientOrderID(run: stage.run + 1, sequence: 1) : .none, instrument: InstrumentID(0), strategy: StrategyID(0),
                side: .buy, timeInForce: .goodTillCancel, price: Price(raw: 49_990 * fixedPointUnit),
                quantity: Quantity(raw: fixedPointUnit / 10)), .new, .stream, filled: .zero)
        order.venueOrder = VenueOrderID(99)
        stage.step(.orderUpdate(order))
    }

    // MARK: then

    private func expect(_ holds: Bool, _ what: String) throws {
        if !holds { throw Failure(what: what) }
    }

    private func check(_ words: [String]) throws {
        switch (words[0], words.dropFirst().first) {
        case ("state", _): try expect(stage.state.name == words[2], "state is \(stage.state.name)")
        case ("position", _): try expect(stage.position == Quantity(words[2]), "position is \(stage.position)")
        case ("realised", _): try expect(stage.realised == Notional(words[2]), "realised is \(stage.realised)")
        case ("average", _): try expect(stage.averagePrice == Price(words[2]), "average is \(stage.averagePrice)")
        case ("unsettled", _): try expect(stage.openOrders == Int(words[2]), "\(stage.openOrders) orders are unsettled")
        case ("sent", _): try expect(stage.placed.count == Int(words[1]), "\(stage.placed.count) orders were sent")
        case ("everything", _):
            try expect(stage.recent.contains { if case .cancelAll = $0 { true } else { false } }, "no cancel of everything")
        case ("nothing", _):
            try expect(!stage.recent.contains { if case .place = $0 { true } else { false } }, "an order was sent")
        case ("alert", _):
            try expect(
                stage.outputs.contains { if case .alert(let alert) = $0 { alert.error.name == words[1] } else { false } },
                "no such alert")
        case ("refused", _): try refusedBy(words[1])
        case ("no", "alert"):
            try expect(
                !stage.outputs.contains { if case .alert = $0 { true } else { false } }, "there was an alert")
        default: try checkOrder(words)
        }
    }

    private func refusedBy(_ name: String) throws {
        let verdicts = stage.recent.compactMap { if case .verdict(let verdict) = $0 { verdict.verdict.name } else { nil } }
        try expect(verdicts.contains(name), "the verdicts were \(verdicts)")
    }

    /// `A is open`, `A was sent once`, `A was looked up`, `A was cancelled by us`.
    private func checkOrder(_ words: [String]) throws {
        guard words.count >= 3, orders[words[0]] != nil else { throw Failure(what: "the line is not understood") }
        let client = try order(words[0]).client
        switch (words[1], words[2]) {
        case ("is", let name):
            let state = stage.states[client].map { "\($0)" } ?? "not known"
            try expect(state == name, "\(words[0]) is \(state)")
        case ("was", "sent"):
            let count = stage.placed.filter { $0.client == client }.count
            try expect(count == 1, "\(words[0]) was sent \(count) times")
        case ("was", "looked"):
            try expect(
                stage.recent.contains { if case .query(let order) = $0 { order.client == client } else { false } },
                "\(words[0]) was not looked up")
        case ("was", "cancelled"):
            try expect(
                stage.recent.contains { if case .cancel(let order) = $0 { order.client == client } else { false } },
                "no cancel of \(words[0])")
        default: throw Failure(what: "the line is not understood")
        }
    }
}
