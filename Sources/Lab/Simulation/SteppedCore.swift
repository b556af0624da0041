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
    package private(set) var nextSequence: UInt64 = 1

    package init(
        _ configuration: CoreConfiguration, _ strategies: Strategies, journal: consuming RingProducer<Record>
    ) {
        core = TradingCore(configuration: configuration, strategies: strategies)
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        self.journal = journal
    }

    /// Whether the journal can take a whole step, its input and everything it may decide.
    package var canStep: Bool { mutating get { journal.freeCount() > outputs.capacity } }

    /// Precondition: `canStep`. What was decided is in `outputs` until the next step.
    package mutating func step(_ input: Input, at now: Nanoseconds) {
        push(input.record(sequence: nextSequence, time: now))
        outputs.reset()
        core.step(input, at: now, into: &outputs)
        for index in 0..<outputs.count { push(outputs[index].record(sequence: nextSequence, time: now)) }
    }

    private mutating func push(_ record: Record) {
        precondition(journal.tryPush(record), "journal ring overflowed although room was asked for")
        nextSequence += 1
    }

    package var status: EngineStatus { mutating get { core.status } }
}
