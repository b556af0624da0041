import Foundation
import TestSupport
import Testing
import Transport
import Units

/// The 23 paths of the hostile server: two must work, the others must end the link with the right reason in bounded time.
@Suite(.serialized) struct HostileServerTests {
    static let paths: [(path: String, reasons: [LinkCloseReason])] = [
        ("bad-accept", [.upgrade(.acceptHeader)]),
        ("no-accept", [.upgrade(.acceptHeader)]),
        ("no-upgrade", [.upgrade(.upgradeHeader)]),
        ("wrong-upgrade", [.upgrade(.upgradeHeader)]),
        ("no-connection", [.upgrade(.connectionHeader)]),
        ("status-200", [.upgrade(.status(200))]),
        ("status-301", [.upgrade(.status(301))]),
        ("status-401", [.upgrade(.status(401))]),
        ("status-429", [.upgrade(.status(429))]),
        ("ext-not-offered", [.upgrade(.extensionNotOffered)]),
        ("proto-not-offered", [.upgrade(.protocolNotOffered)]),
        ("huge-header", [.upgrade(.http(.headTooLong))]),
        ("endless-headers", [.upgrade(.http(.headTooLong)), .upgrade(.http(.tooManyFields))]),
        ("slow-header", [.timeout(.upgrade)]),
        ("no-reply", [.timeout(.upgrade)]),
        ("half-then-close", [.peerEnded]),
        ("masked-server-frame", [.webSocket(.maskedFrame)]),
        ("len-2^63", [.webSocket(.lengthEncoding)]),
        ("ping-flood", [.peerEnded, .socket(errno: ECONNRESET)]),
        ("endless-continuation", [.webSocket(.messageTooLong)]),
        ("lf-only", [.upgrade(.http(.missingCarriageReturn))]),
    ]

    static func run(_ path: String, port: UInt16) throws -> Recorder {
        var configuration = localConfiguration(port: port)
        configuration.target = "/" + path
        configuration.upgradeTimeout = Nanoseconds(milliseconds: 1000)
        configuration.closeTimeout = Nanoseconds(milliseconds: 1000)
        configuration.messageLimit = 65536
        return try drive(configuration, tls: nil, seconds: 8, Recorder()).recorder
    }

    @Test func everyPathIsSurvived() throws {
        guard let script = SharedFiles.file("conformance/websocket/hostile_server.py", for: "hostile server") else { return }
        let port = freePort()
        guard let server = Child(["python3", script.path, "\(port)"]) else { return SharedFiles.skip("hostile server", "no python3") }
        defer { withExtendedLifetime(server) {} }
        for (path, reasons) in Self.paths {
            let recorder = try Self.run(path, port: port)
            let reason = try #require(recorder.reason, "\(path): the link is still there")
            #expect(reasons.contains(reason), "\(path): \(reason)")
            #expect(recorder.messages.isEmpty, "\(path) delivered a message")
        }
        let good = try Self.run("ok", port: port)
        #expect(good.opened == 1 && good.reason == .peerEnded)
        let early = try Self.run("frame-in-same-packet", port: port)
        #expect(early.opened == 1 && early.messages == [Array("hi".utf8)])
    }
}
