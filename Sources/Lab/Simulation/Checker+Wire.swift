import Model
import Units

/// What leaves for the venue, and whether it may.
extension Checker {
    /// An order's bytes leave for the venue. `journalled`: places in the journal by now.
    mutating func sent(_ order: NewOrder, link: Int, placesJournalled: UInt64, placesSent: UInt64) {
        left(order, link: link, replaces: .none)
        if placesSent > placesJournalled {
            fail(.journalledBeforeSent, "\(placesSent) orders sent, \(placesJournalled) journalled")
        }
    }

    /// An amendment that makes a new order leaves for the venue.
    mutating func amended(_ amendment: OrderAmendment, link: Int) {
        left(placement(amendment), link: link, replaces: amendment.order.client)
    }

    func placement(_ amendment: OrderAmendment) -> NewOrder {
        NewOrder(
            client: amendment.client, instrument: amendment.order.instrument, strategy: amendment.strategy,
            side: amendment.side, timeInForce: amendment.timeInForce, price: amendment.price, quantity: amendment.quantity)
    }

    private mutating func left(_ order: NewOrder, link: Int, replaces: ClientOrderID) {
        if !everSent.insert(order.client).inserted { fail(.clientIDLeavesOnce, "order \(order.client.sequence) of run \(order.client.run)") }
        if passed.remove(order.client) == nil {
            fail(.journalledBeforeSent, "order \(order.client.sequence) left without a passed verdict before it")
        }
        if !isPermitted || isKilled { fail(.sentOnlyWhenPermitted, "not live") }
        if now >= permittedUntil { fail(.sentOnlyWhenPermitted, "the mandate has expired") }
        if !marketUp || !ordersUp { fail(.sentOnlyWhenPermitted, "a link is down") }
        if !isReconciled { fail(.sentOnlyWhenPermitted, "not reconciled since the order link came up") }
        if now - reconciledAt > maxUnreconciled {
            fail(.sentOnlyWhenPermitted, "the account's truth is \((now - reconciledAt).milliseconds) ms old")
        }
        if let switchAgeMax, !isReducing, order.strategy != .engine, now - refreshedAt > switchAgeMax {
            fail(.sentOnlyWhenPermitted, "the switch was refreshed \((now - refreshedAt).milliseconds) ms ago")
        }
        if now - lastTop > maxDataAge { fail(.sentOnlyWhenPermitted, "data are \((now - lastTop).milliseconds) ms old") }
        flying[order.client] = (order, link, replaces)
    }
}
