import Core
import Model
import Quoting
import StrategyKit
import TestSupport
import Testing
import Units

/// Quoters, and one that, in some runs, at every fortieth timer proposes something at random: it asks for every timer.
private struct Crowd: StrategySet {
    var quoters: [Quoter]
    var isRandom: Bool
    var dice = Dice(seed: 5)
    var asked = 0
    var count: Int { quoters.count + 1 }
    func instrument(of index: Int) -> InstrumentID { index < quoters.count ? quoters[index].instrument : InstrumentID(1) }
    func versionHash(of index: Int) -> UInt32 { UInt32(index) }
    func nextTimer(of index: Int) -> Nanoseconds { index < quoters.count ? quoters[index].nextTimer : isRandom ? .zero : Nanoseconds(raw: .max) }
    mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) {
        if index < quoters.count {
            switch event {
            case .start: quoters[index].onStart(context, &intents)
            case .tick: quoters[index].onTick(context, &intents)
            case .trade(let trade): quoters[index].onTrade(trade, context, &intents)
            case .fill(let fill): quoters[index].onFill(fill, context, &intents)
            case .timer: quoters[index].onTimer(context, &intents)
            case .stop: quoters[index].onStop(context)
            }
            return
        }
        guard isRandom, case .timer = event, context.hasTop else { return }
        asked += 1
        guard asked % 40 == 0 else { return }
        for index in 0..<context.orderCount where dice.oneIn(2) { intents.cancel(context.order(index)) }
        let price = Price(raw: context.top.bidPrice.raw - Int64(dice.below(300)) * 1_000_000)
        intents.place(.buy, .goodTillCancel, price: price, quantity: "0.01")
    }
}

/// A core on its own, with what it decided.
private final class Held {
    var core: TradingCore<Crowd>
    private var buffer: OutputBuffer
    private(set) var outputs: [Output] = []
    private(set) var timers = 0

    init(_ configuration: CoreConfiguration, _ strategies: Crowd, looksAtAll: Bool) {
        core = TradingCore(configuration: configuration, strategies: strategies)
        core.looksAtAll = looksAtAll
        buffer = OutputBuffer(capacity: configuration.outputCapacity)
    }
    func step(_ input: Input, _ now: Nanoseconds) {
        if case .timer = input { timers += 1 }
        core.step(input, at: now, into: &buffer)
        outputs = (0..<buffer.count).map { buffer[$0] }
        buffer.reset()
    }
}

/// Everything that can happen, at random, to three cores at once: one that looks only at what is due, one that looks at
/// everything each time, and one that is given only the timers it asks for.
private final class DueWorld {
    let lazy: Held
    let whole: Held
    let sparse: Held
    private let configuration: CoreConfiguration
    private var dice: Dice
    private var now = Nanoseconds(seconds: 1_000)
    private var bids: [Int64]
    private var update: UInt64 = 1
    private var numbers: UInt64 = 1
    private var messages: [Input] = []
    private var open: [ClientOrderID: (order: NewOrder, filled: Quantity)] = [:]
    private var total = [Int64](repeating: 100 * fixedPointUnit, count: 8)
    private(set) var wrong: String?
    private(set) var alerts: [ErrorCode: Int] = [:]
    private(set) var states: Set<SystemState> = []
    private(set) var placed = 0
    private(set) var live = 0
    private(set) var switched = 0

    init(seed: UInt64) throws {
        dice = Dice(seed: seed)
        var rules = CoreConfiguration.bench(instruments: 5)
        rules.firstDayEnds = Nanoseconds(seconds: 1_004)
        rules.dayLength = Nanoseconds(seconds: 6)
        rules.timeouts = RequestTimeouts(Nanoseconds(milliseconds: 60))
        rules.queryInterval = Nanoseconds(milliseconds: 20)
        rules.absenceGrace = Nanoseconds(milliseconds: 90)
        rules.unknownDeadline = Nanoseconds(milliseconds: 700)
        rules.evaluationInterval = Nanoseconds(milliseconds: 50)
        rules.flattenDeadline = Nanoseconds(milliseconds: 300)
        rules.reconcileGrace = Nanoseconds(milliseconds: 20)
        rules.maxActiveOrders = 40
        rules.orderCapacity = 64
        rules.limit {
            $0.maxDataAge = Nanoseconds(milliseconds: 120)
            $0.maxOrderAge = Nanoseconds(milliseconds: 300)
            $0.maxUnconfirmed = Nanoseconds(milliseconds: 150)
            $0.maxUnreconciled = Nanoseconds(milliseconds: 900)
            $0.maxMoveBps = 60
            $0.breachPause = Nanoseconds(milliseconds: 70)
            $0.maxDailyLoss = "4000"
            $0.maxDrawdown = "900"
            $0.maxDayDrawdown = "700"
            $0.onDrawdown = .reduce
            $0.drawdownConfirmations = 3
            $0.unconfirmedEvaluations = 9
            $0.maxPriceGapBps = 4
            $0.maxTradeAge = Nanoseconds(milliseconds: 60)
            $0.maxStrategyLoss = "40"
            $0.maxStrategyDrawdown = "25"
            $0.strategyCooldown = Nanoseconds(milliseconds: 200)
            $0.stopLoss = "60"
            $0.takeProfit = "90"
            $0.exitPause = Nanoseconds(milliseconds: 120)
            $0.maxPortfolioGross = "60000"
            $0.feeAllowanceBps = 12
            $0.quoteReserve = "1"
        }
        // Hours of one second in six, in one instrument.
        rules.limits[3].windowStart = 2
        rules.limits[3].windowEnd = 5
        configuration = rules
        bids = (0..<5).map { 5_000_000_000_000 + Int64($0) * 1_000_000_000 }
        var drawn = Dice(seed: seed &+ 900)
        let quoters = try (0..<8).map { index in
            try Quoter(
                instrument: InstrumentID(UInt16(index * 3 % 5)),
                parameters: [
                    "orderQuantity": 10_000_000, "halfSpreadTicks": Int64(drawn.below(30)), "halfSpreadBps": 0,
                    "skewTicks": Int64(drawn.below(20)), "maxInventory": 40_000_000,
                    "minReplaceInterval": Int64(drawn.below(4)) * 7_000_000, "minPriceChangeTicks": Int64(drawn.below(9)),
                    "amends": Int64(drawn.below(2)),
                ])
        }
        let crowd = Crowd(quoters: quoters, isRandom: seed % 2 == 0)
        lazy = Held(rules, crowd, looksAtAll: false)
        whole = Held(rules, crowd, looksAtAll: true)
        sparse = Held(rules, crowd, looksAtAll: false)
        for role in [LinkRole.marketData, .orders] { link(role, .up) }
        arm()
    }

    private func give(_ input: Input) {
        guard wrong == nil else { return }
        lazy.step(input, now)
        whole.step(input, now)
        if case .timer = input { if now >= sparse.core.nextTimer { sparse.step(input, now) } } else { sparse.step(input, now) }
        states.insert(lazy.core.state)
        for output in lazy.outputs { attend(output) }
        if lazy.core.decisionHash != whole.core.decisionHash {
            wrong = "\(now.raw): \(input): \(lazy.outputs) and, looking at all, \(whole.outputs)"
        } else if lazy.core.decisionHash != sparse.core.decisionHash {
            wrong = "\(now.raw): \(input): with every timer \(lazy.outputs), with those asked for \(sparse.outputs)"
        }
    }

    /// A venue that may be late, lose, refuse and execute.
    private func attend(_ output: Output) {
        switch output {
        case .place(let order):
            placed += 1
            if dice.oneIn(80) { return }
            let isRefused = dice.oneIn(40)
            if !isRefused { open[order.client] = (order, .zero) }
            reply(.place, isRefused ? .refused : .accepted, order.client, order.instrument)
        case .amend(let amendment):
            guard !amendment.isInPlace, let held = open[amendment.order.client], held.filled.isZero, !dice.oneIn(4) else {
                reply(.amend, .refused, amendment.order.client, amendment.order.instrument)
                if !amendment.isInPlace { reply(.amend, .refused, amendment.client, amendment.order.instrument) }
                return
            }
            close(amendment.order.client)
            reply(.amend, .accepted, amendment.order.client, amendment.order.instrument)
            open[amendment.client] = (
                NewOrder(
                    client: amendment.client, instrument: amendment.order.instrument, strategy: amendment.strategy,
                    side: amendment.side, timeInForce: amendment.timeInForce, price: amendment.price,
                    quantity: amendment.quantity), .zero)
            reply(.amend, .accepted, amendment.client, amendment.order.instrument)
        case .cancel(let reference): if !dice.oneIn(30) { close(reference.client) }
        case .cancelAll(let instrument):
            if dice.oneIn(20) { return }
            for client in open.keys.sorted(by: { $0.word < $1.word }) where open[client]?.order.instrument == instrument {
                close(client)
            }
        case .query(let reference): messages.append(.orderUpdate(statement(reference.client, reference.instrument, .query)))
        case .alert(let alert): alerts[alert.error, default: 0] += 1
        case .switched: switched += 1
        default: break
        }
    }

    private func reply(_ kind: RequestKind, _ outcome: Outcome, _ client: ClientOrderID, _ instrument: InstrumentID) {
        messages.append(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: outcome, instrument: instrument, client: client,
                    venueOrder: outcome == .accepted ? VenueOrderID(client.word | 1 << 63) : .none,
                    error: outcome == .refused ? .orderRejected : .none, venueCode: 0, venueTime: .zero)))
    }

    private func close(_ client: ClientOrderID) {
        guard let held = open[client] else { return }
        messages.append(.orderUpdate(statement(client, held.order.instrument, .stream, isOver: true)))
        open[client] = nil
    }

    private func statement(
        _ client: ClientOrderID, _ instrument: InstrumentID, _ source: EvidenceSource, isOver: Bool = false
    ) -> OrderUpdate {
        let held = open[client]
        let resting: VenueOrderStatus = held.map { $0.filled.isZero ? .new : .partiallyFilled } ?? .absent
        return OrderUpdate(
            status: isOver ? .cancelled : resting, source: source, instrument: instrument, side: held?.order.side ?? .buy,
            client: client, venueOrder: held == nil ? .none : VenueOrderID(client.word | 1 << 63),
            price: held?.order.price ?? .zero, quantity: held?.order.quantity ?? .zero,
            cumulativeQuantity: held?.filled ?? .zero, venueTime: .zero)
    }

    private func execute() {
        guard let client = open.keys.sorted(by: { $0.word < $1.word }).randomElement(using: &dice), var held = open[client]
        else { return }
        let rest = held.order.quantity - held.filled
        let quantity = dice.oneIn(3) ? rest : Quantity(raw: Swift.max(1_000, rest.raw / 2_000 * 1_000))
        held.filled = held.filled + quantity
        numbers += 1
        let index = held.order.instrument.index
        total[index] += held.order.side == .buy ? quantity.raw : -quantity.raw
        messages.append(
            .fill(
                Fill(
                    instrument: held.order.instrument, side: held.order.side, isMaker: true, source: .stream, client: client,
                    venueOrder: VenueOrderID(client.word | 1 << 63), trade: TradeID(low: numbers), price: held.order.price,
                    quantity: quantity, cumulativeQuantity: held.filled, fee: Int64(dice.below(3)), feeAsset: usdt,
                    venueTime: .zero)))
        open[client] = held.filled == held.order.quantity ? nil : held
        if !dice.oneIn(150) {
            messages.append(.balance(balance(configuration.instruments[index].base, .stream, Quantity(raw: total[index]))))
        }
    }

    private func balance(_ asset: AssetID, _ source: EvidenceSource, _ free: Quantity) -> VenueBalance {
        VenueBalance(asset: asset, venue: VenueID(0), source: source, free: free, locked: .zero, venueTime: .zero)
    }

    private func link(_ role: LinkRole, _ state: LinkState) {
        give(.link(LinkChange(venue: VenueID(0), role: role, state: state, reason: 0)))
    }

    private func command(_ kind: CommandKind, subject: UInt64 = 0, value: Int64 = 0, life: Int64 = 1_000_000) {
        give(
            .command(
                Command(
                    kind: kind, operatorID: 3, hash: 9, lifetime: Nanoseconds(milliseconds: life), subject: subject,
                    value: value)))
    }

    private func tick(_ index: Int) {
        bids[index] += Int64(dice.below(17) - 8) * 100_000_000 * (dice.oneIn(300) ? 40 : 1)
        update += 1
        // Sometimes old, sometimes ahead.
        let age = dice.oneIn(12) ? Int64(dice.below(300) - 60) * 1_000_000 : 0
        give(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(UInt16(index)), bidPrice: Price(raw: bids[index]), bidQuantity: "1",
                    askPrice: Price(raw: bids[index] + 2_000_000), askQuantity: "1", updateID: update, venueTime: .zero,
                    receivedAt: Nanoseconds(raw: now.raw - age))))
    }

    private func arm() {
        if lazy.core.state == .halted { command(.unlatch) }
        for piece in Note.pieces(.incident, operatorID: 3, "looked at the venue: all is as it should be") { give(.note(piece)) }
        command(.incident)
        // What is told now may lead to more.
        while !messages.isEmpty { give(messages.removeFirst()) }
        numbers += 1
        give(.snapshot(SnapshotMark(id: numbers, venue: VenueID(0), isEnd: false, isComplete: true, requestedAt: now)))
        for client in open.keys.sorted(by: { $0.word < $1.word }) {
            give(.orderUpdate(statement(client, open[client]!.order.instrument, .snapshot)))
        }
        for index in 0..<5 {
            let wronged = dice.oneIn(200) ? Int64(1_000) : 0
            give(.balance(balance(configuration.instruments[index].base, .snapshot, Quantity(raw: total[index] + wronged))))
        }
        give(.balance(balance(usdt, .snapshot, "10000000")))
        give(.snapshot(SnapshotMark(id: numbers, venue: VenueID(0), isEnd: true, isComplete: true, requestedAt: now)))
        for index in 0..<5 { tick(index) }
        command(.stage, life: 900)
        command(.arm, life: 50)
        command(.confirm)
    }

    func turn() {
        now = Nanoseconds(raw: now.raw + Int64(dice.below(1_000)) * 1_000)
        switch dice.below(100) {
        case 0..<30: tick(dice.below(5))
        case 30..<38:
            let index = dice.below(5)
            numbers += 1
            give(
                .trade(
                    PublicTrade(
                        instrument: InstrumentID(UInt16(index)), aggressor: .buy,
                        price: Price(raw: bids[index] + Int64(dice.below(5) - 2) * 3_000_000_000 * (dice.oneIn(3) ? 1 : 0)),
                        quantity: "0.1", trade: TradeID(low: numbers), venueTime: .zero, receivedAt: now)))
        case 38..<68: if !messages.isEmpty { give(messages.remove(at: dice.oneIn(10) ? dice.below(Swift.min(4, messages.count)) : 0)) }
        case 68..<74: execute()
        case 74: if dice.oneIn(5) { seldom() }
        default: timer()
        }
        if lazy.core.state == .live { live += 1 } else if dice.oneIn(60) { arm() }
    }

    /// The next of the millisecond's.
    private func timer() {
        now = Nanoseconds(raw: (now.raw / 1_000_000 + 1) * 1_000_000)
        if dice.oneIn(400) { now = now + Nanoseconds(milliseconds: Int64(dice.below(600))) }
        give(.timer)
    }

    private func seldom() {
        let strategy = UInt64(dice.below(9))
        let instrument = UInt64(dice.below(5))
        switch dice.below(16) {
        case 0: command(.strategyOff, subject: strategy)
        case 1, 2: command(.strategyOn, subject: strategy)
        case 3: command(.instrumentOff, subject: instrument)
        case 4, 5: command(.instrumentOn, subject: instrument)
        case 6: command(.limit, subject: LimitSubject(.maxOrderAge, InstrumentID(UInt16(instrument))).word, value: 200_000_000)
        case 7: command(.limit, subject: LimitSubject(.maxDrawdown).word, value: Int64(400 + dice.below(600)) * fixedPointUnit)
        case 8: command(dice.oneIn(3) ? .kill : .flatten)
        case 9: command(dice.oneIn(2) ? .stop : .disarm)
        case 10, 11:
            let health = FeedHealth(
                venue: VenueID(0), instrument: InstrumentID(UInt16(instrument)),
                verdict: dice.pick(StreamVerdict.allCases), reason: .none, standing: .zero)
            give(.health(health))
        case 12:
            link(.orders, .down)
            messages = []
            for _ in 0..<dice.below(40) { timer() }
            link(.orders, .up)
        case 13:
            link(.marketData, .down)
            link(.marketData, .up)
        case 14:
            var said = VenueUsage(venue: VenueID(0))
            said.hold = dice.pick([.orders, .requests, .all])
            said.holdFor = Nanoseconds(milliseconds: Int64(dice.below(80)))
            give(.venueUsage(said))
        default:
            command(.limit, subject: LimitSubject(.maxStrategyLoss).word, value: Int64(100 + dice.below(300)) * fixedPointUnit)
        }
    }

    var sparseness: (given: Int, all: Int) { (sparse.timers, lazy.timers) }
}

@Suite struct DueTests {
    @Test func `What is not due changes nothing, and neither do timers that nobody asked for`() throws {
        var alerts: [ErrorCode: Int] = [:]
        var states: Set<SystemState> = []
        var (placed, switched, live, given, all) = (0, 0, 0, 0, 0)
        for seed: UInt64 in 1...40 {
            let world = try DueWorld(seed: seed)
            for turn in 0..<6_000 {
                world.turn()
                if let wrong = world.wrong {
                    Issue.record("seed \(seed) turn \(turn): \(wrong)")
                    return
                }
            }
            alerts.merge(world.alerts) { $0 + $1 }
            states.formUnion(world.states)
            placed += world.placed
            switched += world.switched
            live += world.live
            given += world.sparseness.given
            all += world.sparseness.all
        }
        print("due: 40 seeds, \(placed) orders, \(switched) switches, \(live) turns live, \(given) of \(all) timers, alerts \(alerts)")
        #expect(placed > 5_000 && switched > 200 && live > 80_000)
        #expect(states.isSuperset(of: [.live, .reducing, .safe, .halted, .disarmed, .armed, .staged]))
        for error: ErrorCode in [
            .strategyLoss, .strategyDrawdown, .stopLoss, .takeProfit, .priceUnconfirmed, .riskBlocked, .volatilityHalt,
            .marketDataStale, .positionMismatch, .feedHealth, .unreconciled,
        ] { #expect(alerts[error, default: 0] > 0, "\(error) never happened") }
    }
}
