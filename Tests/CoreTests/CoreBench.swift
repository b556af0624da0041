import Core
import Model
import Orders
import StrategyKit
import Testing
import Units

extension Price: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = try! Price(text) }
}
extension Quantity: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = try! Quantity(text) }
}
extension Notional: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = try! Notional(text) }
}

let btc = AssetID(0)
let usdt = AssetID(1)
let bnb = AssetID(2)

/// A core in a world that the test moves by hand: given (`ready`, `live`), when (`tick`, `place`, `accept`, `fill`,
/// `link`, `command`, `wait`), then (`state`, `position`, `placed`, `alerts`, ...). Time moves a millisecond with every
/// input. After every step it checks what must always hold (see `watch`).
final class CoreBench<Strategies: StrategySet> {
    let configuration: CoreConfiguration
    private let strategies: () -> Strategies
    private var core: TradingCore<Strategies>
    private var buffer: OutputBuffer
    private(set) var now = Nanoseconds(seconds: 1000)
    /// All inputs with their times, for a replay.
    private(set) var inputs: [(Input, Nanoseconds)] = []
    /// All outputs since the start.
    private(set) var outputs: [Output] = []
    /// Outputs of the last step.
    private(set) var last: [Output] = []
    private(set) var orderStates: [ClientOrderID: OrderState] = [:]
    var filled: [ClientOrderID: Quantity] = [:]
    private var tops: [TopOfBook] = []
    private var nextTrade: UInt64 = 1
    private var nextSnapshot: UInt64 = 1
    /// What snapshots tell of the quote asset; `nil`: nothing.
    var quoteBalance: Quantity? = "10000000"

    init(_ configuration: CoreConfiguration = .bench(), strategies: @escaping () -> Strategies) {
        self.configuration = configuration
        self.strategies = strategies
        core = TradingCore(configuration: configuration, strategies: strategies())
        buffer = OutputBuffer(capacity: configuration.outputCapacity)
        for instrument in configuration.instruments {
            tops.append(
                TopOfBook(
                    instrument: instrument.id, bidPrice: "50000", bidQuantity: "1", askPrice: "50001", askQuantity: "1",
                    updateID: 0, venueTime: .zero, receivedAt: .zero))
        }
    }

    // MARK: when

    /// One input, a millisecond (or `after`) later.
    @discardableResult func step(_ input: Input, after span: Nanoseconds = Nanoseconds(milliseconds: 1)) -> [Output] {
        now = now + span
        inputs.append((input, now))
        let before = core.state
        core.step(input, at: now, into: &buffer)
        last = (0..<buffer.count).map { buffer[$0] }
        buffer.reset()
        outputs += last
        for case .order(let change) in last { orderStates[change.client] = change.to }
        watch(input, before)
        return last
    }

    /// A new top of book around the given bid, one quote unit wide; without a price the last one again.
    @discardableResult func tick(_ bid: Price? = nil, in instrument: UInt16 = 0) -> [Output] {
        let index = Int(instrument)
        if let bid {
            tops[index].bidPrice = bid
            tops[index].askPrice = bid + "1"
        }
        tops[index].updateID += 1
        tops[index].receivedAt = now + Nanoseconds(milliseconds: 1)
        return step(.topOfBook(tops[index]))
    }
    func link(_ role: LinkRole, _ state: LinkState) {
        step(.link(LinkChange(venue: VenueID(0), role: role, state: state, reason: 0)))
    }
    /// A command; answers whether it was accepted.
    @discardableResult
    func command(
        _ kind: CommandKind, hash: UInt64 = 9, lifetime: Nanoseconds = Nanoseconds(seconds: 36_000), subject: UInt64 = 0,
        value: Int64 = 0, by operatorID: UInt32 = 0
    ) -> Bool {
        step(
            .command(
                Command(
                    kind: kind, operatorID: operatorID, hash: hash, lifetime: lifetime, subject: subject, value: value)))
        for case .command(let result) in last { return result.accepted }
        return false
    }
    /// A command about one strategy or instrument; answers whether it was accepted.
    @discardableResult
    func command(
        _ kind: CommandKind, _ subject: UInt64, by operatorID: UInt32 = 1000, value: Int64 = 0,
        lifetime: Nanoseconds = .zero
    ) -> Bool {
        step(
            .command(
                Command(kind: kind, operatorID: operatorID, hash: 0, lifetime: lifetime, subject: subject, value: value)))
        for case .command(let result) in last { return result.accepted }
        return false
    }
    /// A trade between others.
    func publicTrade(at price: Price, in instrument: UInt16 = 0) {
        step(
            .trade(
                PublicTrade(
                    instrument: InstrumentID(instrument), aggressor: .buy, price: price, quantity: "0.1",
                    trade: TradeID(low: 1), venueTime: .zero, receivedAt: now + Nanoseconds(milliseconds: 1))))
    }
    /// What an operator writes about an incident; answers whether it was taken.
    @discardableResult
    func incident(_ text: String = "looked at the venue: all is as it should be", by operatorID: UInt32 = 0) -> Bool {
        for piece in Note.pieces(.incident, operatorID: operatorID, text) { step(.note(piece)) }
        return command(.incident, by: operatorID)
    }
    /// Asks for one order by hand; the engine's review.
    @discardableResult
    func intent(
        _ side: Side = .buy, _ quantity: Quantity = "0.1", at price: Price = "49990",
        _ timeInForce: TimeInForce = .goodTillCancel, in instrument: UInt16 = 0, hash: UInt64 = 5,
        for lifetime: Nanoseconds = Nanoseconds(seconds: 30), by operatorID: UInt32 = 0
    ) -> IntentReview {
        step(
            .intent(
                ManualIntent(
                    operatorID: operatorID, instrument: InstrumentID(instrument), side: side, timeInForce: timeInForce,
                    price: price, quantity: quantity, hash: hash, lifetime: lifetime)))
        for case .review(let review) in last { return review }
        preconditionFailure("an intent is always reviewed")
    }
    /// Confirms a review; answers whether the order was sent.
    @discardableResult
    func confirm(_ review: IntentReview, hash: UInt64? = nil, by operatorID: UInt32 = 0) -> Bool {
        command(.confirmIntent, hash: hash ?? review.hash, subject: review.id, by: operatorID)
    }
    /// Of the last command.
    var result: CommandResult? { for case .command(let result) in last { return result }; return nil }
    func timer(after milliseconds: Int64 = 1) { step(.timer, after: Nanoseconds(milliseconds: milliseconds)) }
    /// Lets time pass with a timer every `every` milliseconds and fresh data.
    func wait(milliseconds: Int64, every: Int64 = 100, isFresh: Bool = true) {
        var left = milliseconds
        while left > 0 {
            if isFresh { for instrument in configuration.instruments { tick(in: instrument.id.raw) } }
            timer(after: min(every, left))
            left -= every
        }
    }

    func reply(
        _ kind: RequestKind, _ outcome: Outcome, _ client: ClientOrderID, _ error: ErrorCode = .none, instrument: UInt16 = 0
    ) {
        step(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: outcome, instrument: InstrumentID(instrument), client: client,
                    venueOrder: outcome == .accepted ? venueOrder(client) : .none, error: error, venueCode: 0,
                    venueTime: .zero)))
    }
    func accept(_ client: ClientOrderID) { reply(.place, .accepted, client) }
    /// The venue says so about an order: with the side and price it was sent with, unless given.
    func update(
        _ status: VenueOrderStatus, _ client: ClientOrderID, _ source: EvidenceSource = .stream, cumulative: Quantity? = nil,
        quantity: Quantity = "0.1", price: Price? = nil, side: Side? = nil, instrument: UInt16 = 0
    ) {
        let sent = order(client)
        step(
            .orderUpdate(
                OrderUpdate(
                    status: status, source: source, instrument: InstrumentID(instrument), side: side ?? sent?.side ?? .buy,
                    client: client, venueOrder: venueOrder(client), price: price ?? sent?.price ?? "49990", quantity: quantity,
                    cumulativeQuantity: cumulative ?? filled[client] ?? .zero, venueTime: .zero)))
    }
    /// An execution; the trade number is a new one unless given.
    @discardableResult
    func fill(
        _ client: ClientOrderID, _ quantity: Quantity, at price: Price = "49990", side: Side = .buy, fee: Int64 = 0,
        in asset: AssetID = usdt, trade: UInt64? = nil, source: EvidenceSource = .stream, instrument: UInt16 = 0
    ) -> Fill {
        let sum = (filled[client] ?? .zero) + (trade == nil ? quantity : .zero)
        filled[client] = sum
        let fill = Fill(
            instrument: InstrumentID(instrument), side: side, isMaker: true, source: source, client: client,
            venueOrder: venueOrder(client), trade: TradeID(low: trade ?? nextTrade), price: price, quantity: quantity,
            cumulativeQuantity: sum, fee: fee, feeAsset: asset, venueTime: .zero)
        if trade == nil { nextTrade += 1 }
        step(.fill(fill))
        return fill
    }
    /// The base assets of the other instruments, whose balances no test is about.
    private func stateOtherBases() {
        for instrument in configuration.instruments.dropFirst() { streamBalance("100", instrument.base) }
    }
    /// A complete snapshot of what rests, of the base balance and of the quote balance.
    func snapshot(
        resting: [ClientOrderID] = [], balance: Quantity? = "10", isComplete: Bool = true, requestedAt: Nanoseconds? = nil,
        others: Quantity? = nil
    ) {
        let id = nextSnapshot
        nextSnapshot += 1
        let asked = requestedAt ?? now
        func mark(_ isEnd: Bool) {
            step(
                .snapshot(
                    SnapshotMark(id: id, venue: VenueID(0), isEnd: isEnd, isComplete: isComplete, requestedAt: asked)))
        }
        mark(false)
        for client in resting { update(.new, client, .snapshot) }
        if let balance {
            step(
                .balance(
                    VenueBalance(
                        asset: btc, venue: VenueID(0), source: .snapshot, free: balance, locked: .zero, venueTime: .zero)))
        }
        if let others {
            for instrument in configuration.instruments.dropFirst() {
                step(
                    .balance(
                        VenueBalance(
                            asset: instrument.base, venue: VenueID(0), source: .snapshot, free: others, locked: .zero,
                            venueTime: .zero)))
            }
        }
        if let quoteBalance {
            step(
                .balance(
                    VenueBalance(
                        asset: usdt, venue: VenueID(0), source: .snapshot, free: quoteBalance, locked: .zero, venueTime: .zero)))
        }
        mark(true)
    }
    /// The private stream states a balance of the base asset.
    func streamBalance(_ total: Quantity, _ asset: AssetID = btc) {
        step(
            .balance(
                VenueBalance(
                    asset: asset, venue: VenueID(0), source: .stream, free: total, locked: .zero, venueTime: .zero)))
    }
    func venueOrder(_ client: ClientOrderID) -> VenueOrderID { VenueOrderID(client.word | 1 << 63) }

    // MARK: given

    /// Links up, a book, a clean snapshot: what a confirmation asks for.
    func ready() {
        link(.marketData, .up)
        link(.orders, .up)
        snapshot()
        stateOtherBases()
        for instrument in configuration.instruments { tick(in: instrument.id.raw) }
    }
    /// Through the ceremony again after a stop; answers whether it succeeded.
    func rearm(balance: Quantity = "10") -> Bool {
        if status.incident.isOpen, !incident() { return false }
        snapshot(balance: balance)
        stateOtherBases()
        for instrument in configuration.instruments { tick(in: instrument.id.raw) }
        return command(.stage) && command(.arm) && command(.confirm)
    }
    /// Through the ceremony.
    func live(for lifetime: Nanoseconds = Nanoseconds(seconds: 36_000)) {
        ready()
        #expect(command(.stage, lifetime: lifetime) && command(.arm) && command(.confirm), "the ceremony failed")
        #expect(state == .live)
    }

    // MARK: then

    var state: SystemState { core.state }
    var status: EngineStatus { core.status }
    var hash: UInt64 { core.decisionHash }
    var unsettled: Int { core.activeOrderCount }
    func order(_ client: ClientOrderID) -> Order? {
        (0..<core.activeOrderCount).map { core.activeOrder($0) }.first { $0.client == client }
    }
    func position(_ instrument: UInt16 = 0) -> Position { core.position(of: InstrumentID(instrument)) }
    var placed: [NewOrder] { placed(in: outputs) }
    func placed(in list: [Output]) -> [NewOrder] { list.compactMap { if case .place(let order) = $0 { order } else { nil } } }
    var amended: [OrderAmendment] { outputs.compactMap { if case .amend(let amendment) = $0 { amendment } else { nil } } }
    var cancels: [OrderReference] { outputs.compactMap { if case .cancel(let order) = $0 { order } else { nil } } }
    var cancelAlls: Int { outputs.count { if case .cancelAll = $0 { true } else { false } } }
    var queries: [OrderReference] { outputs.compactMap { if case .query(let order) = $0 { order } else { nil } } }
    var verdicts: [RiskVerdict] { outputs.compactMap { if case .verdict(let verdict) = $0 { verdict.verdict } else { nil } } }
    var alerts: [ErrorCode] { outputs.compactMap { if case .alert(let alert) = $0 { alert.error } else { nil } } }
    var switches: [SwitchChange] { outputs.compactMap { if case .switched(let change) = $0 { change } else { nil } } }
    func status(from row: Int) -> EngineStatus { core.status(from: row) }
    func strategy(_ index: Int = 0) -> StrategyStatus { core.status.strategies[index] }
    func instrument(_ index: Int = 0) -> InstrumentStatus { core.status.instruments[index] }
    var states: [SystemState] { outputs.compactMap { if case .state(let change) = $0 { change.to } else { nil } } }

    /// The same inputs into a new core: its decision hash.
    func replayedHash() -> UInt64 {
        var other = TradingCore(configuration: configuration, strategies: strategies())
        var outputs = OutputBuffer(capacity: configuration.outputCapacity)
        for (input, time) in inputs {
            other.step(input, at: time, into: &outputs)
            outputs.reset()
        }
        return other.decisionHash
    }

    /// What holds after every step, whatever the test is about.
    private func watch(_ input: Input, _ before: SystemState) {
        var current = before
        var passed: [Intent] = []
        for output in last {
            switch output {
            case .state(let change):
                #expect(change.from == current, "states chain")
                current = change.to
            case .verdict(let verdict): if verdict.verdict == .passed { passed.append(verdict.intent) }
            case .place(let order):
                #expect(current == .live || current == .reducing, "an order left in \(current)")
                #expect(placed.count { $0.client == order.client } == 1, "an order left twice")
                #expect(
                    passed.contains { $0.instrument == order.instrument && $0.side == order.side
                        && $0.price == order.price && $0.quantity == order.quantity },
                    "an order left without a verdict")
            case .amend(let amendment):
                #expect(current == .live || current == .reducing, "an amendment left in \(current)")
                #expect(
                    passed.contains { $0.kind == .amend && $0.client == amendment.order.client
                        && $0.price == amendment.price && $0.quantity == amendment.quantity },
                    "an amendment left without a verdict")
                if !amendment.isInPlace { #expect(amended.count { $0.client == amendment.client } == 1, "an order left twice") }
            default: break
            }
        }
        #expect(current == core.state, "the state changes only by a told change")
        if case .command(let command) = input, command.kind == .kill {
            #expect(placed(in: last).isEmpty)
            let status = core.status
            if status.orderLink == .up, configuration.mode != .shadow, status.hold != .all {
                let swept = last.count { if case .cancelAll = $0 { true } else { false } }
                #expect(swept == configuration.instruments.count, "a kill cancels everything in its own step")
            }
        }
    }
}

extension CoreConfiguration {
    /// A venue with `instruments` pairs of BTC and USDT, and limits so wide that only the one in question matters.
    static func bench(mode: RunMode = .live, instruments: Int = 1, _ change: (inout CoreConfiguration) -> Void = { _ in })
        -> CoreConfiguration
    {
        let list = (0..<instruments).map {
            Instrument(
                id: InstrumentID(UInt16($0)), venue: VenueID(0), base: AssetID($0 == 0 ? 0 : UInt16($0) + 2), quote: usdt,
                symbol: ShortText("PAIR\($0)")!, tickSize: "0.01", lotSize: "0.00001", minQuantity: "0.00001",
                maxQuantity: "100", minNotional: "5")
        }
        let limits = RiskLimits(
            maxOrderQuantity: "10", maxOrderNotional: "1000000", maxPosition: "50", maxOpenOrders: 100,
            priceCollarBps: 500, maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: 1000,
            maxOrdersPerMinute: 10_000, maxDailyLoss: "100000")
        var configuration = CoreConfiguration(
            mode: mode, run: 7, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "nt-")!, instruments: list,
            limits: Array(repeating: limits, count: instruments), configHash: 1)
        change(&configuration)
        return configuration
    }
    /// Changes the limits of every instrument.
    mutating func limit(_ change: (inout RiskLimits) -> Void) { for index in limits.indices { change(&limits[index]) } }
}
