import Units

/// Which side of the book an order is on.
package enum BookSide: UInt8, Sendable, Hashable, CaseIterable {
    case buy, sell
    /// The side it trades with.
    package var opposite: BookSide { self == .buy ? .sell : .buy }
}

/// What an order asks for. `postOnly` is a limit order that is refused rather than traded on arrival.
package enum OrderKind: UInt8, Sendable, CaseIterable { case limit, market, postOnly }

/// How long what is not traded at once lives. Ignored for market orders (always immediate) and post-only (always rests).
package enum OrderLife: UInt8, Sendable, CaseIterable { case goodTillCanceled, immediateOrCancel, fillOrKill }

/// What happens when an order would trade with another of the same owner; the arriving order's mode decides.
package enum SelfTradePrevention: UInt8, Sendable, CaseIterable {
    case none, expireTaker, expireMaker, expireBoth, decrement
}

/// An order on its way into the book. Preconditions: `quantity > 0`, `price > 0` unless a market order, `id` unused.
package struct IncomingOrder: Sendable {
    package var id: Int64
    /// Who sent it; 0 is the anonymous background, which never counts as trading with itself.
    package var owner: Int32
    package var side: BookSide
    package var kind: OrderKind
    package var life: OrderLife
    package var price: Price
    package var quantity: Quantity
    package var prevention: SelfTradePrevention

    package init(
        id: Int64, owner: Int32, side: BookSide, kind: OrderKind = .limit, life: OrderLife = .goodTillCanceled,
        price: Price, quantity: Quantity, prevention: SelfTradePrevention = .none
    ) {
        self.id = id
        self.owner = owner
        self.side = side
        self.kind = kind
        self.life = life
        self.price = price
        self.quantity = quantity
        self.prevention = prevention
    }
}

/// Why an order left the book, or never reached it.
package enum OrderEnding: UInt8, Sendable, Hashable {
    case filled
    /// By its owner.
    case canceled
    /// What was left of an immediate-or-cancel order.
    case immediateRemainder
    /// A fill-or-kill order that could not be filled whole.
    case notFillable
    /// What was left of a market order when the other side was empty.
    case noLiquidity
    /// A post-only order that would have traded.
    case wouldTrade
    /// By self-trade prevention.
    case selfTrade
}

/// One thing the book did, in the order it did them.
package enum MatchEvent: Sendable, Hashable {
    case traded(maker: Int64, taker: Int64, takerSide: BookSide, price: Price, quantity: Quantity)
    /// Self-trade prevention took `quantity` from an order (both sides get one under `decrement`).
    case prevented(id: Int64, counter: Int64, price: Price, quantity: Quantity)
    case rested(id: Int64, left: Quantity)
    case ended(id: Int64, ending: OrderEnding, left: Quantity)
    /// The total resting at a price is now this (0 = the level is gone).
    case level(side: BookSide, price: Price, quantity: Quantity)
}

/// The total resting at one price.
package struct BookLevel: Sendable, Hashable {
    package var price: Price
    package var quantity: Quantity
    package init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}
