import Foundation
import TestSupport
import Testing
import Transport
import Units
import Uring

/// A WebSocket echo server over TLS or plain TCP, from the Python standard library, on a port of its own choosing.
private let echoServer = """
    import sys, socket, ssl, hashlib, base64, struct
    port, folder, cert = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port)); s.listen(5)
    ctx = None
    if cert != "-":
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); ctx.load_cert_chain(f"{folder}/{cert}.pem", f"{folder}/{cert}.key")
    def exact(c, n):
        d = b""
        while len(d) < n:
            x = c.recv(n - len(d))
            if not x: raise OSError
            d += x
        return d
    while True:
        c, _ = s.accept(); c.settimeout(20)
        try:
            if ctx: c = ctx.wrap_socket(c, server_side=True)
            d = b""
            while not d.endswith(b"\\r\\n\\r\\n"): d += exact(c, 1)
            key = [l.split(b": ")[1] for l in d.split(b"\\r\\n") if l.lower().startswith(b"sec-websocket-key")][0]
            a = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            c.sendall(b"HTTP/1.1 101 X\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + a + b"\\r\\n\\r\\n")
            while True:
                h = exact(c, 2); n = h[1] & 127
                if n == 126: n = struct.unpack(">H", exact(c, 2))[0]
                elif n == 127: n = struct.unpack(">Q", exact(c, 8))[0]
                k = exact(c, 4); p = bytearray(exact(c, n))
                for i in range(n): p[i] ^= k[i & 3]
                op = h[0] & 15
                if op == 9: op = 10
                head = struct.pack(">BB", 128 | op, n) if n < 126 else struct.pack(">BBH", 128 | op, 126, n) if n < 65536 else struct.pack(">BBQ", 128 | op, 127, n)
                c.sendall(head + bytes(p))
                if op == 8: break
        except (OSError, IndexError): pass
        finally: c.close()
    """

/// Sends messages of given sizes one after the other, checks each echo byte by byte, then closes.
private struct EchoClient: LinkHandler {
    let sizes: [Int]
    var at = 0
    var wrong = 0
    var pongs = 0
    var reason: LinkCloseReason?
    var opened = 0
    var description = ""
    let payload = (0..<65536).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    init(sizes: [Int]) { self.sizes = sizes }

    mutating func next(_ link: inout Link) {
        guard at < sizes.count else { return link.close() }
        let isSent = payload.withUnsafeBytes { link.send(UnsafeRawBufferPointer(rebasing: $0[..<sizes[at]]), kind: .binary) }
        if !isSent { wrong += 1 }
    }
    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {
        opened += 1
        description = link.tlsDescription
        _ = link.sendPing(UnsafeRawBufferPointer(start: nil, count: 0))
        next(&link)
    }
    mutating func linkPong(_ link: inout Link, at now: Nanoseconds) { pongs += 1 }
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        if kind != .binary || !bytes.elementsEqual(payload[..<sizes[at]]) { wrong += 1 }
        at += 1
        next(&link)
    }
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) { self.reason = reason }
}

/// Sends numbered messages as fast as the link takes them, and keeps the numbers of the echoes.
private struct FloodClient: LinkHandler {
    let total: Int
    var sent = 0
    var got: [Int] = []
    var isHeld = false
    var reason: LinkCloseReason?

    mutating func send(_ link: inout Link) {
        while sent < total {
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: sent), count: 1000) + withUnsafeBytes(of: sent) { Array($0) }
            guard bytes.withUnsafeBytes({ link.send($0, kind: .binary) }) else { return }
            sent += 1
        }
    }
    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {}
    mutating func linkMayRead() -> Bool { !isHeld }
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) { got.append(bytes.loadUnaligned(fromByteOffset: 1000, as: Int.self)) }
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) { self.reason = reason }
}

@Suite(.serialized) struct LinkTests {
    fileprivate static func echo(
        _ client: EchoClient, port: UInt16, tls: TLSContext?, links: Int, records: TLSRecordProvider = .openssl,
        fast: Bool = false
    ) throws -> [EchoClient] {
        let queue = try UringQueue(UringConfiguration(buffers: 8, bufferBytes: 2048))
        var configuration = localConfiguration(port: port)
        configuration.records = records
        configuration.useFastCipher = fast
        var done: [EchoClient] = []
        for slot in 0..<links {
            var client = client
            var link = Link(configuration, ring: queue.handle, slot: UInt16(slot), tls: tls)
            let end = SystemInputs.monotonicNow() + Nanoseconds(seconds: 20)
            link.open(now: SystemInputs.monotonicNow())
            while link.state != .closed, SystemInputs.monotonicNow() < end + Nanoseconds(seconds: 5) {
                queue.wait(nanoseconds: 1_000_000)
                let now = SystemInputs.monotonicNow()
                _ = link.poll(queue, now: now, &client)
                if client.reason == .connectFailed(errno: ECONNREFUSED), now < end {
                    client.reason = nil
                    link.open(now: now)
                } else if now >= end {
                    link.abort()
                }
            }
            done.append(client)
        }
        return done
    }

    @Test func messagesOfEverySizeComeBackOverPlainTCPWithFewSmallBuffers() throws {
        let port = freePort()
        guard let server = Child(["python3", "-c", echoServer, "\(port)", "-", "-"]) else { return SharedFiles.skip("echo", "no python3") }
        defer { withExtendedLifetime(server) {} }
        let sizes = [0, 1, 125, 126, 2047, 2048, 16384, 40000, 65535, 65536] + [Int](repeating: 100, count: 200)
        let client = try Self.echo(EchoClient(sizes: sizes), port: port, tls: nil, links: 2)
        for one in client {
            #expect(one.opened == 1 && one.wrong == 0 && one.at == sizes.count && one.pongs == 1)
            #expect(one.reason == .requested)
        }
    }

    /// Far more than the ring's buffers hold comes in while nobody takes it: it waits, and nothing of it is lost.
    @Test func whatTheHandlerHasNoRoomForWaitsAndIsNotLost() throws {
        let port = freePort()
        guard let server = Child(["python3", "-c", echoServer, "\(port)", "-", "-"]) else { return SharedFiles.skip("echo", "no python3") }
        defer { withExtendedLifetime(server) {} }
        let queue = try UringQueue(UringConfiguration(buffers: 8, bufferBytes: 2048))
        var client = FloodClient(total: 2000)
        var link = Link(localConfiguration(port: port), ring: queue.handle, slot: 0, tls: nil)
        let end = SystemInputs.monotonicNow() + Nanoseconds(seconds: 20)
        link.open(now: SystemInputs.monotonicNow())
        var heldTurns = 0
        while client.got.count < client.total, SystemInputs.monotonicNow() < end {
            queue.wait(nanoseconds: 1_000_000)
            _ = link.poll(queue, now: SystemInputs.monotonicNow(), &client)
            if client.reason == .connectFailed(errno: ECONNREFUSED) {
                client.reason = nil
                link.open(now: SystemInputs.monotonicNow())
            }
            guard link.state == .open else { continue }
            let before = client.got.count
            client.send(&link)
            if !client.isHeld, heldTurns == 0, before >= 10 { client.isHeld = true }
            if client.isHeld {
                #expect(client.got.count == before)
                heldTurns += 1
                if heldTurns == 200 { client.isHeld = false }
            }
        }
        #expect(heldTurns == 200 && client.got == Array(0..<client.total))
        link.abort()
        while link.state != .closed, SystemInputs.monotonicNow() < end {
            queue.wait(nanoseconds: 1_000_000)
            _ = link.poll(queue, now: SystemInputs.monotonicNow(), &client)
        }
    }

    @Test(arguments: [(TLSRecordProvider.openssl, false), (.own, false), (.own, true)])
    func messagesOfEverySizeComeBackOverTLS(records: TLSRecordProvider, fast: Bool) throws {
        guard let folder = try TLSTableTests.certificates(for: "TLS echo") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = freePort()
        guard let server = Child(["python3", "-c", echoServer, "\(port)", folder.path, "good"]) else {
            return SharedFiles.skip("TLS echo", "no python3")
        }
        defer { withExtendedLifetime(server) {} }
        let tls = try TLSContext(caFile: folder.appendingPathComponent("ca.pem").path)
        let sizes = [0, 1, 126, 16383, 16384, 16385, 65536] + [Int](repeating: 150, count: 200)
        let one = try #require(
            try Self.echo(EchoClient(sizes: sizes), port: port, tls: tls, links: 1, records: records, fast: fast).first)
        #expect(one.opened == 1 && one.wrong == 0 && one.at == sizes.count && one.pongs == 1 && one.reason == .requested)
        #expect(one.description.hasPrefix("TLSv1.3 TLS_") && one.description.contains("own") == (records == .own))
    }

    @Test func aRefusedConnectionIsReportedAndTheLinkMayOpenAgain() throws {
        let queue = try UringQueue(UringConfiguration(buffers: 8, bufferBytes: 2048))
        var link = Link(localConfiguration(port: freePort()), ring: queue.handle, slot: 9, tls: nil)
        for _ in 0..<3 {
            var recorder = Recorder()
            link.open(now: SystemInputs.monotonicNow())
            for _ in 0..<2000 where recorder.reason == nil {
                queue.wait(nanoseconds: 1_000_000)
                _ = link.poll(queue, now: SystemInputs.monotonicNow(), &recorder)
            }
            #expect(recorder.reason == .connectFailed(errno: ECONNREFUSED) && link.state == .closed)
        }
    }

    @Test func aSilentPeerRunsIntoTheTimeOutOfItsPhase() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                _ = listen(listener, 8)
                _ = getsockname(listener, $0, &size)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let tls = try TLSContext(caFile: nil)
        for (context, content, phase) in [
            (tls as TLSContext?, LinkConfiguration.Content.raw, LinkPhase.tls), (nil, .webSocket, .upgrade), (nil, .raw, .idle),
        ] {
            var configuration = localConfiguration(port: port)
            configuration.content = content
            (configuration.tlsTimeout, configuration.upgradeTimeout) = (Nanoseconds(seconds: 100), Nanoseconds(seconds: 100))
            configuration.idleTimeout = Nanoseconds(seconds: 100)
            let queue = try UringQueue(UringConfiguration(buffers: 8, bufferBytes: 2048))
            var link = Link(configuration, ring: queue.handle, slot: 1, tls: context)
            var recorder = Recorder()
            // Time is an input: the phase is reached in real time, and then a hundred seconds are said to have passed.
            var now = SystemInputs.monotonicNow()
            link.open(now: now)
            for _ in 0..<2000 where link.state == .connecting {
                queue.wait(nanoseconds: 1_000_000)
                _ = link.poll(queue, now: now, &recorder)
            }
            now = now + Nanoseconds(seconds: 101)
            for _ in 0..<2000 where link.state != .closed {
                _ = link.poll(queue, now: now, &recorder)
                queue.wait(nanoseconds: 1_000_000)
            }
            #expect(recorder.reason == .timeout(phase))
        }
    }

    @Test func closingWhileConnectingGivesEverythingBack() throws {
        let queue = try UringQueue(UringConfiguration(buffers: 8, bufferBytes: 2048))
        // TEST-NET-1: no host answers there; the connect stays pending or fails at once, and both must end.
        var configuration = localConfiguration(port: 9)
        configuration.address = try #require(SocketAddress(literal: "192.0.2.1", port: 9))
        var link = Link(configuration, ring: queue.handle, slot: 1, tls: nil)
        var recorder = Recorder()
        link.open(now: SystemInputs.monotonicNow())
        link.close()
        for _ in 0..<2000 where recorder.reason == nil {
            queue.wait(nanoseconds: 1_000_000)
            _ = link.poll(queue, now: SystemInputs.monotonicNow(), &recorder)
        }
        #expect(link.state == .closed)
        #expect(recorder.reason == .requested)
    }
}
