import Loopback
import Matching
import Units

/// An order as the venue remembers it, from acceptance to its end and after. Event-loop thread only.
final class VenueOrder {
    let id: Int64
    let account: AccountState
    var clientId: String
    let side: BookSide
    let type: String
    let timeInForce: String
    let price: Price
    var quantity: Quantity
    let quoteQuantity: Notional
    let prevention: String
    let strategyId: Int64?
    let strategyType: Int64?
    let createdAt: Int64
    var updatedAt: Int64
    /// Amendments in place so far; ten are allowed.
    var amends = 0
    var executed = Quantity.zero
    var executedQuote = Notional.zero
    var prevented = Quantity.zero
    var status = "NEW"
    var isWorking = false
    var expiryReason: String?
    /// What is still locked for it, in units of the locked asset.
    var locked: Int64 = 0
    var fills: [VenueTrade] = []

    init(
        id: Int64, account: AccountState, clientId: String, side: BookSide, type: String, timeInForce: String, price: Price,
        quantity: Quantity, quoteQuantity: Notional, prevention: String, strategyId: Int64?, strategyType: Int64?,
        at ms: Int64
    ) {
        self.id = id
        self.account = account
        self.clientId = clientId
        self.side = side
        self.type = type
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
        self.quoteQuantity = quoteQuantity
        self.prevention = prevention
        self.strategyId = strategyId
        self.strategyType = strategyType
        createdAt = ms
        updatedAt = ms
    }

    var left: Quantity { quantity - executed - prevented }
    var isOpen: Bool { status == "NEW" || status == "PARTIALLY_FILLED" }

    /// The members an order reply, a cancel report and a query have in common, without braces.
    func commonFields(symbol: String, clientId name: String) -> String {
        #""symbol":"\#(symbol)","orderId":\#(id),"orderListId":-1,"clientOrderId":\#(jsonQuoted(name))"#
    }

    var stateFields: String {
        #""price":"\#(price.wire)","origQty":"\#(quantity.wire)","executedQty":"\#(executed.wire)","#
            + #""origQuoteOrderQty":"\#(quoteQuantity.wire)","cummulativeQuoteQty":"\#(executedQuote.wire)","#
            + #""status":"\#(status)","timeInForce":"\#(timeInForce)","type":"\#(type)","side":"\#(side.wire)""#
    }

    private var extras: String {
        var text = ""
        if let strategyId { text += #","strategyId":\#(strategyId)"# }
        if let strategyType { text += #","strategyType":\#(strategyType)"# }
        if prevented.isPositive { text += #","preventedQuantity":"\#(prevented.wire)""# }
        if let expiryReason { text += #","expiryReason":"\#(expiryReason)""# }
        return text
    }

    /// The answer to a placement at the asked detail.
    func reply(symbol: String, detail: String) -> String {
        let head = "{" + commonFields(symbol: symbol, clientId: clientId) + #","transactTime":\#(updatedAt)"#
        if detail == "ACK" { return head + "}" }
        var text = head + "," + stateFields + #","workingTime":\#(createdAt),"selfTradePreventionMode":"\#(prevention)""#
        text += extras
        if detail == "FULL" { text += #","fills":[\#(fills.map(\.fillJson).joined(separator: ","))]"# }
        return text + "}"
    }

    func cancelReply(symbol: String, cancelId: String, originalId: String) -> String {
        "{" + #""origClientOrderId":\#(jsonQuoted(originalId)),"# + commonFields(symbol: symbol, clientId: cancelId)
            + #","transactTime":\#(updatedAt),"# + stateFields + #","selfTradePreventionMode":"\#(prevention)"}"#
    }

    func queryJson(symbol: String) -> String {
        "{" + commonFields(symbol: symbol, clientId: clientId) + "," + stateFields
            + #","stopPrice":"0.00000000","icebergQty":"0.00000000","time":\#(createdAt),"updateTime":\#(updatedAt),"#
            + #""isWorking":true,"workingTime":\#(createdAt),"selfTradePreventionMode":"\#(prevention)"\#(extras)}"#
    }
}

/// One fill of one order.
struct VenueTrade: Sendable {
    var id: Int64
    var orderId: Int64
    var side: BookSide
    var price: Price
    var quantity: Quantity
    var quote: Notional
    var fee: Int64
    var feeAsset: String
    var isMaker: Bool
    var time: Int64

    var fillJson: String {
        #"{"price":"\#(price.wire)","qty":"\#(quantity.wire)","commission":"\#(Quantity(raw: fee).wire)","#
            + #""commissionAsset":"\#(feeAsset)","tradeId":\#(id)}"#
    }

    func json(symbol: String) -> String {
        #"{"symbol":"\#(symbol)","id":\#(id),"orderId":\#(orderId),"orderListId":-1,"price":"\#(price.wire)","#
            + #""qty":"\#(quantity.wire)","quoteQty":"\#(quote.wire)","commission":"\#(Quantity(raw: fee).wire)","#
            + #""commissionAsset":"\#(feeAsset)","time":\#(time),"isBuyer":\#(side == .buy),"isMaker":\#(isMaker),"isBestMatch":true}"#
    }
}

extension BookSide {
    var wire: String { self == .buy ? "BUY" : "SELL" }
}
