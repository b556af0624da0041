import Config
import Core
import Model
import Orders
import StrategyKit
import Units

/// What the scripted strategy proposes at the next tick.
final class ScenarioScript {
    var next: [(side: Side, quantity: Quantity, price: Price)] = []
    var cancels: [ClientOrderID] = []
    var amends: [(client: ClientOrderID, quantity: Quantity, price: Price)] = []
}

struct ScriptedStrategy: Strategy {
    let instrument = InstrumentID(0)
    let versionHash: UInt32 = 1
    let script: ScenarioScript

    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        for line in script.next { intents.place(line.side, .goodTillCancel, price: line.price, quantity: line.quantity) }
        for index in 0..<context.orderCount where script.cancels.contains(context.order(index).client) {
            intents.cancel(context.order(index))
        }
        for index in 0..<context.orderCount {
            for line in script.amends where line.client == context.order(index).client {
                intents.amend(context.order(index), price: line.price, quantity: line.quantity)
            }
        }
        script.next = []
        script.cancels = []
        script.amends = []
    }
}

/// One core and the world around it, moved by a scenario's lines. One instrument, BTC for USDT, around 50,000.
final class ScenarioStage {
    let script = ScenarioScript()
    private(set) var run: UInt32 = 7
    private var core: TradingCore<SingleStrategy<ScriptedStrategy>>
    private var buffer: OutputBuffer
    private(set) var now = Nanoseconds(seconds: 1000)
    /// Of the present life.
    private(set) var outputs: [Output] = []
    /// Since the last `when`.
    private(set) var recent: [Output] = []
    private(set) var states: [ClientOrderID: OrderState] = [:]
    private var top: TopOfBook
    private var snapshotID: UInt64 = 0
    /// What the venue's snapshots tell of the quote asset.
    var quoteBalance = Quantity(raw: 1_000_000 * fixedPointUnit)
    private var limits = ScenarioStage.limits

    init() {
        let configuration = Self.configuration(run: 7, Self.limits)
        core = TradingCore(configuration: configuration, strategies: SingleStrategy(ScriptedStrategy(script: script)))
        buffer = OutputBuffer(capacity: configuration.outputCapacity)
        top = TopOfBook(
            instrument: InstrumentID(0), bidPrice: Price(raw: 50_000 * fixedPointUnit), bidQuantity: Quantity(raw: fixedPointUnit),
            askPrice: Price(raw: 50_001 * fixedPointUnit), askQuantity: Quantity(raw: fixedPointUnit), updateID: 0,
            venueTime: .zero, receivedAt: .zero)
    }

    /// Limits that a scenario asks for by a word, before anything else: `doubt` wants a loss confirmed, `stops` has a stop
    /// loss of 10.
    func limit(_ word: String) {
        switch word {
        case "doubt":
            limits.maxPriceGapBps = 30
            limits.maxTradeAge = Nanoseconds(seconds: 5)
            limits.drawdownConfirmations = 2
            limits.unconfirmedEvaluations = 10
        case "stops": limits.stopLoss = Notional(raw: 10 * fixedPointUnit)
        default: break
        }
        begin()
    }

    func publicTrade(_ price: Price) {
        step(
            .trade(
                PublicTrade(
                    instrument: InstrumentID(0), aggressor: .sell, price: price, quantity: Quantity(raw: fixedPointUnit),
                    trade: TradeID(low: 1), venueTime: now, receivedAt: now)))
    }

    static var limits: RiskLimits {
        let unit = fixedPointUnit
        return RiskLimits(
            maxOrderQuantity: Quantity(raw: unit), maxOrderNotional: Notional(raw: 50_000 * unit),
            maxPosition: Quantity(raw: 2 * unit), maxOpenOrders: 5, priceCollarBps: 100,
            maxDataAge: Nanoseconds(seconds: 1), maxOrdersPerSecond: 50, maxOrdersPerMinute: 500,
            maxDailyLoss: Notional(raw: 1000 * unit))
    }

    static func configuration(run: UInt32, _ limits: RiskLimits) -> CoreConfiguration {
        let unit = fixedPointUnit
        return CoreConfiguration(
            mode: .live, run: run, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "t-")!,
            instruments: [
                Instrument(
                    id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1),
                    symbol: ShortText("BTCUSDT")!, tickSize: Price(raw: unit / 100), lotSize: Quantity(raw: unit / 100_000),
                    minQuantity: Quantity(raw: unit / 100_000), maxQuantity: Quantity(raw: 1000 * unit),
                    minNotional: Notional(raw: 5 * unit))
            ],
            limits: [limits], configHash: 1)
    }

    /// The process is started anew: another run, told what the journal says of the one before. `balance`: what the account
    /// held when the first run began.
    func restart(from balance: Quantity) {
        run += 1
        let left = core.position(of: InstrumentID(0))
        let day = core.status.dayResult - core.status.unrealised
        begin()
        func tell(_ kind: CommandKind, _ value: Int64, cost: Int128 = 0) {
            step(
                .command(
                    Command(
                        kind: kind, operatorID: Command.engineOperator, hash: UInt64(truncatingIfNeeded: cost),
                        lifetime: Nanoseconds(raw: Int64(truncatingIfNeeded: cost >> 64)), value: value)))
        }
        tell(.carryPosition, left.quantity.raw, cost: left.exactCost)
        tell(.carryDay, day.raw)
        tell(.carryBalance, (balance + left.quantity).raw)
        tell(.carried, 0)
    }

    /// Another limit than the stage's own; before anything happened.
    func limit(_ change: (inout RiskLimits) -> Void) {
        change(&limits)
        begin()
    }

    private func begin() {
        core = TradingCore(
            configuration: Self.configuration(run: run, limits), strategies: SingleStrategy(ScriptedStrategy(script: script)))
        outputs = []
        states = [:]
    }

    func step(_ input: Input) {
        now = now + Nanoseconds(milliseconds: 1)
        core.step(input, at: now, into: &buffer)
        for index in 0..<buffer.count {
            outputs.append(buffer[index])
            recent.append(buffer[index])
            if case .order(let change) = buffer[index] { states[change.client] = change.to }
        }
        buffer.reset()
    }

    func beginWhen() { recent = [] }

    func tick(_ bid: Price? = nil) {
        if let bid {
            top.bidPrice = bid
            top.askPrice = bid + Price(raw: fixedPointUnit)
        }
        top.updateID += 1
        top.receivedAt = now
        step(.topOfBook(top))
    }

    /// A book older than the last, while the strategy would buy at the next one.
    func olderTick() {
        var older = top
        older.updateID -= 1
        older.receivedAt = now
        script.next = [(.buy, Quantity(raw: fixedPointUnit / 10), Price(raw: 49_990 * fixedPointUnit))]
        step(.topOfBook(older))
        script.next = []
    }

    /// A book whose bid stands above its ask.
    func crossedTick() {
        var crossed = top
        crossed.bidPrice = crossed.askPrice + Price(raw: fixedPointUnit)
        top.updateID += 1
        crossed.updateID = top.updateID
        crossed.receivedAt = now
        step(.topOfBook(crossed))
    }

    func wait(_ span: Nanoseconds, withData: Bool) {
        let end = now + span
        while now < end {
            if withData { tick() }
            now = now + Nanoseconds(milliseconds: 98)
            step(.timer)
        }
    }

    func link(_ role: LinkRole, _ state: LinkState) {
        step(.link(LinkChange(venue: VenueID(0), role: role, state: state, reason: 1)))
    }

    func command(_ kind: CommandKind) {
        step(.command(Command(kind: kind, operatorID: 0, hash: 9, lifetime: Nanoseconds(seconds: 3600))))
    }

    /// The venue's rules are read again, as the cold side does it: others than those of the start disarm.
    func changeTick(by factor: Int64) {
        let begun = Self.configuration(run: run, limits).instruments
        var found = begun
        found[0].tickSize = Price(raw: begun[0].tickSize.raw * factor)
        if !VenueRules.changes(from: begun, to: found).isEmpty { command(.disarm) }
    }

    /// What was found after an incident.
    func writeNote() {
        for piece in Note.pieces(.incident, operatorID: 0, "the venue was asked, all is well") { step(.note(piece)) }
        command(.incident)
    }

    /// Both marks and the rows between them; without a balance the account's row is missing.
    func snapshot(_ orders: [OrderUpdate], balance: Quantity?, isComplete: Bool = true) {
        snapshotID += 1
        let asked = now
        now = now + Nanoseconds(milliseconds: 5)
        var mark = SnapshotMark(id: snapshotID, venue: VenueID(0), isEnd: false, isComplete: isComplete, requestedAt: asked)
        step(.snapshot(mark))
        for order in orders { step(.orderUpdate(order)) }
        if let balance {
            step(
                .balance(
                    VenueBalance(
                        asset: AssetID(0), venue: VenueID(0), source: .snapshot, free: balance, locked: .zero, venueTime: now)))
            step(
                .balance(
                    VenueBalance(
                        asset: AssetID(1), venue: VenueID(0), source: .snapshot, free: quoteBalance, locked: .zero, venueTime: now)))
        }
        mark.isEnd = true
        step(.snapshot(mark))
    }

    var state: SystemState { core.state }
    var incident: Incident { core.status.incident }
    var position: Quantity { core.position(of: InstrumentID(0)).quantity }
    var realised: Notional { core.position(of: InstrumentID(0)).realised }
    var averagePrice: Price { core.position(of: InstrumentID(0)).averagePrice }
    var openOrders: Int { core.activeOrderCount }
    var placed: [NewOrder] {
        outputs.compactMap { if case .place(let order) = $0 { return order } else { return nil } }
    }
}
