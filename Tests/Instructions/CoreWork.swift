import Core
import Model
import Quoting
import StrategyKit
import Units

/// A tick that moves no quote: two orders rest.
func stepped(quiet count: Int) throws -> UInt64 {
    var stage = try CoreStage(
        strategies: SingleStrategy(
            try Quoter(
                instrument: InstrumentID(0),
                parameters: [
                    "orderQuantity": 1_000_000, "halfSpreadTicks": 500, "halfSpreadBps": 0, "skewTicks": 2,
                    "maxInventory": 100_000_000, "minReplaceInterval": 0, "minPriceChangeTicks": 1_000_000,
                ])))
    stage.settle()
    for index in 0..<count { stage.tick(bid: 50_000 + Int64(index & 1)) }
    precondition(stage.sent == 2 && stage.cancelled == 0, "a quiet tick moved a quote")
    return stage.hash
}

/// A tick that leads to strategy, gate and one order; and the venue's word that ends the order.
func stepped(ordering count: Int) throws -> UInt64 {
    var stage = try CoreStage(strategies: SingleStrategy(Answerer()))
    stage.settle()
    for index in 0..<count {
        stage.tick(bid: 50_000 + Int64(index % 97))
        stage.settle()
    }
    precondition(stage.sent >= count, "ticks sent no orders")
    return stage.hash
}

/// An immediate-or-cancel order at the bid for each tick.
private struct Answerer: Strategy {
    let instrument = InstrumentID(0)
    let versionHash: UInt32 = 1
    private var lastBid = Price.zero

    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        let bid = context.top.bidPrice
        intents.place(bid >= lastBid ? .buy : .sell, .immediateOrCancel, price: bid, quantity: Quantity(raw: 1_000_000))
        lastBid = bid
    }
}

/// A live core with every check on, limits wide, and a venue that answers at once.
private struct CoreStage<Strategies: StrategySet>: ~Copyable {
    private var core: TradingCore<Strategies>
    private var outputs: OutputBuffer
    private var waiting: [Input] = []
    private var now = Nanoseconds(seconds: 100)
    private var update: UInt64 = 0
    private(set) var sent = 0
    private(set) var cancelled = 0
    var hash: UInt64 { core.decisionHash }

    init(strategies: Strategies) throws {
        let unit = fixedPointUnit
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: Price(raw: 1_000_000), lotSize: Quantity(raw: 1000), minQuantity: Quantity(raw: 1000),
            maxQuantity: Quantity(raw: 100 * unit), minNotional: .zero)
        let configuration = CoreConfiguration(
            mode: .live, run: 7, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "nt-")!, instruments: [instrument],
            limits: [limitsOfWork()], configHash: 1)
        core = TradingCore(configuration: configuration, strategies: strategies)
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        waiting.reserveCapacity(64)
        for role in [LinkRole.marketData, .orders] {
            take(.link(LinkChange(venue: VenueID(0), role: role, state: .up, reason: 0)))
        }
        take(.snapshot(SnapshotMark(id: 1, venue: VenueID(0), isEnd: false, isComplete: true, requestedAt: now)))
        for asset: UInt16 in [0, 1] {
            take(
                .balance(
                    VenueBalance(
                        asset: AssetID(asset), venue: VenueID(0), source: .snapshot, free: Quantity(raw: 1_000_000_000 * unit),
                        locked: .zero, venueTime: .zero)))
        }
        take(.snapshot(SnapshotMark(id: 1, venue: VenueID(0), isEnd: true, isComplete: true, requestedAt: now)))
        tick(bid: 50_000)
        for kind in [CommandKind.stage, .arm, .confirm] {
            take(.command(Command(kind: kind, operatorID: 0, hash: 9, lifetime: Nanoseconds(seconds: 86_400))))
        }
        precondition(core.state == .live, "the core is not live")
    }

    mutating func tick(bid: Int64) {
        update += 1
        now = now + Nanoseconds(raw: 1_000)
        take(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: Price(raw: bid * fixedPointUnit),
                    bidQuantity: Quantity(raw: fixedPointUnit), askPrice: Price(raw: (bid + 1) * fixedPointUnit),
                    askQuantity: Quantity(raw: fixedPointUnit), updateID: update, venueTime: .zero, receivedAt: now)))
    }

    /// What the venue says to all that was sent.
    mutating func settle() {
        while let input = waiting.popLast() { take(input) }
    }

    private mutating func take(_ input: Input) {
        outputs.reset()
        core.step(input, at: now, into: &outputs)
        for index in 0..<outputs.count {
            switch outputs[index] {
            case .cancel, .cancelAll: cancelled += 1
            default: break
            }
            guard case .place(let order) = outputs[index] else { continue }
            sent += 1
            waiting.append(
                .orderUpdate(
                    OrderUpdate(
                        status: order.timeInForce == .immediateOrCancel ? .expired : .new, source: .stream,
                        instrument: order.instrument, side: order.side, client: order.client,
                        venueOrder: VenueOrderID(UInt64(sent)), price: order.price, quantity: order.quantity,
                        cumulativeQuantity: .zero, venueTime: .zero)))
        }
    }
}

/// Every limit on and none of them near.
func limitsOfWork() -> RiskLimits {
    let unit = fixedPointUnit
    return RiskLimits(
        maxOrderQuantity: Quantity(raw: unit), maxOrderNotional: Notional(raw: 1_000_000 * unit),
        maxPosition: Quantity(raw: 5 * unit), maxOpenOrders: 200, priceCollarBps: 9_000,
        maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: .max, maxOrdersPerMinute: .max,
        maxDailyLoss: Notional(raw: 1_000_000 * unit))
}
