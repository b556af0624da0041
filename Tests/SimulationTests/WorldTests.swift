import Foundation
import Matching
import Simulation
import Testing
import Transport
import Units
import WorldRoster

/// A seed's world played to its end.
func playWorld(
    _ seed: UInt64, seconds: Int64, canary: Canary? = nil, faults: FaultSettings? = nil
) throws -> WorldOutcome {
    try WorldOutcome(
        try RosterWorld.engine(seed: seed),
        WorldSettings(
            seed: seed, span: Nanoseconds(seconds: seconds), canary: canary, faults: faults,
            directory: Campaign.directory(seed)))
}

// The long run is Tests/EndToEnd/world.sh, with the release binary; here is what must hold of the world itself.
@Suite struct WorldTests {
    /// One of each temperament. Tests/EndToEnd/world.sh compares what is printed with what the release build says.
    @Test(arguments: [4, 6, 7, 8] as [UInt64])
    func `One seed gives one history, to the byte`(_ seed: UInt64) throws {
        let first = try playWorld(seed, seconds: 240)
        let second = try playWorld(seed, seconds: 240)
        #expect(first.violations.isEmpty, "\(first.violations)")
        #expect(first.report.orders > 5)
        #expect(first.report.digest == second.report.digest)
        #expect(first.faults.history == second.faults.history)
        #expect(first.report.coverage == second.report.coverage)
        #expect(try playWorld(seed + 8, seconds: 240).report.digest != first.report.digest)
        print("world digest of seed \(seed): \(String(format: "%016llx", first.report.digest))")
    }

    @Test func `Without faults the engine trades and ends at rest`() throws {
        let calm = try playWorld(1, seconds: 300, faults: FaultSettings())
        #expect(calm.violations.isEmpty, "\(calm.violations)")
        #expect(calm.faults.total == 0)
        #expect(calm.report.fills > 5 && calm.report.lives == 1 && calm.report.replays == 2)
    }

    @Test(arguments: [
        Canary.orderNotJournalled, .executionTooLarge, .inputNotJournalled, .hiddenClock, .childTooLarge, .olderBook,
    ])
    func `A rule broken on purpose is caught by its own invariant`(_ canary: Canary) throws {
        let found = try playWorld(9, seconds: 300, canary: canary).violations
        #expect(found.first?.invariant == canary.invariant, "\(canary): \(found)")
    }

    @Test func `What struck, told one by one, gives the same history`() throws {
        let drawn = try playWorld(10, seconds: 240)
        #expect(drawn.faults.total > 5)
        let told = try playWorld(10, seconds: 240, faults: FaultSettings(script: drawn.faults.history))
        #expect(told.report.digest == drawn.report.digest)
        #expect(told.faults.history == drawn.faults.history)
    }

    @Test func `A fault happens at its time and with nothing else`() throws {
        let script = [FaultOccurrence(.doubleStart, at: Nanoseconds(seconds: 60))]
        let found = try playWorld(1, seconds: 200, faults: FaultSettings(script: script))
        #expect(found.violations.isEmpty, "\(found.violations)")
        #expect(found.faults.history == script)
        let halts = found.report.coverage.filter { $0.key.hasSuffix("to HALTED for UNKNOWN_ORDER") }
        #expect(halts.values.reduce(0, +) == 1, "a second engine under our prefix halts: \(found.report.coverage)")
    }

    @Test func `No recovery branch is named twice`() {
        #expect(Set(RecoveryBranches.all).count == RecoveryBranches.all.count)
        #expect(RecoveryBranches.all.count > 80)
    }

    @Test func `A message in any frames and pieces is read as it was`() {
        var dice = SeededRandom(seed: 11)
        for count in [1, 2, 125, 126, 700, 65_535, 65_536, 70_000] {
            for parts in [1, 2, 5] {
                let message = (0..<count).map { UInt8(32 + $0 % 90) }
                let pieces = WorldFrames.pieces(WorldFrames.frames(message, parts: parts), &dice)
                var socket = WebSocketClient(messageLimit: 1 << 20, outputLimit: 4096, seed: 3)
                var read: [[UInt8]] = []
                for piece in pieces {
                    piece.withUnsafeBytes { buffer in
                        var input = buffer
                        while true {
                            switch socket.consume(&input) {
                            case .message(let payload, _): read.append(Array(payload))
                            case .needMore: return
                            case .ping: socket.outputTaken()
                            case .pong, .closed, .failed: Issue.record("\(count) bytes in \(parts) parts")
                            }
                        }
                    }
                }
                #expect(read == [message], "\(count) bytes in \(parts) parts, \(pieces.count) pieces")
            }
        }
    }
}
