import Core
import Model
import Quoting
import StrategyKit
import Testing
import Units

/// A core with a quoter, driven by hand; keeps every input for a replay.
struct Rig: ~Copyable {
    var core: TradingCore<SingleStrategy<Quoter>>
    var outputs: OutputBuffer
    var sent: [Output] = []
    var inputs: [(Input, Nanoseconds)] = []
    var now = Nanoseconds(seconds: 100)

    init(mode: RunMode = .live) throws {
        let q = { (t: String) in try Quantity(t) }
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: try Price("0.01"), lotSize: try q("0.00001"), minQuantity: try q("0.00001"),
            maxQuantity: try q("100"), minNotional: try Notional("5"))
        let limits = RiskLimits(
            maxOrderQuantity: try q("1"), maxOrderNotional: try Notional("1000000"), maxPosition: try q("5"),
            maxOpenOrders: 10, priceCollarBps: 500, maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: 50,
            maxOrdersPerMinute: 500, maxDailyLoss: try Notional("100000"))
        let configuration = CoreConfiguration(
            mode: mode, run: 7, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "nt-")!,
            instruments: [instrument], limits: [limits], configHash: 1)
        let quoter = try Quoter(
            instrument: InstrumentID(0),
            parameters: [
                "orderQuantity": 1_000_000, "halfSpreadTicks": 5, "halfSpreadBps": 0, "skewTicks": 2,
                "maxInventory": 100_000_000, "minReplaceInterval": 0, "minPriceChangeTicks": 1,
            ])
        core = TradingCore(configuration: configuration, strategies: SingleStrategy(quoter))
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
    }

    mutating func step(_ input: Input, after milliseconds: Int64 = 1) {
        now = now + Nanoseconds(milliseconds: milliseconds)
        inputs.append((input, now))
        core.step(input, at: now, into: &outputs)
        for index in 0..<outputs.count { sent.append(outputs[index]) }
        outputs.reset()
    }
    mutating func tick(_ bid: Int64, _ update: UInt64) {
        step(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: Price(raw: bid * fixedPointUnit),
                    bidQuantity: Quantity(raw: fixedPointUnit), askPrice: Price(raw: (bid + 1) * fixedPointUnit),
                    askQuantity: Quantity(raw: fixedPointUnit), updateID: update, venueTime: now,
                    receivedAt: now + Nanoseconds(milliseconds: 1))))
    }
    mutating func link(_ role: LinkRole, _ state: LinkState) {
        step(.link(LinkChange(venue: VenueID(0), role: role, state: state, reason: 0)))
    }
    mutating func command(_ kind: CommandKind, hash: UInt64 = 9) {
        step(.command(Command(kind: kind, operatorID: 0, hash: hash, lifetime: Nanoseconds(seconds: 3600))))
    }
    mutating func ready() {
        link(.marketData, .up)
        link(.orders, .up)
        for isEnd in [false, true] {
            step(
                .snapshot(
                    SnapshotMark(id: 1, venue: VenueID(0), isEnd: isEnd, isComplete: true, requestedAt: now)))
        }
        tick(50_000, 1)
    }
    var placed: [NewOrder] { sent.compactMap { if case .place(let order) = $0 { order } else { nil } } }
    var queries: Int { sent.count { if case .query = $0 { true } else { false } } }
}

/// The ceremony without the core: a stop undoes it, a kill ends it, a command refused at its place changes nothing.
private func ceremonySucceeds(_ names: [CommandKind]) -> Bool {
    var done = 0
    var isKilled = false
    for name in names {
        switch name {
        case .kill: (isKilled, done) = (true, 0)
        case .unlatch: isKilled = false
        case .disarm, .stop: done = 0
        case .stage: if !isKilled { done = 1 }
        case .arm: if done == 1 { done = 2 }
        case .confirm: if done == 2 { return true }
        case .flatten: break
        }
    }
    return false
}

@Test func onlyStageArmConfirmLeadsToASentOrder() throws {
    let kinds = CommandKind.allCases
    for code in 0..<(kinds.count * kinds.count * kinds.count * kinds.count) {
        var rig = try Rig()
        rig.ready()
        var rest = code
        var names: [CommandKind] = []
        for _ in 0..<4 {
            names.append(kinds[rest % kinds.count])
            rest /= kinds.count
        }
        var isLiveOnce = false
        for kind in names {
            rig.command(kind)
            if rig.core.status.state == .live { isLiveOnce = true }
        }
        rig.tick(50_001, 2)
        let wanted = ceremonySucceeds(names)
        #expect(isLiveOnce == wanted, "\(names)")
        #expect(!rig.placed.isEmpty == wanted, "\(names)")
    }
}

@Test func aLostLinkMakesOrdersUnknownAndTheyAreAskedForNotSentAgain() throws {
    var rig = try Rig()
    rig.ready()
    rig.command(.stage)
    rig.command(.arm)
    rig.command(.confirm)
    #expect(rig.placed.count == 2)
    rig.link(.orders, .down)
    #expect(rig.core.status.state == .safe)
    #expect(rig.core.status.unknownOrders == 2)
    rig.link(.orders, .up)
    for update in 3..<20 {
        rig.tick(50_000, UInt64(update))
        rig.step(.timer, after: 2000)
    }
    #expect(rig.queries >= 2)
    #expect(rig.placed.count == 2)
}

@Test func aRepeatedFillCountsOnceAndTheSameInputsGiveTheSameHash() throws {
    var rig = try Rig()
    rig.ready()
    rig.command(.stage)
    rig.command(.arm)
    rig.command(.confirm)
    let order = try #require(rig.placed.first)
    let fill = Fill(
        instrument: InstrumentID(0), side: order.side, isMaker: true, source: .stream, client: order.client,
        venueOrder: VenueOrderID(5), trade: TradeID(low: 1), price: order.price, quantity: order.quantity,
        cumulativeQuantity: order.quantity, fee: 0, feeAsset: AssetID(1), venueTime: .zero)
    rig.step(.fill(fill))
    rig.step(.fill(fill))
    #expect(rig.core.status.fills == 1)
    #expect(rig.core.status.position == order.quantity)
    var replay = try Rig()
    for (input, time) in rig.inputs {
        replay.core.step(input, at: time, into: &replay.outputs)
        replay.outputs.reset()
    }
    #expect(replay.core.decisionHash == rig.core.decisionHash)
}

@Test func aShadowRunDecidesAndSendsNothing() throws {
    var rig = try Rig(mode: .shadow)
    rig.ready()
    rig.command(.stage)
    rig.command(.arm)
    rig.command(.confirm)
    #expect(rig.core.status.state == .live)
    #expect(rig.core.status.intents > 0)
    #expect(rig.placed.isEmpty)
}
