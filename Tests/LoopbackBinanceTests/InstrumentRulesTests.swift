import Foundation
import Loopback
import TestSupport
import Testing
import Units

@testable import LoopbackBinance

@Test("recorded exchangeInfo entries give their own filters, and say the same when asked")
func recordedRules() throws {
    let lines = try SharedFiles.lines("venues/binance/recorded_exchangeInfo_symbol_entries_via_ccxt.jsonl")
    var checked = 0
    for line in lines {
        let row = try JSONParser.parse(line)
        guard row["venue"]?.text == "spot", let entry = row["entry"], let symbol = entry["symbol"]?.text else { continue }
        let rules = try InstrumentRules(symbol: symbol, exchangeInfo: entry)
        let own = try JSONParser.parse(rules.json)
        for filter in entry["filters"]?.elements ?? [] {
            guard let kind = filter["filterType"]?.text,
                let said = own["filters"]?.elements?.first(where: { $0["filterType"]?.text == kind })
            else { continue }
            for member in filter.members ?? [] where member.name != "filterType" && said[member.name]?.text != nil {
                let (mine, recorded) = (try Quantity(said[member.name]!.parameterText), try? Quantity(member.value.parameterText))
                if let recorded { #expect(mine == recorded, "\(symbol) \(kind) \(member.name)") }
            }
        }
        #expect(rules.base == entry["baseAsset"]?.text && rules.quote == entry["quoteAsset"]?.text)
        #expect(rules.tick.isPositive && rules.step.isPositive && rules.minNotional.isPositive)
        checked += 1
    }
    print("recorded rules: \(checked) symbols")
    #expect(checked > 0 || lines.isEmpty)
}

@Test("each filter refuses on its own, buys and sells by their own multipliers, market orders by their own lot")
func filters() throws {
    let info = """
        {"symbols":[{"symbol":"AAABBB","baseAsset":"AAA","quoteAsset":"BBB","filters":[
        {"filterType":"PRICE_FILTER","minPrice":"1","maxPrice":"0","tickSize":"0.5"},
        {"filterType":"LOT_SIZE","minQty":"1","maxQty":"100","stepSize":"1"},
        {"filterType":"MARKET_LOT_SIZE","minQty":"2","maxQty":"50","stepSize":"0"},
        {"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"1.1","bidMultiplierDown":"0.5","askMultiplierUp":"2","askMultiplierDown":"0.9"},
        {"filterType":"NOTIONAL","minNotional":"30","applyMinToMarket":false,"maxNotional":"900","applyMaxToMarket":true},
        {"filterType":"MAX_NUM_ORDERS","maxNumOrders":3}]}]}
        """
    let rules = try InstrumentRules(symbol: "AAABBB", exchangeInfo: try JSONParser.parse(info))
    func broken(_ buy: Bool, _ price: String?, _ quantity: String, open: Int = 0) throws -> String? {
        rules.brokenFilter(
            side: buy, price: try price.map { try Price($0) }, quantity: try Quantity(quantity), reference: try Price("10"), open: open)
    }
    #expect(try broken(true, "10", "5") == nil)
    #expect(try broken(true, "10.25", "5") == "PRICE_FILTER" && broken(true, "0.5", "90") == "PRICE_FILTER")
    #expect(try broken(true, "11.5", "5") == "PERCENT_PRICE_BY_SIDE" && broken(true, "5", "8") == nil)
    #expect(try broken(false, "11.5", "5") == nil && broken(false, "5", "8") == "PERCENT_PRICE_BY_SIDE")
    #expect(try broken(true, "10", "101") == "LOT_SIZE" && broken(true, "10", "5.5") == "LOT_SIZE")
    #expect(try broken(true, nil, "1") == "MARKET_LOT_SIZE" && broken(true, nil, "51") == "MARKET_LOT_SIZE")
    #expect(try broken(true, "10", "2") == "NOTIONAL" && broken(true, nil, "2") == nil)
    #expect(try broken(true, "10", "91") == "NOTIONAL" && broken(true, "10", "5", open: 3) == "MAX_NUM_ORDERS")
    #expect(throws: VenueStartError.self) { try InstrumentRules(symbol: "CCC", exchangeInfo: try JSONParser.parse(info)) }
}
