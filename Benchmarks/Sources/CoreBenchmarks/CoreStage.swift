import BenchKit
import Core
import Model
import Quoting
import StrategyKit
import Units

/// A live core with one strategy and a venue that answers at once, for measuring steps.
public struct CoreStage<S: Strategy>: ~Copyable {
    private var core: TradingCore<SingleStrategy<S>>
    private var outputs: OutputBuffer
    private var waiting: [Input] = []
    private var now = Nanoseconds(seconds: 100)
    private var update: UInt64 = 0
    private var venueOrder: UInt64 = 0
    public let instrument: Instrument
    public let limits: RiskLimits
    public private(set) var sent = 0
    public private(set) var cancelled = 0

    public init(strategy: S) throws {
        let configuration = try BenchCore.configuration(tickSize: Price("0.01"))
        instrument = configuration.instruments[0]
        limits = configuration.limits[0]
        core = TradingCore(configuration: configuration, strategies: SingleStrategy(strategy))
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        waiting.reserveCapacity(256)
    }

    public static func top(_ bid: Int64, update: UInt64, now: Nanoseconds) -> TopOfBook {
        TopOfBook(
            instrument: InstrumentID(0), bidPrice: Price(raw: bid * fixedPointUnit),
            bidQuantity: Quantity(raw: fixedPointUnit), askPrice: Price(raw: (bid + 1) * fixedPointUnit),
            askQuantity: Quantity(raw: fixedPointUnit), updateID: update, venueTime: .zero, receivedAt: now)
    }

    public mutating func makeLive() {
        BenchCore.ceremony(now) { take($0) }
        precondition(core.state == .live, "the core is not live")
    }

    public mutating func tick(bid: Int64) { take(next(bid)) }

    /// Counter ticks that one step took.
    public mutating func timedTick(bid: Int64) -> UInt64 {
        let input = next(bid)
        outputs.reset()
        let began = platformTicks()
        core.step(input, at: now, into: &outputs)
        let took = platformTicks() &- began
        answer()
        return took
    }

    /// Gives the core what the venue says to all that it sent, until nothing is left.
    public mutating func settle() {
        while !waiting.isEmpty {
            let input = waiting.removeFirst()
            take(input)
        }
    }

    private mutating func next(_ bid: Int64) -> Input {
        update += 1
        now = now + Nanoseconds(raw: 1_000)
        return .topOfBook(Self.top(bid, update: update, now: now))
    }

    private mutating func take(_ input: Input) {
        outputs.reset()
        core.step(input, at: now, into: &outputs)
        answer()
    }

    private mutating func answer() {
        for index in 0..<outputs.count {
            switch outputs[index] {
            case .place(let order):
                sent += 1
                venueOrder += 1
                waiting.append(
                    BenchCore.update(order, order.timeInForce == .immediateOrCancel ? .expired : .new, venueOrder))
            case .cancel, .cancelAll: cancelled += 1
            default: break
            }
        }
    }
}

extension CoreStage where S == Quoter {
    /// A quoter that moves its quotes only for a change of `minChange` ticks.
    public static func quoter(minChange: Int64) throws -> Quoter {
        try Quoter(
            instrument: InstrumentID(0),
            parameters: [
                "orderQuantity": 1_000_000, "halfSpreadTicks": 500, "halfSpreadBps": 0, "skewTicks": 2,
                "maxInventory": 100_000_000, "minReplaceInterval": 0, "minPriceChangeTicks": minChange,
            ])
    }
}

/// One instrument, wide limits with every check on, and the way to LIVE.
public enum BenchCore {
    /// `tickSize`: the smallest there is unless told, so that every price is one.
    public static func configuration(tickSize: Price = Price(raw: 1)) throws -> CoreConfiguration {
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: tickSize, lotSize: try Quantity("0.00001"), minQuantity: try Quantity("0.00001"),
            maxQuantity: try Quantity("100"), minNotional: .zero)
        let limits = RiskLimits(
            maxOrderQuantity: try Quantity("1"), maxOrderNotional: try Notional("1000000"),
            maxPosition: try Quantity("5"), maxOpenOrders: 200, priceCollarBps: 9_000,
            maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: .max, maxOrdersPerMinute: .max,
            maxDailyLoss: try Notional("1000000"))
        return CoreConfiguration(
            mode: .live, run: 7, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "nt-")!,
            instruments: [instrument], limits: [limits], configHash: 1)
    }

    /// Links up, reconciled, a first top, staged, armed, confirmed.
    public static func ceremony(_ now: Nanoseconds, _ take: (Input) -> Void) {
        for role in [LinkRole.marketData, .orders] {
            take(.link(LinkChange(venue: VenueID(0), role: role, state: .up, reason: 0)))
        }
        for isEnd in [false, true] {
            take(.snapshot(SnapshotMark(id: 1, venue: VenueID(0), isEnd: isEnd, isComplete: true, requestedAt: now)))
            for asset: UInt16 in isEnd ? [] : [0, 1] {
                take(
                    .balance(
                        VenueBalance(
                            asset: AssetID(asset), venue: VenueID(0), source: .snapshot,
                            free: Quantity(raw: 1_000_000_000 * fixedPointUnit), locked: .zero, venueTime: .zero)))
            }
        }
        take(.topOfBook(CoreStage<TickAnswer>.top(50_000, update: 0, now: now)))
        for kind in [CommandKind.stage, .arm, .confirm] {
            take(.command(Command(kind: kind, operatorID: 0, hash: 9, lifetime: Nanoseconds(seconds: 86_400))))
        }
    }

    /// What the venue says about an order.
    public static func update(_ order: NewOrder, _ status: VenueOrderStatus, _ venueOrder: UInt64) -> Input {
        .orderUpdate(
            OrderUpdate(
                status: status, source: .stream, instrument: order.instrument, side: order.side, client: order.client,
                venueOrder: VenueOrderID(venueOrder), price: order.price, quantity: order.quantity,
                cumulativeQuantity: .zero, venueTime: .zero))
    }
}
