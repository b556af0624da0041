import Loopback
import Units

/// The filters of one symbol, and the code each refusal carries.
struct InstrumentRules: Sendable {
    var symbol: String
    var base: String
    var quote: String
    var tick = Price(raw: 1_000_000)
    var minPrice = Price(raw: 1_000_000)
    var maxPrice = Price(raw: 1_000_000 * fixedPointUnit)
    var step = Quantity(raw: 1_000)
    var minQuantity = Quantity(raw: 1_000)
    var maxQuantity = Quantity(raw: 9_000 * fixedPointUnit)
    var minNotional = Notional(raw: 5 * fixedPointUnit)
    var maxNotional = Notional(raw: 9_000_000 * fixedPointUnit)
    /// Multipliers at scale 8, of the last price: of a buy's and of a sell's.
    var bidUp = Quantity(raw: 5 * fixedPointUnit)
    var bidDown = Quantity(raw: fixedPointUnit / 5)
    var askUp = Quantity(raw: 5 * fixedPointUnit)
    var askDown = Quantity(raw: fixedPointUnit / 5)
    /// Of market orders, beside the lot; zero is off.
    var marketMinQuantity = Quantity.zero
    var marketMaxQuantity = Quantity.zero
    var marketStep = Quantity.zero
    var appliesMinToMarket = true
    var appliesMaxToMarket = false
    var maxOrders = 200

    /// Splits a symbol at its quote asset; the whole of the unknown ones is given a three-letter quote.
    init(symbol: String) {
        self.symbol = symbol
        let quotes = ["FDUSD", "USDT", "USDC", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "TRY"]
        quote = quotes.first { symbol.hasSuffix($0) && symbol.count > $0.count } ?? String(symbol.suffix(3))
        base = String(symbol.dropLast(quote.count))
    }

    /// Takes the filters from an `exchangeInfo` answer, or from one symbol entry of it.
    init(symbol: String, exchangeInfo: JSONValue) throws(VenueStartError) {
        self.init(symbol: symbol)
        let entries = exchangeInfo["symbols"]?.elements ?? exchangeInfo.elements ?? [exchangeInfo]
        guard let entry = entries.first(where: { $0["symbol"]?.text == symbol }) else {
            throw VenueStartError("the instruments file has no entry for \(symbol)")
        }
        base = entry["baseAsset"]?.text ?? base
        quote = entry["quoteAsset"]?.text ?? quote
        for filter in entry["filters"]?.elements ?? [] { try apply(filter) }
    }

    private mutating func apply(_ filter: JSONValue) throws(VenueStartError) {
        func number<Value: FixedPoint>(_ name: String, _ current: Value) throws(VenueStartError) -> Value {
            guard let text = filter[name]?.parameterText else { return current }
            do { return try Value(text) } catch { throw VenueStartError("instruments file: \(name) \"\(text)\": \(error)") }
        }
        switch filter["filterType"]?.text {
        case "PRICE_FILTER":
            tick = try number("tickSize", tick)
            minPrice = try number("minPrice", minPrice)
            maxPrice = try number("maxPrice", maxPrice)
        case "LOT_SIZE":
            step = try number("stepSize", step)
            minQuantity = try number("minQty", minQuantity)
            maxQuantity = try number("maxQty", maxQuantity)
        case "NOTIONAL", "MIN_NOTIONAL":
            minNotional = try number("minNotional", minNotional)
            maxNotional = try number("maxNotional", maxNotional)
            appliesMinToMarket = (filter["applyMinToMarket"] ?? filter["applyToMarket"])?.bool ?? true
            appliesMaxToMarket = filter["applyMaxToMarket"]?.bool ?? false
        case "MARKET_LOT_SIZE":
            marketStep = try number("stepSize", marketStep)
            marketMinQuantity = try number("minQty", marketMinQuantity)
            marketMaxQuantity = try number("maxQty", marketMaxQuantity)
        case "PERCENT_PRICE_BY_SIDE":
            bidUp = try number("bidMultiplierUp", bidUp)
            bidDown = try number("bidMultiplierDown", bidDown)
            askUp = try number("askMultiplierUp", askUp)
            askDown = try number("askMultiplierDown", askDown)
        case "PERCENT_PRICE":
            bidUp = try number("multiplierUp", bidUp)
            bidDown = try number("multiplierDown", bidDown)
            (askUp, askDown) = (bidUp, bidDown)
        case "MAX_NUM_ORDERS":
            maxOrders = Int(filter["maxNumOrders"]?.integer ?? Int64(maxOrders))
        default: break
        }
    }

    /// The first filter an order breaks, by the venue's name for it; `price` is `nil` for a market order.
    func brokenFilter(side: Bool, price: Price?, quantity: Quantity, reference: Price, open: Int) -> String? {
        if let price {
            if tick.isPositive, !price.isMultiple(of: tick) { return "PRICE_FILTER" }
            if minPrice.isPositive && price < minPrice || maxPrice.isPositive && price > maxPrice { return "PRICE_FILTER" }
            let up = Int128(reference.raw) * Int128((side ? bidUp : askUp).raw) / Int128(fixedPointUnit)
            let down = Int128(reference.raw) * Int128((side ? bidDown : askDown).raw) / Int128(fixedPointUnit)
            if Int128(price.raw) > up || Int128(price.raw) < down { return "PERCENT_PRICE_BY_SIDE" }
        }
        if quantity < minQuantity || quantity > maxQuantity { return "LOT_SIZE" }
        if step.isPositive, !quantity.isMultiple(of: step) { return "LOT_SIZE" }
        if price == nil {
            if quantity < marketMinQuantity || marketMaxQuantity.isPositive && quantity > marketMaxQuantity { return "MARKET_LOT_SIZE" }
            if marketStep.isPositive, !quantity.isMultiple(of: marketStep) { return "MARKET_LOT_SIZE" }
        }
        guard let notional = (price ?? reference).times(quantity, rounding: .down) else { return "NOTIONAL" }
        if notional < minNotional, price != nil || appliesMinToMarket { return "NOTIONAL" }
        if notional > maxNotional, price != nil || appliesMaxToMarket { return "NOTIONAL" }
        if open >= maxOrders { return "MAX_NUM_ORDERS" }
        return nil
    }

    private var marketLot: String {
        guard marketMaxQuantity.isPositive else { return "" }
        return #"{"filterType":"MARKET_LOT_SIZE","minQty":"\#(marketMinQuantity.wire)","maxQty":"\#(marketMaxQuantity.wire)","#
            + #""stepSize":"\#(marketStep.wire)"},"#
    }

    /// The symbol's entry in `exchangeInfo`.
    var json: String {
        let modes = #"["NONE","EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH","DECREMENT"]"#
        return #"{"symbol":"\#(symbol)","status":"TRADING","baseAsset":"\#(base)","baseAssetPrecision":8,"#
            + #""quoteAsset":"\#(quote)","quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,"#
            + #""quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],"icebergAllowed":false,"#
            + #""ocoAllowed":false,"otoAllowed":false,"opoAllowed":false,"quoteOrderQtyMarketAllowed":true,"#
            + #""allowTrailingStop":false,"cancelReplaceAllowed":true,"amendAllowed":true,"pegInstructionsAllowed":false,"#
            + #""isSpotTradingAllowed":true,"isMarginTradingAllowed":false,"filters":["#
            + #"{"filterType":"PRICE_FILTER","minPrice":"\#(minPrice.wire)","maxPrice":"\#(maxPrice.wire)","tickSize":"\#(tick.wire)"},"#
            + #"{"filterType":"LOT_SIZE","minQty":"\#(minQuantity.wire)","maxQty":"\#(maxQuantity.wire)","stepSize":"\#(step.wire)"},"#
            + #"{"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"\#(bidUp)","bidMultiplierDown":"\#(bidDown)","#
            + #""askMultiplierUp":"\#(askUp)","askMultiplierDown":"\#(askDown)","avgPriceMins":5},"#
            + #"{"filterType":"NOTIONAL","minNotional":"\#(minNotional.wire)","applyMinToMarket":\#(appliesMinToMarket),"maxNotional":"\#(maxNotional.wire)","#
            + #""applyMaxToMarket":\#(appliesMaxToMarket),"avgPriceMins":5},"#
            + marketLot
            + #"{"filterType":"MAX_NUM_ORDERS","maxNumOrders":\#(maxOrders)}],"permissions":[],"permissionSets":[["SPOT"]],"#
            + #""defaultSelfTradePreventionMode":"EXPIRE_MAKER","allowedSelfTradePreventionModes":\#(modes)}"#
    }
}

extension FixedPoint {
    /// The venue's text: always eight digits after the point.
    var wire: String {
        let magnitude = raw.magnitude
        let fraction = String(magnitude % UInt64(fixedPointUnit))
        return (raw < 0 ? "-" : "") + String(magnitude / UInt64(fixedPointUnit)) + "."
            + String(repeating: "0", count: 8 - fraction.utf8.count) + fraction
    }
}
