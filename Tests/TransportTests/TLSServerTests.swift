import Foundation
import TestSupport
import Testing
import Transport
import Units
import Uring

/// Own records against a stock `openssl s_server`, whose input line by line is ours to write: a line is sent to the client,
/// `k` and `K` renew its keys (the second asks for ours as well), `q` ends it.
private final class StockServer: @unchecked Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let lock = NSLock()
    private var text = ""
    let port = freePort()

    init?(_ folder: URL, _ arguments: [String]) {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "good.pem", "-key", "good.key"]
            + arguments
        process.currentDirectoryURL = folder
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let part = String(decoding: handle.availableData, as: UTF8.self)
            self?.add(part)
        }
        do { try process.run() } catch { return nil }
    }

    private func add(_ part: String) { lock.withLock { text += part } }
    /// What it printed: among other things, all that the client sent.
    var printed: String { lock.withLock { text } }
    func type(_ line: String) { try? input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    deinit {
        output.fileHandleForReading.readabilityHandler = nil
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// Keeps what a raw link received, and what the link said of itself.
private struct Listener: LinkHandler {
    var text = ""
    var opened = 0
    var description = ""
    var reason: LinkCloseReason?
    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {
        opened += 1
        description = link.tlsDescription
    }
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) { text += String(decoding: bytes, as: UTF8.self) }
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) { self.reason = reason }
}

@Suite(.serialized) struct TLSServerTests {
    /// Drives the link until `condition`, at most `seconds`; false when the time ran out.
    private static func run(
        _ link: inout Link, _ queue: borrowing UringQueue, _ listener: inout Listener, seconds: Int64 = 20,
        until condition: (borrowing Link, Listener) -> Bool
    ) -> Bool {
        let end = SystemInputs.monotonicNow() + Nanoseconds(seconds: seconds)
        while !condition(link, listener) {
            let now = SystemInputs.monotonicNow()
            if now >= end { return false }
            queue.wait(nanoseconds: 1_000_000)
            _ = link.poll(queue, now: now, &listener)
            if listener.reason == .connectFailed(errno: ECONNREFUSED) {
                listener.reason = nil
                link.open(now: now)
            }
        }
        return true
    }

    private static func send(_ link: inout Link, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { link.sendRaw(UnsafeRawBufferPointer($0)) }
    }

    @Test(arguments: ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
    func keysAreRenewedByEitherSideAndNothingIsLost(suite: String) throws {
        guard let folder = try TLSTableTests.certificates(for: "own records") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        guard let server = StockServer(folder, ["-tls1_3", "-ciphersuites", suite]) else {
            return SharedFiles.skip("own records", "no openssl")
        }
        let queue = try UringQueue(UringConfiguration(buffers: 16, bufferBytes: 2048))
        var configuration = localConfiguration(port: server.port)
        configuration.content = .raw
        configuration.records = .own
        let tls = try TLSContext(caFile: folder.appendingPathComponent("ca.pem").path)
        var link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
        var listener = Listener()
        link.open(now: SystemInputs.monotonicNow())
        #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .open })
        #expect(listener.description.contains(suite) && listener.description.contains("own records"))
        for round in 0..<6 {
            let (up, down) = ("up-\(round)-\(suite)", "down-\(round)-\(suite)")
            if round > 0 { server.type(round % 2 == 0 ? "k" : "K") }
            // A line that the server reads together with a `k` is lost in it: said again until it is heard.
            var isHeard = false
            for _ in 0..<20 where !isHeard {
                server.type(down)
                isHeard = Self.run(&link, queue, &listener, seconds: 1) { _, heard in heard.text.contains(down) }
            }
            #expect(isHeard, "round \(round)")
            #expect(Self.send(&link, up + "\n"))
            #expect(Self.run(&link, queue, &listener) { _, _ in server.printed.contains(up) }, "round \(round)")
        }
        #expect(listener.reason == nil && !link.recordsFellBack)
        server.type("Q")
        #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .closed })
        #expect(listener.reason == .peerEnded && !link.recordsFellBack)
    }

    @Test(arguments: TLSRecordProvider.allCases)
    func theSecondConnectionResumesTheFirst(records: TLSRecordProvider) throws {
        guard let folder = try TLSTableTests.certificates(for: "resumption") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        guard let server = StockServer(folder, ["-tls1_3", "-rev"]) else { return SharedFiles.skip("resumption", "no openssl") }
        let queue = try UringQueue(UringConfiguration(buffers: 16, bufferBytes: 2048))
        var configuration = localConfiguration(port: server.port)
        configuration.content = .raw
        configuration.records = records
        let tls = try TLSContext(caFile: folder.appendingPathComponent("ca.pem").path)
        var link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
        var resumed: [Bool] = []
        for round in 0..<4 {
            var listener = Listener()
            link.open(now: SystemInputs.monotonicNow())
            #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .open })
            resumed.append(link.isResumed)
            // An answer comes behind the tickets.
            #expect(Self.send(&link, "abc\(round)\n"))
            #expect(Self.run(&link, queue, &listener) { _, heard in heard.text.contains("\(round)cba") })
            link.abort()
            #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .closed })
        }
        #expect(resumed == [false, true, true, true])
    }

    @Test func aServerWithoutAESGCMIsLeftToOpenSSL() throws {
        guard let folder = try TLSTableTests.certificates(for: "ChaCha20") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        for arguments in [["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], ["-tls1_2"]] {
            guard let server = StockServer(folder, arguments + ["-rev"]) else { return SharedFiles.skip("ChaCha20", "no openssl") }
            let queue = try UringQueue(UringConfiguration(buffers: 16, bufferBytes: 2048))
            var configuration = localConfiguration(port: server.port)
            configuration.content = .raw
            configuration.records = .own
            let tls = try TLSContext(caFile: folder.appendingPathComponent("ca.pem").path)
            var link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
            var listener = Listener()
            link.open(now: SystemInputs.monotonicNow())
            #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .open })
            #expect(!listener.description.contains("own records"))
            #expect(Self.send(&link, "abc\n"))
            #expect(Self.run(&link, queue, &listener) { _, heard in heard.text.contains("cba") })
            link.abort()
            #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .closed })
        }
    }

    /// Between the link and a stock server, in another process: passes everything on, and spoils one byte of what the server
    /// says on the first connection, once the client has spoken twice (the second time is application data).
    private static let spoiler = """
        import socket, sys, threading
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(5)
        first = True
        while True:
            c, _ = s.accept()
            u = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
            state = {"spoil": first, "ups": 0}
            first = False
            def up():
                try:
                    while True:
                        d = c.recv(65536)
                        if not d: break
                        state["ups"] += 1
                        u.sendall(d)
                except OSError: pass
                try: u.shutdown(socket.SHUT_RDWR)
                except OSError: pass
            t = threading.Thread(target=up, daemon=True); t.start()
            try:
                while True:
                    d = bytearray(u.recv(65536))
                    if not d: break
                    if state["spoil"] and state["ups"] >= 3: d[-1] ^= 1
                    c.sendall(bytes(d))
            except OSError: pass
            try: c.shutdown(socket.SHUT_RDWR)
            except OSError: pass
            t.join(); c.close(); u.close()
        """

    @Test func aSpoiledRecordEndsTheLinkAndTheNextOneIsOpenSSLs() throws {
        guard let folder = try TLSTableTests.certificates(for: "fallback") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = freePort()
        guard let server = StockServer(folder, ["-tls1_3", "-rev"]),
            let proxy = Child(["python3", "-c", Self.spoiler, "\(port)", "\(server.port)"])
        else { return SharedFiles.skip("fallback", "no openssl or no python3") }
        defer { withExtendedLifetime(proxy) {} }
        let queue = try UringQueue(UringConfiguration(buffers: 16, bufferBytes: 2048))
        var configuration = localConfiguration(port: port)
        configuration.content = .raw
        configuration.records = .own
        let tls = try TLSContext(caFile: folder.appendingPathComponent("ca.pem").path)
        var link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
        var listener = Listener()
        // The proxy's first connection may come before the server listens: only one that opens counts as the first.
        link.open(now: SystemInputs.monotonicNow())
        #expect(Self.run(&link, queue, &listener) { link, _ in link.state == .open })
        #expect(listener.description.contains("own records"))
        var sent = 0
        while link.state == .open, sent < 50 {
            _ = Self.send(&link, "abc\n")
            sent += 1
            let before = listener.text.count
            _ = Self.run(&link, queue, &listener, seconds: 5) { link, heard in link.state == .closed || heard.text.count > before }
        }
        #expect(link.state == .closed && listener.reason == .tls && link.recordsFellBack)
        #expect(link.failureText.contains("wrong tag"))
        var second = Listener()
        link.open(now: SystemInputs.monotonicNow())
        #expect(Self.run(&link, queue, &second) { link, _ in link.state == .open })
        #expect(!second.description.contains("own records"))
        #expect(Self.send(&link, "abc\n"))
        #expect(Self.run(&link, queue, &second) { _, heard in heard.text.contains("cba") })
        link.abort()
        #expect(Self.run(&link, queue, &second) { link, _ in link.state == .closed })
    }
}
