import Foundation
import Model
import Testing
import Units

@testable import Guard

@Suite struct SwitchKeeperTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "keeper-\(UUID().uuidString)").path
    private let wall = Nanoseconds(seconds: 1_000_000)
    private let now = Nanoseconds(seconds: 100)

    private func keeper() throws -> SwitchKeeper {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return SwitchKeeper(directory: directory, strategies: ["quoter", "taker"], symbols: ["BTCUSDT", "ETHUSDT"])
    }

    private func off(
        _ subject: SwitchChange.Subject, _ index: UInt16, _ reason: ErrorCode, until: Nanoseconds, isOn: Bool = false
    ) -> SwitchChange {
        SwitchChange(
            subject: subject, index: index, isOn: isOn, reason: reason, operatorID: 0, until: until, value: 0, limit: 0,
            version: 0)
    }

    @Test func `What a person switched off is off after a restart, and on again when he says so`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var before = try keeper()
        try before.keep(
            Command(kind: .strategyOff, operatorID: 1000, hash: 0, lifetime: .zero, subject: 1), why: "uid 1000: odd quotes")
        var after = try keeper()
        let (commands, problem) = after.restore(wall: wall)
        #expect(problem == nil)
        #expect(commands.map(\.kind) == [.strategyOff] && commands[0].subject == 1 && commands[0].lifetime == .zero)
        #expect(commands[0].operatorID == Command.engineOperator && commands[0].value == 0)
        #expect(after.records[0].why == "uid 1000: odd quotes")
        // The core tells of it again: the reason stays.
        try after.take(off(.strategy, 1, .none, until: now), now: now, wall: wall)
        #expect(after.records[0].why == "uid 1000: odd quotes")
        try after.take(off(.strategy, 1, .none, until: now, isOn: true), now: now, wall: wall)
        var third = try keeper()
        #expect(third.restore(wall: wall).commands.isEmpty)
    }

    @Test func `A cooldown goes on by the wall clock`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var before = try keeper()
        try before.take(off(.strategy, 0, .strategyLoss, until: now + Nanoseconds(seconds: 60)), now: now, wall: wall)
        var after = try keeper()
        let commands = after.restore(wall: wall + Nanoseconds(seconds: 20)).commands
        #expect(commands.map(\.lifetime) == [Nanoseconds(seconds: 40)])
        #expect(commands[0].value == Int64(ErrorCode.strategyLoss.rawValue))
        var late = try keeper()
        #expect(late.restore(wall: wall + Nanoseconds(seconds: 61)).commands.map(\.lifetime) == [.zero], "still off")
        // A person's off does not shorten it.
        try after.keep(Command(kind: .strategyOff, operatorID: 1, hash: 0, lifetime: .zero, subject: 0), why: "x")
        #expect(after.records[0].until == wall + Nanoseconds(seconds: 60))
    }

    @Test func `What the journal says is off is off where the file does not know of it, and the file's word goes first`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var before = try keeper()
        try before.take(off(.strategy, 0, .strategyLoss, until: now + Nanoseconds(seconds: 60)), now: now, wall: wall)
        let journalled = ["quoter", "taker", "gone"].map {
            SwitchRecord(subject: .strategy, name: $0, reason: .strategyRejects, until: wall + Nanoseconds(seconds: 30), why: "journal")
        }
        var after = try keeper()
        let commands = after.restore(wall: wall + Nanoseconds(seconds: 20), journalled: journalled).commands
        #expect(commands.map(\.subject) == [0, 1] && commands.map(\.lifetime) == [Nanoseconds(seconds: 40), Nanoseconds(seconds: 10)])
        #expect(commands.map(\.value) == [ErrorCode.strategyLoss, .strategyRejects].map { Int64($0.rawValue) })
        // Written with the next change; a name that this run does not have is kept.
        try after.take(off(.strategy, 1, .strategyRejects, until: now), now: now, wall: wall)
        #expect(try after.file.read().map(\.name) == ["quoter", "gone", "taker"])
    }

    @Test func `A pause of an instrument ends meanwhile, a person's block does not`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var before = try keeper()
        try before.take(off(.instrument, 0, .stopLoss, until: now + Nanoseconds(seconds: 60)), now: now, wall: wall)
        try before.take(off(.instrument, 1, .none, until: Nanoseconds(raw: .max)), now: now, wall: wall)
        var soon = try keeper()
        #expect(soon.restore(wall: wall + Nanoseconds(seconds: 10)).commands.map(\.lifetime) == [Nanoseconds(seconds: 50), .zero])
        var late = try keeper()
        let commands = late.restore(wall: wall + Nanoseconds(seconds: 60)).commands
        #expect(commands.map(\.subject) == [1] && commands.map(\.kind) == [.instrumentOff])
    }

    @Test func `A move's halt is kept only where a person must end it`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var before = try keeper()
        try before.take(off(.instrument, 0, .volatilityHalt, until: now + Nanoseconds(seconds: 60)), now: now, wall: wall)
        #expect(before.records.isEmpty)
        try before.take(off(.instrument, 0, .volatilityHalt, until: Nanoseconds(raw: .max)), now: now, wall: wall)
        #expect(before.records.map(\.reason) == [.volatilityHalt])
    }

    @Test func `An unreadable file switches every strategy off`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var keeper = try keeper()
        try Data("strategy quo".utf8).write(to: URL(filePath: keeper.file.path))
        let (commands, problem) = keeper.restore(wall: wall)
        #expect(commands.map(\.subject) == [0, 1] && commands.allSatisfy { $0.kind == .strategyOff })
        #expect(problem?.contains("switched.off") == true)
    }

    @Test func `A name of another configuration is kept and not applied`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var keeper = try keeper()
        try keeper.file.write([SwitchRecord(subject: .strategy, name: "old", reason: .none, until: .zero, why: "")])
        #expect(keeper.restore(wall: wall).commands.isEmpty)
        try keeper.take(off(.strategy, 0, .none, until: now), now: now, wall: wall)
        #expect(keeper.records.map(\.name) == ["old", "quoter"])
    }
}
