import Memory
import Model
import Orders
import Risk
import StrategyKit
import Units

/// The deterministic engine: inputs in one order go in, decisions come out. It owns orders, positions, limits, arming and
/// the system state; it has no clock, no I/O and no randomness, and takes all memory at the start. One thread.
///
/// Each step: integrity of the input, state, safeguards, strategy, risk gate, orders. The same inputs at the same times
/// give the same outputs and the same `decisionHash` in every mode.
public struct TradingCore<Strategies: StrategySet>: ~Copyable {
    let configuration: CoreConfiguration
    /// Of the configuration; from its arrays nothing is read after the start.
    let outputCapacity: Int
    let configuredLimits: Slab<RiskLimits>
    /// By `AssetID`: what a fee in it costs, zero where nobody said.
    let feePrices: Slab<Price>
    var strategies: Strategies
    var instruments: Slab<InstrumentState>
    /// By `AssetID`, as many as the instruments name.
    var assets: Slab<AssetState>
    var orders: OrderTable
    var ledger: PositionLedger
    var perSecond: RateWindow
    var perMinute: RateWindow
    var messagesPerSecond: RateWindow
    var messagesPerMinute: RateWindow
    var recent: RecentOrders
    /// One for each instrument.
    var moves: Slab<MoveWindow>
    /// What others said each instrument's price has been.
    var drifts: Slab<DriftWindow>
    /// What each instrument was traded at.
    var averages: Slab<AverageWindow>
    /// Each instrument's orders that ended a moment ago.
    var trails: Slab<OwnTrail>
    /// Requests by instrument.
    var instrumentSeconds: RateTable
    var instrumentMinutes: RateTable
    /// Orders sent by instrument, and behind them our executions, of the last ten minutes.
    var ratios: RateTable
    var activity: Activity
    /// What each strategy made and whether it may propose.
    var accounts: Slab<StrategyAccount>
    /// What each strategy's fills cost; one for each.
    var slippages: Slab<SlippageWindow>
    var intents: IntentBuffer
    var context: StrategyContext
    /// The strategy whose orders the context shows as they are now; the engine, which has none, after any order changed.
    var contextOwner = StrategyID.engine
    var hash = DecisionHash()
    /// Counters, links and the published state. Position figures in it are filled when it is read.
    var published = EngineStatus()
    /// Measures the gate in a live engine.
    public var gateMeter = GateMeter()
    var now = Nanoseconds.zero
    var nextSequence: UInt32 = 1
    /// The venue's own counts of what we sent.
    var usage = VenueCounts()

    // Arming.
    var stagedHash: UInt64 = 0
    var stagedLifetime = Nanoseconds.zero
    var armedUntil = Nanoseconds.zero
    var isFlattening = false
    /// Who staged, and who armed.
    var stagedBy = Command.engineOperator
    var armedBy = Command.engineOperator
    /// What the command of this step waits for, when it is refused for a condition.
    var refusedFor = ArmingChecks()
    /// Who took the step before the one that the command of this step is.
    var precedent = Command.engineOperator

    /// What the runs before left was told: positions, the day's result, balances. Nothing of it is taken afterwards.
    var isCarried = false
    /// Counted before their orders were taken in.
    var early = EarlyFills()

    /// A fee was taken in an asset without a price: nobody can arm in this run.
    var isFeeUnpriced = false

    // Incidents.
    var note = NoteCount()

    // Orders by hand.
    var pending = PendingIntent()
    var nextReview: UInt64 = 1

    /// Limits above their configured value, and when the first of them ends.
    var raises: Slab<RaisedLimit>
    var nextRaiseEnds = Nanoseconds(raw: .max)
    /// Limits that were lowered below what rests.
    var lowered = LoweredLimits()

    // The trading day.
    var dayEnds = Nanoseconds.zero
    /// The run's result when the day began, scale 8.
    var dayOpening: Int128 = 0
    /// Of all instruments.
    var sums = RunSums()
    /// The tightest daily loss limit of the run.
    var lossLimit = Notional.max
    /// Instruments whose position is being closed.
    var exiting = 0

    /// The day's loss; the fall from the highest result since the run last went live, and since the day began.
    var dayLoss = Finding()
    var runFall = Fall()
    var dayFall = Fall()
    /// When results were last judged.
    var evaluatedAt = Nanoseconds.zero
    /// When the flattening of the whole run began.
    var flattenSince = Nanoseconds.zero
    /// A price or a position changed in this step: results are judged at its end.
    var isRepriced = false
    /// What the next evaluation has to look at, and what the next timers: see `TradingCore+Due`.
    /// Strategies by instrument; instruments by base asset.
    var traders: Groups
    var bases: Groups
    var dueStrategies: SlabSet
    var dueStops: SlabSet
    var isRunDue = true
    /// Instruments with a position.
    var holding: SlabSet
    /// By slot: when an order must be watched; and the first of them.
    var watchTimes: Slab<Nanoseconds>
    var nextWatch = Nanoseconds(raw: .min)
    /// By slot: since when the venue claims more than its fills told; `.max` where it does not.
    var owedSince: Slab<Nanoseconds>
    /// By instrument: when a timer has something to do for it; and the first of them.
    var wakeTimes: Slab<Nanoseconds>
    var nextWake = Nanoseconds(raw: .min)
    /// By strategy: when it wants its next timer.
    var strategyTimers: Slab<Nanoseconds>
    /// Nothing is left out of any evaluation or timer: the same decisions, as a test shows.
    public var looksAtAll = false
    /// Until when no new order leaves after a slow answer.
    var promptAt = Nanoseconds(raw: .min)
    /// What pauses before another try are drawn from; 0 before the engine was given one.
    var seed: UInt64 = 0
    var cancelSwitch = CancelSwitchState()
    /// Orders in a row that were refused or not answered.
    var errorsInRow: Int32 = 0

    private let inPlace = InPlace()

    /// The last measurement of the venue's clock.
    var clock: VenueClock?

    // Reconciliation.
    var snapshotID: UInt64 = 0
    var snapshotOpen = false
    /// When the open snapshot's first request left.
    var snapshotRequestedAt = Nanoseconds.zero
    /// Rows of the open snapshot that show as resting what by our book is over.
    var snapshotOrphans = 0
    /// A complete snapshot ended since the order link last came up.
    var isReconciled = false
    /// An order or fill was found wrong during this step: taken up by the safeguards at its end.
    var fault = ErrorCode.none
    var faultTrip = Trip.none
    var faultValue: Int64 = 0
    var faultLimit: Int64 = 0

    /// Takes all memory. Preconditions: instruments dense by id with limits each; strategies trade configured
    /// instruments; fewer than 255 strategies.
    public init(configuration: CoreConfiguration, strategies: Strategies) {
        precondition(!configuration.instruments.isEmpty, "a core needs an instrument")
        precondition(configuration.instruments.count == configuration.limits.count, "every instrument needs limits")
        precondition(configuration.dayLength.raw > 0, "a trading day has a length")
        precondition(strategies.count < 255, "strategy ids have 8 bits")
        // A condition is a closure: one that reads a stored property of a noncopyable value before all of them are stored
        // makes a debug build (Swift 6.3.1) destroy the next noncopyable property's garbage when it is stored. So
        // conditions here read the parameters only.
        for index in 0..<strategies.count {
            let instrument = strategies.instrument(of: index)
            precondition(instrument.index < configuration.instruments.count, "strategies trade known instruments")
        }
        self.configuration = configuration
        outputCapacity = configuration.outputCapacity
        configuredLimits = Slab(configuration.limits)
        var prices: [Price] = []
        for fee in configuration.feePrices {
            while prices.count <= Int(fee.asset.raw) { prices.append(.zero) }
            prices[Int(fee.asset.raw)] = fee.price
        }
        feePrices = Slab(prices)
        self.strategies = strategies
        instruments = Slab(
            configuration.instruments.enumerated().map { index, instrument in
                precondition(instrument.id.index == index, "instruments are dense by id")
                return InstrumentState(instrument, configuration.limits[index])
            })
        var assetCount = 0
        for instrument in configuration.instruments {
            assetCount = Swift.max(assetCount, Swift.max(Int(instrument.base.raw), Int(instrument.quote.raw)) + 1)
        }
        assets = Slab(repeating: AssetState(), count: assetCount)
        orders = OrderTable(
            capacity: configuration.orderCapacity, maxActive: configuration.maxActiveOrders,
            instruments: configuration.instruments)
        ledger = PositionLedger(instruments: instruments.count, window: configuration.fillWindow)
        perSecond = RateWindow(bucket: Nanoseconds(milliseconds: 100), buckets: 10)
        perMinute = RateWindow(bucket: Nanoseconds(seconds: 1), buckets: 60)
        messagesPerSecond = RateWindow(bucket: Nanoseconds(milliseconds: 100), buckets: 10)
        messagesPerMinute = RateWindow(bucket: Nanoseconds(seconds: 1), buckets: 60)
        recent = RecentOrders(
            capacity: configuration.rememberedOrders, span: Nanoseconds(seconds: CoreConfiguration.identicalSpanSeconds))
        moves = Slab(repeating: MoveWindow(), count: configuration.instruments.count)
        let instrumentCount = configuration.instruments.count
        raises = Slab(
            repeating: RaisedLimit(subject: LimitSubject(.maxPosition), until: .zero), count: 16)
        drifts = Slab(repeating: DriftWindow(), count: instrumentCount)
        averages = Slab(repeating: AverageWindow(), count: instrumentCount)
        trails = Slab(repeating: OwnTrail(), count: instrumentCount)
        instrumentSeconds = RateTable(rows: instrumentCount, bucket: Nanoseconds(milliseconds: 100), buckets: 10)
        instrumentMinutes = RateTable(rows: instrumentCount, bucket: Nanoseconds(seconds: 1), buckets: 60)
        ratios = RateTable(rows: instrumentCount * 2, bucket: Nanoseconds(seconds: 10), buckets: 60)
        activity = Activity(strategies: strategies.count, instruments: configuration.instruments.count)
        accounts = Slab(repeating: StrategyAccount(), count: strategies.count)
        slippages = Slab(repeating: SlippageWindow(), count: strategies.count)
        intents = IntentBuffer(capacity: 32)
        traders = Groups((0..<strategies.count).map { strategies.instrument(of: $0).index }, count: instrumentCount)
        bases = Groups(configuration.instruments.map { Int($0.base.raw) }, count: assetCount)
        dueStrategies = SlabSet(capacity: strategies.count)
        dueStops = SlabSet(capacity: instrumentCount)
        holding = SlabSet(capacity: instrumentCount)
        watchTimes = Slab(repeating: .zero, count: configuration.orderCapacity)
        owedSince = Slab(repeating: Nanoseconds(raw: .max), count: configuration.orderCapacity)
        wakeTimes = Slab(repeating: Nanoseconds(raw: .min), count: instrumentCount)
        strategyTimers = Slab(repeating: Nanoseconds(raw: .min), count: strategies.count)
        context = StrategyContext(instrument: configuration.instruments[0], capacity: configuration.maxActiveOrders)
        published.mode = configuration.mode
        for shadow in configuration.shadowStrategies where shadow.index < strategies.count {
            accounts[shadow.index].isShadow = true
        }
        limitsChanged()
    }

    /// Hash over everything decided so far.
    public var decisionHash: UInt64 { hash.value }
    /// The system state; cheaper than `status`.
    public var state: SystemState { published.state }
    /// Whether orders may leave in this mode at all.
    var maySend: Bool { configuration.mode != .shadow }
    /// Only these two states let an order out.
    var isTrading: Bool { state == .live || state == .reducing }
    var linksUp: Bool { published.marketLink == .up && (!maySend || published.orderLink == .up) }

    /// Takes one input at engine time `time` (never before the last one's) and appends what is decided.
    /// Precondition: `outputs` is empty and holds `configuration.outputCapacity`.
    public mutating func step(_ input: Input, at time: Nanoseconds, into outputs: inout OutputBuffer) {
        precondition(outputs.capacity >= outputCapacity, "the output buffer is too small for this core")
        precondition(outputs.count == 0, "the last step's outputs were not taken")
        now = Swift.max(now, time)
        if published.inputs == 0 || now >= dayEnds { rollDay() }
        published.inputs &+= 1
        isRepriced = false
        endHold()
        if now >= nextRaiseEnds { endRaises(all: false, &outputs) }
        if isTrading || state == .armed { expire(&outputs) }
        if looksAtAll { lookAtAll() }
        switch input {
        case .topOfBook(let top): topOfBook(top, &outputs)
        case .trade(let trade): publicTrade(trade, &outputs)
        case .orderReply(let reply): orderReply(reply, &outputs)
        case .orderUpdate(let update): orderUpdate(update, &outputs)
        case .fill(let fill): self.fill(fill, &outputs)
        case .balance(let balance): self.balance(balance)
        case .timer: timer(&outputs)
        default: seldom(input, &outputs)
        }
        safeguards(&outputs)
        settleByHand(&outputs)
        if isFlattening { flatten(&outputs) } else if exiting > 0 { exitInstruments(&outputs) }
        outputs.seal(at: now, into: &hash)
    }

    /// Inputs that come seldom and may touch any instrument: all are looked at again.
    @inline(never) private mutating func seldom(_ input: Input, _ outputs: inout OutputBuffer) {
        lookAtAll()
        switch input {
        case .topOfBook, .trade, .orderReply, .orderUpdate, .fill, .balance, .timer: break
        case .snapshot(let mark): snapshot(mark, &outputs)
        case .link(let change): link(change, &outputs)
        case .command(let command): self.command(command, &outputs)
        case .note(let note): self.note.take(note)
        case .intent(let asked): review(asked, &outputs)
        case .venueUsage(let said): venueUsage(said, &outputs)
        case .health(let health): feedHealth(health, &outputs)
        case .clock(let clock): venueClock(clock)
        case .source(let change): sourceSwitched(change, &outputs)
        }
    }

    func alert(
        _ severity: Severity, _ error: ErrorCode, instrument: InstrumentID = InstrumentID(0),
        client: ClientOrderID = .none, value: Int64 = 0, limit: Int64 = 0, _ outputs: inout OutputBuffer
    ) {
        outputs.append(
            .alert(
                Alert(
                    severity: severity, error: error, instrument: instrument, client: client, value: value,
                    limit: limit)))
    }
}
