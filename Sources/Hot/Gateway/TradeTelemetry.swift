import Model
import Rings
import Units

/// Stages of the way from a tick to an order, each with its own histogram.
public enum LatencyStage: Int, Sendable, CaseIterable {
    /// Frame received → the trade thread takes the event.
    case receiveToStep = 0
    /// Event taken → all decisions taken.
    case decide = 1
    /// Decisions taken → journalled, signed, encrypted and submitted.
    case send = 2
    /// Frame received → order submitted.
    case tickToOrder = 3

    public var name: String {
        switch self {
        case .receiveToStep: return "receive_to_step"
        case .decide: return "decide"
        case .send: return "encode_and_submit"
        case .tickToOrder: return "tick_to_order"
        }
    }
}

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
    }

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

    mutating func publish(_ value: EngineStatus, at now: Nanoseconds) {
        lastPublish = now
        shownState = value.state
        status.publish(value)
        histograms.publish()
    }

    mutating func stamp(_ input: Input, began: Nanoseconds, decided: Nanoseconds, done: Nanoseconds, sent: Bool) {
        let received: Nanoseconds
        switch input {
        case .topOfBook(let top): received = top.receivedAt
        case .trade(let trade): received = trade.receivedAt
        default: return
        }
        histograms.receiveToStep.record((began - received).raw)
        histograms.decide.record((decided - began).raw)
        guard sent else { return }
        histograms.send.record((done - decided).raw)
        histograms.tickToOrder.record((done - received).raw)
    }
}

/// One histogram per stage.
public struct StageHistograms: ~Copyable {
    var receiveToStep = LatencyHistogram()
    var decide = LatencyHistogram()
    var send = LatencyHistogram()
    var tickToOrder = LatencyHistogram()

    public init() {}

    mutating func publish() {
        receiveToStep.publish()
        decide.publish()
        send.publish()
        tickToOrder.publish()
    }

    /// Readers for the cold side, in the order of `LatencyStage`.
    public func readers() -> StageReaders {
        StageReaders(
            receiveToStep: receiveToStep.reader(), decide: decide.reader(), send: send.reader(),
            tickToOrder: tickToOrder.reader())
    }
}

/// The cold side's view of the stages.
public struct StageReaders: ~Copyable {
    let receiveToStep: LatencyReader
    let decide: LatencyReader
    let send: LatencyReader
    let tickToOrder: LatencyReader

    /// A consistent copy, or `nil` when the writer was faster than all attempts.
    public func read(_ stage: LatencyStage) -> LatencySnapshot? {
        switch stage {
        case .receiveToStep: return receiveToStep.tryRead()
        case .decide: return decide.tryRead()
        case .send: return send.tryRead()
        case .tickToOrder: return tickToOrder.tryRead()
        }
    }
}
