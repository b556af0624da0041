@testable import Core
import Model
import Quoting
import StrategyKit
import Units

/// A small core with a quoter that wants to quote at every tick: whether it may is the question.
struct Desk: ~Copyable {
    private(set) var core: TradingCore<SingleStrategy<Quoter>>
    private var outputs: OutputBuffer
    private(set) var ordersSent = 0
    /// Of the last command.
    private(set) var accepted = false
    private(set) var review: IntentReview?
    /// Every answer to somebody's command, in order, with what belongs to it.
    private(set) var answers: [Answer] = []
    struct Answer {
        var result: CommandResult
        var review: IntentReview?
        var refusal: Verdict?
    }
    private(set) var now = Nanoseconds(seconds: 100)
    private var update: UInt64 = 0

    init(mode: RunMode = .live) throws {
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: try Price("0.01"), lotSize: try Quantity("0.00001"), minQuantity: try Quantity("0.00001"),
            maxQuantity: try Quantity("100"), minNotional: try Notional("5"))
        let limits = RiskLimits(
            maxOrderQuantity: try Quantity("1"), maxOrderNotional: try Notional("1000000"), maxPosition: try Quantity("5"),
            maxOpenOrders: 4, priceCollarBps: 500, maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: 50,
            maxOrdersPerMinute: 500, maxDailyLoss: try Notional("100000"))
        var configuration = CoreConfiguration(
            mode: mode, run: 7, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "nt-")!, instruments: [instrument],
            limits: [limits], configHash: 1)
        configuration.maxActiveOrders = 4
        configuration.orderCapacity = 8
        configuration.fillWindow = 16
        let quoter = try Quoter(
            instrument: InstrumentID(0),
            parameters: [
                "orderQuantity": 1_000_000, "halfSpreadTicks": 5, "halfSpreadBps": 0, "skewTicks": 2, "maxInventory": 100_000_000,
                "minReplaceInterval": 0, "minPriceChangeTicks": 1,
            ])
        core = TradingCore(configuration: configuration, strategies: SingleStrategy(quoter))
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
    }

    /// Links up, account reconciled, data fresh: all that a confirmation asks for beside the ceremony.
    static func ready() throws -> Desk {
        var desk = try Desk()
        desk.link(.marketData, .up)
        desk.link(.orders, .up)
        desk.reconcile()
        desk.tick()
        return desk
    }

    mutating func step(_ input: Input, after span: Nanoseconds = Nanoseconds(raw: 1000)) {
        now = now + span
        core.step(input, at: now, into: &outputs)
        var ofStep: IntentReview?
        var refusal: Verdict?
        for index in 0..<outputs.count {
            switch outputs[index] {
            case .place: ordersSent += 1
            case .command(let result):
                accepted = result.accepted
                guard result.command.operatorID != Command.engineOperator else { break }
                answers.append(Answer(result: result, review: ofStep, refusal: refusal))
            case .review(let shown): (review, ofStep) = (shown, shown)
            case .verdict(let verdict) where verdict.verdict != .passed && verdict.intent.strategy == .hand: refusal = verdict
            default: break
            }
        }
        outputs.reset()
    }

    mutating func tick(after span: Nanoseconds = Nanoseconds(raw: 1000)) {
        update += 1
        step(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: Price(raw: 50_000 * fixedPointUnit), bidQuantity: Quantity(raw: fixedPointUnit),
                    askPrice: Price(raw: 50_001 * fixedPointUnit), askQuantity: Quantity(raw: fixedPointUnit), updateID: update,
                    venueTime: now, receivedAt: now + span)), after: span)
    }
    mutating func link(_ role: LinkRole, _ state: LinkState) {
        step(.link(LinkChange(venue: VenueID(0), role: role, state: state, reason: 0)))
    }
    mutating func reconcile() {
        for isEnd in [false, true] {
            step(.snapshot(SnapshotMark(id: 1, venue: VenueID(0), isEnd: isEnd, isComplete: true, requestedAt: now)))
            for asset: UInt16 in isEnd ? [] : [0, 1] {
                step(
                    .balance(
                        VenueBalance(
                            asset: AssetID(asset), venue: VenueID(0), source: .snapshot,
                            free: Quantity(raw: 1_000_000 * fixedPointUnit), locked: .zero, venueTime: now)))
            }
        }
    }
    mutating func command(
        _ kind: CommandKind, hash: UInt64 = 1, lifetime: Nanoseconds = Nanoseconds(seconds: 3600), by user: UInt32 = 0,
        subject: UInt64 = 0
    ) {
        step(.command(Command(kind: kind, operatorID: user, hash: hash, lifetime: lifetime, subject: subject)))
    }
    mutating func write(_ text: String, by user: UInt32 = 0) {
        for piece in Note.pieces(.incident, operatorID: user, text) { step(.note(piece)) }
        command(.incident, by: user)
    }
    mutating func ask(by user: UInt32 = 0) {
        step(
            .intent(
                ManualIntent(
                    operatorID: user, instrument: InstrumentID(0), side: .buy, timeInForce: .goodTillCancel,
                    price: Price(raw: 49_990 * fixedPointUnit), quantity: Quantity(raw: fixedPointUnit / 100), hash: 3,
                    lifetime: Nanoseconds(seconds: 30))))
    }
    mutating func limit(_ key: LimitKey, to value: Int64) {
        step(
            .command(
                Command(
                    kind: .limit, operatorID: 0, hash: 0, lifetime: Nanoseconds(seconds: 600), subject: LimitSubject(key).word,
                    value: value)))
    }
    /// To the next order server, as the order link carries it out.
    mutating func failover() {
        command(.failover)
        takeOtherServer()
    }
    mutating func takeOtherServer() {
        step(.source(SourceSwitch(venue: VenueID(0), role: .orders, from: 0, to: 1, reason: .byHand)))
        link(.orders, .down)
        link(.orders, .up)
    }
    /// A word, and a tick after it.
    mutating func hear(_ word: Word) {
        word.say(to: &self)
        tick()
    }

    var state: SystemState { core.state }
    var status: EngineStatus { mutating get { core.status(from: 0) } }
    var limits: RiskLimits { core.limits(of: InstrumentID(0)) }

    /// All that what the desk is told next depends on, while no order was sent and no time-out passes. Names of reviews and
    /// times are left out: the newest review is meant by every word, and each lifetime is longer than a sequence.
    var digest: [UInt64] {
        let held = core.instruments[0]
        let incident = core.published.incident
        let flags = [
            core.pending.id != 0, core.isFlattening, core.published.isByHand, core.isReconciled, incident.isOpen,
            incident.isNoted, incident.isReconciled, core.accounts[0].isOff, held.isBlocked, held.isMoving, held.isExiting,
            held.isSwept, core.published.orderLink == .up, core.published.marketLink == .up, core.fault != .none,
        ]
        let raised = core.raises.indices.filter { core.raises[$0].isUsed }.count
        return [
            UInt64(core.state.rawValue), core.stagedHash, core.published.mandateHash, UInt64(raised),
            UInt64(held.limits.maxOrderQuantity.raw), UInt64(core.orders.activeCount),
            flags.reduce(0) { $0 << 1 | ($1 ? 1 : 0) },
        ]
    }
}
