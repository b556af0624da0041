import Journal
import Model
import Rings
import Testing
import Units

@Suite struct HaltTrailTests {
    private enum Line { case halt(UInt8), disarmed, latched, unlatch, tick }

    /// Journals the lines, each run of them in a segment of its own, and asks.
    private func unlatched(_ runs: [[Line]]) throws -> StateChange? {
        let scratch = Scratch()
        for (index, lines) in runs.enumerated() {
            let run = UInt32(index + 1)
            var ends = makeRing(of: Record.self, capacity: 64)
            for (at, line) in lines.enumerated() {
                let sequence = UInt64(at + 1)
                let time = Nanoseconds(raw: Int64(sequence))
                let made: Record
                switch line {
                case .halt(let command):
                    made = Output.state(StateChange(from: .live, to: .halted, error: .none, command: command))
                        .record(sequence: sequence, time: time)
                case .disarmed:
                    made = Output.state(StateChange(from: .halted, to: .disarmed, error: .none, command: 0))
                        .record(sequence: sequence, time: time)
                case .latched:
                    made = Input.note(Note.pieces(.latched, operatorID: 7, "why")[0]).record(sequence: sequence, time: time)
                case .unlatch:
                    made = Input.note(Note.pieces(.unlatch, operatorID: 7, "why")[0]).record(sequence: sequence, time: time)
                case .tick: made = Input.timer.record(sequence: sequence, time: time)
                }
                push(stamped(made, run: run), &ends.producer)
            }
            var journal = try writer(scratch, ends.consumer, run: run)
            _ = try journal.drain(wall: .zero, engine: .zero)
            try journal.end(wall: .zero, engine: .zero)
        }
        return HaltTrail.unlatched(in: scratch.segments)
    }

    private let kill = CommandKind.kill.rawValue

    @Test func `A halt that no latch follows is found, with what brought it`() throws {
        #expect(try unlatched([[.tick, .halt(kill), .tick]])?.command == kill)
        #expect(try unlatched([[.halt(0)]])?.to == .halted)
        // In a segment before, and when it was latched once before.
        #expect(try unlatched([[.halt(kill)], [.tick]])?.command == kill)
        #expect(try unlatched([[.halt(kill), .latched, .unlatch, .disarmed, .halt(kill), .tick]]) != nil)
    }

    @Test func `A latch, its removal or another state behind the halt ends it`() throws {
        #expect(try unlatched([[.halt(kill), .tick, .latched, .tick]]) == nil)
        #expect(try unlatched([[.halt(kill), .unlatch]]) == nil)
        #expect(try unlatched([[.halt(kill), .disarmed]]) == nil)
        #expect(try unlatched([[.halt(kill)], [.latched]]) == nil)
        #expect(try unlatched([[.tick]]) == nil)
        #expect(HaltTrail.unlatched(in: []) == nil)
    }
}
