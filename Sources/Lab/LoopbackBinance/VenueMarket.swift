import Matching
import Units

/// One thing the public sees, in order.
enum PublicEvent: Sendable, Hashable {
    /// A level changed; the book's update id is now `updateId`.
    case level(side: BookSide, price: Price, quantity: Quantity, updateId: Int64)
    case trade(price: Price, quantity: Quantity, buyerIsMaker: Bool, tradeId: Int64)
    /// A recorded best-price message, passed on with its own update id.
    case ticker(bid: BookLevel, ask: BookLevel, updateId: Int64)
}

/// One thing that happened to an order a client sent, in order.
enum OrderOutcome: Sendable, Hashable {
    /// `order` traded; `tradeId` is the public trade's.
    case traded(order: Int64, price: Price, quantity: Quantity, isMaker: Bool, tradeId: Int64)
    case prevented(order: Int64, counter: Int64, price: Price, quantity: Quantity)
    case rested(order: Int64)
    case ended(order: Int64, ending: OrderEnding)
}

/// What one step of a market produced.
struct MarketOutput {
    var published: [PublicEvent] = []
    var outcomes: [OrderOutcome] = []
    var isEmpty: Bool { published.isEmpty && outcomes.isEmpty }
    mutating func removeAll() {
        published.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
    }
}

/// The background market our clients trade in: seeded order flow, or a recording. Event-loop thread only.
protocol VenueMarket: AnyObject {
    /// The id of the last change of the book.
    var updateId: Int64 { get }
    var bestBid: BookLevel? { get }
    var bestAsk: BookLevel? { get }
    /// The last traded price, or the middle before any trade.
    var reference: Price { get }
    /// Whether best prices come as `PublicEvent.ticker` rather than derived from the book.
    var publishesTicker: Bool { get }
    func levels(_ side: BookSide, limit: Int) -> [BookLevel]
    func nextOrderId() -> Int64
    func submit(_ order: IncomingOrder, into output: inout MarketOutput)
    /// `false`: the order does not rest.
    func cancel(_ id: Int64, into output: inout MarketOutput) -> Bool
    /// Takes a part of a resting order away; it keeps its place. `false`: it does not rest with more than that.
    func reduce(_ id: Int64, by quantity: Quantity, into output: inout MarketOutput) -> Bool
    /// Market time of the next background event, from the start; `nil` at the end of a recording.
    var nextEventTime: Nanoseconds? { get }
    /// Where the market is, for a venue that is started again.
    var position: MarketPosition { get }
    /// Performs the next background event.
    func step(into output: inout MarketOutput)
}
