import Loopback
import Units

/// Amending in place (§6.4): only less, the same order id and place in the queue, ten times at most, no order counted.
extension VenueCore {
    func amend(_ parameters: Parameters, _ account: AccountState) throws(ApiError) -> String {
        try checkSymbol(parameters)
        guard let quantity = try parameters.decimal("newQty", as: Quantity.self) else { throw .missing("newQty") }
        guard let order = try find(parameters, account), order.isOpen else { throw .noSuchOrder }
        func refuse(_ text: String) -> ApiError { ApiError(-2038, text) }
        guard quantity < order.quantity else {
            throw refuse(
                quantity == order.quantity
                    ? "The requested action would change no state; rejecting."
                    : "Order amend (quantity increase) is not supported.")
        }
        guard order.amends < 10 else { throw .filter("MAX_NUM_ORDER_AMENDS") }
        guard quantity.isPositive else { throw ApiError(-1013, "Price * QTY is zero or less.") }
        if let broken = rules.brokenFilter(
            side: order.side == .buy, price: order.price, quantity: quantity, reference: market.reference,
            open: account.open.count - 1)
        { throw .filter(broken) }
        let oldName = order.clientId
        let newName = try parameters.clientId("newClientOrderId") ?? generatedId()
        if quantity <= order.executed + order.prevented {
            // Nothing is left of it: the order ends.
            guard market.cancel(order.id, into: &output) else { throw .noSuchOrder }
            order.quantity = quantity
            order.status = "EXPIRED"
            close(order)
        } else {
            guard market.reduce(order.id, by: order.quantity - quantity, into: &output) else { throw .noSuchOrder }
            order.quantity = quantity
            order.updatedAt = nowMs
            relock(order)
        }
        order.amends += 1
        order.clientId = newName
        report(order, execution: "REPLACED", formerName: oldName)
        settleOutput()
        reportBalances()
        return #"{"transactTime":\#(order.updatedAt),"executionId":\#(executionIds),"amendedOrder":{"#
            + order.commonFields(symbol: rules.symbol, clientId: newName)
            + #","price":"\#(order.price.wire)","qty":"\#(order.quantity.wire)","executedQty":"\#(order.executed.wire)","#
            + #""preventedQty":"\#(order.prevented.wire)","quoteOrderQty":"\#(order.quoteQuantity.wire)","#
            + #""cumulativeQuoteQty":"\#(order.executedQuote.wire)","status":"\#(order.status)","timeInForce":"\#(order.timeInForce)","#
            + #""type":"\#(order.type)","side":"\#(order.side.wire)","selfTradePreventionMode":"\#(order.prevention)"}}"#
    }
}
