import Journal
import Model
import Units

/// A journalled run stepped again, its decisions compared with those recorded.
package struct ReplayResult: Sendable, Equatable {
    package var inputs: UInt64 = 0
    package var recordedOutputs: UInt64 = 0
    package var replayedOutputs: UInt64 = 0
    package var recordedHash = DecisionHash().value
    package var replayedHash = DecisionHash().value
    /// Sequence of the record at which the two first part: a recorded output that was not decided now, or the input (or
    /// end) before which more was decided now than recorded. `nil` when there is none.
    package var firstDifference: UInt64?
    /// Intact records that this build cannot decode; a run with any cannot be called equal.
    package var unknown: UInt64 = 0

    /// The same decisions, one for one.
    package var isEqual: Bool { firstDifference == nil && unknown == 0 && recordedHash == replayedHash }
}

/// Reads one run from a journal and hands each input to `step`, which appends what it decides.
///
/// `run` chooses by the header's run id; `nil` takes every run of the reader as one, which is right when there is one
/// only. `capacity` is the outputs one step may decide. Outputs are compared after each step by their records' words 1 to
/// 14, the ones the decision hash covers.
package func replay(
    _ reader: consuming JournalReader, run: UInt32? = nil, capacity: Int = 256,
    step: (Input, Nanoseconds, inout OutputBuffer) -> Void
) throws(JournalDamage) -> ReplayResult {
    var result = ReplayResult()
    var recorded = DecisionHash()
    var replayed = DecisionHash()
    var outputs = OutputBuffer(capacity: capacity)
    var decided: [Record] = []
    var compared = 0
    var last: UInt64 = 0
    while let record = try reader.next() {
        if let run, reader.header?.identity.run != run { continue }
        last = record.sequence
        if let input = Input(record: record) {
            if compared < decided.count { result.firstDifference = result.firstDifference ?? record.sequence }
            let time = Nanoseconds(raw: record.time)
            outputs.reset()
            step(input, time, &outputs)
            decided = (0..<outputs.count).map { outputs[$0].record(sequence: 0, time: time) }
            for output in decided { replayed.fold(output) }
            compared = 0
            result.inputs += 1
            result.replayedOutputs += UInt64(decided.count)
        } else if Output(record: record) != nil {
            recorded.fold(record)
            result.recordedOutputs += 1
            let isSame = compared < decided.count && equal(decided[compared], record)
            if !isSame { result.firstDifference = result.firstDifference ?? record.sequence }
            compared += 1
        } else {
            result.unknown += 1
        }
    }
    // A run that died inside a step has not journalled all of it; that is a difference, and it is said so.
    if compared < decided.count { result.firstDifference = result.firstDifference ?? last + 1 }
    result.recordedHash = recorded.value
    result.replayedHash = replayed.value
    return result
}

private func equal(_ a: Record, _ b: Record) -> Bool {
    (1...14).allSatisfy { a.words[$0] == b.words[$0] }
}
