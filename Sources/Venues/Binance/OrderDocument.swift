import Model
import Units
import Wire

/// An order as the venue's answers describe it: the results of `order.place`, `order.cancel` and `order.status`, and
/// the rows of open orders. Keys that an answer does not have keep their zero.
struct OrderDocument: BitwiseCopyable {
    var symbol = ByteView()
    var orderID: Int64 = 0
    var client = ByteView()
    /// Only in the answer to a cancel: there `clientOrderId` is the cancel's name.
    var originalClient = ByteView()
    var price: Int64 = 0
    var quantity: Int64 = 0
    var executed: Int64 = 0
    var status = ByteView()
    var side = ByteView()
    /// The latest of the times it carries.
    var time: Int64 = 0

    /// Reads one object at the scanner's place; `false` when it is malformed.
    mutating func read(_ scanner: inout JSONScanner) -> Bool {
        var key = ByteView()
        var moment: Int64 = 0
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("symbol") { read = scanner.string(&symbol) }
            else if key.equals("orderId") { read = scanner.int64(&orderID) }
            else if key.equals("clientOrderId") { read = scanner.string(&client) }
            else if key.equals("origClientOrderId") { read = scanner.string(&originalClient) }
            else if key.equals("price") { read = scanner.decimal(&price) }
            else if key.equals("origQty") { read = scanner.decimal(&quantity) }
            else if key.equals("executedQty") { read = scanner.decimal(&executed) }
            else if key.equals("status") { read = scanner.string(&status) }
            else if key.equals("side") { read = scanner.string(&side) }
            else if key.equals("transactTime") || key.equals("time") || key.equals("updateTime") {
                read = scanner.int64(&moment)
                time = max(time, moment)
            } else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.error == nil && orderID > 0 && wallTime(milliseconds: time) != nil
    }

    /// As a statement about the order; `nil` when it has no status or side of ours.
    func update(
        source: EvidenceSource, instrument: InstrumentID, clientIDs: ClientOrderIDFormat
    ) -> OrderUpdate? {
        guard let side = sideOfWire(side), let status = statusOfWire(status, executed: executed) else { return nil }
        guard price >= 0, quantity >= 0, executed >= 0 else { return nil }
        return OrderUpdate(
            status: status, source: source, instrument: instrument, side: side,
            client: clientOfWire(originalClient, client, clientIDs), venueOrder: VenueOrderID(UInt64(orderID)),
            price: Price(raw: price), quantity: Quantity(raw: quantity), cumulativeQuantity: Quantity(raw: executed),
            venueTime: Nanoseconds(milliseconds: time))
    }
}

/// `BUY` or `SELL`.
func sideOfWire(_ text: ByteView) -> Side? {
    if text.equals("BUY") { return .buy }
    return text.equals("SELL") ? .sell : nil
}

/// The venue's order status; a cancel under way is still an open order.
func statusOfWire(_ text: ByteView, executed: Int64) -> VenueOrderStatus? {
    if text.equals("NEW") || text.equals("PENDING_NEW") { return .new }
    if text.equals("PARTIALLY_FILLED") { return .partiallyFilled }
    if text.equals("FILLED") { return .filled }
    if text.equals("CANCELED") { return .cancelled }
    if text.equals("REJECTED") { return .rejected }
    if text.equals("EXPIRED") || text.equals("EXPIRED_IN_MATCH") { return .expired }
    if text.equals("PENDING_CANCEL") { return executed > 0 ? .partiallyFilled : .new }
    return nil
}

/// Our id of an order: the original name where there is one, else the name. Orders of others are `none`.
func clientOfWire(_ original: ByteView, _ name: ByteView, _ format: ClientOrderIDFormat) -> ClientOrderID {
    if !original.isEmpty, let id = format.parse(count: original.count, byteAt: { original[$0] }) { return id }
    return format.parse(count: name.count) { name[$0] } ?? .none
}
