import Foundation
import Model
import Telemetry
import Testing
import Units

@testable import Alerts

/// Outlets that work, fail and hang, over the real courier; the desk's turns must never wait for any of them.
@Suite(.serialized) struct AlertDeliveryTests {
    private let place = FileManager.default.temporaryDirectory.appending(path: "alerts-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true) }

    private func script(_ name: String, _ body: String) throws -> AlertOutlet {
        let file = place.appending(path: name)
        try ("#!/bin/sh\n" + body + "\n").write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
        return .program(path: file.path, arguments: ["one", "two words"])
    }

    private func desk(_ outlet: AlertOutlet?, timeout: Nanoseconds = Nanoseconds(seconds: 10)) -> AlertDesk {
        var sender = AlertDesk.Sender()
        sender.run = "night"
        sender.owner = "Ada"
        sender.acknowledge = "needletail ctl ack"
        return AlertDesk(outlet, text: "test", timeout: timeout, repeats: Nanoseconds(seconds: 60), sender: sender)
    }

    private func now() -> Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(raw: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private let news = AlertNews("POSITION_MISMATCH", .critical, "the venue says 1.5, we say 1")

    /// Turns until `isDone` or half a minute; the longest single turn. A turn follows when a delivery has ended, or a few
    /// milliseconds later; while nothing is under way the desk's time runs on to the next try.
    private func turns(_ desk: AlertDesk, until isDone: (AlertFacts) -> Bool) -> Nanoseconds {
        let deadline = now() + Nanoseconds(seconds: 30)
        var (longest, passed) = (Nanoseconds.zero, Nanoseconds.zero)
        while !isDone(desk.facts(now: now())), now() < deadline {
            let began = now()
            _ = desk.turn(now: began + passed) { .make(["position": .string("1")]) }
            longest = max(longest, now() - began)
            if desk.courier?.underWay.wait(timeout: .now() + .milliseconds(5)) != .timedOut {
                passed = passed + Nanoseconds(milliseconds: 50)
            }
        }
        return longest
    }

    @Test func `A program gets the alert as one JSON object on its standard input`() throws {
        let out = place.appending(path: "got").path
        setenv("ALERTS_TEST_API_KEY", "a secret", 1)
        let desk = desk(try script("page", "cat > \(out); echo \"$@\" > \(out).words; env > \(out).env"))
        desk.raise(news, now: now(), wall: Nanoseconds(seconds: 1_700_000_000))
        _ = turns(desk) { $0.delivered == 1 }
        let json = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: out))))
        #expect(json["kind"]?.string == "POSITION_MISMATCH" && json["level"]?.string == "CRITICAL")
        #expect(json["cause"]?.string == news.cause && json["cure"]?.string?.contains("ctl positions") == true)
        #expect(json["time"]?.string == "2023-11-14T22:13:20Z" && json["time_ns"]?.integer == 1_700_000_000_000_000_000)
        #expect(json["count"]?.integer == 1 && json["numbers"]?["position"]?.string == "1" && json["owner"]?.string == "Ada")
        #expect(json["acknowledge"]?.string == "needletail ctl ack 1" && json["run"]?.string == "night")
        #expect(try String(contentsOfFile: out + ".words", encoding: .utf8) == "one two words\n")
        #expect(try !String(contentsOfFile: out + ".env", encoding: .utf8).contains("a secret"), "keys stay with the engine")
        #expect(desk.facts(now: now()).state == "ok")
        #expect(desk.acknowledge(1, by: "uid 3", now: now()).count == 1 && desk.lines(now: now()).last?.state == "acknowledged by uid 3")
    }

    @Test func `A program that fails is shown, and tried again`() throws {
        let marks = place.appending(path: "tries").path
        let desk = desk(try script("fails", "cat > /dev/null; echo x >> \(marks); exit 3"))
        desk.raise(news, now: now(), wall: .zero)
        _ = turns(desk) { $0.failed == 2 }
        let facts = desk.facts(now: now())
        #expect(facts.state == "FAILING" && facts.lastFailure.contains("status 3") && facts.delivered == 0 && facts.open == 1)
        #expect(try String(contentsOfFile: marks, encoding: .utf8) == "x\nx\n")
        #expect(desk.isTold, "a try is all that an end waits for")
    }

    @Test func `A program that hangs delays nobody and is ended with its children`() throws {
        // Both hold the pipe's other end open: it hangs up when the last of them is gone.
        let pipe = place.appending(path: "alive").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let mark = place.appending(path: "child").path
        let body = "exec 3> \(pipe); sleep 300 & echo $! > \(mark); wait"
        let desk = desk(try script("hangs", body), timeout: Nanoseconds(milliseconds: 500))
        desk.raise(news, now: now(), wall: .zero)
        let longest = turns(desk) { $0.failed == 1 }
        #expect(longest < Nanoseconds(milliseconds: 250), "a turn took \(longest.milliseconds) ms")
        #expect(desk.facts(now: now()).lastFailure.contains("500 ms"))
        #expect(Int32(try String(contentsOfFile: mark, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)) != nil)
        var end = pollfd(fd: reader, events: 0, revents: 0)
        #expect(poll(&end, 1, 10_000) == 1 && end.revents & Int16(POLLHUP) != 0, "the program or its child lives on")
    }

    @Test func `A program that is not there, or does not read, is a failure and no harm`() throws {
        let desk = desk(.program(path: "/nonexistent/page", arguments: []))
        desk.raise(news, now: now(), wall: .zero)
        _ = turns(desk) { $0.failed == 1 }
        #expect(desk.facts(now: now()).lastFailure.contains("cannot be started"))
        #expect(AlertOutlet.program(path: "/nonexistent/page", arguments: []).problem != nil)
        let deaf = self.desk(try script("deaf", "exit 0"))
        deaf.raise(AlertNews("A", .critical, String(repeating: "long ", count: 5000)), now: now(), wall: .zero)
        _ = turns(deaf) { $0.delivered == 1 }
        #expect(deaf.facts(now: now()).delivered == 1)
    }

    @Test func `A file gets a line for each`() throws {
        let path = place.appending(path: "alerts.jsonl").path
        let desk = desk(.file(path))
        desk.raise(news, now: now(), wall: .zero)
        desk.raise(AlertNews("ENGINE_STARTED", .info, "here"), isOnce: true, now: now(), wall: .zero)
        _ = turns(desk) { $0.delivered == 2 }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let kinds = try lines.map { try JSONValue(parsing: Array($0.utf8))["kind"]?.string }
        #expect(kinds == ["POSITION_MISMATCH", "ENGINE_STARTED"])
        #expect(desk.facts(now: now()).open == 1 && desk.isTold)
    }

    @Test func `A socket gets a datagram for each, and one that nobody reads is a failure`() throws {
        let path = place.appending(path: "s").path
        let desk = desk(.socket(path))
        desk.raise(news, now: now(), wall: .zero)
        _ = turns(desk) { $0.failed == 1 }
        #expect(desk.facts(now: now()).state == "FAILING")
        let listener = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        #expect(bound == 0)
        _ = turns(desk) { $0.delivered == 1 }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(listener, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(try JSONValue(parsing: Array(bytes.prefix(max(0, count))))["kind"]?.string == "POSITION_MISMATCH")
        #expect(desk.facts(now: now()).state == "ok")
    }

    @Test func `Without an outlet alerts are kept and shown, and nothing waits for them`() {
        let desk = desk(nil)
        desk.raise(news, now: now(), wall: .zero)
        desk.raise(AlertNews("ENGINE_STARTED", .info, "here"), isOnce: true, now: now(), wall: .zero)
        #expect(desk.turn(now: now()) { .null } == 0)
        #expect(desk.isTold && desk.facts(now: now()).state == "none" && desk.facts(now: now()).open == 1)
        #expect(desk.lines(now: now()).last?.state == "nobody is told")
    }

    @Test func `Times are written as the calendar has them`() {
        for seconds: Int64 in [0, 951_782_399, 951_868_799, 1_709_164_800, 1_709_251_199, 1_735_689_599, 4_107_542_400, 7_258_118_399] {
            let expected = Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
            #expect(AlertDesk.utc(Nanoseconds(seconds: seconds)) == expected)
        }
    }
}
