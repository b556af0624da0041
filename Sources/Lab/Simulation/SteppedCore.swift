import Core
import Model
import Rings
import StrategyKit
import Units

/// The core stepped by hand on one thread, journalled as the trade agent journals it: input, then what was decided.
package struct SteppedCore<Strategies: StrategySet>: ~Copyable {
    package private(set) var core: TradingCore<Strategies>
    package private(set) var outputs: OutputBuffer
    private var journal: RingProducer<Record>
    private let session: UInt64
    package private(set) var nextSequence: UInt64 = 1
    /// Records of inputs and of placements handed to the journal so far.
    package private(set) var inputsJournalled: UInt64 = 0
    package private(set) var placesJournalled: UInt64 = 0
    /// A rule broken on purpose, in the simulated world only.
    var canary: Canary?

    package init(
        _ configuration: CoreConfiguration, _ strategies: Strategies, journal: consuming RingProducer<Record>, session: UInt64
    ) {
        core = TradingCore(configuration: configuration, strategies: strategies)
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        self.journal = journal
        self.session = session
    }

    /// Whether the journal can take a whole step, its input and everything it may decide.
    package var canStep: Bool { mutating get { journal.freeCount() > outputs.capacity } }

    /// Precondition: `canStep`. What was decided is in `outputs` until the next step.
    package mutating func step(_ input: Input, at now: Nanoseconds) {
        if !breaksJournal(of: input) {
            push(input.record(sequence: nextSequence, time: now))
            inputsJournalled += 1
        }
        outputs.reset()
        core.step(input, at: canary == .hiddenClock ? now + Nanoseconds(raw: 1) : now, into: &outputs)
        for index in 0..<outputs.count {
            if case .place = outputs[index] {
                if canary == .orderNotJournalled { continue }
                placesJournalled += 1
            }
            push(outputs[index].record(sequence: nextSequence, time: now))
        }
    }

    private func breaksJournal(of input: Input) -> Bool {
        if canary == .inputNotJournalled, case .fill = input { return true }
        return false
    }

    private mutating func push(_ unstamped: Record) {
        var record = unstamped
        record.words[15] = session
        precondition(journal.tryPush(record), "journal ring overflowed although room was asked for")
        nextSequence += 1
    }

    package var status: EngineStatus { mutating get { core.status } }
}
