import Agents
import Alerts
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
    /// Of all strategies and instruments, which a status shows page after page.
    var rows = StatusRows()
    let started: Nanoseconds

    var hot: HotSide
    var writer: JournalWriter
    var control: ControlServer
    var submitted: UInt64 = 0
    var journalFailure: String?
    var latched = false
    /// As of the last turn: the socket asks for the status while it is being stepped.
    var refusedPeers: UInt64 = 0
    /// Set by `stop`, taken back by `start`: no mandate is staged meanwhile. Not kept over a restart, which disarms anyway.
    var stopped: String?
    var killDelivered = false
    /// Wakes this loop: somebody at the control socket, an answer from the venue.
    let bell: Bell
    var door: ControlDoor?
    var killsMade: Int64 = 0
    /// When the kill was taken up that an answer has told of.
    var killShown: Int64 = 0
    var killTimes = KillTimes()
    /// When all memory was taken.
    var residentAtStart: Int64?
    /// The last command that changes a limit.
    var lastLimitCommand: UInt64 = 0
    var switches: SwitchKeeper
    let threadWatch: ThreadWatch
    var threadsSeenAt = Nanoseconds.zero
    /// Between two turns of this thread: the trade thread goes SAFE beyond it.
    static let coldStallLimit = Nanoseconds(seconds: 5)
    private static let longestSleep = Nanoseconds(milliseconds: 1)
    /// Whether program and configuration on disk are still those that run.
    var drift: DriftCheck
    var driftWatch = DriftWatch()
    var driftSeenAt = Nanoseconds.zero
    /// Tells two keys apart; nothing of the key.
    let keyFingerprint: String
    let alerts: AlertDesk
    /// Mandates that `stage` showed, the newest last.
    var shown: [Mandate] = []
    var incident: IncidentRecord?
    var noteText = ""

    var quarantine = QuarantineLog()
    var meter = VenueClockMeter()

    /// What REST answers said of the venue's limits.
    let usages: ColdInbox<VenueUsage>
    let truths: ColdInbox<VenueTruth>
    let snapshots: ColdInbox<(tag: UInt64, body: [UInt8])>
    var truthUnderWay = false
    var truthSchedule = TruthSchedule()
    var orderLinkSeen = Nanoseconds(raw: -1)
    var snapshotSequence: UInt64 = 0
    var history = TradeHistory()
    /// Where the run before had stopped, until the venue's first answer was compared with it.
    let resume: SequenceMarks
    /// What the runs before left; `nil` in a new run directory and where there is no account.
    var carried: CarryOver?
    /// Why what the runs before left is not known for certain: nobody can arm.
    var carryProblem: String?
    /// Finds what was executed while no engine looked.
    var downtime: DowntimeFills
    /// Up to which trade of each instrument the journal says is processed.
    var marks = HistoryMarks()
    /// Executions that were found to have happened while no engine looked.
    var downtimeFills = 0
    /// Balances of the first complete truth: what the run started from.
    var baseline: [AssetID: VenueBalance] = [:]
    var latestTruth: VenueTruth?
    /// The venue's rules, read again.
    var rules: RulesWatch
    var latestComplete: VenueTruth?
    /// Whose key it is by the venue's word.
    var account: AccountIdentity
    /// What the newest review of an order by hand was asked under.
    var accountOfReview = ""

    init(
        configuration: RunConfiguration, plan: RunPlan, rest: RestClient, usages: ColdInbox<VenueUsage>,
        adapter: any RestAdapter,
        hot: consuming HotSide, writer: consuming JournalWriter, control: consuming ControlServer, drift: DriftCheck,
        keyFingerprint: String, resume: SequenceMarks, bell: Bell
    ) {
        self.bell = bell
        truths = ColdInbox(bell)
        snapshots = ColdInbox(bell)
        rules = RulesWatch(bell)
        self.drift = drift
        self.keyFingerprint = keyFingerprint
        self.resume = resume
        downtime = DowntimeFills(resume: resume, page: TradeHistory.pageRows)
        self.configuration = configuration
        account = AccountIdentity(configured: configuration.mode == .live ? configuration.venue.account?.number : nil)
        self.plan = plan
        self.rest = rest
        self.usages = usages
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
        alerts = AlertDesk(configuration, command: "needletail ctl --socket \(configuration.controlSocket) ack")
        started = clock.now()
    }

    /// Runs until `shouldEnd` says so or the journal fails, then stops, proves and reports. The summary is complete even
    /// after a failure.
    func run(until shouldEnd: () -> Bool) async -> RunSummary {
        while !shouldEnd(), journalFailure == nil { await turn() }
        return await end()
    }

    /// One turn of the cold loop: journal first, then people, then the venue's truth.
    func turn() async {
        let now = clock.now()
        var work = drainJournal()
        keepArming()
        noteKills()
        if hot.status.tryRead(&status) { rows.take(status) }
        rest.use(Int(status.orderSource))
        keepSwitches()
        watchThreads(now)
        watchDrift(now)
        latchOwnHalt()
        for heap in hot.threads.heaps {
            heap.observe(status.state, at: now)
            heap.readKernel(at: now)
        }
        obeyLatch()
        var desk = EngineDesk(host: self)
        work += control.doWork(now: now, handler: &desk)
        refusedPeers = control.refusedClients
        work += deliverSnapshots()
        work += takeQuarantined()
        for reading in meter.turn(adapter, rest, clock) { push(.clock(reading)) }
        for usage in usages.takeAll() { push(.venueUsage(usage)) }
        work += deliverTruth()
        watchRules(now)
        noteOrderLink()
        work += tellPeople(now)
        let activity = status.ordersSent &+ status.cancelsSent &+ status.amendsSent &+ status.fills
        if hasAccount, truthSchedule.isDue(at: now, activity: activity) { askForTruth() }
        hot.coldBeat.turn(work: work, began: now, tookNs: (clock.now() - now).raw)
        // The journal's ring has no bell: the hot thread makes no system call for it.
        if work == 0 { bell.wait(Self.longestSleep) }
        await Task.yield()
    }

    // MARK: journal

    /// Puts a text into the journal, in the order of the core's inputs.
    func note(_ kind: Note.Kind, _ operatorID: UInt32, _ text: String) {
        for piece in Note.pieces(kind, operatorID: operatorID, text) { push(.note(piece)) }
    }

    /// From the ring to the segment file; the operator's view sees each record as it passes. A failure is final: the
    /// engine is killed and latched, cancels everything and ends. What it decides meanwhile stays in shared memory, where
    /// the next start finds it.
    func drainJournal() -> Int {
        guard journalFailure == nil else { return writer.observeWaiting { view.observe($0) } }
        do {
            return try writer.drain(limit: 4096, wall: clock.wall(), engine: clock.now()) { view.observe($0) }
        } catch {
            fail(error)
            return 0
        }
    }

    func fail(_ error: JournalError) {
        journalFailure = error.sentence
        view.append(clock.now(), "JOURNAL_FAILED", .critical, error.sentence)
        print("engine: the journal failed: \(error.sentence)\nengine: killed; cancelling everything, then it ends")
        fflush(nil)
        killOwn(reason: "journal failed: \(error.sentence)")
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

    /// What the core draws its pauses from; journalled as any command, so that a replay draws the same.
    func seed() {
        push(
            .command(
                Command(
                    kind: .seed, operatorID: Command.engineOperator, hash: UInt64.random(in: 1 ... .max),
                    lifetime: .zero)))
    }

    // MARK: the end

    func end() async -> RunSummary {
        let deadline = clock.now() + Nanoseconds(seconds: 10)
        // A stop cancels all that rests. In an account that the configuration does not name it is not ours to cancel.
        if !account.isAnother || status.ordersSent > 0 {
            _ = submit(Command(kind: .stop, operatorID: UInt32(getuid()), hash: 0, lifetime: .zero))
            repeat { await turn() } while clock.now() < deadline && !isQuiet
        }
        truthSchedule.hurry()
        let before = snapshotSequence
        while hasAccount, clock.now() < deadline, snapshotSequence == before { await turn() }
        for heap in hot.threads.heaps { heap.readKernel(at: clock.now(), isLast: true) }
        hot.stop()
        while drainJournal() > 0 {}
        keepArming()
        _ = takeQuarantined()
        if hot.status.tryRead(&status) { rows.take(status) }
        if journalFailure == nil { do { try writer.end(wall: clock.wall(), engine: clock.now()) } catch { fail(error) } }
        await rest.close()
        await tellTheRest(journalFailure.map { "the journal failed: \($0)" } ?? "the run ended in \(status.state.name)")
        return summary()
    }

    /// Only a LIVE run has an account at the venue to ask about.
    var hasAccount: Bool { configuration.mode == .live }
}
