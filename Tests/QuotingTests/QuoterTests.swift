import Model
import StrategyKit
import Testing
import TestSupport
import Units

@testable import Quoting

private let parameters: [String: Int64] = [
    "orderQuantity": 1_000_000, "halfSpreadTicks": 10, "halfSpreadBps": 0, "skewTicks": 8, "maxInventory": 4_000_000,
    "minReplaceInterval": 1_000, "minPriceChangeTicks": 2, "amends": 0,
]
private let tick: Int64 = 1_000_000
/// The same with two quotes a side.
private let deep = parameters.merging(["levels": 2, "levelStepTicks": 1]) { $1 }
private let levelNames = ["levels", "levelStepTicks"]

/// A quoter with the context that the core would give it; prices in ticks of 0.01.
private struct Desk: ~Copyable {
    var quoter: Quoter
    var context: StrategyContext
    var intents = IntentBuffer(capacity: 8)

    init(_ change: [String: Int64] = [:], bid: Int64 = 5_000_000, ask: Int64 = 5_000_002) throws {
        quoter = try Quoter(instrument: InstrumentID(0), parameters: parameters.merging(change) { $1 })
        context = StrategyContext(
            instrument: Instrument(
                id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
                tickSize: Price(raw: tick), lotSize: Quantity(raw: 1000), minQuantity: Quantity(raw: 1000),
                maxQuantity: Quantity(raw: 1 << 40), minNotional: Notional(raw: 1)), capacity: 8)
        context.hasTop = true
        context.now = Nanoseconds(seconds: 10)
        market(bid, ask)
    }

    mutating func market(_ bid: Int64, _ ask: Int64) {
        context.top.bidPrice = Price(raw: bid * tick)
        context.top.askPrice = Price(raw: ask * tick)
        context.top.bidQuantity = Quantity(raw: fixedPointUnit)
        context.top.askQuantity = Quantity(raw: fixedPointUnit)
    }
    mutating func rests(_ side: Side, at price: Int64, _ state: OrderState = .open) {
        context.add(
            OwnOrder(
                client: ClientOrderID(run: 1, sequence: side == .buy ? 1 : 2), side: side, timeInForce: .postOnly, state: state,
                price: Price(raw: price * tick), remaining: Quantity(raw: 1_000_000)))
    }
    /// What a tick proposes: `buy 4999991`, `cancel sell`.
    mutating func look() -> [String] {
        intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
        quoter.onTick(context, &intents)
        return (0..<intents.count).map { index in
            let intent = intents[index]
            let side = intent.side == .buy ? "buy" : "sell"
            if intent.kind == .amend { return "amend \(side) \(intent.price.raw / tick) of \(intent.quantity.raw)" }
            return intent.kind == .cancel ? "cancel \(side)" : "\(side) \(intent.price.raw / tick)"
        }
    }
}

@Suite struct QuoterTests {
    @Test func `It quotes both sides at the half spread around the mid, post-only, in its quantity`() throws {
        var desk = try Desk()
        let proposed = desk.look()
        #expect(proposed == ["buy 4999991", "sell 5000011"])
        for index in 0..<2 {
            let intent = desk.intents[index]
            #expect(intent.timeInForce == .postOnly && intent.quantity == Quantity(raw: 1_000_000) && intent.strategy == StrategyID(0))
        }
    }

    @Test func `Of the two half spreads the wider counts`() throws {
        var desk = try Desk(["halfSpreadBps": 10])
        let proposed = desk.look()
        // 10 basis points of 5000001 ticks, away from the mid to a whole tick.
        #expect(proposed == ["buy 4995000", "sell 5005002"])
    }

    @Test func `Inventory shifts both quotes against itself, by all of the skew at its most`() throws {
        for (position, wanted) in [
            (Int64(0), ["buy 4999991", "sell 5000011"]), (1_000_000, ["buy 4999989", "sell 5000009"]),
            (-1_000_000, ["buy 4999993", "sell 5000013"]), (3_000_000, ["buy 4999985", "sell 5000005"]),
        ] {
            var desk = try Desk()
            desk.context.position = Quantity(raw: position)
            let proposed = desk.look()
            #expect(proposed == wanted, "position \(position)")
        }
    }

    @Test func `At its most inventory only the side that reduces it is quoted, and the other one's quote is taken back`() throws {
        var desk = try Desk()
        desk.context.position = Quantity(raw: 4_000_000)
        let fresh = desk.look()
        #expect(fresh == ["sell 5000003"])
        desk.rests(.buy, at: 4_999_991)
        desk.rests(.sell, at: 5_000_003)
        let resting = desk.look()
        #expect(resting == ["cancel buy"])
    }

    @Test func `It never crosses: a quote through the other side is moved behind it`() throws {
        var desk = try Desk(["halfSpreadTicks": 0, "skewTicks": 1000])
        desk.context.position = Quantity(raw: -3_000_000)
        let short = desk.look()
        #expect(short.first == "buy 5000001")
        var other = try Desk(["halfSpreadTicks": 0, "skewTicks": 1000])
        other.context.position = Quantity(raw: 3_000_000)
        let long = other.look()
        #expect(long.last == "sell 5000001")
    }

    @Test func `Only the difference is proposed: a quote near enough is left alone`() throws {
        for (place, wanted) in [(Int64(4_999_991), [String]()), (4_999_993, []), (4_999_989, []), (4_999_994, ["cancel buy"]), (4_999_988, ["cancel buy"])] {
            var desk = try Desk()
            desk.rests(.buy, at: place)
            desk.rests(.sell, at: 5_000_011)
            let proposed = desk.look()
            #expect(proposed == wanted, "\(place)")
        }
    }

    @Test func `A quote that has a request in flight is neither cancelled nor doubled`() throws {
        for state in [OrderState.pendingNew, .pendingCancel, .pendingAmend, .unknown] {
            var desk = try Desk()
            desk.rests(.buy, at: 4_000_000, state)
            let proposed = desk.look()
            #expect(proposed == ["sell 5000011"], "\(state)")
        }
    }

    @Test func `A second quote of a side is taken back`() throws {
        var desk = try Desk()
        desk.rests(.buy, at: 4_999_991)
        desk.rests(.buy, at: 4_999_991)
        desk.rests(.sell, at: 5_000_011)
        let proposed = desk.look()
        #expect(proposed == ["cancel buy"])
    }

    @Test func `A side is replaced no sooner than its interval after its last placement`() throws {
        var desk = try Desk()
        let first = desk.look()
        #expect(first.count == 2)
        desk.rests(.buy, at: 4_999_991)
        desk.rests(.sell, at: 5_000_011)
        desk.market(5_000_100, 5_000_102)
        desk.context.now = desk.context.now + Nanoseconds(raw: 999)
        let early = desk.look()
        #expect(early.isEmpty)
        desk.context.now = desk.context.now + Nanoseconds(raw: 1)
        let due = desk.look()
        #expect(due == ["cancel buy", "cancel sell"])
        desk.context.clearOrders()
        let again = desk.look()
        #expect(again == ["buy 5000091", "sell 5000111"])
        desk.context.clearOrders()
        let soon = desk.look()
        #expect(soon.isEmpty, "nothing rests, but the interval is not over")
    }

    @Test func `Without a top of book nothing is proposed`() throws {
        var desk = try Desk()
        desk.context.hasTop = false
        let proposed = desk.look()
        #expect(proposed.isEmpty)
    }

    @Test func `The same context gives the same proposals, timer and fill as well as tick`() throws {
        var ticked = try Desk(), timed = try Desk(), started = try Desk()
        let wanted = ticked.look()
        timed.intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
        timed.quoter.onTimer(timed.context, &timed.intents)
        started.intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
        started.quoter.onStart(started.context, &started.intents)
        let (a, b) = (timed.intents.count, started.intents.count)
        #expect(a == wanted.count && b == wanted.count)
    }

    @Test func `Every parameter changes the version, and the same ones give the same`() throws {
        let base = try Quoter(instrument: InstrumentID(0), parameters: parameters).versionHash
        #expect(try Quoter(instrument: InstrumentID(0), parameters: parameters).versionHash == base)
        var seen: Set<UInt32> = [base]
        seen.insert(try Quoter(instrument: InstrumentID(0), parameters: deep).versionHash)
        for name in Quoter.parameterNames {
            var other = levelNames.contains(name) ? deep : parameters
            other[name]! += 1
            #expect(seen.insert(try Quoter(instrument: InstrumentID(0), parameters: other).versionHash).inserted, "\(name)")
        }
    }

    @Test func `Missing, unknown and impossible parameters are refused by name`() {
        for name in Quoter.parameterNames where name != "amends" {
            var less = levelNames.contains(name) ? deep : parameters
            less[name] = nil
            #expect(throws: ParameterError.missing(name)) { try Quoter(instrument: InstrumentID(0), parameters: less) }
        }
        #expect(throws: ParameterError.unknown("spread")) {
            try Quoter(instrument: InstrumentID(0), parameters: parameters.merging(["spread": 1]) { $1 })
        }
        for (name, value) in [("orderQuantity", Int64(0)), ("maxInventory", 0), ("skewTicks", -1), ("minReplaceInterval", -1)] {
            #expect(throws: ParameterError.self) {
                try Quoter(instrument: InstrumentID(0), parameters: parameters.merging([name: value]) { $1 })
            }
        }
    }

    @Test func `The largest parameters are refused or quote, and never trap`() throws {
        for name in Quoter.parameterNames {
            for value: Int64 in [.max, .max / 2, 1 << 40, -1, -2, -3] {
                // A negative one stands for a large one beside several levels.
                let base = value < 0 || levelNames.contains(name) ? deep : parameters
                let value = value < 0 ? [.max, .max / 2, 1 << 40][Int(-value) - 1] : value
                do throws(ParameterError) {
                    var quoter = try Quoter(instrument: InstrumentID(0), parameters: base.merging([name: value]) { $1 })
                    var desk = try! Desk()
                    desk.rests(.buy, at: 4_999_991)
                    for position in [Int64(0), 3_000_000, -3_000_000] {
                        desk.context.position = Quantity(raw: position)
                        desk.intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
                        quoter.onTick(desk.context, &desk.intents)
                    }
                } catch {
                    #expect(error.description.contains(name) || error.description.contains("levels"))
                }
            }
        }
    }

    @Test func `With amends a quote moves in one request, once an interval`() throws {
        var desk = try Desk(["amends": 1])
        desk.rests(.buy, at: 4_999_991)
        desk.rests(.sell, at: 5_000_011)
        #expect(desk.look() == [])
        desk.market(5_000_010, 5_000_012)
        #expect(desk.look() == ["amend buy 5000001 of 1000000", "amend sell 5000021 of 1000000"])
        #expect(desk.look() == [], "the interval has not passed")
        desk.context.now = desk.context.now + Nanoseconds(raw: 1_000)
        #expect(desk.look() == ["amend buy 5000001 of 1000000", "amend sell 5000021 of 1000000"])
    }

    @Test func `With amends a quote executed in part is cancelled, as without`() throws {
        var desk = try Desk(["amends": 1])
        desk.rests(.buy, at: 4_999_991, .partiallyFilled)
        desk.rests(.sell, at: 5_000_011, .pendingAmend)
        desk.market(5_000_010, 5_000_012)
        #expect(desk.look() == ["cancel buy"], "and what is being changed is left alone")
    }

    @Test func `With amends a quote larger than the inventory allows is reduced where it rests, or goes`() throws {
        var desk = try Desk(["amends": 1])
        desk.context.position = Quantity(raw: 3_400_500)
        desk.rests(.buy, at: 4_999_984)
        desk.rests(.sell, at: 5_000_004)
        #expect(desk.look() == ["amend buy 4999984 of 599000"], "to whole lots")
        var full = try Desk(["amends": 1])
        full.context.position = Quantity(raw: 3_999_500)
        full.rests(.buy, at: 4_999_983)
        full.rests(.sell, at: 5_000_003)
        #expect(full.look() == ["cancel buy"], "less than a lot is left")
        var plain = try Desk()
        plain.context.position = Quantity(raw: 3_400_500)
        plain.rests(.buy, at: 4_999_984)
        plain.rests(.sell, at: 5_000_004)
        #expect(plain.look() == ["cancel buy"], "without the parameter nothing is amended")
    }

    @Test func `A strategy that does not amend keeps its version, one that does has another`() throws {
        func version(_ change: [String: Int64]) throws -> UInt32 {
            try Quoter(instrument: InstrumentID(0), parameters: parameters.merging(change) { $1 }).versionHash
        }
        var silent = parameters
        silent["amends"] = nil
        #expect(try Quoter(instrument: InstrumentID(0), parameters: silent).versionHash == version([:]))
        #expect(try version([:]) != version(["amends": 1]))
        #expect(throws: ParameterError.self) { try version(["amends": 2]) }
    }

    /// Markets from a tick wide to wide, prices down to nothing, orders of any state, several a side, every inventory.
    @Test func `What is told quickly about a quote that stays is what a close look says`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var dice = Dice(seed: seed)
        var stood = 0
        for round in 0..<20_000 {
            let bid = dice.oneIn(8) ? Int64(1 + dice.below(30)) : 5_000_000 + Int64(dice.below(40))
            let change = [
                "minPriceChangeTicks": Int64(dice.below(6)), "halfSpreadTicks": Int64(dice.below(12)),
                "halfSpreadBps": Int64(dice.oneIn(4) ? dice.below(3) : 0), "minReplaceInterval": 0,
            ]
            func proposed(isQuick: Bool, _ dice: inout Dice) throws -> [String] {
                var desk = try Desk(change, bid: bid, ask: bid + 1 + Int64(dice.below(12)))
                desk.quoter.isQuick = isQuick
                desk.context.position = Quantity(raw: Int64(dice.below(9) - 4) * 1_000_000)
                for _ in 0..<dice.below(4) {
                    let state = dice.pick([OrderState.open, .open, .partiallyFilled, .pendingNew, .pendingCancel, .unknown])
                    desk.rests(dice.pick([.buy, .sell]), at: Swift.max(1, bid + Int64(dice.below(40) - 20)), state)
                }
                return desk.look()
            }
            var (one, other) = (dice, dice)
            let quick = try proposed(isQuick: true, &one)
            #expect(try proposed(isQuick: false, &other) == quick, "round \(round)")
            if quick.isEmpty { stood += 1 }
            dice = one
        }
        #expect(stood > 500, "quotes that stay were hardly met: \(stood)")
    }
}
