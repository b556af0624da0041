import Core
import Model
import Rings
import StrategyKit
import Units

/// The core stepped by hand on one thread, journalled as the trade agent journals it: input, then what was decided. What a
/// backtest steps is public: across modules nothing else is specialised, and unspecialised it takes five times as long.
public struct SteppedCore<Strategies: StrategySet>: ~Copyable {
    public private(set) var core: TradingCore<Strategies>
    public private(set) var outputs: OutputBuffer
    private var journal: RingProducer<Record>
    private let session: UInt64
    /// Without it no record is made; what is decided is the same.
    private let isJournalled: Bool
    public private(set) var nextSequence: UInt64 = 1
    /// Records of inputs and of placements handed to the journal so far.
    package private(set) var inputsJournalled: UInt64 = 0
    package private(set) var placesJournalled: UInt64 = 0
    /// A rule broken on purpose, in the simulated world only.
    var canary: Canary?

    public init(
        _ configuration: CoreConfiguration, _ strategies: Strategies, journal: consuming RingProducer<Record>, session: UInt64,
        isJournalled: Bool = true
    ) {
        core = TradingCore(configuration: configuration, strategies: strategies)
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        self.journal = journal
        self.session = session
        self.isJournalled = isJournalled
    }

    /// Whether the journal can take a whole step, its input and everything it may decide.
    public var canStep: Bool { mutating get { !isJournalled || journal.freeCount() > outputs.capacity } }

    /// Precondition: `canStep`. What was decided is in `outputs` until the next step.
    public mutating func step(_ input: Input, at now: Nanoseconds) {
        guard isJournalled else {
            outputs.reset()
            return core.step(input, at: now, into: &outputs)
        }
        if !breaksJournal(of: input) {
            push(input.record(sequence: 0, time: now))
            inputsJournalled += 1
        }
        outputs.reset()
        core.step(input, at: canary == .hiddenClock ? now + Nanoseconds(raw: 1) : now, into: &outputs)
        for index in 0..<outputs.count {
            if case .place = outputs[index] {
                if canary == .orderNotJournalled { continue }
                placesJournalled += 1
            }
            push(outputs.record(index))
        }
    }

    private func breaksJournal(of input: Input) -> Bool {
        if canary == .inputNotJournalled, case .fill = input { return true }
        return false
    }

    private mutating func push(_ unstamped: Record) {
        var record = unstamped
        record.sequence = nextSequence
        record.words[15] = session
        precondition(journal.tryPush(record), "journal ring overflowed although room was asked for")
        nextSequence += 1
    }

    /// Before it a timer changes nothing.
    public var nextTimer: Nanoseconds { mutating get { core.nextTimer } }

    public var status: EngineStatus { mutating get { core.status } }
}
