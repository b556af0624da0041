import Glibc
import Model
import Telemetry
import Testing
import Units

@testable import Control

/// A socket path in a fresh directory that goes with the value.
final class Place {
    let directory: String
    var path: String { directory + "/inner/control.sock" }

    init() {
        var random = SystemRandomNumberGenerator()
        directory = "/tmp/control-tests-\(getpid())-\(random.next())"
        #expect(UnixSocket.makeDirectory(directory) == 0)
    }

    deinit {
        UnixSocket.remove(path)
        rmdir(directory + "/inner")
        rmdir(directory)
    }
}

@Suite(.serialized) struct ControlServerTests {
    static let start = Nanoseconds(seconds: 100)

    /// Steps the server until the client has an answer, at most 2000 times.
    static func answer(
        _ server: inout ControlServer, _ engine: inout FakeEngine, _ client: inout ControlClient,
        now: Nanoseconds = start
    ) throws -> JSONValue {
        for _ in 0..<2000 {
            _ = server.doWork(now: now, handler: &engine)
            if let answer = try client.receive(timeoutMilliseconds: 0) { return answer }
        }
        Issue.record("no answer")
        return .null
    }

    static func ask(
        _ server: inout ControlServer, _ engine: inout FakeEngine, _ client: inout ControlClient, _ verb: ControlVerb
    ) throws -> JSONValue {
        try client.send(ControlRequest(id: .integer(1), verb: verb))
        return try answer(&server, &engine, &client)
    }

    @Test func `the socket is 0600 in a directory of 0700 and goes with the server`() throws {
        let place = Place()
        do {
            let server = try ControlServer(path: place.path)
            #expect(UnixSocket.look(server.path)?.mode ?? 0 == S_IFSOCK | 0o600)
            #expect(UnixSocket.look(place.directory + "/inner")?.mode ?? 0 == S_IFDIR | 0o700)
        }
        #expect(UnixSocket.look(place.path) == nil)
    }

    @Test func `a live socket is not replaced and a stale one is`() throws {
        let place = Place()
        let server = try ControlServer(path: place.path)
        #expect(throws: ControlError.self) { _ = try ControlServer(path: place.path) }
        #expect(UnixSocket.look(server.path) != nil)
        _ = consume server

        let orphan = UnixSocket.listen(place.path)
        #expect(orphan >= 0)
        UnixSocket.close(orphan)
        #expect(UnixSocket.look(place.path) != nil)
        var engine = FakeEngine()
        var again = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        #expect(try Self.ask(&again, &engine, &client, .help)["ok"] == .bool(true))
    }

    @Test func `a file in the way and a directory open to others are refused`() throws {
        let place = Place()
        #expect(UnixSocket.makeDirectory(place.directory + "/inner") == 0)
        let file = creat(place.path, 0o600)
        close(file)
        #expect(throws: ControlError.self) { _ = try ControlServer(path: place.path) }
        UnixSocket.remove(place.path)
        chmod(place.directory + "/inner", 0o777)
        #expect(throws: ControlError.self) { _ = try ControlServer(path: place.path) }
        chmod(place.directory + "/inner", 0o700)
        _ = try ControlServer(path: place.path)
    }

    @Test func `the ceremony passes hash, lifetime and user to the core`() throws {
        let place = Place()
        var engine = FakeEngine()
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        let lifetime = Nanoseconds(seconds: 90)
        let hash = FakeEngine.mandate(lifetime: lifetime).hash

        let staged = try Self.ask(&server, &engine, &client, .stage(lifetime: lifetime))
        #expect(staged["result"]?["hash"] == .string(Mandate.display(hash)))
        #expect(staged["result"]?["words"]?.array?.isEmpty == false)
        _ = try Self.ask(&server, &engine, &client, .arm(hash: hash, within: Nanoseconds(seconds: 5)))
        engine.accepts = false
        let refused = try Self.ask(&server, &engine, &client, .confirm(hash: hash ^ 1))
        #expect(refused["ok"] == .bool(false))
        #expect(refused["error"]?["place"] == .string("confirm"))
        #expect(engine.submitted.map(\.command.kind) == [.stage, .arm, .confirm])
        #expect(engine.submitted.map(\.command.hash) == [hash, hash, hash ^ 1])
        #expect(engine.submitted.map(\.command.lifetime) == [lifetime, Nanoseconds(seconds: 5), .zero])
        #expect(engine.submitted.allSatisfy { $0.command.operatorID == geteuid() })
    }

    @Test func `commands reach the core with their kind and reason`() throws {
        let place = Place()
        var engine = FakeEngine()
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        let verbs: [ControlVerb] = [
            .disarm, .stop(reason: "a"), .kill(reason: "b"), .flatten(reason: "c"), .unlatch(reason: "d"),
        ]
        for verb in verbs { #expect(try Self.ask(&server, &engine, &client, verb)["ok"] == .bool(true)) }
        #expect(engine.submitted.map(\.command.kind) == [.disarm, .stop, .kill, .flatten, .unlatch])
        #expect(engine.submitted.map(\.reason) == ["", "a", "b", "c", "d"])
        #expect(try Self.ask(&server, &engine, &client, .start)["ok"] == .bool(true))
    }

    @Test func `questions are answered with tables and the status document`() throws {
        let place = Place()
        var engine = FakeEngine()
        engine.engine.fills = 5
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        let status = try #require(try Self.ask(&server, &engine, &client, .status)["result"])
        #expect(StatusDocument(json: status)?.engine.fills == 5)
        #expect(try Self.ask(&server, &engine, &client, .orders)["result"]?.array?.count == 1)
        #expect(try Self.ask(&server, &engine, &client, .positions)["result"] == .array([]))
        #expect(try Self.ask(&server, &engine, &client, .fills(limit: 1))["result"] == .array([]))
        #expect(try Self.ask(&server, &engine, &client, .latency)["result"] == .object([]))
    }

    @Test func `a command the core does not answer is said to be open, not repeated`() throws {
        let place = Place()
        var engine = FakeEngine()
        engine.answersCommands = false
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        try client.send(ControlRequest(verb: .stop(reason: "")))
        for _ in 0..<50 { _ = server.doWork(now: Self.start, handler: &engine) }
        #expect(try client.receive(timeoutMilliseconds: 0) == nil)
        let late = try Self.answer(&server, &engine, &client, now: Self.start + ControlServer.answerTimeout)
        #expect(late["ok"] == .bool(false))
        #expect(engine.submitted.count == 1)
    }

    @Test func `watch shows a status per interval`() throws {
        let place = Place()
        var engine = FakeEngine()
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        _ = try Self.ask(&server, &engine, &client, .watch(interval: Nanoseconds(milliseconds: 100)))
        for _ in 0..<50 { _ = server.doWork(now: Self.start + Nanoseconds(milliseconds: 99), handler: &engine) }
        #expect(try client.receive(timeoutMilliseconds: 0) == nil)
        let next = try Self.answer(&server, &engine, &client, now: Self.start + Nanoseconds(milliseconds: 100))
        #expect(StatusDocument(json: try #require(next["result"])) != nil)
    }

    @Test func `garbage is answered and the client may go on`() throws {
        let place = Place()
        var engine = FakeEngine()
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        try client.send(bytes: Array("GET / HTTP/1.1\r\n\u{0}\u{FF}\n\n".utf8) + [0xFF, 0xC0, 0x0A])
        for _ in 0..<3 { #expect(try Self.answer(&server, &engine, &client)["ok"] == .bool(false)) }
        #expect(try Self.ask(&server, &engine, &client, .help)["ok"] == .bool(true))
        #expect(engine.submitted.isEmpty)
    }

    @Test func `a line that does not end is refused and its client dropped`() throws {
        let place = Place()
        var engine = FakeEngine()
        var server = try ControlServer(path: place.path)
        var client = try ControlClient(path: place.path)
        var sent = 0
        while sent <= ControlRequest.maximumLineBytes {
            try client.send(bytes: [UInt8](repeating: 0x20, count: 8192))
            sent += 8192
            _ = server.doWork(now: Self.start, handler: &engine)
        }
        let refusal = try Self.answer(&server, &engine, &client)
        #expect(refusal["error"]?["place"] == .string("the line"))
        for _ in 0..<5 { _ = server.doWork(now: Self.start, handler: &engine) }
        #expect(server.clientCount == 0)
    }

    @Test func `the ninth client takes the place of the one silent longest`() throws {
        let place = Place()
        var engine = FakeEngine()
        var server = try ControlServer(path: place.path)
        var watcher = try ControlClient(path: place.path)
        _ = try Self.ask(&server, &engine, &watcher, .watch(interval: Nanoseconds(seconds: 60)))
        let later = Self.start + Nanoseconds(seconds: 1)
        let others = (0..<7).map { _ in UnixSocket.connect(place.path) }
        #expect(others.allSatisfy { $0 >= 0 })
        for _ in 0..<5 { _ = server.doWork(now: later, handler: &engine) }
        #expect(server.clientCount == 8)
        var ninth = try ControlClient(path: place.path)
        try ninth.send(ControlRequest(id: .integer(1), verb: .kill(reason: "now")))
        #expect(try Self.answer(&server, &engine, &ninth, now: later)["ok"] == .bool(true))
        #expect(engine.submitted.map(\.command.kind) == [.kill])
        #expect(server.clientCount == 8)
        #expect(throws: ControlError.self) { _ = try watcher.receive(timeoutMilliseconds: 0) }
        for descriptor in others { UnixSocket.close(descriptor) }
        for _ in 0..<5 { _ = server.doWork(now: later, handler: &engine) }
        #expect(server.clientCount == 1)
    }

    @Test func `a client awaiting an answer keeps its place`() throws {
        let place = Place()
        var engine = FakeEngine()
        engine.answersCommands = false
        var server = try ControlServer(path: place.path)
        let line = Array(ControlRequest(verb: .stop(reason: "")).json.text().utf8) + [0x0A]
        let waiting = (0..<8).map { _ in UnixSocket.connect(place.path) }
        for descriptor in waiting { _ = UnixSocket.write(descriptor, line[...]) }
        for _ in 0..<5 { _ = server.doWork(now: Self.start, handler: &engine) }
        #expect(engine.submitted.count == 8)
        let ninth = UnixSocket.connect(place.path)
        for _ in 0..<5 { _ = server.doWork(now: Self.start, handler: &engine) }
        #expect(server.clientCount == 8)
        #expect(server.refusedClients == 1)
        for descriptor in waiting + [ninth] { UnixSocket.close(descriptor) }
    }
}
