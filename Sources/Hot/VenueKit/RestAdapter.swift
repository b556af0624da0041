import Model
import Units

/// One HTTP request, ready to be sent. Cold.
public struct RestRequest: Sendable {
    public var method: String
    /// Path with query, percent-encoded.
    public var target: String
    /// Without `Host` and `Content-Length`, which the client adds.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
}

/// Why an answer holds no rows.
public enum RestFailure: Error, Sendable, Equatable {
    /// Not the document that was asked for; proves nothing.
    case malformed
    /// The venue answered with an error. `outcome` is `.unknown` where it may have acted all the same.
    case venue(error: ErrorCode, venueCode: Int32, outcome: Outcome, httpStatus: Int)
}

/// One venue's REST calls for the cold path: reconciliation, guard and depth snapshots. Builds requests and reads
/// answers; sends nothing. Any cold thread. `wallNow` is UTC and goes into signed timestamps.
///
/// A request that names an instrument the venue does not have is `nil`.
public protocol RestAdapter: AnyObject, Sendable {
    /// The HTTP/1.1 endpoint of every request here.
    var link: LinkDescription { get }
    var instruments: [InstrumentID] { get }

    func serverTime() -> RestRequest
    func exchangeInfo() -> RestRequest
    func depthSnapshot(_ instrument: InstrumentID) -> RestRequest?
    func openOrders(_ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest?
    func account(wallNow: Nanoseconds) -> RestRequest
    func order(_ client: ClientOrderID, _ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest?
    /// Own executions with id `from` or later; without it the venue's most recent ones.
    func myTrades(_ instrument: InstrumentID, from: TradeID?, wallNow: Nanoseconds) -> RestRequest?
    func cancelAllOpen(_ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest?
    func cancel(_ client: ClientOrderID, _ instrument: InstrumentID, wallNow: Nanoseconds) -> RestRequest?

    /// What any answer says of the venue's limits, in its headers or by its status; `nil` where it says nothing. A count
    /// whose limit is not told has the limit 0. Header names in any case.
    func usage(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], wallNow: Nanoseconds
    ) -> VenueUsage?

    func parseServerTime(status: Int, body: [UInt8]) throws(RestFailure) -> Nanoseconds
    /// The rules of the run's instruments; those the answer does not hold are missing.
    func parseExchangeInfo(status: Int, body: [UInt8]) throws(RestFailure) -> [Instrument]
    /// Rows with source `.snapshot`; foreign orders have client `none`.
    func parseOpenOrders(status: Int, body: [UInt8]) throws(RestFailure) -> [OrderUpdate]
    /// Rows with source `.snapshot`, of the assets the run names.
    func parseAccount(status: Int, body: [UInt8]) throws(RestFailure) -> [VenueBalance]
    /// The account's number in the same answer, as the venue prints it; `nil` where the venue gives none.
    func parseAccountNumber(status: Int, body: [UInt8]) throws(RestFailure) -> UInt64?
    /// With source `.query`; an order the venue does not have is an update with status `.absent`.
    func parseOrder(
        _ client: ClientOrderID, _ instrument: InstrumentID, status: Int, body: [UInt8]
    ) throws(RestFailure) -> OrderUpdate
    /// Rows with source `.tradeHistory`; the client id is `none` where the venue does not repeat it.
    func parseMyTrades(_ instrument: InstrumentID, status: Int, body: [UInt8]) throws(RestFailure) -> [Fill]
    /// How many orders were cancelled; none open is 0, not an error.
    func parseCancelAllOpen(status: Int, body: [UInt8]) throws(RestFailure) -> Int
    /// Whether there was an order to cancel.
    func parseCancel(status: Int, body: [UInt8]) throws(RestFailure) -> Bool
}

extension RestAdapter {
    /// None: for a venue that reports no number.
    public func parseAccountNumber(status: Int, body: [UInt8]) throws(RestFailure) -> UInt64? { nil }
}
