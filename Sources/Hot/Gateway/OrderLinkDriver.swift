import Model
import Rings
import Transport
import Units
import Uring
import VenueKit
import Wire

/// The LIVE route, the trade thread's own link to the venue: the adapter, its connection, and what the venue said, waiting
/// for the core. A command is signed, encrypted and submitted before the call returns.
public struct OrderLinkDriver<Adapter: OrderEntryAdapter & ~Copyable>: OrderRoute, ~Copyable {
    private let plan: LinkPlan
    private var keeper: LinkKeeper?
    private var handler: OrderLinkHandler<Adapter>
    private var isHeld: Bool
    /// Where each server is, the first one first.
    private let places: ContiguousArray<LinkConfiguration>
    private var failover: ServerFailover
    /// Time of the last turn.
    private var turnAt = Nanoseconds.zero

    /// `quarantined`: where messages go that were not believed. `others`: further servers of the venue, tried in this order
    /// after `failoverAfter` attempts in a row without a connection that lasted.
    public init(
        plan: LinkPlan, adapter: consuming Adapter, quarantined: consuming RingProducer<QuarantinedMessage>,
        venue: VenueID = VenueID(0), others: [LinkPlan] = [], failoverAfter: Int = 3
    ) {
        self.plan = plan
        places = ContiguousArray([plan.place] + others.map(\.place))
        failover = ServerFailover(venue: venue, count: others.count + 1, limit: failoverAfter)
        isHeld = plan.startsHeld
        handler = OrderLinkHandler(adapter, gauges: plan.gauges, quarantined: quarantined)
    }

    public var gauges: GaugeBoard? { plan.gauges }
    public var stamps: LinkStamps? { mutating get { keeper!.link.stamps } }

    public mutating func start() {
        do {
            keeper = try LinkKeeper(plan)
        } catch {
            fatalError("order link: \(error.reason)")
        }
    }

    public mutating func banned(until time: Nanoseconds) { keeper?.banned(until: time) }
    public mutating func stop() { keeper?.shutDown(at: SystemInputs.monotonicNow(), &handler) }

    /// One turn of the link; what it said is in `takeEvent` afterwards.
    public mutating func poll(at now: Nanoseconds, wallNow: Nanoseconds) -> Int {
        if isHeld { return 0 }
        handler.wallNow = wallNow
        turnAt = now
        let work = keeper!.poll(at: now, &handler)
        while handler.endsSeen > 0 {
            handler.endsSeen -= 1
            failover.ended(at: now)
        }
        if failover.mustClose(at: now) { goElsewhere(at: now) }
        if work > 0 { plan.gauges.show(keeper!.link.lastReceived.raw, .received) }
        if (now - handler.lastTimer).raw > 20_000_000 {
            handler.lastTimer = now
            plan.gauges.show(Int64(clamping: handler.adapter.duplicateEvents), .duplicates)
            handler.adapter.timer(at: now, wallNow: wallNow, sink: &keeper!.link, events: &handler.events)
        }
        if handler.events.reconnectWanted {
            handler.events.reconnectWanted = false
            keeper!.reconnect()
        }
        return work
    }

    /// Another server: the connection ends first, which the core is told before anything else.
    private mutating func goElsewhere(at now: Nanoseconds) {
        if !keeper!.isClosed {
            keeper!.reconnect()
            return
        }
        guard let change = failover.take(at: now) else { return }
        keeper!.redirect(to: places[failover.current], isUrgent: change.reason != .unreachable, at: now)
        handler.events.order(.source(change))
    }

    /// The oldest event that the core has not seen, or `nil`.
    public mutating func takeEvent() -> Input? {
        guard let event = handler.events.take() else { return nil }
        if case .link(let change) = event, change.role == .orders, change.state == .up { failover.usable(at: turnAt) }
        return event
    }

    /// Carries out one output; what could not be handed to the link never left, and is told so.
    public mutating func perform(_ output: Output, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        switch output {
        case .place(let order):
            if handler.adapter.place(order, at: now, wallNow: wallNow, sink: &keeper!.link) { return true }
            refuse(.place, order.instrument, order.client)
        case .cancel(let reference):
            if handler.adapter.cancel(reference, at: now, wallNow: wallNow, sink: &keeper!.link) { return true }
            refuse(.cancel, reference.instrument, reference.client)
        case .cancelAll(let instrument):
            if handler.adapter.cancelAll(instrument, at: now, wallNow: wallNow, sink: &keeper!.link) { return true }
            refuse(.cancelAll, instrument, .none)
        case .query(let reference):
            if handler.adapter.query(reference, at: now, wallNow: wallNow, sink: &keeper!.link) { return true }
            refuse(.query, reference.instrument, reference.client)
        case .amend(let amendment):
            if handler.adapter.amend(amendment, at: now, wallNow: wallNow, sink: &keeper!.link) { return true }
            refuse(.amend, amendment.order.instrument, amendment.order.client)
            if !amendment.isInPlace { refuse(.amend, amendment.order.instrument, amendment.client) }
        case .refresh(let refresh):
            if handler.adapter.refreshSwitch(refresh, at: now, wallNow: wallNow, sink: &keeper!.link) { return true }
            refuse(.refresh, InstrumentID(0), refresh.client)
        case .command(let result):
            if result.command.kind == .unlatch, result.accepted { isHeld = false }
            if result.command.kind == .failover, result.accepted { failover.asked(for: result.command.value, at: now) }
        case .state(let change): if change.trip == .errorsInRow { failover.breakerOpened(at: now) }
        case .verdict, .order, .position, .alert, .switched, .review: break
        }
        return false
    }

    private mutating func refuse(_ kind: RequestKind, _ instrument: InstrumentID, _ client: ClientOrderID) {
        handler.events.order(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: .refused, instrument: instrument, client: client, venueOrder: .none,
                    error: .venueUnavailable, venueCode: 0, venueTime: .zero)))
    }
}

/// Lets the adapter read what arrives and answer on the same link.
struct OrderLinkHandler<Adapter: OrderEntryAdapter & ~Copyable>: ~Copyable, LinkHandler {
    var adapter: Adapter
    var events: InputQueue
    var wallNow = Nanoseconds.zero
    var lastTimer = Nanoseconds.zero
    /// Connections and attempts that ended since the driver last looked.
    var endsSeen = 0

    private var ends = LinkEnds()
    private let gauges: GaugeBoard

    init(
        _ adapter: consuming Adapter, gauges: GaugeBoard, quarantined: consuming RingProducer<QuarantinedMessage>
    ) {
        self.adapter = adapter
        events = InputQueue(capacity: 4096, quarantined: quarantined)
        self.gauges = gauges
    }

    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {
        ends.opened(on: gauges)
        adapter.linkOpened(at: now, wallNow: wallNow, sink: &link, events: &events)
    }

    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        guard kind == .text else { return }
        adapter.message(
            unsafe ByteView(bytes), receivedAt: receivedAt, wallNow: wallNow, sink: &link, events: &events)
    }

    mutating func linkClosing(_ link: inout Link, reason: LinkCloseReason) {
        adapter.linkClosed(at: link.lastReceived, events: &events)
    }

    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) {
        endsSeen += 1
        ends.closed(reason, on: gauges)
    }
}
