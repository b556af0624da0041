import Agents
import Model
import Rings
import Transport
import Units

/// What the trade thread shows to others: its heartbeat, the core's status and its latencies. Single writer; readers
/// copy. Never allocates after `init`.
public struct TradeTelemetry: ~Copyable {
    private var status: LatestWriter<EngineStatus>
    private var heartbeat: LatestWriter<EngineBeat>
    private var histograms: StageHistograms
    private var lastPublish = Nanoseconds.zero
    private var shownState = SystemState.disarmed
    private var pulse: EngineBeat
    private var stalls: SharedCounter
    private let publishInterval: Int64 = 20_000_000
    private var scale: TickScale

    /// `process`: who beats, before its first beat.
    public init(
        status: consuming LatestWriter<EngineStatus>, heartbeat: consuming LatestWriter<EngineBeat>,
        process: EngineBeat, histograms: consuming StageHistograms, stalls: consuming SharedCounter
    ) {
        pulse = process
        self.status = status
        self.heartbeat = heartbeat
        self.histograms = histograms
        self.stalls = stalls
        scale = TickScale(ticksEachSecond: 1_000_000_000)
    }

    /// At the end: what was not shown yet.
    mutating func publishStages() { histograms.publishAll() }

    /// On the trade thread, with its calibrated clock.
    mutating func calibrate(_ clock: EngineClock) { scale = TickScale(clock) }

    /// Once per duty cycle: the guard watches that this goes on.
    mutating func beat(at now: Nanoseconds, state: SystemState) {
        pulse.beat(at: now, state: state)
        heartbeat.publish(pulse)
    }

    /// The last beat of an orderly end: silence from now on means nothing.
    mutating func end(at now: Nanoseconds) {
        pulse.beat(at: now, state: pulse.state ?? .disarmed)
        pulse.hasEnded = true
        heartbeat.publish(pulse)
    }

    /// A turn in which nothing was stepped because the journal was full.
    mutating func countStall() { stalls.add() }

    /// A status is only made when it is shown: at intervals, and at once where it names a state that is over.
    func isPublishDue(_ now: Nanoseconds) -> Bool { (now - lastPublish).raw >= publishInterval }
    func isOutdated(_ state: SystemState) -> Bool { state != shownState }

    /// The first row of strategies and instruments to be shown next: one page after the other, then from the first again.
    private(set) var firstRow = 0

    /// The page with this row comes next.
    mutating func showNext(_ row: Int) { firstRow = row / EngineStatus.rows * EngineStatus.rows }

    mutating func publish(_ value: EngineStatus, at now: Nanoseconds) {
        lastPublish = now
        let next = Int(value.firstRow) + EngineStatus.rows
        firstRow = next < Int(Swift.max(value.strategyCount, value.instrumentCount)) ? next : 0
        shownState = value.state
        status.publish(value)
        histograms.publishNext()
    }

    /// Counts one step by its stages. Only steps that a market event began, and the stages behind the decision only where
    /// something left at once.
    mutating func stamp(_ input: Input, _ step: StepStamps, gate: (spent: UInt64, judged: UInt32), sent: SendSteps?) {
        let received: Nanoseconds
        switch input {
        case .topOfBook(let top): received = top.receivedAt
        case .trade(let trade): received = trade.receivedAt
        default: return
        }
        let gateNs = scale.ns(0, gate.spent)
        histograms.receiveToStep.record((step.began - received).raw)
        histograms.decide.record((step.decided - step.began).raw - gateNs)
        if gate.judged > 0 { histograms.risk.record(gateNs / Int64(gate.judged)) }
        guard let sent else { return }
        histograms.tickToOrder.record((step.done - received).raw)
        histograms.journal.record((step.journalled - step.decided).raw)
        let link = sent.link
        guard link.given >= sent.began, link.sealed >= link.given else { return }
        histograms.encode.record(scale.ns(sent.began, link.given))
        histograms.encrypt.record(scale.ns(link.given, link.sealed))
        guard link.submitted >= link.sealed else { return }
        histograms.submit.record(scale.ns(link.sealed, link.submitted))
        histograms.kernelSend.record(scale.ns(link.submitted, link.taken))
    }
}
