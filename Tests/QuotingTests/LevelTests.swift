import Model
import Quoting
import StrategyKit
import Testing
import Units

private let tick: Int64 = 1_000_000

@Suite struct LevelTests {
    /// What a tick proposes with these orders resting (prices in ticks), `inventory` at scale 8.
    private func look(
        _ change: [String: Int64] = [:], bids: [Int64] = [], asks: [Int64] = [], state: OrderState = .open,
        inventory: Int64 = 0, at time: Nanoseconds = Nanoseconds(seconds: 10)
    ) throws -> [String] {
        let parameters: [String: Int64] = [
            "orderQuantity": 1_000_000, "halfSpreadTicks": 10, "halfSpreadBps": 0, "skewTicks": 0, "maxInventory": 100_000_000,
            "minReplaceInterval": 1_000, "minPriceChangeTicks": 2, "levels": 3, "levelStepTicks": 5,
        ]
        var quoter = try Quoter(instrument: InstrumentID(0), parameters: parameters.merging(change) { $1 })
        var context = StrategyContext(
            instrument: Instrument(
                id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
                tickSize: Price(raw: tick), lotSize: Quantity(raw: 1000), minQuantity: Quantity(raw: 1000),
                maxQuantity: Quantity(raw: 1 << 40), minNotional: Notional(raw: 1)), capacity: 64)
        context.hasTop = true
        context.now = time
        context.position = Quantity(raw: inventory)
        context.top.bidPrice = Price(raw: 5_000_000 * tick)
        context.top.askPrice = Price(raw: 5_000_002 * tick)
        for (index, order) in (bids.map { (Side.buy, $0) } + asks.map { (Side.sell, $0) }).enumerated() {
            context.add(
                OwnOrder(
                    client: ClientOrderID(run: 1, sequence: UInt32(index + 1)), side: order.0, timeInForce: .postOnly,
                    state: state, price: Price(raw: order.1 * tick), remaining: Quantity(raw: 1_000_000)))
        }
        var intents = IntentBuffer(capacity: 128)
        intents.begin(strategy: StrategyID(0), instrument: InstrumentID(0))
        quoter.onTick(context, &intents)
        return (0..<intents.count).map { index in
            let side = intents[index].side == .buy ? "buy" : "sell"
            return intents[index].kind == .cancel
                ? "cancel \(intents[index].price.raw / tick)" : "\(side) \(intents[index].price.raw / tick)"
        }
    }

    @Test func `It rests its levels on both sides, the nearest where one quote would be`() throws {
        #expect(try look() == ["buy 4999991", "buy 4999986", "buy 4999981", "sell 5000011", "sell 5000016", "sell 5000021"])
        let none: [String] = []
        let all = try look(bids: [4_999_991, 4_999_986, 4_999_981], asks: [5_000_011, 5_000_016, 5_000_021])
        #expect(all == none)
        // Within the smallest change they stay, whichever level they stand for.
        let near = try look(bids: [4_999_983, 4_999_988, 4_999_992], asks: [5_000_011, 5_000_016, 5_000_021])
        #expect(near == none)
    }

    @Test func `What stands for no level goes first, and never rest more than the levels`() throws {
        let moved = try look(bids: [4_999_991, 4_999_986, 4_999_950], asks: [5_000_011, 5_000_016, 5_000_021])
        #expect(moved == ["cancel 4999950"])
        // The cancelled one is gone: its level is quoted.
        let gone = try look(bids: [4_999_991, 4_999_986], asks: [5_000_011, 5_000_016, 5_000_021])
        #expect(gone == ["buy 4999981"])
        // One on its way counts, and is not cancelled while it is.
        let pending = try look(
            bids: [4_999_991, 4_999_986, 4_999_950], asks: [5_000_011, 5_000_016, 5_000_021], state: .pendingNew)
        #expect(pending == [])
    }

    @Test func `As many levels as the inventory has room for if all are filled`() throws {
        let one = try look(inventory: 98_500_000)
        #expect(one.filter { $0.hasPrefix("buy") } == ["buy 4999991"])
        #expect(one.filter { $0.hasPrefix("sell") }.count == 3)
        // Without room what rests is cancelled.
        let none = try look(bids: [4_999_991], inventory: 100_000_000)
        #expect(none.contains("cancel 4999991") && !none.contains { $0.hasPrefix("buy") })
    }

    @Test func `Levels need their step, are bounded, and do not amend; without them the version is the old one`() throws {
        func make(_ change: [String: Int64]) throws -> Quoter {
            let plain: [String: Int64] = [
                "orderQuantity": 1_000_000, "halfSpreadTicks": 10, "halfSpreadBps": 0, "skewTicks": 0,
                "maxInventory": 100_000_000, "minReplaceInterval": 1_000, "minPriceChangeTicks": 2,
            ]
            return try Quoter(instrument: InstrumentID(0), parameters: plain.merging(change) { $1 })
        }
        #expect(throws: ParameterError.missing("levelStepTicks")) { _ = try make(["levels": 2]) }
        #expect(throws: ParameterError.missing("levels")) { _ = try make(["levelStepTicks": 2]) }
        #expect(throws: ParameterError.self) { _ = try make(["levels": 51, "levelStepTicks": 1]) }
        #expect(throws: ParameterError.self) { _ = try make(["levels": 2, "levelStepTicks": 1, "amends": 1]) }
        #expect(throws: ParameterError.self) {
            _ = try make(["levels": 2, "levelStepTicks": 1, "orderQuantity": ParameterReader.quantityMax])
        }
        let hashes = [try make([:]), try make(["levels": 2, "levelStepTicks": 1]), try make(["levels": 3, "levelStepTicks": 1])]
        #expect(Set(hashes.map(\.versionHash)).count == 3)
        #expect(try make(["amends": 0]).versionHash == hashes[0].versionHash)
    }
}
