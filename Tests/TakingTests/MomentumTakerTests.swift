import Model
import StrategyKit
import Taking
import Testing
import Units

private let parameters: [String: Int64] = [
    "orderQuantity": 1_000_000, "threshold": 10_000_000, "halfLife": 1_000_000, "cooldown": 5_000_000, "maxInventory": 3_000_000,
    "slippageTicks": 4,
]
private let tick: Int64 = 1_000_000

/// A taker with the context that the core would give it, started and past its first pause.
private struct Desk: ~Copyable {
    var taker: MomentumTaker
    var context: StrategyContext
    var intents = IntentBuffer(capacity: 8)

    init(_ change: [String: Int64] = [:]) throws {
        taker = try MomentumTaker(instrument: InstrumentID(0), parameters: parameters.merging(change) { $1 })
        context = StrategyContext(
            instrument: Instrument(
                id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
                tickSize: Price(raw: tick), lotSize: Quantity(raw: 1000), minQuantity: Quantity(raw: 1000),
                maxQuantity: Quantity(raw: 1 << 40), minNotional: Notional(raw: 1)), capacity: 8)
        context.hasTop = true
        context.now = Nanoseconds(seconds: 10)
        context.top.bidPrice = Price(raw: 5_000_000 * tick)
        context.top.askPrice = Price(raw: 5_000_002 * tick)
        intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
        taker.onStart(context, &intents)
        context.now = context.now + Nanoseconds(raw: 5_000_000)
    }

    /// What a trade of others makes it propose.
    mutating func trade(_ side: Side, _ quantity: Int64, after span: Int64 = 0) -> [String] {
        context.now = context.now + Nanoseconds(raw: span)
        intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
        taker.onTrade(
            PublicTrade(
                instrument: InstrumentID(0), aggressor: side, price: Price(raw: 5_000_000 * tick), quantity: Quantity(raw: quantity),
                trade: TradeID(low: 1), venueTime: .zero, receivedAt: context.now), context, &intents)
        return (0..<intents.count).map { index in
            let intent = intents[index]
            return "\(intent.side == .buy ? "buy" : "sell") \(intent.price.raw / tick) \(intent.quantity.raw)"
        }
    }
}

@Suite struct MomentumTakerTests {
    @Test func `It takes the side that others take, immediate-or-cancel, within its slippage`() throws {
        var desk = try Desk()
        let bought = desk.trade(.buy, 10_000_000)
        #expect(bought == ["buy 5000006 1000000"])
        #expect(desk.intents[0].timeInForce == .immediateOrCancel)
        var other = try Desk()
        let sold = other.trade(.sell, 10_000_000)
        #expect(sold == ["sell 4999996 1000000"])
    }

    @Test func `Below its threshold it waits; trades add up, and those of both sides cancel out`() throws {
        var desk = try Desk()
        let first = desk.trade(.buy, 9_999_999)
        let second = desk.trade(.sell, 9_000_000)
        let third = desk.trade(.buy, 9_000_000)
        let fourth = desk.trade(.buy, 1)
        #expect(first.isEmpty && second.isEmpty && third.isEmpty && fourth.count == 1)
    }

    @Test func `Pressure halves with each half-life and is gone after many`() throws {
        var desk = try Desk()
        _ = desk.trade(.buy, 8_000_000)
        let halved = desk.trade(.buy, 5_999_999, after: 1_000_000)
        #expect(halved.isEmpty, "4,000,000 and 5,999,999 are less than the threshold")
        let enough = desk.trade(.buy, 1)
        #expect(enough.count == 1)
        var late = try Desk()
        _ = late.trade(.buy, 9_999_999)
        let forgotten = late.trade(.buy, 9_999_999, after: 64_000_000)
        #expect(forgotten.isEmpty)
    }

    @Test func `One order at a time, and a pause after each and after the start`() throws {
        var desk = try Desk()
        desk.context.add(
            OwnOrder(
                client: ClientOrderID(run: 1, sequence: 1), side: .buy, timeInForce: .immediateOrCancel, state: .pendingNew,
                price: Price(raw: tick), remaining: Quantity(raw: 1)))
        let busy = desk.trade(.buy, 20_000_000)
        desk.context.clearOrders()
        let free = desk.trade(.buy, 1)
        let soon = desk.trade(.buy, 20_000_000, after: 4_999_999)
        let due = desk.trade(.buy, 20_000_000, after: 1)
        #expect(busy.isEmpty && free.count == 1 && soon.isEmpty && due.count == 1)
        var fresh = try Desk()
        fresh.taker.onStart(fresh.context, &fresh.intents)
        let started = fresh.trade(.buy, 20_000_000)
        #expect(started.isEmpty)
    }

    @Test func `It stays within its inventory on the side that adds to it`() throws {
        for (position, side, isTaken) in [
            (Int64(2_000_000), Side.buy, true), (2_000_001, .buy, false), (3_000_000, .sell, true), (-2_000_001, .sell, false),
            (-3_000_000, .buy, true),
        ] {
            var desk = try Desk()
            desk.context.position = Quantity(raw: position)
            let proposed = desk.trade(side, 20_000_000)
            #expect(proposed.isEmpty != isTaken, "\(position) \(side)")
        }
    }

    @Test func `Without a top of book nothing is taken`() throws {
        var desk = try Desk()
        desk.context.hasTop = false
        let proposed = desk.trade(.buy, 20_000_000)
        #expect(proposed.isEmpty)
    }

    @Test func `Trades without measure do not trap and do not turn into the other side`() throws {
        var desk = try Desk()
        _ = desk.trade(.sell, 9_999_999)
        let huge = desk.trade(.buy, .max)
        let more = desk.trade(.buy, .max, after: 6_000_000)
        #expect(huge.allSatisfy { $0.hasPrefix("buy") } && more.allSatisfy { $0.hasPrefix("buy") })
    }

    @Test func `Every parameter changes the version, and missing or impossible ones are refused`() throws {
        let base = try MomentumTaker(instrument: InstrumentID(0), parameters: parameters).versionHash
        var seen: Set<UInt32> = [base]
        for name in MomentumTaker.parameterNames {
            var other = parameters
            other[name]! += 1
            #expect(seen.insert(try MomentumTaker(instrument: InstrumentID(0), parameters: other).versionHash).inserted, "\(name)")
            other[name] = nil
            #expect(throws: ParameterError.missing(name)) { try MomentumTaker(instrument: InstrumentID(0), parameters: other) }
            other[name] = -1
            #expect(throws: ParameterError.self) { try MomentumTaker(instrument: InstrumentID(0), parameters: other) }
        }
    }

    @Test func `The largest parameters are refused or trade, and never trap`() throws {
        for name in MomentumTaker.parameterNames {
            for value: Int64 in [.max, .max / 2, 1 << 40] {
                guard (try? MomentumTaker(instrument: InstrumentID(0), parameters: parameters.merging([name: Int64(value)]) { $1 })) != nil else { continue }
                var desk = try Desk([name: value])
                for side in [Side.buy, .sell] { _ = desk.trade(side, .max, after: 10_000_000) }
            }
        }
    }
}
