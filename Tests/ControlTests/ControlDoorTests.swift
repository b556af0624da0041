import Glibc
import Model
import Synchronization
import Telemetry
import Testing
import Units

@testable import Control

@Suite(.serialized) struct ControlDoorTests {
    /// Kills that the door handed on, by user.
    private final class Heard: Sendable {
        private let users = Mutex<[UInt32]>([])
        func add(_ user: UInt32) { users.withLock { $0.append(user) } }
        var list: [UInt32] { users.withLock { $0 } }
    }

    /// Steps `server` when the bell rings until `condition` holds, at most ten seconds.
    private func serve(
        _ server: inout ControlServer, _ bell: Bell, _ engine: inout FakeEngine, until condition: (FakeEngine) -> Bool
    ) {
        let deadline = UnixSocket.monotonicMilliseconds() + 10_000
        while !condition(engine), UnixSocket.monotonicMilliseconds() < deadline {
            bell.wait(Nanoseconds(milliseconds: 5))
            _ = server.doWork(now: ControlServerTests.start, handler: &engine)
        }
        let holds = condition(engine)
        #expect(holds)
    }

    /// Waits for the door alone: the server is not stepped.
    private func wait(_ bell: Bell, until condition: () -> Bool) {
        let deadline = UnixSocket.monotonicMilliseconds() + 10_000
        while !condition(), UnixSocket.monotonicMilliseconds() < deadline { bell.wait(Nanoseconds(milliseconds: 5)) }
        #expect(condition())
    }

    @Test func `A kill is handed on while nobody steps the server, and then answered by it as ever`() throws {
        let place = Place()
        let (bell, heard) = (Bell(), Heard())
        var server = try ControlServer(path: place.path)
        _ = try server.openDoor(ringing: bell) { heard.add($0) }
        var engine = FakeEngine()
        engine.shownKill = KillFacts(timeToSafe: Nanoseconds(raw: 84_000), safeAt: Nanoseconds(seconds: 7), cancels: 1, orders: 100)
        var client = try ControlClient(path: place.path)
        try client.send(ControlRequest(id: .integer(1), verb: .kill(reason: "test")))
        wait(bell) { !heard.list.isEmpty }
        #expect(engine.submitted.isEmpty)
        let answer = try ControlServerTests.answer(&server, &engine, &client)
        #expect(engine.submitted.map(\.command.kind) == [.kill])
        #expect(engine.submitted[0].reason == "test")
        #expect(answer["result"]?["time_to_safe_ns"] == .integer(84_000))
        #expect(answer["result"]?["orders"] == .integer(100))
        // When the client comes and when its line does: it may be told twice, and changes nothing the second time.
        #expect(heard.list.count <= 2 && Set(heard.list) == [getuid()])
    }

    @Test func `Nothing but a whole kill goes ahead, wherever it stands among other lines`() throws {
        let place = Place()
        let (bell, heard) = (Bell(), Heard())
        var server = try ControlServer(path: place.path)
        _ = try server.openDoor(ringing: bell) { heard.add($0) }
        var engine = FakeEngine()
        var client = try ControlClient(path: place.path)
        let others = ["{\"id\":1,\"verb\":\"stop\",\"reason\":\"kill\"}", "{\"id\":2,\"verb\":\"status\"}", "kill", "{\"verb\":\"kill\""]
        try client.send(bytes: Array((others.joined(separator: "\n") + "\n{\"id\":3,\"ve").utf8))
        serve(&server, bell, &engine) { $0.submitted.count == 1 }
        #expect(heard.list.isEmpty)
        // Its first half was taken by the server: the server alone carries it out.
        try client.send(bytes: Array("rb\":\"kill\"}\n".utf8))
        serve(&server, bell, &engine) { $0.submitted.last?.command.kind == .kill }
        #expect(heard.list.isEmpty)
        try client.send(bytes: Array("{\"id\":4,\"verb\":\"status\"}\n{\"id\":5,\"verb\":\"kill\",\"reason\":\"r\"}\n".utf8))
        wait(bell) { !heard.list.isEmpty }
    }

    @Test func `The door turns while nobody comes, and wakes nobody by it`() throws {
        let place = Place()
        let bell = Bell()
        var server = try ControlServer(path: place.path)
        let door = try server.openDoor(ringing: bell) { _ in }
        let quiet = Bell()
        wait(quiet) { door.turns >= 3 }
        #expect(!bell.wait(.zero))
    }

    @Test func `The server lets clients in itself while the door is silent`() throws {
        let place = Place()
        let (bell, heard) = (Bell(), Heard())
        var server = try ControlServer(path: place.path)
        let door = try server.openDoor(ringing: bell) { heard.add($0) }
        // Nothing more comes through it, as if its thread stood still.
        door.close()
        var client = try ControlClient(path: place.path)
        try client.send(ControlRequest(id: .integer(1), verb: .kill(reason: "test")))
        var engine = FakeEngine()
        _ = server.doWork(now: ControlServerTests.start, handler: &engine)
        #expect(engine.submitted.isEmpty)
        server.isDoorSilent = true
        serve(&server, bell, &engine) { $0.submitted.map(\.command.kind) == [.kill] }
        #expect(heard.list.isEmpty)
    }

    @Test func `Clients come and go, and the door ends with the server`() throws {
        let place = Place()
        let (bell, heard) = (Bell(), Heard())
        weak var door: ControlDoor?
        do {
            var server = try ControlServer(path: place.path)
            door = try server.openDoor(ringing: bell) { heard.add($0) }
            var engine = FakeEngine()
            for round in 1...40 {
                var client = try ControlClient(path: place.path)
                try client.send(ControlRequest(id: .integer(1), verb: .kill(reason: "")))
                serve(&server, bell, &engine) { $0.submitted.count == round }
            }
            #expect(server.clientCount <= ControlServer.maximumClients)
            #expect(door?.thread ?? 0 > 0)
        }
        #expect(door == nil)
        #expect(UnixSocket.look(place.path) == nil)
    }

    @Test func `A bell keeps what was rung before anybody waited`() {
        let bell = Bell()
        #expect(!bell.wait(.zero))
        bell.ring()
        bell.ring()
        #expect(bell.wait(.zero))
        #expect(!bell.wait(.zero))
    }
}
