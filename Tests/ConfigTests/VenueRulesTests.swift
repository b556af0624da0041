import Model
import Testing
import Units

@testable import Config

@Suite struct VenueRulesTests {
    private func rules(_ symbol: String = "BTCUSDT") throws -> Instrument {
        var rules = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText(symbol)!,
            tickSize: try Price("0.01"), lotSize: try Quantity("0.00001"), minQuantity: try Quantity("0.00001"),
            maxQuantity: try Quantity("9000"), minNotional: try Notional("5"))
        rules.bidMultiplierUp = try Quantity("5")
        rules.maxOpenOrders = 200
        return rules
    }

    @Test func `the same rules in another order, with others beside them, are no change`() throws {
        let begun = [try rules("BTCUSDT"), try rules("ETHUSDT")]
        #expect(VenueRules.changes(from: begun, to: [try rules("XRPUSDT"), begun[1], begun[0]]).isEmpty)
    }

    @Test func `each figure that binds an order is compared, and named with both values`() throws {
        let changes: [(String, (inout Instrument) throws -> Void)] = [
            ("BTCUSDT: the tick size was 0.01 and is 0.1", { $0.tickSize = try Price("0.1") }),
            ("BTCUSDT: the lot size was 0.00001 and is 0.0001", { $0.lotSize = try Quantity("0.0001") }),
            ("BTCUSDT: the smallest quantity was 0.00001 and is 0.1", { $0.minQuantity = try Quantity("0.1") }),
            ("BTCUSDT: the largest quantity was 9000 and is 9", { $0.maxQuantity = try Quantity("9") }),
            ("BTCUSDT: the smallest notional was 5 and is 10", { $0.minNotional = try Notional("10") }),
            ("BTCUSDT: the contract's size was 1 and is 10", { $0.contractMultiplier = try Quantity("10") }),
            ("BTCUSDT: the band of buy prices was 0 to 5 and is 0 to 2", { $0.bidMultiplierUp = try Quantity("2") }),
            ("BTCUSDT: the band of buy prices was 0 to 5 and is 1 to 5", { $0.bidMultiplierDown = try Quantity("1") }),
            ("BTCUSDT: the band of sale prices was 0 to 0 and is 0 to 3", { $0.askMultiplierUp = try Quantity("3") }),
            ("BTCUSDT: the band of sale prices was 0 to 0 and is 4 to 0", { $0.askMultiplierDown = try Quantity("4") }),
            ("BTCUSDT: the number of resting orders was 200 and is 20", { $0.maxOpenOrders = 20 }),
        ]
        for (text, change) in changes {
            var now = try rules()
            try change(&now)
            #expect(VenueRules.changes(from: [try rules()], to: [now]) == [text])
        }
    }

    @Test func `an instrument that is gone is a change`() throws {
        #expect(VenueRules.changes(from: [try rules()], to: []) == ["BTCUSDT is no longer listed"])
    }
}
