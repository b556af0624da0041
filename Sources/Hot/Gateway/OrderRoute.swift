import Model
import Rings
import Transport
import Units

/// Where the core's decisions go and where the venue's word about them comes from. The trade agent is generic over it,
/// so that a mode is a type: what cannot send has no link and no key in it. Trade thread only; never allocates after
/// `start`.
///
/// | mode | route |
/// |---|---|
/// | LIVE | `OrderLinkDriver`: the adapter over its own link |
/// | SHADOW | `NoOrderRoute`: nothing |
/// | DRY_RUN, BACKTEST | a simulated venue inside the process |
public protocol OrderRoute: ~Copyable {
    /// What the route's link shows; `nil` where there is no link. Cold, before the route moves to its thread.
    var gauges: GaugeBoard? { get }
    /// On the thread that will drive it, before the first `poll`.
    mutating func start()
    mutating func stop()
    /// One turn; what was said meanwhile is in `takeEvent` afterwards. How much was done.
    mutating func poll(at now: Nanoseconds, wallNow: Nanoseconds) -> Int
    /// The oldest event that the core has not seen, or `nil`.
    mutating func takeEvent() -> Input?
    /// Carries out one output; answers whether something was sent. What could not be sent is told by an event.
    mutating func perform(_ output: Output, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool
    /// When the link did what with the last request; `nil` where there is no link.
    var stamps: LinkStamps? { mutating get }
    /// The venue has banned us, as its answers say: nothing leaves before this time, no attempt to connect either.
    mutating func banned(until time: Nanoseconds)
    /// A market event, before the core sees it. Only a simulated venue listens.
    mutating func observe(_ market: Input, at now: Nanoseconds)
}

extension OrderRoute where Self: ~Copyable {
    public var gauges: GaugeBoard? { nil }
    @inlinable public var stamps: LinkStamps? { mutating get { nil } }
    @inlinable public mutating func start() {}
    @inlinable public mutating func stop() {}
    @inlinable public mutating func banned(until time: Nanoseconds) {}
    @inlinable public mutating func observe(_ market: Input, at now: Nanoseconds) {}
}

/// The route of a mode without a right to send: it holds no key, no adapter and no link, so there is nothing to send
/// with. Decisions are judged and journalled, and end here.
public struct NoOrderRoute: OrderRoute, ~Copyable {
    public init() {}

    public mutating func poll(at now: Nanoseconds, wallNow: Nanoseconds) -> Int { 0 }
    public mutating func takeEvent() -> Input? { nil }

    public mutating func perform(_ output: Output, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        switch output {
        case .place, .cancel, .cancelAll, .query, .amend, .refresh:
            preconditionFailure("a core without a right to send decided to send")
        case .verdict, .order, .position, .state, .alert, .command, .switched, .review: return false
        }
    }
}
