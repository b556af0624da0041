import Model
import Units
import Wire

/// Where an order link's events go: `.orderReply`, `.orderUpdate`, `.fill`, `.balance`, `.link`. Called on the trade
/// thread, in order, inside the adapter's call.
public protocol OrderSink: QuarantineSink, ~Copyable {
    mutating func order(_ input: Input)
    /// The connection cannot be trusted any longer and has to be opened anew; the link was reported as down already.
    mutating func reconnect(_ reason: OrderLinkProblem)
}

/// Why an order link was given up; the reason in its `LinkChange`. Raw values are journalled.
public enum OrderLinkProblem: UInt16, Sendable, BitwiseCopyable, CaseIterable {
    case none = 0
    /// The connection ended.
    case closed = 1
    /// Log-on or the private stream's subscription was refused.
    case refused = 2
    /// No answer to log-on or subscription in time.
    case timedOut = 3
    /// A message that could not be read: what it said is lost.
    case malformed = 4
    /// The venue announced that it closes the connection or ended the private stream.
    case ended = 5
    /// The session lost its key.
    case revoked = 6
    /// The link did not take a frame of the log-on.
    case sinkFull = 7
}

/// One venue's order entry with its private stream, as a machine without I/O. Used by the trade thread only. Allocates
/// at `init` only (a signature at log-on may allocate inside the crypto library).
///
/// `at` and `receivedAt` are on the engine clock, `wallNow` is UTC for signed timestamps. The link is usable for
/// orders from the `.link(.orders, .up)` event (logged on, private stream subscribed) until `.down`.
///
/// The commands answer `true` when the frame was handed to the link. `false` means that nothing was sent: the
/// link is not ready, its buffer or the in-flight table is full, or the instrument is not this venue's. Time-outs are the
/// core's business; a reply that comes after them is still reported.
///
/// Each command sent is answered by one `.orderReply`, with two exceptions: a query that is answered gives one
/// `.orderUpdate` with source `.query` (status `.absent` when the venue has no such order); and an amendment that gives
/// the order a new name is answered by two replies, first for the order that was to be changed, then for the new name.
public protocol OrderEntryAdapter: ~Copyable {
    /// The connections this adapter needs. Cold.
    var links: [LinkDescription] { get }
    /// Whether commands can be sent now.
    var isReady: Bool { get }
    /// Events of the private stream that had been seen already and were taken once; a total for people.
    var duplicateEvents: UInt64 { get }
    mutating func linkOpened<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O)
    /// Every request in flight is reported with outcome `unknown`, then the link as down.
    mutating func linkClosed<O: OrderSink & ~Copyable>(at now: Nanoseconds, events: inout O)
    /// One complete text frame.
    mutating func message<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        _ bytes: ByteView, receivedAt: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O)
    mutating func place<S: FrameSink & ~Copyable>(
        _ order: NewOrder, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    mutating func cancel<S: FrameSink & ~Copyable>(
        _ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    mutating func cancelAll<S: FrameSink & ~Copyable>(
        _ instrument: InstrumentID, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    /// Changes a resting order. In place where `isInPlace` says so. Otherwise the venue must end the order and take the
    /// new one in one request, and the new one only when nothing of the old was executed: an adapter whose venue cannot
    /// promise that answers `false`.
    mutating func amend<S: FrameSink & ~Copyable>(
        _ amendment: OrderAmendment, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    /// The venue's dead-man's switch; `nil` where it has none. Cold.
    var cancelSwitch: CancelSwitch? { get }
    /// Asks the venue to cancel everything of the run's instruments unless it is asked again in time. One reply of kind
    /// `.refresh`, once that holds for all of them.
    mutating func refreshSwitch<S: FrameSink & ~Copyable>(
        _ refresh: SwitchRefresh, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    mutating func query<S: FrameSink & ~Copyable>(
        _ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    /// Time passed; called at least every 100 ms.
    mutating func timer<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O)
}

extension OrderEntryAdapter where Self: ~Copyable {
    /// The venue changes no orders: nothing was sent.
    public mutating func amend<S: FrameSink & ~Copyable>(
        _ amendment: OrderAmendment, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool { false }

    public var duplicateEvents: UInt64 { 0 }

    public var cancelSwitch: CancelSwitch? { nil }
    /// The venue has no switch: nothing was sent.
    public mutating func refreshSwitch<S: FrameSink & ~Copyable>(
        _ refresh: SwitchRefresh, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S
    ) -> Bool { false }
}

/// What a venue's dead-man's switch can be set to.
public struct CancelSwitch: BitwiseCopyable, Sendable, Equatable {
    public var shortest: Nanoseconds
    public var longest: Nanoseconds

    public init(shortest: Nanoseconds, longest: Nanoseconds) {
        self.shortest = shortest
        self.longest = longest
    }
}
