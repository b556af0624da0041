import Foundation
import Journal
import Model
import Replay
import Rings
import Testing
import Units

/// Decides one state change for each second input, two for each sixth.
private func decide(_ count: Int, _ outputs: inout OutputBuffer) {
    if count % 2 == 0 { outputs.append(.state(StateChange(from: .disarmed, to: .staged, error: .none))) }
    if count % 6 == 0 { outputs.append(.cancelAll(InstrumentID(UInt16(count)))) }
}

/// A journal of `inputs` timer inputs with what `decide` says to each.
private func journal(_ directory: String, inputs: Int, run: UInt32) throws {
    var ends = makeRing(of: Record.self, capacity: 1024)
    var sequence: UInt64 = 0
    var outputs = OutputBuffer(capacity: 4)
    for count in 1...inputs {
        let time = Nanoseconds(raw: Int64(count) * 10)
        sequence += 1
        var isTaken = ends.producer.tryPush(Input.timer.record(sequence: sequence, time: time))
        outputs.reset()
        decide(count, &outputs)
        for index in 0..<outputs.count {
            sequence += 1
            isTaken = ends.producer.tryPush(outputs[index].record(sequence: sequence, time: time)) && isTaken
        }
        precondition(isTaken, "the test's ring is full")
    }
    let identity = JournalIdentity(build: "b", configurationHash: 1, mode: .live, run: run, name: "run", session: 0)
    var writer = try JournalWriter(
        consumer: ends.consumer, directory: directory, identity: identity, segmentBytes: 4096 + 128 * 21,
        syncInterval: .zero, wall: .zero, engine: .zero)
    _ = try writer.drain(wall: .zero, engine: .zero)
}

@Suite struct ReplayTests {
    private func replayed(_ spoil: @escaping (Int, inout OutputBuffer) -> Void) throws -> ReplayResult {
        let directory = NSTemporaryDirectory() + "/replay-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try journal(directory, inputs: 3, run: 1)
        try journal(directory, inputs: 60, run: 2)
        var count = 0
        return try replay(JournalReader(directory: directory, name: "run"), run: 2) { _, _, outputs in
            count += 1
            spoil(count, &outputs)
        }
    }

    @Test func `The same decisions give the same hash`() throws {
        let result = try replayed(decide)
        #expect(result.isEqual)
        #expect(result.inputs == 60)
        #expect(result.recordedOutputs == 40)
        #expect(result.replayedOutputs == 40)
        #expect(result.recordedHash != DecisionHash().value)
    }

    @Test func `A missing, an additional and another decision are each found where they are`() throws {
        let missing = try replayed { count, outputs in if count != 4 { decide(count, &outputs) } }
        #expect(!missing.isEqual)
        // Records: 1 t1, 2 t2, 3 out, 4 t3, 5 t4, 6 out.
        #expect(missing.firstDifference == 6)
        let additional = try replayed { count, outputs in
            decide(count, &outputs)
            if count == 3 { outputs.append(.cancelAll(InstrumentID(1))) }
        }
        #expect(additional.firstDifference == 5)
        let other = try replayed { count, outputs in
            if count == 2 { outputs.append(.cancelAll(InstrumentID(1))) } else { decide(count, &outputs) }
        }
        #expect(other.firstDifference == 3)
        #expect(other.recordedHash != other.replayedHash)
        let late = try replayed { count, outputs in
            decide(count, &outputs)
            if count == 60 { outputs.append(.cancelAll(InstrumentID(1))) }
        }
        #expect(late.firstDifference == 101)
    }
}
