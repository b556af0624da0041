import Model
import Units
import Wire

/// Where an order link's events go: `.orderReply`, `.orderUpdate`, `.fill`, `.balance`, `.link`. Called on the trade
/// thread, in order, inside the adapter's call.
public protocol OrderSink: ~Copyable {
    mutating func order(_ input: Input)
}

/// One venue's order entry with its private stream, as a machine without I/O. Used by the trade thread only. Allocates
/// at `init` only (a signature at log-on may allocate inside the crypto library).
///
/// `at` and `receivedAt` are on the engine clock, `wallNow` is UTC for signed timestamps. The link is usable for
/// orders from the `.link(.orders, .up)` event (logged on, private stream subscribed) until `.down`.
///
/// The four commands answer `true` when the frame was handed to the link. `false` means that nothing was sent: the
/// link is not ready, its buffer or the in-flight table is full, or the instrument is not this venue's. Time-outs are the
/// core's business; a reply that comes after them is still reported.
public protocol OrderEntryAdapter: ~Copyable {
    /// The connections this adapter needs. Cold.
    var links: [LinkDescription] { get }
    /// Whether commands can be sent now.
    var isReady: Bool { get }
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
    mutating func query<S: FrameSink & ~Copyable>(
        _ order: OrderReference, at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S) -> Bool
    /// Time passed; called at least every 100 ms.
    mutating func timer<S: FrameSink & ~Copyable, O: OrderSink & ~Copyable>(
        at now: Nanoseconds, wallNow: Nanoseconds, sink: inout S, events: inout O)
}
