import Model
import Units
import Wire

/// One request as the simulated venue reads it. Only what a decision needs.
package struct DialectRequest {
    package enum Method { case logon, subscribe, place, cancel, cancelAll, query, amend, replace, other }
    package var id: Int64 = 0
    package var method = Method.other
    package var client = ClientOrderID.none
    /// Of a replacement: the order that is to be ended, where it is named by our name.
    package var former = ClientOrderID.none
    package var venueOrder = VenueOrderID.none
    package var side = Side.buy
    package var timeInForce = TimeInForce.postOnly
    package var price = Price.zero
    package var quantity = Quantity.zero
    package var timestamp = Nanoseconds.zero
    /// How long after its timestamp the request may arrive.
    package var window = Nanoseconds(milliseconds: 5000)
    package init() {}
}

/// What a good answer says.
package enum DialectAnswer {
    case loggedOn, subscribed, allCancelled
    case placed(OrderReply)
    case order(OrderUpdate)
    /// Changed in place, as it rests now.
    case amended(OrderUpdate)
    /// The first was ended, the second taken for it.
    case replaced(OrderUpdate, OrderReply)
}

/// Why a request was not done; `backendTimeout` leaves it open.
package enum DialectRefusal: Equatable {
    case staleTimestamp, rateLimited, addressBanned, throttled, backendTimeout, marketClosed, filter, insufficientBalance, wouldTake
    case unknownOrder, noSuchOrder
    /// Of an amendment in place.
    case notAmended
    /// Of a replacement: neither half was done, because the order is gone, or executed in part.
    case notReplaced(isGone: Bool)
    /// Of a replacement: the order is ended and the new one was not taken.
    case endedOnly
}

/// A price and what is displayed there.
package struct DisplayedLevel: Equatable {
    package var price: Price
    package var quantity: Quantity
}

/// A venue's spelling in the seeded world: requests in, answers, events, market messages and REST bodies out, as bytes. It
/// knows no rules; those are the world's. Times are in milliseconds.
package protocol VenueDialect {
    /// `nil` when the bytes are no request: a bug of the adapter.
    func read(_ bytes: ByteView) -> DialectRequest?
    func done(_ id: Int64, _ what: DialectAnswer, time: Int64) -> [UInt8]
    func refused(_ id: Int64, _ why: DialectRefusal) -> [UInt8]

    /// The private stream: an order's status, with the fill that led to it.
    func report(_ update: OrderUpdate, _ fill: Fill?, time: Int64) -> [UInt8]
    /// The private stream: an order was changed where it rests.
    func amended(_ update: OrderUpdate, time: Int64) -> [UInt8]
    /// The private stream: balances that a trade changed.
    func balances(_ rows: [VenueBalance], time: Int64) -> [UInt8]
    /// The venue ends the private stream.
    func terminated(time: Int64) -> [UInt8]

    func openOrders(_ rows: [OrderUpdate], time: Int64) -> [UInt8]
    func account(_ rows: [VenueBalance], time: Int64) -> [UInt8]
    func trades(_ rows: [Fill], time: Int64) -> [UInt8]

    func ticker(_ top: TopOfBook, into out: inout ByteWriter)
    func trade(_ trade: PublicTrade, time: Int64, into out: inout ByteWriter)
    func depth(
        first: Int64, last: Int64, bids: [DisplayedLevel], asks: [DisplayedLevel], time: Int64, into out: inout ByteWriter)
    func snapshot(last: Int64, bids: [DisplayedLevel], asks: [DisplayedLevel], into out: inout ByteWriter)
}
