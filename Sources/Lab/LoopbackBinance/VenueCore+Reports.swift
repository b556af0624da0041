import Loopback
import Matching
import Units

/// What happens to clients' orders: balances, statuses, user events.
extension VenueCore {
    /// Books one outcome; outcomes of background orders are none of ours.
    func settle(_ outcome: OrderOutcome) {
        switch outcome {
        case .traded(let id, let price, let quantity, let isMaker, let tradeId):
            guard let order = ordersById[id] else { return }
            fill(order, price: price, quantity: quantity, isMaker: isMaker, tradeId: tradeId)
        case .prevented(let id, let counter, let price, let quantity):
            guard let order = ordersById[id] else { return }
            prevent(order, counter: counter, price: price, quantity: quantity)
        case .rested(let id):
            guard let order = ordersById[id] else { return }
            order.isWorking = true
            store?.note(order)
        case .ended(let id, let ending):
            guard let order = ordersById[id], order.isOpen else { return }
            switch ending {
            case .filled, .canceled, .wouldTrade, .selfTrade: break
            case .immediateRemainder: expire(order, "UNFILLED_IOC_QUANTITY_EXPIRED")
            case .notFillable: expire(order, "UNFILLED_FOK_ORDER_EXPIRED")
            case .noLiquidity: expire(order, "INSUFFICIENT_LIQUIDITY")
            }
        }
    }

    private func fill(_ order: VenueOrder, price: Price, quantity: Quantity, isMaker: Bool, tradeId: Int64) {
        let account = order.account
        let isFirst = order.executed.isZero
        let quote = price.times(quantity, rounding: .halfUp) ?? .zero
        order.executed += quantity
        order.executedQuote += quote
        order.status = order.left.isZero ? "FILLED" : "PARTIALLY_FILLED"
        order.updatedAt = nowMs
        let rate = isMaker ? options.makerFee : options.takerFee
        let (paid, paidAsset) = order.side == .buy ? (quote.raw, rules.quote) : (quantity.raw, rules.base)
        let (received, receivedAsset) = order.side == .buy ? (quantity.raw, rules.base) : (quote.raw, rules.quote)
        var (fee, feeAsset) = (
            Int64(Rounding.down.divide(Int128(received) * Int128(rate.raw), by: Int128(fixedPointUnit))), receivedAsset)
        if let third = options.feeAsset {
            let worth = Int128(quote.raw) * Int128(rate.raw) / Int128(third.price.raw)
            if let other = Int64(exactly: worth), (account.balances[third.name] ?? Balance()).free >= other {
                (fee, feeAsset) = (other, third.name)
            }
        }
        relock(order)
        account.balances[paidAsset, default: Balance()].free -= paid
        account.balances[receivedAsset, default: Balance()].free += received
        account.balances[feeAsset, default: Balance()].free -= fee
        touch(account, feeAsset == receivedAsset ? [paidAsset, receivedAsset] : [paidAsset, receivedAsset, feeAsset])
        let trade = VenueTrade(
            id: tradeId, orderId: order.id, side: order.side, price: price, quantity: quantity, quote: quote, fee: fee,
            feeAsset: feeAsset, isMaker: isMaker, time: order.updatedAt)
        account.trades.append(trade)
        store?.note(trade, account)
        order.fills.append(trade)
        if isFirst {
            account.counter10Seconds.add(isMaker ? -5 : -1, at: nowMs)
            account.counterDay.add(isMaker ? -5 : -1, at: nowMs)
        }
        if order.left.isZero { account.open[order.id] = nil }
        report(order, execution: "TRADE", trade: trade)
    }

    /// Locks exactly what the open rest of the order needs and gives the difference back.
    func relock(_ order: VenueOrder) {
        let asset = order.side == .buy ? rules.quote : rules.base
        var need: Int64 = 0
        if order.isOpen, order.type != "MARKET" {
            need = order.side == .buy ? order.price.times(order.left, rounding: .up)?.raw ?? 0 : order.left.raw
        }
        order.account.balances[asset, default: Balance()].locked += need - order.locked
        order.account.balances[asset, default: Balance()].free -= need - order.locked
        order.locked = need
        touch(order.account, [asset])
    }

    private func expire(_ order: VenueOrder, _ reason: String) {
        order.status = "EXPIRED"
        order.expiryReason = reason
        close(order)
        report(order, execution: "EXPIRED")
    }

    /// Common to every end that is not a fill.
    func close(_ order: VenueOrder) {
        order.updatedAt = nowMs
        order.isWorking = false
        relock(order)
        order.account.open[order.id] = nil
    }

    private func prevent(_ order: VenueOrder, counter: Int64, price: Price, quantity: Quantity) {
        order.prevented += quantity
        preventedMatches += 1
        if order.left.isZero {
            order.status = "EXPIRED_IN_MATCH"
            close(order)
        } else {
            relock(order)
        }
        let extra = #","v":\#(preventedMatches),"A":"\#(order.prevented.wire)","B":"\#(quantity.wire)","u":\#(preventedMatches),"#
            + #""U":\#(counter),"Cs":"\#(rules.symbol)","pl":"\#(quantity.wire)","pL":"\#(price.wire)","#
            + #""pY":"\#((price.times(quantity, rounding: .halfUp) ?? .zero).wire)""#
        report(order, execution: "TRADE_PREVENTION", extra: extra)
    }

    func touch(_ account: AccountState, _ assets: [String]) {
        touched[account.number, default: []].formUnion(assets)
        store?.note(account)
    }

    /// One `outboundAccountPosition` per account touched since the last.
    func reportBalances() {
        guard !touched.isEmpty else { return }
        for account in accounts {
            guard let assets = touched[account.number] else { continue }
            account.updatedAt = nowMs
            let list = assets.sorted().map { asset in
                let balance = account.balances[asset] ?? Balance()
                return #"{"a":"\#(asset)","f":"\#(Quantity(raw: balance.free).wire)","l":"\#(Quantity(raw: balance.locked).wire)"}"#
            }
            heldEvents.append((
                account,
                #"{"e":"outboundAccountPosition","E":\#(nowMs),"u":\#(account.updatedAt),"B":[\#(list.joined(separator: ","))]}"#
            ))
        }
        touched.removeAll()
    }

    /// Queues an `executionReport`. On a cancel, `cancelId` is the cancel's id and the order's goes to `C`; after an
    /// amendment its `formerName` does.
    func report(
        _ order: VenueOrder, execution: String, trade: VenueTrade? = nil, cancelId: String? = nil,
        formerName: String? = nil, extra: String = ""
    ) {
        store?.note(order)
        executionIds += 1
        let now = nowMs
        let zero = "0.00000000"
        var text = #"{"e":"executionReport","E":\#(now),"s":"\#(rules.symbol)","c":\#(jsonQuoted(cancelId ?? order.clientId)),"#
        text += #""S":"\#(order.side.wire)","o":"\#(order.type)","f":"\#(order.timeInForce)","q":"\#(order.quantity.wire)","#
        text += #""p":"\#(order.price.wire)","P":"\#(zero)","F":"\#(zero)","g":-1,"#
        text += #""C":\#(cancelId == nil ? jsonQuoted(formerName ?? "") : jsonQuoted(order.clientId)),"x":"\#(execution)","X":"\#(order.status)","#
        text += #""r":"NONE","i":\#(order.id),"l":"\#(trade?.quantity.wire ?? zero)","z":"\#(order.executed.wire)","#
        text += #""L":"\#(trade?.price.wire ?? zero)","n":"\#(trade.map { Quantity(raw: $0.fee).wire } ?? "0")","#
        text += #""N":\#(trade.map { jsonQuoted($0.feeAsset) } ?? "null"),"T":\#(order.updatedAt),"t":\#(trade?.id ?? -1),"#
        text += #""I":\#(executionIds),"w":\#(order.isOpen && order.type != "MARKET"),"m":\#(trade?.isMaker ?? false),"M":false,"#
        text += #""O":\#(order.createdAt),"Z":"\#(order.executedQuote.wire)","Y":"\#(trade?.quote.wire ?? zero)","#
        text += #""Q":"\#(order.quoteQuantity.wire)","W":\#(order.createdAt),"V":"\#(order.prevention)""#
        if let id = order.strategyId { text += #","j":\#(id)"# }
        if let type = order.strategyType { text += #","J":\#(type)"# }
        if let reason = order.expiryReason { text += #","eR":"\#(reason)""# }
        heldEvents.append((order.account, text + extra + "}"))
    }
}
