import Agents
import CHeap
import CPlatform
import Gateway
import Model
import Rings
import Simulation
import Units

/// What happened between the core and the venue, in order.
struct BurstDeed: BitwiseCopyable, Sendable, Equatable {
    enum Kind: UInt8, Sendable, BitwiseCopyable { case placed, cancelled, updated, filled }
    var kind: Kind
    var side = Side.buy
    var status: UInt8 = 0
    var instrument = InstrumentID(0)
    var client = ClientOrderID.none
    var trade: UInt64 = 0
    var price = Price.zero
    var quantity = Quantity.zero
}

extension BurstDeed {
    /// What the engine sent; `nil` for what is no order and no cancel.
    init?(sent output: Output) {
        switch output {
        case .place(let order):
            self.init(
                kind: .placed, side: order.side, instrument: order.instrument, client: order.client, price: order.price,
                quantity: order.quantity)
        case .cancel(let order): self.init(kind: .cancelled, instrument: order.instrument, client: order.client)
        case .cancelAll(let instrument): self.init(kind: .cancelled, instrument: instrument)
        default: return nil
        }
    }

    /// What the venue told of an order; `nil` for everything else.
    init?(told input: Input) {
        switch input {
        case .fill(let fill):
            self.init(
                kind: .filled, side: fill.side, instrument: fill.instrument, client: fill.client, trade: fill.trade.low,
                price: fill.price, quantity: fill.quantity)
        case .orderUpdate(let update):
            self.init(
                kind: .updated, side: update.side, status: update.status.rawValue, instrument: update.instrument,
                client: update.client, quantity: update.cumulativeQuantity)
        default: return nil
        }
    }
}

/// What a thread did to the heap, and the scheduler to it.
struct BurstCounts: BitwiseCopyable, Sendable {
    var allocations: Int64 = 0
    var retains: Int64 = 0
    var switches: Int64 = 0
}

/// How old a market event was when the trade thread took it.
struct BurstAge: BitwiseCopyable, Sendable {
    /// From the end of the burst to when its frame was due; and from then to its step. Nanoseconds.
    var due: Int64
    var age: Int64
}

/// The venue behind the trade agent's route: the simulated venue of DRY_RUN, a millisecond away, with a pen. It writes down
/// each order sent and each word told, and how old each market event is when the thread takes it. Trade thread only; never
/// allocates after `start`.
struct BurstRoute: OrderRoute, ~Copyable {
    /// What the thread shows of itself, from the first frame of the burst to the last turn: calls of the heap, references
    /// counted, and how often the scheduler took its core away.
    enum Gauge: Int, CaseIterable { case allocations, retains, switches }

    private var venue: SimulatedRoute
    private var schedule: BurstSchedule
    private let board: BurstBoard
    private var began = Nanoseconds.zero
    private var deeds: RingProducer<BurstDeed>
    private var ages: RingProducer<BurstAge>
    /// Before and during the burst, in its phases; nanoseconds.
    private var before: LatencyHistogram
    private var during: LatencyHistogram
    private var clock = EngineClock()
    private let gauges: GaugeBoard
    private let priority: Bool
    private var heap: Int32 = -1
    private var isInBurst = false
    private var countsBefore = BurstCounts()

    init(
        _ venue: consuming SimulatedRoute, _ schedule: BurstSchedule, _ board: BurstBoard,
        deeds: consuming RingProducer<BurstDeed>, ages: consuming RingProducer<BurstAge>,
        before: consuming LatencyHistogram, during: consuming LatencyHistogram, gauges: GaugeBoard,
        priority: Bool
    ) {
        self.venue = venue
        self.schedule = schedule
        self.board = board
        self.deeds = deeds
        self.ages = ages
        self.before = before
        self.during = during
        self.gauges = gauges
        self.priority = priority
    }

    mutating func start() {
        clock = EngineClock()
        // As the engine does with its hot threads, where that is allowed.
        if priority { _ = platform_set_thread_nice(platform_thread_id(), -20) }
        venue.start()
        heap = heap_watch_this_thread()
    }

    mutating func stop() {
        show(counts())
        heap_unwatch_this_thread()
        if heap >= 0 { heap_release_slot(heap) }
        before.publish()
        during.publish()
        venue.stop()
    }

    mutating func poll(at now: Nanoseconds, wallNow: Nanoseconds) -> Int { venue.poll(at: now, wallNow: wallNow) }

    mutating func takeEvent() -> Input? {
        guard let event = venue.takeEvent() else { return nil }
        if let deed = BurstDeed(told: event) { write(deed) }
        return event
    }

    mutating func perform(_ output: Output, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        if let deed = BurstDeed(sent: output) { write(deed) }
        return venue.perform(output, at: now, wallNow: wallNow)
    }

    mutating func observe(_ market: Input, at now: Nanoseconds) {
        stamp(market)
        venue.observe(market, at: now)
    }

    /// The event's age now: since its frame was due, wherever it waited.
    @inline(__always) private mutating func stamp(_ market: Input) {
        let frame: Int
        switch market {
        case .topOfBook(let top): frame = Int(Int64(top.updateID) - BurstFrames.firstUpdate)
        case .trade(let trade):
            frame = BurstFrames.frame(ofTrade: Int64(trade.trade.low), instrument: trade.instrument.index)
        default: return
        }
        if !schedule.isDecided { look() }
        let due = schedule.due(frame)
        let age = (clock.now() - began).raw - due
        switch schedule.phase(of: frame) {
        case .before: if schedule.isDecided { before.record(age) }
        case .burst:
            if !isInBurst {
                isInBurst = true
                countsBefore = counts()
            }
            during.record(age)
        case .after:
            precondition(ages.tryPush(BurstAge(due: due - schedule.burstEnd, age: age)), "nobody takes the ages")
        }
    }

    private mutating func look() {
        began = board.began
        schedule.look(at: board)
    }

    private mutating func write(_ deed: BurstDeed) {
        precondition(deeds.tryPush(deed), "nobody takes what was written down")
    }

    private func counts() -> BurstCounts {
        var usage = platform_thread_usage()
        _ = unsafe platform_get_thread_usage(&usage)
        let counts = heap >= 0 ? heap_read(heap) : heap_counts()
        return BurstCounts(
            allocations: Int64(counts.allocations), retains: Int64(counts.retains), switches: usage.involuntary_switches)
    }

    private func show(_ counts: BurstCounts) {
        gauges.show(counts.allocations - countsBefore.allocations, at: Gauge.allocations.rawValue)
        gauges.show(counts.retains - countsBefore.retains, at: Gauge.retains.rawValue)
        gauges.show(counts.switches - countsBefore.switches, at: Gauge.switches.rawValue)
    }
}
