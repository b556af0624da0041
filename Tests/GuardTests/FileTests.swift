import Foundation
import Guard
import Model
import Rings
import Testing
import Units

/// A directory of its own for one test, removed with the value.
private final class Scratch {
    let path: String
    init() {
        path = NSTemporaryDirectory() + "/guard-tests-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct FileTests {
    @Test func `Beats are seen through the page`() throws {
        let scratch = Scratch()
        let path = scratch.path + "/heartbeat.shm"
        var reader = HeartbeatPage(path: path)
        let before = reader.read()
        #expect(before == .absent)
        let region = try SharedRegion(
            path: path, byteCount: latestByteCount(of: EngineBeat.self), opening: .existingOrNew)
        let page = makeLatest(of: EngineBeat.self, in: MemoryBlock(mapping: region))
        var writer = page.writer
        let silent = reader.read()
        #expect(silent == .unreadable)
        var pulse = EngineBeat(process: 42, startedAt: Nanoseconds(raw: 5))
        pulse.beat(at: Nanoseconds(raw: 10), state: .disarmed)
        writer.publish(pulse)
        guard case .sample(let first) = reader.read() else {
            Issue.record("no first beat")
            return
        }
        #expect((first.process, first.startedAt) == (42, Nanoseconds(raw: 5)))
        #expect(first.state == .disarmed)
        #expect(first.beatAt == Nanoseconds(raw: 10))
        pulse.beat(at: Nanoseconds(raw: 20), state: .live)
        pulse.hasEnded = true
        writer.publish(pulse)
        guard case .sample(let last) = reader.read() else {
            Issue.record("no last beat")
            return
        }
        #expect(last.beats == first.beats + 1)
        #expect(last.state == .live)
        #expect(last.hasEnded)
    }

    @Test func `A page that holds something else is no sign of life`() throws {
        let scratch = Scratch()
        let path = scratch.path + "/heartbeat.shm"
        for bytes in [[UInt8](repeating: 0, count: 4096), [UInt8](repeating: 8, count: 4096), [1, 2, 3]] {
            let isMade = FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
            #expect(isMade)
            var reader = HeartbeatPage(path: path)
            let reading = reader.read()
            #expect(reading == .unreadable)
        }
    }

    @Test func `The latch is set once, read back and removed only with a reason that is logged`() throws {
        let scratch = Scratch()
        let latch = KillLatch(path: scratch.path + "/kill.latch")
        #expect(!latch.isSet)
        #expect(latch.read() == nil)
        let record = LatchRecord(reason: "heartbeat\nstopped", time: Nanoseconds(raw: 77), by: "guard")
        #expect(try latch.set(record))
        #expect(try !latch.set(LatchRecord(reason: "another", time: .zero, by: "x")))
        #expect(latch.read() == LatchRecord(reason: "heartbeat stopped", time: Nanoseconds(raw: 77), by: "guard"))
        #expect(throws: LatchError.reasonMissing) { try latch.remove(reason: " \n", by: "ann", time: .zero) }
        #expect(latch.isSet)
        try latch.remove(reason: "checked the venue", by: "ann", time: Nanoseconds(raw: 99))
        #expect(!latch.isSet)
        #expect(throws: LatchError.notSet) { try latch.remove(reason: "again", by: "ann", time: .zero) }
        let log = try String(contentsOfFile: latch.logPath, encoding: .utf8)
        #expect(log == "99 removed by ann: checked the venue | set 77 by guard: heartbeat stopped\n")
    }

    @Test func `An empty latch file latches all the same`() throws {
        let scratch = Scratch()
        let latch = KillLatch(path: scratch.path + "/kill.latch")
        #expect(FileManager.default.createFile(atPath: latch.path, contents: nil))
        #expect(latch.isSet)
        #expect(latch.read()?.by == "unknown")
        #expect(try !latch.set(LatchRecord(reason: "r", time: .zero, by: "b")))
    }

    @Test func `A latch that cannot be looked at counts as set`() {
        let scratch = Scratch()
        #expect(FileManager.default.createFile(atPath: scratch.path + "/file", contents: nil))
        #expect(KillLatch(path: scratch.path + "/file/kill.latch").isSet)
    }
}
