import Loopback
import Matching
import Units

/// What a call costs and whether it must be signed.
struct Operation: Sendable {
    var name: String
    var signed: Bool
    var weight: Int
    /// Placements and cancels that succeed cost nothing.
    var freeOnSuccess = false
    /// Counts against the order limits.
    var places = false

    /// Every call the venue knows, by its WebSocket API name.
    static let all: [String: Operation] = Dictionary(
        uniqueKeysWithValues: [
            Operation(name: "ping", signed: false, weight: 1),
            Operation(name: "time", signed: false, weight: 1),
            Operation(name: "exchangeInfo", signed: false, weight: 20),
            Operation(name: "depth", signed: false, weight: 5),
            Operation(name: "ticker.book", signed: false, weight: 2),
            Operation(name: "order.place", signed: true, weight: 1, freeOnSuccess: true, places: true),
            Operation(name: "order.test", signed: true, weight: 1),
            Operation(name: "order.cancel", signed: true, weight: 1, freeOnSuccess: true),
            Operation(name: "order.cancelReplace", signed: true, weight: 1, freeOnSuccess: true, places: true),
            Operation(name: "order.amend.keepPriority", signed: true, weight: 4),
            Operation(name: "order.status", signed: true, weight: 4),
            Operation(name: "openOrders.status", signed: true, weight: 6),
            Operation(name: "openOrders.cancelAll", signed: true, weight: 1, freeOnSuccess: true),
            Operation(name: "allOrders", signed: true, weight: 20),
            Operation(name: "myTrades", signed: true, weight: 20),
            Operation(name: "account.status", signed: true, weight: 20),
            Operation(name: "account.rateLimits.orders", signed: true, weight: 40),
        ].map { ($0.name, $0) })

    /// The weight with these parameters.
    func cost(_ parameters: Parameters) -> Int {
        switch name {
        case "depth":
            let limit = parameters["limit"].flatMap { Int($0) } ?? 100
            return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250
        case "openOrders.status": return parameters["symbol"] == nil ? 80 : 6
        case "myTrades": return parameters["orderId"] == nil ? 20 : 5
        case "ticker.book": return parameters["symbol"] == nil ? 4 : 2
        default: return weight
        }
    }
}

extension VenueCore {
    /// Performs a call whose signature has been checked. Precondition: `account` is there when it is signed.
    func perform(_ name: String, _ parameters: Parameters, _ account: AccountState?) throws(ApiError) -> String {
        switch name {
        case "ping": return "{}"
        case "time": return #"{"serverTime":\#(nowMs)}"#
        case "exchangeInfo": return try exchangeInfo(parameters)
        case "depth": return try depth(parameters)
        case "ticker.book": return try ticker(parameters)
        default: break
        }
        guard let account else { throw .badKey }
        switch name {
        case "order.place": return try place(try draft(parameters, account), account)
        case "order.test":
            _ = try draft(parameters, account)
            return "{}"
        case "order.cancel":
            try checkSymbol(parameters)
            return try cancel(
                try find(parameters, account), cancelId: try parameters.clientId("newClientOrderId"),
                restriction: parameters["cancelRestrictions"])
        case "order.cancelReplace": return try cancelReplace(parameters, account)
        case "order.amend.keepPriority": return try amend(parameters, account)
        case "order.status":
            try checkSymbol(parameters)
            guard let order = try find(parameters, account) else { throw .noSuchOrder }
            return order.queryJson(symbol: rules.symbol)
        case "openOrders.status":
            if parameters["symbol"] != nil { try checkSymbol(parameters) }
            return list(account.open.values.sorted { $0.id < $1.id }.map { $0.queryJson(symbol: rules.symbol) })
        case "openOrders.cancelAll":
            try checkSymbol(parameters)
            return try cancelAll(account)
        case "allOrders": return try allOrders(parameters, account)
        case "myTrades": return try trades(parameters, account)
        case "account.status": return accountJson(account, omitZero: parameters.flag("omitZeroBalances") ?? false)
        case "account.rateLimits.orders": return "[" + orderLimits(account) + "]"
        default: throw ApiError(-1020, "This operation is not supported.")
        }
    }

    private func list(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }

    private func exchangeInfo(_ parameters: Parameters) throws(ApiError) -> String {
        var wanted: [String] = []
        if let one = parameters["symbol"] { wanted.append(one) }
        if let many = parameters["symbols"] {
            wanted += ((try? JSONParser.parse(many))?.elements ?? []).compactMap(\.text)
        }
        guard wanted.allSatisfy({ $0 == rules.symbol }) else { throw .badSymbol }
        let limits = [
            ("REQUEST_WEIGHT", "MINUTE", 1, options.weightPerMinute), ("ORDERS", "SECOND", 10, options.ordersPer10Seconds),
            ("ORDERS", "DAY", 1, options.ordersPerDay), ("RAW_REQUESTS", "MINUTE", 5, options.rawRequestsPer5Minutes),
        ].map { #"{"rateLimitType":"\#($0.0)","interval":"\#($0.1)","intervalNum":\#($0.2),"limit":\#($0.3)}"# }
        var told = rules
        if trouble.faults.strikes(.rulesChanged) { told.tick = Price(raw: rules.tick.raw * 10) }
        return #"{"timezone":"UTC","serverTime":\#(nowMs),"rateLimits":\#(list(limits)),"exchangeFilters":[],"symbols":[\#(told.json)]}"#
    }

    private func depth(_ parameters: Parameters) throws(ApiError) -> String {
        try checkSymbol(parameters)
        let limit = Int(Swift.min(5000, Swift.max(1, try parameters.integer("limit") ?? 100)))
        return #"{"lastUpdateId":\#(market.updateId),"bids":\#(levelsJson(market.levels(.buy, limit: limit))),"#
            + #""asks":\#(levelsJson(market.levels(.sell, limit: limit)))}"#
    }

    private func ticker(_ parameters: Parameters) throws(ApiError) -> String {
        if parameters["symbol"] != nil { try checkSymbol(parameters) }
        let none = BookLevel(price: .zero, quantity: .zero)
        let bid = market.bestBid ?? none
        let ask = market.bestAsk ?? none
        let one = #"{"symbol":"\#(rules.symbol)","bidPrice":"\#(bid.price.wire)","bidQty":"\#(bid.quantity.wire)","#
            + #""askPrice":"\#(ask.price.wire)","askQty":"\#(ask.quantity.wire)"}"#
        return parameters["symbol"] == nil ? "[\(one)]" : one
    }

    private func allOrders(_ parameters: Parameters, _ account: AccountState) throws(ApiError) -> String {
        try checkSymbol(parameters)
        let from = try parameters.integer("orderId") ?? 0
        let limit = Int(Swift.min(1000, try parameters.integer("limit") ?? 500))
        let window = try timeWindow(parameters)
        let found = account.orders.filter { $0.id >= from && window.contains($0.createdAt) }
        let page = parameters["orderId"] == nil ? Array(found.suffix(limit)) : Array(found.prefix(limit))
        return list(page.map { $0.queryJson(symbol: rules.symbol) })
    }

    private func trades(_ parameters: Parameters, _ account: AccountState) throws(ApiError) -> String {
        try checkSymbol(parameters)
        let order = try parameters.integer("orderId")
        let from = try parameters.integer("fromId")
        let limit = Int(Swift.min(1000, try parameters.integer("limit") ?? 500))
        let window = try timeWindow(parameters)
        let found = account.trades.filter {
            (order == nil || $0.orderId == order) && $0.id >= from ?? 0 && window.contains($0.time)
        }
        let page = from == nil ? Array(found.suffix(limit)) : Array(found.prefix(limit))
        return list(page.map { $0.json(symbol: rules.symbol) })
    }

    /// `startTime` … `endTime`, at most 24 hours.
    private func timeWindow(_ parameters: Parameters) throws(ApiError) -> ClosedRange<Int64> {
        let start = try parameters.integer("startTime") ?? 0
        let end = try parameters.integer("endTime") ?? .max
        guard start <= end, start == 0 || end == .max || end - start <= 86_400_000 else {
            throw ApiError(-1127, "More than 24 hours between startTime and endTime.")
        }
        return start...end
    }

    func accountJson(
        _ account: AccountState, omitZero: Bool, without missing: String? = nil, isAnother: Bool = false
    ) -> String {
        let balances = account.balances.sorted { $0.key < $1.key }
            .filter { $0.key != missing }
            .filter { !omitZero || $0.value.free != 0 || $0.value.locked != 0 }
            .map {
                #"{"asset":"\#($0.key)","free":"\#(Quantity(raw: $0.value.free).wire)","locked":"\#(Quantity(raw: $0.value.locked).wire)"}"#
            }
        let rates = #"{"maker":"\#(options.makerFee.wire)","taker":"\#(options.takerFee.wire)","buyer":"0.00000000","seller":"0.00000000"}"#
        return #"{"makerCommission":\#(options.makerFee.raw / 10_000),"takerCommission":\#(options.takerFee.raw / 10_000),"#
            + #""buyerCommission":0,"sellerCommission":0,"commissionRates":\#(rates),"canTrade":true,"canWithdraw":true,"#
            + #""canDeposit":true,"brokered":false,"requireSelfTradePrevention":false,"preventSor":false,"#
            + #""updateTime":\#(account.updatedAt),"accountType":"SPOT","balances":\#(list(balances)),"#
            + #""permissions":["SPOT"],"uid":\#(354_937_867 + Int64(account.number) + (isAnother ? 1000 : 0))}"#
    }

    /// The two order limiters with their counts, without brackets.
    func orderLimits(_ account: AccountState) -> String {
        let now = nowMs
        return #"{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":\#(options.ordersPer10Seconds),"count":\#(account.counter10Seconds.count(at: now))},"#
            + #"{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":\#(options.ordersPerDay),"count":\#(account.counterDay.count(at: now))}"#
    }

    var weightLimit: String {
        #"{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":\#(options.weightPerMinute),"count":\#(weight.count(at: nowMs))}"#
    }

    /// Charges a call; `-1003` when the minute is used up, with 429, and with 418 for who goes on asking all the same.
    func charge(_ amount: Int) throws(ApiError) {
        let now = nowMs
        guard now >= bannedUntilMs else { throw banned }
        guard weight.count(at: now) + amount <= options.weightPerMinute else {
            overLimit += 1
            if overLimit > options.refusalsBeforeBan {
                overLimit = 0
                bannedUntilMs = now + options.banDuration.milliseconds
                throw banned
            }
            throw ApiError(
                status: 429, -1003,
                "Too much request weight used; current limit is \(options.weightPerMinute) request weight per 1 MINUTE. "
                    + "Please use WebSocket Streams for live updates to avoid polling the API.",
                data: #"{"serverTime":\#(now),"retryAfter":\#(weight.resets(at: now))}"#)
        }
        overLimit = 0
        weight.add(amount, at: now)
    }

    private var banned: ApiError {
        ApiError(
            status: 418, -1003,
            "Way too much request weight used; IP banned until \(bannedUntilMs). Please use WebSocket Streams for live updates to avoid bans.",
            data: #"{"serverTime":\#(nowMs),"retryAfter":\#(bannedUntilMs)}"#)
    }

    /// Every request counts, whatever becomes of it.
    func countRawRequest() throws(ApiError) {
        let now = nowMs
        guard rawRequests.count(at: now) < options.rawRequestsPer5Minutes else {
            throw ApiError(
                status: 429, -1003,
                "Too many requests; current limit of IP is \(options.rawRequestsPer5Minutes) raw requests per 5 MINUTE.",
                data: #"{"serverTime":\#(now),"retryAfter":\#(rawRequests.resets(at: now))}"#)
        }
        rawRequests.add(1, at: now)
    }

    /// `timestamp < server + 1000 && server − timestamp <= recvWindow` (§2.3); microseconds are recognised by length.
    func checkTime(_ parameters: Parameters) throws(ApiError) {
        guard var stamp = try parameters.integer("timestamp") else { throw .missing("timestamp") }
        if stamp > 100_000_000_000_000 { stamp /= 1000 }
        let window = try parameters.decimal("recvWindow", as: Quantity.self) ?? Quantity(raw: 5000 * fixedPointUnit)
        guard window <= Quantity(raw: 60_000 * fixedPointUnit) else {
            throw ApiError(-1131, "recvWindow must be less than 60000.")
        }
        let now = nowMs
        guard stamp < now + 1000 else {
            throw ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
        }
        guard Int128(now - stamp) * Int128(fixedPointUnit) <= Int128(window.raw) else {
            throw ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
        }
    }
}
