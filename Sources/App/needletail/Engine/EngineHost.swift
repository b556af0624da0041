import Agents
import Config
import Control
import Foundation
import Gateway
import Guard
import Journal
import Model
import Rest
import Rings
import Telemetry
import Units
import VenueKit

/// The cold half of the engine's process: owns the journal's disk side, the control socket, REST and the status, and ends
/// the run in order. One loop on one thread; everything asynchronous comes back through an inbox.
final class EngineHost {
    let configuration: RunConfiguration
    let plan: RunPlan
    let rest: RestClient
    let adapter: any RestAdapter
    let clock = MonotonicClock()
    var view: OperatorView
    var status = EngineStatus()
    let started: Nanoseconds

    private var hot: HotSide
    private var writer: JournalWriter
    private var control: ControlServer
    private(set) var submitted: UInt64 = 0
    private(set) var journalFailure: String?
    private var latched = false
    /// As of the last turn: the socket asks for the status while it is being stepped.
    private var refusedPeers: UInt64 = 0
    /// Set by `stop`, taken back by `start`: no mandate is staged meanwhile. Not kept over a restart, which disarms anyway.
    private(set) var stopped: String?
    private var killDelivered = false
    /// The last command that changes a limit.
    var lastLimitCommand: UInt64 = 0
    private var switches: SwitchKeeper
    private let threadWatch: ThreadWatch
    private var threadsSeenAt = Nanoseconds.zero
    /// Between two turns of this thread: the trade thread goes SAFE beyond it.
    static let coldStallLimit = Nanoseconds(seconds: 5)
    /// Whether program and configuration on disk are still those that run.
    let drift: DriftCheck
    /// Tells two keys apart; nothing of the key.
    let keyFingerprint: String
    /// Mandates that `stage` showed, the newest last.
    var shown: [Mandate] = []
    var incident: IncidentRecord?
    var noteText = ""

    private(set) var quarantine = QuarantineLog()
    private var meter = VenueClockMeter()

    private let truths = ColdInbox<VenueTruth>()
    private let snapshots = ColdInbox<(instrument: UInt16, body: [UInt8])>()
    private var truthUnderWay = false
    private var truthSchedule = TruthSchedule()
    private var orderLinkSeen = Nanoseconds(raw: -1)
    private var snapshotSequence: UInt64 = 0
    private var history = TradeHistory()
    /// Where the run before had stopped, until the venue's first answer was compared with it.
    private let resume: SequenceMarks
    /// The trade id of each instrument that the journal says is processed.
    private var marked: [InstrumentID: UInt64] = [:]
    /// Executions that were found to have happened while no engine looked.
    private(set) var downtimeFills = 0
    /// Balances of the first complete truth: what the run started from.
    private(set) var baseline: [AssetID: VenueBalance] = [:]
    private(set) var latestTruth: VenueTruth?
    private(set) var latestComplete: VenueTruth?

    init(
        configuration: RunConfiguration, plan: RunPlan, rest: RestClient, adapter: any RestAdapter,
        hot: consuming HotSide, writer: consuming JournalWriter, control: consuming ControlServer, drift: DriftCheck,
        keyFingerprint: String, resume: SequenceMarks
    ) {
        self.drift = drift
        self.keyFingerprint = keyFingerprint
        self.resume = resume
        self.configuration = configuration
        self.plan = plan
        self.rest = rest
        self.adapter = adapter
        self.hot = hot
        self.writer = writer
        self.control = control
        view = OperatorView(
            identifiers: plan.identifiers, instruments: plan.instruments, strategies: plan.strategies.map(\.name),
            limits: configuration.limitsByInstrument)
        switches = SwitchKeeper(
            directory: configuration.directory, strategies: plan.strategies.map(\.name),
            symbols: plan.instruments.map { $0.symbol.string })
        threadWatch = ThreadWatch(directory: configuration.directory, limit: configuration.timeouts.guardSilence)
        started = clock.now()
    }

    /// Runs until `shouldEnd` says so or the journal fails, then stops, proves and reports. The summary is complete even
    /// after a failure.
    func run(until shouldEnd: () -> Bool) async -> RunSummary {
        while !shouldEnd(), journalFailure == nil { await turn() }
        return await end()
    }

    /// One turn of the cold loop: journal first, then people, then the venue's truth.
    private func turn() async {
        let now = clock.now()
        var work = drainJournal()
        keepArming()
        _ = hot.status.tryRead(&status)
        keepSwitches()
        watchThreads(now)
        latchOwnHalt()
        for heap in hot.threads.heaps { heap.observe(status.state, at: now) }
        obeyLatch()
        var desk = EngineDesk(host: self)
        work += control.doWork(now: now, handler: &desk)
        refusedPeers = control.refusedClients
        work += deliverSnapshots()
        work += takeQuarantined()
        for reading in meter.turn(adapter, rest, clock) { push(.clock(reading)) }
        work += deliverTruth()
        noteOrderLink()
        let activity = status.ordersSent &+ status.cancelsSent &+ status.amendsSent &+ status.fills
        if hasAccount, truthSchedule.isDue(at: now, activity: activity) { askForTruth() }
        hot.coldBeat.turn(work: work, began: now, tookNs: (clock.now() - now).raw)
        if work == 0 { try? await Task.sleep(nanoseconds: 1_000_000) } else { await Task.yield() }
    }

    /// A latch, whoever wrote it, kills this engine; tried every turn until the core's ring has taken the command.
    private func obeyLatch() {
        latched = KillLatch(path: configuration.latchFile).isSet
        guard latched else { return killDelivered = false }
        guard !killDelivered else { return }
        let command = Command(kind: .kill, operatorID: UInt32(getuid()), hash: 0, lifetime: .zero)
        killDelivered = submit(command) != nil
        if killDelivered { view.append(clock.now(), "LATCHED", .critical, "the kill latch is set: the engine is killed") }
    }

    /// A core that halted by itself (a loss limit) stays so over a restart: the latch says why.
    private func latchOwnHalt() {
        guard let error = view.takeOwnHalt() else { return }
        do {
            try kill(reason: "the core halted by itself: \(error.name)", operatorID: Command.engineOperator)
        } catch {
            view.append(clock.now(), "LATCH_FAILED", .critical, "\(error)")
        }
    }

    // MARK: switches and threads

    /// Puts the core to where the last one was, before anybody can arm it.
    func restoreSwitches() {
        let (commands, problem) = switches.restore(wall: clock.wall())
        if let problem { view.append(clock.now(), "SWITCHES_UNREADABLE", .critical, problem) }
        for command in commands { push(.command(command)) }
        hot.coldBeat.enter(.running)
    }

    private func keepSwitches() {
        for change in view.takeSwitches() {
            do { try switches.take(change, now: clock.now(), wall: clock.wall()) } catch { switchesFailed(error) }
        }
    }

    /// A person's `off`: on disk before the core is told.
    func keepOff(_ command: Command, reason: String) {
        do {
            try switches.keep(command, why: "uid \(command.operatorID): \(reason)")
        } catch {
            switchesFailed(error)
        }
    }

    private func switchesFailed(_ error: SwitchFileError) {
        view.append(clock.now(), "SWITCHES_FAILED", .critical, "a switch is not kept over a restart: \(error)")
    }

    /// What a command of the switches is about, for the record.
    func switchName(_ command: Command) -> String {
        let isStrategy = command.kind == .strategyOff || command.kind == .strategyOn
        return switches.name(isStrategy ? .strategy : .instrument, Int(clamping: command.subject)) ?? "\(command.subject)"
    }

    /// A silent feed or parse thread takes the mandate; the trade thread's silence is the guard's to act on.
    private func watchThreads(_ now: Nanoseconds) {
        guard now - threadsSeenAt > Nanoseconds(milliseconds: 100) else { return }
        threadsSeenAt = now
        let guardRuns = GuardPresence(directory: configuration.directory).isRunning
        for thread in threadWatch.newlySilent(hot.threads.watches, guardRuns: guardRuns, now: now) {
            view.append(
                now, "THREAD_STALLED", .critical,
                "\(thread.agents.joined(separator: "+")) has not turned for \(thread.age.milliseconds) ms")
            guard thread.agents != ["guard"] else { continue }
            _ = hot.cold.tryPush(
                .command(
                    Command(
                        kind: .stalled, operatorID: Command.engineOperator, hash: 0, lifetime: thread.age,
                        subject: ThreadWatch.number(thread.agents[0]))))
        }
    }

    // MARK: stop and start

    /// What the operator's `stop` means beside the core's: no mandate until `start`; and the venue is asked at once, so that
    /// the proof does not wait.
    func noteStop(reason: String, operatorID: UInt32) {
        stopped = "by uid \(operatorID)" + (reason.isEmpty ? "" : ": \(reason)")
        truthSchedule.hurry()
    }

    /// Enables the strategies again; `false` when they were.
    func start(operatorID: UInt32) -> Bool {
        guard let stopped else { return false }
        note(.start, operatorID, "strategies enabled again; they were stopped \(stopped)")
        view.append(clock.now(), "START", .info, "strategies enabled by uid \(operatorID); the ceremony comes next")
        self.stopped = nil
        return true
    }

    // MARK: journal

    /// Puts a text into the journal, in the order of the core's inputs.
    func note(_ kind: Note.Kind, _ operatorID: UInt32, _ text: String) {
        for piece in Note.pieces(kind, operatorID: operatorID, text) { push(.note(piece)) }
    }

    /// From the ring to the segment file; the operator's view sees each record as it passes. A failure is final: the
    /// engine is killed and latched, cancels everything and ends. What it decides meanwhile stays in shared memory, where
    /// the next start finds it.
    private func drainJournal() -> Int {
        guard journalFailure == nil else { return writer.observeWaiting { view.observe($0) } }
        do {
            return try writer.drain(limit: 4096, wall: clock.wall(), engine: clock.now()) { view.observe($0) }
        } catch {
            fail(error)
            return 0
        }
    }

    private func fail(_ error: JournalError) {
        journalFailure = error.sentence
        view.append(clock.now(), "JOURNAL_FAILED", .critical, error.sentence)
        print("engine: the journal failed: \(error.sentence)\nengine: killed; cancelling everything, then it ends")
        fflush(nil)
        do {
            try kill(reason: "journal failed: \(error.sentence)", operatorID: Command.engineOperator)
        } catch {
            view.append(clock.now(), "LATCH_FAILED", .critical, "\(error)")
            print("engine: the kill latch could not be written: \(error)")
        }
        _ = submit(Command(kind: .kill, operatorID: 0, hash: 0, lifetime: .zero))
    }

    // MARK: commands

    /// Puts a command into the core's order of inputs. `nil` when the ring is full.
    func submit(_ command: Command) -> UInt64? { submit(.command(command)) }

    /// The same of any input that the core answers with a command's result.
    func submit(_ input: Input) -> UInt64? {
        guard hot.cold.tryPush(input) else { return nil }
        submitted += 1
        return submitted
    }

    /// The core's answer to the command with this number; the core answers in order.
    func result(of sequence: UInt64) -> CommandResult? {
        let index = Int(sequence) - 1
        return index < view.commandResults.count ? view.commandResults[index] : nil
    }

    /// The engine's own word to the core, which answers to nobody.
    func recall(_ trip: Trip, isNoted: Bool) {
        push(
            .command(
                Command(
                    kind: .recall, operatorID: Command.engineOperator, hash: 0, lifetime: .zero,
                    subject: UInt64(trip.rawValue), value: isNoted ? 1 : 0)))
    }

    // MARK: the venue's truth

    /// What the venue said before the order link was up proves nothing about now, so it is asked at once.
    private func noteOrderLink() {
        guard status.orderLink == .up, status.orderLinkSince != orderLinkSeen else { return }
        orderLinkSeen = status.orderLinkSince
        truthSchedule.hurry()
    }

    private func askForTruth() {
        guard !truthUnderWay else { return }
        truthUnderWay = true
        truthSchedule.asked(at: clock.now())
        let (adapter, rest, clock, inbox, from) = (adapter, rest, clock, truths, history.from)
        Task {
            inbox.put(await VenueTruth.ask(adapter, rest, tradesFrom: from, now: { clock.now() }, wall: { clock.wall() }))
        }
    }

    private func deliverTruth() -> Int {
        let arrived = truths.takeAll()
        for truth in arrived {
            truthUnderWay = false
            if let problem = truth.problem { view.append(clock.now(), "VENUE_UNAVAILABLE", .warning, problem) }
            take(truth)
        }
        return arrived.count
    }

    private func take(_ truth: VenueTruth) {
        latestTruth = truth
        if truth.isComplete { latestComplete = truth }
        if truth.isComplete, baseline.isEmpty {
            for balance in truth.balances { baseline[balance.asset] = balance }
        }
        for (instrument, rows) in truth.trades {
            if history.newest(instrument) == nil { reportDowntime(rows, of: instrument) }
            let missing = history.take(rows, of: instrument, at: clock.now(), booked: view.booked,
                isSettled: status.unknownOrders == 0, open: Set(truth.orders.filter { !$0.client.isNone }.map(\.venueOrder)),
                hasOrders: status.openOrders > 0)
            for fill in missing { push(.fill(fill)) }
            mark(instrument)
        }
        snapshotSequence += 1
        push(mark(truth, isEnd: false))
        for row in truth.orders { push(.orderUpdate(row)) }
        for balance in truth.balances { push(.balance(balance)) }
        push(mark(truth, isEnd: true))
    }

    /// Journals up to where an instrument's trades were processed. Behind the fills of the same answer, in one order.
    private func mark(_ instrument: InstrumentID) {
        guard let newest = history.newest(instrument), marked[instrument] != newest else { return }
        marked[instrument] = newest
        note(.mark, Command.engineOperator, SequenceMarks.text(instrument, trade: newest))
    }

    /// Says what was executed while no engine looked. It is in the balances that this run starts from, so the core does
    /// not count it: once, not twice.
    private func reportDowntime(_ rows: [Fill], of instrument: InstrumentID) {
        let symbol = plan.instruments[instrument.index].symbol.string
        switch resume.downtime(rows, of: instrument, page: TradeHistory.pageRows) {
        case .unknown: return
        case .restarted:
            tellDowntime("\(symbol): the venue counts its trades anew; what happened since the run before is not known")
        case .trades(let missed, let isComplete):
            guard !missed.isEmpty else { return }
            downtimeFills += missed.count
            for fill in missed.suffix(20) {
                tellDowntime(
                    "\(symbol): \(fill.side == .buy ? "bought" : "sold") \(fill.quantity) at \(fill.price) while no engine "
                        + "looked (trade \(fill.trade.low), order \(fill.venueOrder.raw))")
            }
            let net = missed.reduce(Int128(0)) { $0 + Int128($1.side == .buy ? $1.quantity.raw : -$1.quantity.raw) }
            tellDowntime(
                "\(symbol): \(isComplete ? "" : "at least ")\(missed.count) trades since the run before, net "
                    + "\(Quantity(raw: Int64(clamping: net))); the balances that this run starts from hold them")
        }
    }

    private func tellDowntime(_ text: String) {
        view.append(clock.now(), "DOWNTIME_FILL", .warning, text)
        note(.recovery, Command.engineOperator, text)
        print("engine: \(text)")
    }

    private func mark(_ truth: VenueTruth, isEnd: Bool) -> Input {
        .snapshot(
            SnapshotMark(
                id: snapshotSequence, venue: VenueID(0), isEnd: isEnd, isComplete: truth.isComplete,
                requestedAt: truth.requestedAt))
    }

    /// A snapshot of which one row is lost would prove wrong things, so this waits for room; the trade thread takes
    /// these inputs first.
    private func push(_ input: Input) {
        while !hot.cold.tryPush(input) { usleep(100) }
    }

    /// What the hot threads did not believe, into the bounded log.
    private func takeQuarantined() -> Int {
        var work = 0
        while let message = hot.quarantine.next() {
            work += 1
            quarantine.append(QuarantineLine(message))
        }
        return work
    }

    private func deliverSnapshots() -> Int {
        var work = 0
        while let request = hot.snapshotRequests.tryPop() {
            work += 1
            guard let outgoing = adapter.depthSnapshot(InstrumentID(request.instrument)) else { continue }
            let (rest, inbox) = (rest, snapshots)
            Task {
                let answer = try? await rest.send(outgoing)
                inbox.put((request.instrument, answer?.status == 200 ? answer?.body ?? [] : []))
            }
        }
        for (instrument, body) in snapshots.takeAll() {
            work += 1
            let now = clock.now().raw
            let taken = unsafe body.withUnsafeBytes {
                unsafe hot.snapshots.tryPush($0, tag: UInt64(instrument), time: now)
            }
            if !taken { view.append(clock.now(), "SNAPSHOT_DROPPED", .warning, "no room for a depth snapshot") }
        }
        return work
    }

    // MARK: the end

    private func end() async -> RunSummary {
        _ = submit(Command(kind: .stop, operatorID: UInt32(getuid()), hash: 0, lifetime: .zero))
        let deadline = clock.now() + Nanoseconds(seconds: 10)
        repeat { await turn() } while clock.now() < deadline && !isQuiet
        truthSchedule.hurry()
        let before = snapshotSequence
        while hasAccount, clock.now() < deadline, snapshotSequence == before { await turn() }
        hot.stop()
        while drainJournal() > 0 {}
        keepArming()
        _ = takeQuarantined()
        _ = hot.status.tryRead(&status)
        if journalFailure == nil { do { try writer.end(wall: clock.wall(), engine: clock.now()) } catch { fail(error) } }
        await rest.close()
        return summary()
    }

    /// Only a LIVE run has an account at the venue to ask about.
    private var hasAccount: Bool { configuration.mode == .live }

    private var isQuiet: Bool {
        result(of: submitted) != nil && view.open.isEmpty && status.openOrders == 0 && status.unknownOrders == 0
    }

    private func summary() -> RunSummary {
        var summary = RunSummary()
        summary.mode = configuration.mode
        summary.symbol = plan.instruments[0].symbol.string
        summary.ticks = view.counts.ticks
        summary.intents = view.counts.intents
        summary.ordersSent = view.counts.ordersSent
        summary.cancels = view.counts.cancels
        summary.fills = view.counts.fills
        summary.rejects = view.counts.rejects
        summary.riskRejects = view.counts.riskRejects
        summary.quarantined = quarantine.counts
        summary.openOrdersAtEnd = openOrdersAtEnd
        summary.position = view.positions[0].quantity
        summary.positionMatchesVenue = plan.instruments.allSatisfy { matchesVenue($0.base) }
        summary.balancesMatchVenue = summary.positionMatchesVenue && plan.instruments.allSatisfy { matchesVenue($0.quote) }
        summary.fees = view.positions.reduce(.zero) { $0.adding($1.fees) ?? .max }
        summary.funding = status.funding
        summary.instruments = statusDocument().instruments
        summary.realised = status.realised
        summary.net = statusDocument().net
        summary.journalRecords = writer.written
        summary.decisionHashLive = status.decisionHash
        summary.hotAllocations = HeapUse.sum(hot.threads.heaps)?.allocations
        summary.latencies = latencies()
        summary.duration = clock.now() - started
        summary.build = BuildIdentity.name
        summary.configHash = configuration.hash
        return summary
    }

    /// By the venue's word in LIVE; `nil` when it could not be had. Elsewhere nothing is at a venue, and what the core
    /// holds against its simulated one counts.
    private var openOrdersAtEnd: Int? {
        guard hasAccount else { return Int(status.openOrders) }
        return latestTruth.flatMap { $0.isComplete ? $0.ownOrders : nil }
    }

    /// Whether the venue's balance of an asset is the run's first balance plus every fill and fee since. The simulated
    /// venue's balances stand in the journal; without any venue nothing may have been filled.
    private func matchesVenue(_ asset: AssetID) -> Bool {
        switch configuration.mode {
        case .live: break
        case .shadow: return view.counts.ordersSent == 0 && view.counts.fills == 0 && view.balances.isEmpty
        case .dryRun, .backtest, .replay:
            guard let seen = view.balances[asset] else { return false }
            return seen.first + (view.account.changes[asset] ?? 0) == seen.last
        }
        guard let truth = latestTruth, truth.isComplete, let first = baseline[asset],
            let last = truth.balances.first(where: { $0.asset == asset })
        else { return false }
        let expected = Int128(first.free.raw) + Int128(first.locked.raw) + Int128(view.account.changes[asset] ?? 0)
        return expected == Int128(last.free.raw) + Int128(last.locked.raw)
    }

    // MARK: status

    func latencies() -> LatencyTable {
        var stages = LatencyStage.allCases.compactMap { stage -> LatencySummary? in
            guard let read = hot.stages.read(stage) else { return nil }
            return LatencySummary(
                stage: stage.name, count: UInt64(read.count), p50: read.percentile(0.5), p99: read.percentile(0.99),
                p999: read.percentile(0.999), max: read.max)
        }
        // Before the last, which is the sum of the stages and is shown in bold.
        stages.insert(view.roundTrips.summary, at: max(0, stages.count - 1))
        return LatencyTable(stages)
    }

    func statusDocument() -> StatusDocument {
        let now = clock.now()
        var keepers = KeeperFacts()
        keepers.journalPath = configuration.journal.directory
        keepers.journalRecords = writer.written
        keepers.journalDurable = writer.durable
        keepers.journalBytes = writer.written * UInt64(Record.byteCount)
        keepers.journalBacklog = UInt64(writer.waiting)
        keepers.journalFailed = journalFailure != nil
        keepers.heartbeatAge = now - status.now
        keepers.latched = latched
        keepers.stopped = stopped ?? ""
        keepers.controlRefused = refusedPeers
        if let truth = latestComplete {
            keepers.venueOrders = Int64(truth.ownOrders)
            keepers.venueAge = now - truth.requestedAt
        }
        keepers.guardRunning = GuardPresence(directory: configuration.directory).isRunning
        var feed = FeedFacts(hot.feed.read())
        feed.quarantined = quarantine.counts
        var document = StatusDocument(
            engine: status, limits: view.limits[0], latencies: latencies(), events: view.events.last(20),
            links: links(now), keepers: keepers, names: plan.names(configuration), feed: feed,
            uptime: now - started)
        document.addRows()
        document.threads = threadWatch.lines(
            hot.threads.watches, cold: hot.coldBeat.reader().read(), now: now, coldLimit: Self.coldStallLimit)
        return document
    }

    /// Each link with what it last proved.
    private func links(_ now: Nanoseconds) -> [LinkLine] {
        var lines = [
            LinkLine("market data", status.marketLink, hot.gauges.market, now: now, quietAfter: configuration.feedStaleAfter)
        ]
        if status.feed != .live, status.marketLink == .up {
            lines[0].verdict = "\(status.feed.name): \(status.feedReason.words)"
        }
        if let orders = hot.gauges.orders {
            // The venue pings every 20 s at the least.
            var line = LinkLine("orders", status.orderLink, orders, now: now, quietAfter: Nanoseconds(seconds: 30))
            if latched, line.age.raw < 0 { line.verdict = "held: latched" }
            lines.append(line)
        } else {
            lines.append(
                LinkLine(name: "orders", state: .down, verdict: "none in \(configuration.mode.name)", age: Nanoseconds(raw: -1)))
        }
        let isAnswering = latestTruth?.isComplete == true
        lines.append(
            LinkLine(
                name: "REST", state: isAnswering ? .up : .down,
                verdict: isAnswering ? "healthy" : latestTruth == nil ? "not asked yet" : "no good answer",
                age: latestComplete.map { now - $0.requestedAt } ?? Nanoseconds(raw: -1)))
        return lines
    }

    /// Says on standard output what the hot thread asked of the heap, and who asked.
    func reportHeap() {
        guard let use = HeapUse.sum(hot.threads.heaps) else { return print("engine: hot heap: not counted (too short a run)") }
        print(
            "engine: hot heap since warm-up: \(use.allocations) allocations, \(use.frees) frees, \(use.retains) retains, "
                + "\(use.releases) releases")
        for site in hot.threads.heaps.flatMap(\.sites) { print("engine: hot heap call from \(site)") }
    }

    /// Removes the latch; the core is told afterwards.
    func unlatch(reason: String, operatorID: UInt32) throws {
        let latch = KillLatch(path: configuration.latchFile)
        let was = latch.read()
        // A halt whose latch could not be written is lifted all the same.
        if was != nil || status.state != .halted {
            try latch.remove(reason: reason, by: "uid \(operatorID)", time: clock.wall())
        }
        note(.unlatch, operatorID, "\(reason) | set by \(was?.by ?? "?"): \(was?.reason ?? "?")")
    }

    /// Writes the latch before the core is told: a kill holds even if this process dies in the next instant.
    func kill(reason: String, operatorID: UInt32) throws {
        try KillLatch(path: configuration.latchFile).set(
            LatchRecord(reason: reason, time: clock.wall(), by: "uid \(operatorID)"))
    }
}
