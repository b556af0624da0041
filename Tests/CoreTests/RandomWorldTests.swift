import Core
import Model
import TestSupport
import Testing
import Units

/// A venue of a few lines between the core and the test: it takes, trades and cancels, and its messages are late, in any
/// order, repeated or lost.
private final class RandomWorld {
    struct Resting {
        var order: NewOrder
        var filled = Quantity.zero
        var isOpen = true
        var remaining: Quantity { order.quantity - filled }
    }

    static let limit: Quantity = "1"
    let stage: Stage
    var bench: CoreBench<PuppetSet> { stage.bench }
    private var dice: Dice
    private var orders: [ClientOrderID: Resting] = [:]
    private var messages: [Input] = []
    /// What cannot be lost: executions, by whatever way they come.
    private var fills: [Fill] = []
    private var told: Set<UInt64> = []
    private var position: Int64 = 0
    private var truth: Int64 = 0
    private var seen = 0
    private var trades: UInt64 = 0
    private(set) var replaced = 0
    private(set) var inPlace = 0
    var placed: Int { bench.placed.count }

    init(seed: UInt64) {
        dice = Dice(seed: seed)
        stage = Stage(.bench { $0.limit { $0.maxPosition = RandomWorld.limit } })
        bench.live()
    }

    func turn() {
        switch dice.below(14) {
        case 0...1:
            let side: Side = dice.oneIn(2) ? .buy : .sell
            let price = Price(raw: (side == .buy ? 49_900 + Int64(dice.below(90)) : 50_010 + Int64(dice.below(90))) * fixedPointUnit)
            stage.place(side, Quantity(raw: Int64(1 + dice.below(50)) * fixedPointUnit / 100), at: price)
        case 2, 3: if !dice.oneIn(4) { amend() } else if let own = orders.keys.max(by: { $0.word < $1.word }) { stage.cancel(own) }
        case 4...6: trade()
        case 7...9: deliver()
        case 10: bench.timer(after: Int64(1 + dice.below(1500)))
        case 11: bench.tick()
        case 12: if dice.oneIn(8) { reconnect() }
        default: if bench.state != .live || dice.oneIn(6) { rearm() }
        }
        attend()
    }

    /// Another price, another quantity or both, or less in place.
    private func amend() {
        let open = orders.values.filter(\.isOpen).sorted { $0.order.client.word < $1.order.client.word }
        guard !open.isEmpty else { return }
        let own = dice.pick(open).order
        let isBuy = own.side == .buy
        let price = dice.oneIn(3) ? own.price
            : Price(raw: (isBuy ? 49_900 + Int64(dice.below(90)) : 50_010 + Int64(dice.below(90))) * fixedPointUnit)
        stage.amend(own.client, to: price, Quantity(raw: Int64(1 + dice.below(50)) * fixedPointUnit / 100))
    }

    /// Both names are answered for; the venue takes the next one only for one of which nothing is executed.
    private func take(_ amendment: OrderAmendment) {
        if dice.oneIn(10) { return }  // lost on its way
        let name = amendment.order.client
        let held = orders[name]
        func say(_ client: ClientOrderID, _ outcome: Outcome, _ error: ErrorCode, known: Bool) {
            messages.append(
                .orderReply(
                    OrderReply(
                        kind: .amend, outcome: outcome, instrument: InstrumentID(0), client: client,
                        venueOrder: known ? bench.venueOrder(client) : .none, error: error, venueCode: 0, venueTime: .zero)))
        }
        guard let held, held.isOpen else {
            say(name, .refused, .unknownOrder, known: held != nil)
            if !amendment.isInPlace { say(amendment.client, .refused, .unknownOrder, known: false) }
            return
        }
        if amendment.isInPlace {
            guard amendment.quantity > held.filled else { return say(name, .refused, .orderRejected, known: true) }
            orders[name]?.order.quantity = amendment.quantity
            inPlace += 1
            say(name, .accepted, .none, known: true)
            return
        }
        guard held.filled.isZero else {
            say(name, .refused, .orderRejected, known: true)
            say(amendment.client, .refused, .orderRejected, known: false)
            return
        }
        say(name, .accepted, .none, known: true)
        close(name)
        if dice.oneIn(8) { return say(amendment.client, .refused, .orderRejected, known: false) }
        orders[amendment.client] = Resting(
            order: NewOrder(
                client: amendment.client, instrument: InstrumentID(0), strategy: StrategyID(0), side: amendment.side,
                timeInForce: amendment.timeInForce, price: amendment.price, quantity: amendment.quantity))
        replaced += 1
        say(amendment.client, .accepted, .none, known: true)
    }

    /// Something of a resting order is executed.
    private func trade() {
        let open = orders.values.filter { $0.isOpen }.sorted { $0.order.client.word < $1.order.client.word }
        guard !open.isEmpty else { return }
        var resting = dice.pick(open)
        let lots = resting.remaining.raw / 1000
        let quantity = Quantity(raw: dice.oneIn(2) ? resting.remaining.raw : Int64(1 + dice.below(Int(lots))) * 1000)
        resting.filled = resting.filled + quantity
        resting.isOpen = resting.remaining.isPositive
        orders[resting.order.client] = resting
        trades += 1
        truth += resting.order.side == .buy ? quantity.raw : -quantity.raw
        fills.append(
            Fill(
                instrument: InstrumentID(0), side: resting.order.side, isMaker: true, source: .stream,
                client: resting.order.client, venueOrder: bench.venueOrder(resting.order.client),
                trade: TradeID(low: trades), price: resting.order.price, quantity: quantity,
                cumulativeQuantity: resting.filled, fee: 0, feeAsset: usdt, venueTime: .zero))
    }

    /// One message, whichever: an execution may come twice, another message may be lost.
    private func deliver() {
        if !fills.isEmpty, dice.oneIn(2) {
            let at = dice.below(fills.count)
            let fill = fills[at]
            if !dice.oneIn(4) { fills.remove(at: at) }
            if told.insert(fill.trade.low).inserted { position += fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw }
            bench.step(.fill(fill))
        } else if !messages.isEmpty {
            let message = messages.remove(at: dice.below(messages.count))
            if !dice.oneIn(6) { bench.step(message) }
        }
    }

    /// Requests of the core since the last look.
    private func attend() {
        let new = bench.outputs[seen...]
        seen = bench.outputs.count
        for output in new {
            switch output {
            case .place(let order): take(order)
            case .amend(let amendment): take(amendment)
            case .cancel(let reference): if !dice.oneIn(8) { close(reference.client) }
            case .cancelAll: if !dice.oneIn(8) { for client in orders.keys.sorted(by: { $0.word < $1.word }) { close(client) } }
            case .query(let reference): messages.append(.orderUpdate(statement(reference.client, .query)))
            default: break
            }
        }
    }

    private func take(_ order: NewOrder) {
        let refused = dice.oneIn(10)
        if !refused, dice.oneIn(10) { return }  // lost on its way: never at the venue
        if !refused { orders[order.client] = Resting(order: order) }
        messages.append(
            .orderReply(
                OrderReply(
                    kind: .place, outcome: refused ? .refused : .accepted, instrument: InstrumentID(0), client: order.client,
                    venueOrder: refused ? .none : bench.venueOrder(order.client), error: refused ? .orderRejected : .none,
                    venueCode: 0, venueTime: .zero)))
    }

    private func close(_ client: ClientOrderID) {
        guard orders[client]?.isOpen == true else { return }
        orders[client]?.isOpen = false
        messages.append(.orderUpdate(statement(client, .stream)))
    }

    private func statement(_ client: ClientOrderID, _ source: EvidenceSource) -> OrderUpdate {
        let held = orders[client]
        let status: VenueOrderStatus = held.map {
            $0.isOpen ? ($0.filled.isZero ? .new : .partiallyFilled) : ($0.remaining.isZero ? .filled : .cancelled)
        } ?? .absent
        return OrderUpdate(
            status: status, source: source, instrument: InstrumentID(0), side: held?.order.side ?? .buy, client: client,
            venueOrder: held == nil ? .none : bench.venueOrder(client), price: held?.order.price ?? .zero,
            quantity: held?.order.quantity ?? .zero, cumulativeQuantity: held?.filled ?? .zero, venueTime: .zero)
    }

    private func reconnect() {
        bench.link(.orders, .down)
        messages = []
        bench.timer(after: Int64(1 + dice.below(3000)))
        bench.link(.orders, .up)
    }

    private func rearm() {
        if bench.state == .halted { bench.command(.unlatch) }
        if bench.status.incident.isOpen { bench.incident() }
        let resting = orders.values.filter(\.isOpen).map(\.order.client).sorted { $0.word < $1.word }
        let base = Int64(10) * fixedPointUnit
        bench.snapshot(resting: resting, balance: Quantity(raw: base + truth))
        bench.tick()
        _ = bench.command(.stage) && bench.command(.arm) && bench.command(.confirm)
    }

    /// What may never be, whatever was lost.
    var wrong: String? {
        let status = bench.status
        if status.worstLong > Self.limit || status.worstShort < -Self.limit {
            return "by its own count \(status.worstShort) to \(status.worstLong)"
        }
        if bench.position().quantity.raw != position { return "the position is not the sum of the fills" }
        let open = orders.values.filter(\.isOpen)
        let buys = open.filter { $0.order.side == .buy }.map(\.remaining.raw).reduce(0, +)
        let sells = open.filter { $0.order.side == .sell }.map(\.remaining.raw).reduce(0, +)
        if truth + buys > Self.limit.raw { return "the venue could make us too long: \(truth) + \(buys)" }
        if truth - sells < -Self.limit.raw { return "the venue could make us too short: \(truth) - \(sells)" }
        return nil
    }

    /// Faults stop: everything is delivered, nothing is left open or in doubt.
    func settle() -> String? {
        bench.command(.stop)
        for _ in 0..<60 {
            attend()
            for fill in fills {
                if told.insert(fill.trade.low).inserted { position += fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw }
                bench.step(.fill(fill))
            }
            fills = []
            for message in messages { bench.step(message) }
            messages = []
            bench.timer(after: 1100)
        }
        if bench.unsettled > 0 { return "\(bench.unsettled) orders are still unsettled" }
        if orders.values.contains(where: \.isOpen) { return "an order is still open at the venue" }
        if bench.position().quantity.raw != truth { return "the position is not the venue's" }
        return nil
    }
}

@Test func whateverIsLostLateOrRepeatedTheVenueCannotExceedTheLimitAndAllSettles() {
    var orders = 0
    var refusedAtTheLimit = 0
    var replaced = 0
    var inPlace = 0
    var states: Set<SystemState> = []
    for seed: UInt64 in 1...300 {
        let world = RandomWorld(seed: seed)
        for turn in 0..<400 {
            world.turn()
            if let wrong = world.wrong {
                Issue.record("seed \(seed) turn \(turn): \(wrong)")
                return
            }
        }
        let left = world.settle()
        #expect(left == nil, "seed \(seed): \(left ?? "")")
        orders += world.placed
        replaced += world.replaced
        inPlace += world.inPlace
        refusedAtTheLimit += world.bench.verdicts.count { $0 == .position }
        states.formUnion(world.bench.states)
    }
    print("random worlds: 300 seeds, \(orders) orders, \(refusedAtTheLimit) refused at the limit, \(replaced) replaced, \(inPlace) reduced")
    #expect(replaced > 120 && inPlace > 40)
    #expect(orders > 5000 && refusedAtTheLimit > 200)
    #expect(states.isSuperset(of: [.live, .safe, .disarmed]))
}
