import Books
import Core
import Gateway
import Journal
import Memory
import Model
import Rings
import StrategyKit
import Units
import VenueKit
import Wire

/// A recording through the real adapter, the real core and the simulated venue, on one thread and one clock: the
/// recording's own receive times. The same recording and configuration give the same decisions, and the journal it writes
/// replays like any other.
///
/// The operator is played: as soon as data are fresh and the account is reconciled the run is staged, armed and
/// confirmed, once. A run that stops itself stays stopped, as it would live.
public final class Backtest<Market: DecodedMarketAdapter & ~Copyable, Strategies: StrategySet> {
    private var market: Market
    private var stepped: SteppedCore<Strategies>
    private var route: SimulatedRoute
    private var sink = CollectedMarket()
    private var writer: JournalWriter?
    private var now = Nanoseconds.zero
    private var nextTimer = Nanoseconds.zero
    private var nextFeedTimer = Nanoseconds.zero
    private var hasBegun = false
    private var snapshot: [UInt8] = []
    /// A decoded snapshot that nobody has wanted yet, and its levels.
    private var held: MarketMessage?
    private var heldBids: SlabList<Level>
    private var heldAsks: SlabList<Level>
    private var isLiveAsked = false
    private let venue: VenueID
    /// The venue's clock less the recording's, by the fastest message so far; and when the core was told.
    private var clockOffset = Int64.min
    private var clockToldAt: Nanoseconds?
    private let timerInterval: Nanoseconds
    /// Timers that change nothing are played too: the same decisions, as a test shows.
    package var playsAllTimers = false
    private let mandateHash: UInt64
    /// Lines or messages taken.
    package private(set) var messages: UInt64 = 0
    /// Timers played: those at which the core had something to do.
    package private(set) var timers: UInt64 = 0
    /// First and last receive time of the recording.
    package private(set) var began = Nanoseconds.zero
    package var ended: Nanoseconds { now }
    package private(set) var failure: JournalError?

    /// `session`: of the writer's identity. `mandateHash`: what the played operator confirms, not zero. `writer` drains the ring whose other end is `journal`;
    /// without one no record is made: the decision hash alone says what was decided.
    package init(
        market: consuming Market, configuration: CoreConfiguration, strategies: Strategies,
        route: consuming SimulatedRoute, journal: consuming RingProducer<Record>, writer: consuming JournalWriter?,
        session: UInt64, mandateHash: UInt64, timerInterval: Nanoseconds = Nanoseconds(milliseconds: 1)
    ) {
        precondition(mandateHash != 0, "a mandate has a hash")
        self.market = market
        heldBids = SlabList(capacity: Self.snapshotLevelsMax, filler: Level(price: .zero, quantity: .zero))
        heldAsks = SlabList(capacity: Self.snapshotLevelsMax, filler: Level(price: .zero, quantity: .zero))
        venue = configuration.venue
        let isJournalled = writer != nil
        stepped = SteppedCore(configuration, strategies, journal: journal, session: session, isJournalled: isJournalled)
        self.route = route
        self.writer = writer
        self.mandateHash = mandateHash
        self.timerInterval = timerInterval
    }

    public var status: EngineStatus { stepped.status }
    package var venueFills: (all: UInt64, maker: UInt64) { (route.venue.fills, route.venue.makerFills) }
    package var refusals: FeedRefusalCounts { sink.refusals }
    package var records: UInt64 { writer?.written ?? 0 }

    /// Levels on one side of a decoded snapshot that can be held until it is wanted.
    private static var snapshotLevelsMax: Int { 65_536 }

    /// One message of a market file, received at `time`: does what its line does. Precondition: its row is one of the
    /// adapter's.
    public func message(_ message: MarketMessage, bids: LevelView, asks: LevelView, at time: Nanoseconds) {
        messages += 1
        if !hasBegun { begin(at: time) }
        advance(to: time)
        if message.kind == .snapshot || message.kind == .refusedSnapshot {
            hold(message, bids, asks)
        } else {
            market.message(message, bids: bids, asks: asks, receivedAt: now, sink: &sink)
        }
        giveSnapshot()
        take()
        drain(atLeast: 16_384)
    }

    private func hold(_ message: MarketMessage, _ bids: LevelView, _ asks: LevelView) {
        held = message
        heldBids.removeAll()
        heldAsks.removeAll()
        for index in 0..<bids.count { heldBids.append(bids[index]) }
        for index in 0..<asks.count { heldAsks.append(asks[index]) }
    }

    /// One recorded frame, or the body of a depth snapshot, received at `time`.
    public func line(_ bytes: [UInt8], isSnapshot: Bool, at time: Nanoseconds) {
        messages += 1
        if !hasBegun { begin(at: time) }
        advance(to: time)
        if isSnapshot {
            snapshot = bytes
        } else {
            withView(bytes) { market.message($0, receivedAt: now, sink: &sink) }
        }
        giveSnapshot()
        take()
        drain(atLeast: 16_384)
    }

    private func begin(at time: Nanoseconds) {
        hasBegun = true
        now = time
        began = time
        nextTimer = time
        nextFeedTimer = time
        market.linkOpened(at: time, sink: &sink)
    }

    /// A snapshot is given when the adapter wants it, once.
    private func giveSnapshot() {
        if let message = held, let wanted = sink.wantsSnapshot {
            sink.wantsSnapshot = nil
            held = nil
            market.snapshot(
                wanted, message, bids: LevelView(heldBids), asks: LevelView(heldAsks), receivedAt: now, sink: &sink)
        }
        guard let wanted = sink.wantsSnapshot, !snapshot.isEmpty else { return }
        sink.wantsSnapshot = nil
        withView(snapshot) { market.snapshot(wanted, $0, receivedAt: now, sink: &sink) }
        snapshot = []
    }

    private func withView(_ bytes: [UInt8], _ body: (ByteView) -> Void) {
        unsafe bytes.withUnsafeBytes { buffer in unsafe body(ByteView(buffer)) }
    }

    /// The first timer at which anything may happen, up to one after `time`. Before it the core, the route and the feed have
    /// nothing to do, so that what is decided is the same as with every timer.
    private func skipTimers(to time: Nanoseconds) {
        let due = Swift.min(Swift.min(stepped.nextTimer, route.nextDue), nextFeedTimer)
        guard due > nextTimer else { return }
        let interval = timerInterval.raw
        let count = due > time
            ? (time - nextTimer).raw / interval + 1 : ((due - nextTimer).raw + interval - 1) / interval
        nextTimer = Nanoseconds(raw: nextTimer.raw + count * interval)
    }

    /// Timers up to a time, each at its own moment.
    private func advance(to time: Nanoseconds) {
        while nextTimer <= time {
            if isLiveAsked, !playsAllTimers {
                skipTimers(to: time)
                if nextTimer > time { break }
            }
            now = Swift.max(now, nextTimer)
            nextTimer = nextTimer + timerInterval
            if now >= nextFeedTimer {
                nextFeedTimer = now + Nanoseconds(milliseconds: 20)
                market.timer(at: now, sink: &sink)
                take()
            }
            turn()
            if !isLiveAsked || playsAllTimers || now >= stepped.nextTimer {
                step(.timer)
                timers += 1
            }
            askLive()
        }
        now = Swift.max(now, time)
        turn()
    }

    private func turn() {
        _ = route.poll(at: now, wallNow: now)
        while let event = route.takeEvent() { step(event) }
    }

    private func take() {
        if sink.inputs.isEmpty { return }
        for index in 0..<sink.inputs.count {
            let input = sink.inputs[index]
            measureClock(input)
            route.observe(input, at: now)
            step(input)
        }
        sink.inputs.removeAll(keepingCapacity: true)
    }

    /// A recording has no server to ask for the time: its own fastest message says how far the clocks are apart.
    private func measureClock(_ input: Input) {
        let venueTime: Nanoseconds
        switch input {
        case .topOfBook(let top): venueTime = top.venueTime
        case .trade(let trade): venueTime = trade.venueTime
        default: return
        }
        guard venueTime.raw > 0 else { return }
        clockOffset = max(clockOffset, (venueTime - now).raw)
        if let told = clockToldAt, now - told < Nanoseconds(seconds: 60) { return }
        clockToldAt = now
        step(
            .clock(
                VenueClock(
                    venue: venue, offset: Nanoseconds(raw: clockOffset), uncertainty: .zero, measuredAt: now)))
    }

    private func step(_ input: Input) {
        if !stepped.canStep { drain(atLeast: 0) }
        stepped.step(input, at: now)
        for index in 0..<stepped.outputs.count { _ = route.perform(stepped.outputs[index], at: now, wallNow: now) }
    }

    private func askLive() {
        guard !isLiveAsked else { return }
        let status = stepped.status
        guard status.state == .disarmed, status.marketLink == .up, status.orderLink == .up, status.bidPrice.isPositive,
            status.lastReconciledAt > .zero, now - status.topReceivedAt < Nanoseconds(milliseconds: 500)
        else { return }
        isLiveAsked = true
        for kind in [CommandKind.stage, .arm, .confirm] { command(kind) }
    }

    private func command(_ kind: CommandKind) {
        let year = Nanoseconds(seconds: 365 * 86_400)
        step(.command(Command(kind: kind, operatorID: 0, hash: mandateHash, lifetime: year)))
    }

    /// Stops, cancels everything and lets the venue answer; the journal is complete when this returns.
    package func end() {
        command(.stop)
        let deadline = now + Nanoseconds(seconds: 10)
        repeat { advance(to: now + timerInterval) } while now < deadline && (stepped.core.activeOrderCount > 0 || !route.isQuiet)
        drain(atLeast: 0)
        do throws(JournalError) { try writer?.end(wall: now, engine: now) } catch { failure = error }
    }

    private var sinceDrain: UInt64 = 0

    /// Writes what waits, once `atLeast` records do.
    private func drain(atLeast count: UInt64) {
        guard failure == nil, writer != nil, stepped.nextSequence - 1 - sinceDrain >= count else { return }
        sinceDrain = stepped.nextSequence - 1
        do throws(JournalError) {
            _ = try writer?.drain(wall: now, engine: now)
        } catch {
            failure = error
        }
    }
}

/// Keeps what an adapter says until it is taken.
public struct CollectedMarket: MarketSink, FrameSink {
    public var inputs: [Input] = []
    public var wantsSnapshot: InstrumentID?
    public var wantsReconnect = false
    /// The same of the second of two feeds.
    public var secondWantsSnapshot = false
    public var secondWantsReconnect = false
    /// Why the last new connection was asked for.
    public private(set) var reconnectReason: FeedRefusal?
    public private(set) var refusals = FeedRefusalCounts()

    public init() {}
    public mutating func market(_ input: Input) { inputs.append(input) }
    public mutating func requestSnapshot(_ instrument: InstrumentID) { wantsSnapshot = instrument }
    public mutating func refused(_ reason: FeedRefusal) { refusals.count(reason) }
    public mutating func requestSnapshot(_ instrument: InstrumentID, lane: Int) {
        if lane == 0 { wantsSnapshot = instrument } else { secondWantsSnapshot = true }
    }
    public mutating func reconnect(_ reason: FeedRefusal, lane: Int) {
        guard lane == 1 else { return reconnect(reason) }
        refusals.count(reason)
        secondWantsReconnect = true
    }
    public mutating func reconnect(_ reason: FeedRefusal) {
        refusals.count(reason)
        wantsReconnect = true
        reconnectReason = reason
    }
    /// Subscriptions have nowhere to go in a recording.
    public mutating func send(text: ByteView) -> Bool { true }
}
