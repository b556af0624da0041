import Loopback
import Matching
import Units

/// Placing, canceling and replacing.
extension VenueCore {
    static let preventionModes: [String: SelfTradePrevention] = [
        "NONE": .none, "EXPIRE_TAKER": .expireTaker, "EXPIRE_MAKER": .expireMaker, "EXPIRE_BOTH": .expireBoth,
        "DECREMENT": .decrement,
    ]

    /// A placement read and checked, not yet sent to the book.
    struct Draft {
        var side: BookSide
        var type: String
        var timeInForce: String
        var price: Price
        var quantity: Quantity
        var quoteQuantity: Notional
        var clientId: String
        var prevention: String
        var detail: String
        var strategyId: Int64?
        var strategyType: Int64?
    }

    func checkSymbol(_ parameters: Parameters) throws(ApiError) {
        guard try parameters.text("symbol") == rules.symbol else { throw .badSymbol }
    }

    /// Reads the parameters and applies every filter; `replacing` is an order about to be canceled.
    func draft(_ parameters: Parameters, _ account: AccountState, replacing: VenueOrder? = nil) throws(ApiError) -> Draft {
        try checkSymbol(parameters)
        let side: BookSide
        switch try parameters.text("side") {
        case "BUY": side = .buy
        case "SELL": side = .sell
        default: throw ApiError(-1117, "Invalid side.")
        }
        let type = try parameters.text("type")
        let isMarket = type == "MARKET"
        guard ["LIMIT", "LIMIT_MAKER", "MARKET"].contains(type) else {
            let known = ["STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"].contains(type)
            throw known ? .rejected("\(type) orders are not supported for this symbol.") : ApiError(-1116, "Invalid orderType.")
        }
        let life = parameters["timeInForce"]
        if type == "LIMIT" {
            guard let life else { throw .missing("timeInForce") }
            guard ["GTC", "IOC", "FOK"].contains(life) else { throw ApiError(-1115, "Invalid timeInForce.") }
        } else if life != nil {
            throw ApiError(-1106, "Parameter 'timeInForce' sent when not required.")
        }
        var quantity = try parameters.decimal("quantity", as: Quantity.self)
        let quote = try parameters.decimal("quoteOrderQty", as: Notional.self)
        var price: Price?
        if isMarket {
            if parameters["price"] != nil { throw ApiError(-1106, "Parameter 'price' sent when not required.") }
            if quantity == nil, let quote { quantity = quantityFor(quote, side) }
        } else {
            guard let given = try parameters.decimal("price", as: Price.self) else { throw .missing("price") }
            price = given
        }
        guard let quantity else { throw .missing("quantity") }
        let prevention = parameters["selfTradePreventionMode"] ?? "EXPIRE_MAKER"
        guard Self.preventionModes[prevention] != nil else {
            throw ApiError(-1013, "This symbol does not allow the specified self-trade prevention mode.")
        }
        if let price, price.isZero || quantity.isZero { throw ApiError(-1013, "Price * QTY is zero or less.") }
        let detail = parameters["newOrderRespType"] ?? (type == "LIMIT_MAKER" ? "ACK" : "FULL")
        guard ["ACK", "RESULT", "FULL"].contains(detail) else {
            throw ApiError(-1100, "Illegal characters found in parameter 'newOrderRespType'.")
        }
        let open = account.open.count - (replacing == nil ? 0 : 1)
        if let broken = rules.brokenFilter(
            side: side == .buy, price: price, quantity: quantity, reference: market.reference, open: open)
        { throw .filter(broken) }
        return Draft(
            side: side, type: type, timeInForce: life ?? "GTC", price: price ?? .zero, quantity: quantity,
            quoteQuantity: isMarket ? quote ?? .zero : .zero,
            clientId: try parameters.clientId("newClientOrderId") ?? generatedId(), prevention: prevention, detail: detail,
            strategyId: try parameters.integer("strategyId"), strategyType: try parameters.integer("strategyType"))
    }

    /// 22 characters, as the venue makes them up.
    func generatedId() -> String {
        generatedIds += 1
        let digits = String(generatedIds, radix: 36)
        return "lb" + String(repeating: "0", count: 20 - digits.utf8.count) + digits
    }

    /// The base quantity a quote amount buys or must sell, walking the book, in whole steps.
    private func quantityFor(_ quote: Notional, _ side: BookSide) -> Quantity {
        var money = Int128(quote.raw)
        var base: Int128 = 0
        for level in market.levels(side.opposite, limit: 5000) {
            let cost = Int128(level.price.raw) * Int128(level.quantity.raw) / Int128(fixedPointUnit)
            if cost >= money {
                base += money * Int128(fixedPointUnit) / Int128(level.price.raw)
                break
            }
            money -= cost
            base += Int128(level.quantity.raw)
        }
        return Quantity(raw: Int64(base)).snapped(to: rules.step, rounding: .down) ?? .zero
    }

    /// The quote a market buy would spend now.
    private func marketCost(_ quantity: Quantity) -> Int64 {
        var left = quantity
        var cost: Int64 = 0
        for level in market.levels(.sell, limit: 5000) where left.isPositive {
            let part = Swift.min(left, level.quantity)
            cost += level.price.times(part, rounding: .up)?.raw ?? 0
            left -= part
        }
        return cost
    }

    /// Sends a checked placement to the book. Events are held; the reply is returned.
    func place(_ draft: Draft, _ account: AccountState) throws(ApiError) -> String {
        let now = nowMs
        try countOrder(account, now)
        if account.open.values.contains(where: { $0.clientId == draft.clientId }) {
            throw .rejected("Duplicate order sent.")
        }
        if draft.type == "LIMIT_MAKER" {
            let crosses = draft.side == .buy
                ? market.bestAsk.map { draft.price >= $0.price } : market.bestBid.map { draft.price <= $0.price }
            if crosses == true { throw .rejected("Order would immediately match and take.") }
        }
        let asset = draft.side == .buy ? rules.quote : rules.base
        let need: Int64
        if draft.side == .sell {
            need = draft.quantity.raw
        } else {
            need = draft.type == "MARKET"
                ? marketCost(draft.quantity) : draft.price.times(draft.quantity, rounding: .up)?.raw ?? .max
        }
        guard (account.balances[asset] ?? Balance()).free >= need else {
            throw .rejected("Account has insufficient balance for requested action.")
        }
        account.counter10Seconds.add(1, at: now)
        if account.counter10Seconds.count(at: now) <= options.ordersPer10Seconds { account.counterDay.add(1, at: now) }
        let order = VenueOrder(
            id: market.nextOrderId(), account: account, clientId: draft.clientId, side: draft.side, type: draft.type,
            timeInForce: draft.timeInForce, price: draft.price, quantity: draft.quantity, quoteQuantity: draft.quoteQuantity,
            prevention: draft.prevention, strategyId: draft.strategyId, strategyType: draft.strategyType, at: now)
        ordersById[order.id] = order
        account.open[order.id] = order
        account.orders.append(order)
        relock(order)
        report(order, execution: "NEW")
        market.submit(incoming(order), into: &output)
        settleOutput()
        return order.reply(symbol: rules.symbol, detail: draft.detail)
    }

    private func incoming(_ order: VenueOrder) -> IncomingOrder {
        let kinds: [String: OrderKind] = ["LIMIT": .limit, "MARKET": .market, "LIMIT_MAKER": .postOnly]
        let lives: [String: OrderLife] = ["GTC": .goodTillCanceled, "IOC": .immediateOrCancel, "FOK": .fillOrKill]
        return IncomingOrder(
            id: order.id, owner: order.account.number, side: order.side, kind: kinds[order.type] ?? .limit,
            life: order.type == "MARKET" ? .goodTillCanceled : lives[order.timeInForce] ?? .goodTillCanceled,
            price: order.price, quantity: order.quantity, prevention: Self.preventionModes[order.prevention] ?? .none)
    }

    /// `-1015` when one more order would break a limit.
    func countOrder(_ account: AccountState, _ now: Int64) throws(ApiError) {
        func breach(_ counter: WindowCounter, _ limit: Int, _ words: String) throws(ApiError) {
            guard counter.count(at: now) >= limit else { return }
            throw ApiError(
                status: 429, -1015, "Too many new orders; current limit is \(limit) orders per \(words).",
                data: #"{"serverTime":\#(now),"retryAfter":\#(counter.resets(at: now))}"#)
        }
        try breach(account.counter10Seconds, options.ordersPer10Seconds, "10 SECOND")
        try breach(account.counterDay, options.ordersPerDay, "1 DAY")
    }

    /// The order meant by an id and/or a client id.
    func find(
        _ parameters: Parameters, _ account: AccountState, id: String = "orderId", client: String = "origClientOrderId"
    ) throws(ApiError) -> VenueOrder? {
        let number = try parameters.integer(id)
        let name = try parameters.clientId(client)
        guard number != nil || name != nil else {
            throw ApiError(-1102, "Param '\(client)' or '\(id)' must be sent, but both were empty/null!")
        }
        if let number {
            guard let order = ordersById[number], order.account === account else { return nil }
            if let name, order.clientId != name { throw ApiError(-2039, "Client order ID is not correct for this order ID.") }
            return order
        }
        return account.open.values.first { $0.clientId == name } ?? account.orders.last { $0.clientId == name }
    }

    /// Cancels; the report is held, the reply returned.
    func cancel(_ order: VenueOrder?, cancelId: String?, restriction: String? = nil) throws(ApiError) -> String {
        guard let order, order.isOpen else { throw .unknownOrder }
        if restriction == "ONLY_NEW" && order.status != "NEW"
            || restriction == "ONLY_PARTIALLY_FILLED" && order.status != "PARTIALLY_FILLED"
        { throw ApiError(-2011, "Order was not canceled due to cancel restrictions.") }
        guard market.cancel(order.id, into: &output) else { throw .unknownOrder }
        order.status = "CANCELED"
        close(order)
        let name = cancelId ?? generatedId()
        report(order, execution: "CANCELED", cancelId: name)
        settleOutput()
        reportBalances()
        return order.cancelReply(symbol: rules.symbol, cancelId: name, originalId: order.clientId)
    }

    func cancelAll(_ account: AccountState) throws(ApiError) -> String {
        guard !account.open.isEmpty else { throw .unknownOrder }
        var replies: [String] = []
        for order in account.open.values.sorted(by: { $0.id < $1.id }) {
            replies.append(try cancel(order, cancelId: nil))
        }
        return "[" + replies.joined(separator: ",") + "]"
    }

    /// §6.3: filters and order count first, then the cancel, then the placement.
    func cancelReplace(_ parameters: Parameters, _ account: AccountState) throws(ApiError) -> String {
        let mode = try parameters.text("cancelReplaceMode")
        guard mode == "STOP_ON_FAILURE" || mode == "ALLOW_FAILURE" else {
            throw ApiError(-1100, "Illegal characters found in parameter 'cancelReplaceMode'.")
        }
        let old = try find(parameters, account, id: "cancelOrderId", client: "cancelOrigClientOrderId")
        let draft = try draft(parameters, account, replacing: old)
        var overLimit: ApiError?
        do { try countOrder(account, nowMs) } catch {
            guard parameters["orderRateLimitExceededMode"] == "CANCEL_ONLY" else { throw error }
            overLimit = error
        }
        let canceled = attempt { () throws(ApiError) in
            try cancel(
                old, cancelId: try parameters.clientId("cancelNewClientOrderId"), restriction: parameters["cancelRestrictions"])
        }
        if !canceled.succeeded, mode == "STOP_ON_FAILURE" {
            account.counter10Seconds.add(1, at: nowMs)
            throw ApiError(
                -2022, "Order cancel-replace failed.",
                data: #"{"cancelResult":"FAILURE","newOrderResult":"NOT_ATTEMPTED","cancelResponse":\#(canceled.json),"newOrderResponse":null}"#)
        }
        let placed = attempt { () throws(ApiError) in
            if let overLimit { throw overLimit }
            return try place(draft, account)
        }
        let text = #"{"cancelResult":"\#(canceled.word)","newOrderResult":"\#(placed.word)","cancelResponse":\#(canceled.json),"newOrderResponse":\#(placed.json)}"#
        if canceled.succeeded && placed.succeeded { return text }
        if !canceled.succeeded && !placed.succeeded { throw ApiError(-2022, "Order cancel-replace failed.", data: text) }
        throw ApiError(status: 409, -2021, "Order cancel-replace partially failed.", data: text)
    }

    private struct Attempt {
        var succeeded: Bool
        var json: String
        var word: String { succeeded ? "SUCCESS" : "FAILURE" }
    }

    private func attempt(_ body: () throws(ApiError) -> String) -> Attempt {
        do { return Attempt(succeeded: true, json: try body()) } catch { return Attempt(succeeded: false, json: error.json) }
    }
}
