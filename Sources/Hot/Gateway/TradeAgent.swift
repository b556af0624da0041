import Agents
import Core
import Model
import Rings
import StrategyKit
import Transport
import Units
import Uring

/// The thread of truth: takes market events, the order link's messages, operator commands and snapshots in one order,
/// steps the core, journals, and hands what it decides to its order route.
///
/// One turn: a kill before anything else, then the order link (fills are the most valuable news), then the cold side's
/// inputs (stop must not wait behind a burst of ticks), then market data, then the timer. When the journal has no room for a whole step nothing is
/// stepped: what arrives waits in its ring or in the socket.
public struct TradeAgent<Route: OrderRoute & ~Copyable, Strategies: StrategySet>: Agent, ~Copyable {
    private var core: TradingCore<Strategies>
    private var outputs: OutputBuffer
    private var orders: Route
    private var inlets: TradeInlets
    private var journal: JournalOutlet
    private var telemetry: TradeTelemetry
    private var clock: EngineClock
    private var lastTimer = Nanoseconds.zero
    private let batch = 64
    private let timerInterval: Int64 = 1_000_000
    private var lastTurn = Nanoseconds.zero
    /// The thread stood still within this turn: what it knows is old.
    private var isTurnStale = false
    private var turnBegan = Nanoseconds.zero
    /// What may leave. Placements of a turn in which the thread stood still may not: the guard may have cancelled everything
    /// and the mandate may have ended meanwhile.
    private var outlet: CheckedOutlet
    private let stallLimit: Nanoseconds
    private var cold: ColdWatch
    private var kills: KillStamps
    /// Cancels that the last step gave to its route.
    private var cancelsSent = 0
    /// A command was taken since the status was last shown.
    private var hasCommanded = false

    /// `session`: of the journal's identity. `stallLimit`: a pause between two turns after which the agent takes the
    /// engine's mandate away by itself. `cold`: the cold side's beat, and how old it may become; nobody is watched unless
    /// given. `kills`: where kills are shown.
    public init(
        core: consuming TradingCore<Strategies>, outputCapacity: Int, orders: consuming Route,
        inlets: consuming TradeInlets, journal: consuming RingProducer<Record>, session: UInt64,
        telemetry: consuming TradeTelemetry, stallLimit: Nanoseconds, cold: consuming ColdWatch = ColdWatch(),
        kills: GaugeBoard = KillGauge.board()
    ) {
        self.kills = KillStamps(kills)
        self.cold = cold
        self.stallLimit = stallLimit
        self.core = core
        self.orders = orders
        self.inlets = inlets
        self.journal = JournalOutlet(journal, session: session)
        self.telemetry = telemetry
        clock = EngineClock()
        outputs = OutputBuffer(capacity: outputCapacity)
        outlet = CheckedOutlet(capacity: outputCapacity)
    }

    public var name: StaticString { "trade" }
    public mutating func onStart() {
        clock = EngineClock()
        telemetry.calibrate(clock)
        core.gateMeter.counter = { ProcessorTicks.now() }
        orders.start()
    }
    public mutating func onStop() {
        orders.stop()
        // With an order that may rest the end is not in order: silence then has to mean something to the guard.
        if core.activeOrderCount == 0 { telemetry.end(at: clock.now()) }
        telemetry.publish(core.status(from: telemetry.firstRow), at: clock.now())
        telemetry.publishStages()
    }

    public mutating func doWork(now: Nanoseconds) -> Int {
        isTurnStale = false
        turnBegan = clock.now()
        guard journal.hasRoom(for: stepRecords) else {
            telemetry.countStall()
            return 0
        }
        // Not before: a thread that turns and can decide nothing is as silent as one that is gone.
        telemetry.beat(at: now, state: core.state)
        stopAfterStall(now)
        var input = Input.timer
        var work = 0
        while canStep, inlets.takeUrgent(&input) {
            command(input, now)
            work += 1
        }
        work += orders.poll(at: now, wallNow: now + clock.realtimeOffset)
        if kills.isWaiting { kills.settle(orders.stamps, now: clock.now()) }
        work += takeOrderEvents(now)
        while work < batch, canStep, inlets.cold.tryPop(&input) {
            command(input, now)
            work += 1
        }
        // Who reads the answer to a command reads the status after it.
        if hasCommanded || telemetry.isOutdated(core.state) {
            hasCommanded = false
            telemetry.publish(core.status(from: telemetry.firstRow), at: now)
        }
        while work < batch, canStep, inlets.market.tryPop(&input) {
            orders.observe(input, at: now)
            step(input, now)
            work += 1
        }
        if (now - lastTimer).raw >= timerInterval, canStep {
            lastTimer = now
            step(.timer, now)
            if let age = cold.newSilence(at: now), canStep {
                step(
                    .command(
                        Command(
                            kind: .stalled, operatorID: Command.engineOperator, hash: 0, lifetime: age,
                            subject: ColdWatch.threadNumber)), now)
            }
            if telemetry.isPublishDue(now) { telemetry.publish(core.status(from: telemetry.firstRow), at: now) }
        }
        return work
    }

    /// A thread that stood still does not know what happened meanwhile, and the guard may have acted: it takes its own
    /// mandate away before it looks at anything else.
    private mutating func stopAfterStall(_ now: Nanoseconds) {
        let gap = now - lastTurn
        if lastTurn > .zero, gap > stallLimit {
            step(
                .command(Command(kind: .stop, operatorID: Command.engineOperator, hash: 0, lifetime: gap)), now)
        }
        lastTurn = now
    }

    /// Records one step can need: its input and everything it may decide.
    private var stepRecords: Int { outputs.capacity + 1 }
    private var canStep: Bool { mutating get { !isTurnStale && journal.hasRoom(for: stepRecords) } }

    private mutating func takeOrderEvents(_ now: Nanoseconds) -> Int {
        var work = 0
        while canStep, let event = outlet.takeEvent() ?? orders.takeEvent() {
            heedBan(event, now)
            step(event, now)
            work += 1
        }
        return work
    }

    /// The link is told of a ban, whoever heard of it.
    private mutating func heedBan(_ input: Input, _ now: Nanoseconds) {
        guard case .venueUsage(let said) = input, said.hold == .all, said.holdFor.raw > 0 else { return }
        let (until, overflow) = now.raw.addingReportingOverflow(said.holdFor.raw)
        orders.banned(until: Nanoseconds(raw: overflow ? .max : until))
    }

    /// A step of the cold side's; a kill is stamped, so that the operator sees how long it took.
    private mutating func command(_ input: Input, _ now: Nanoseconds) {
        guard case .command(let command) = input else {
            heedBan(input, now)
            return step(input, now)
        }
        hasCommanded = true
        if command.isAboutRow { telemetry.showNext(Int(clamping: command.subject)) }
        guard command.kind == .kill else { return step(input, now) }
        let taken = clock.now()
        let wasHalted = core.state == .halted
        let orders = core.activeOrderCount
        step(input, now)
        kills.took(
            command, wasHalted: wasHalted, at: taken, orders: orders, cancels: cancelsSent, link: self.orders.stamps,
            now: clock.now())
    }

    /// Input journalled, core stepped, outputs journalled, then carried out.
    private mutating func step(_ input: Input, _ now: Nanoseconds) {
        let began = clock.now()
        journal.append(input, time: now.raw)
        outputs.reset()
        core.step(input, at: now, into: &outputs)
        let decided = clock.now()
        journal.append(outputs)
        let journalled = clock.now()
        let wallNow = now + clock.realtimeOffset
        if decided - turnBegan > stallLimit { isTurnStale = true }
        var sent: SendSteps?
        cancelsSent = 0
        for index in 0..<outputs.count {
            guard outlet.admits(outputs[index], isStale: isTurnStale) else { continue }
            let taken = ProcessorTicks.now()
            guard orders.perform(outputs[index], at: now, wallNow: wallNow) else { continue }
            if outputs[index].isCancel { cancelsSent += 1 }
            guard sent == nil else { continue }
            sent = SendSteps(began: taken, link: orders.stamps ?? LinkStamps())
        }
        telemetry.stamp(
            input, StepStamps(began: began, decided: decided, journalled: journalled, done: clock.now()),
            gate: core.takeGateTime(), sent: sent)
        journal.prepare(outputs.count + 4)
    }
}

/// Where the trade thread's inputs come from, beside its own link.
public struct TradeInlets: ~Copyable {
    /// From the feed parser.
    public var market: RingConsumer<Input>
    /// From the cold side: commands and reconciliation snapshots.
    public var cold: RingConsumer<Input>
    /// What goes before everything else, on a ring of its own: kills, from the thread that hears the operator first.
    private var urgent: RingConsumer<Input>?

    public init(
        market: consuming RingConsumer<Input>, cold: consuming RingConsumer<Input>, urgent: consuming RingConsumer<Input>? = nil
    ) {
        self.market = market
        self.cold = cold
        self.urgent = urgent
    }

    mutating func takeUrgent(_ input: inout Input) -> Bool { urgent?.tryPop(&input) ?? false }
}

extension Command {
    /// Its subject is a strategy or an instrument by number, which the status shows in pages.
    fileprivate var isAboutRow: Bool {
        switch kind {
        case .strategyOn, .strategyOff, .instrumentOn, .instrumentOff: true
        default: false
        }
    }
}

extension Output {
    /// One order's cancel, or that of all.
    fileprivate var isCancel: Bool {
        switch self {
        case .cancel, .cancelAll: true
        default: false
        }
    }
}
