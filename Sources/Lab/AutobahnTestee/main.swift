// Runs the echo client of the Autobahn fuzzing server: autobahn-testee URL AGENT [--ca FILE]
import Foundation
import Transport
import Units
import Uring

struct EchoHandler: LinkHandler {
    var lastText = ""
    var closed = false
    var reason: LinkCloseReason?

    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {}
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        if link.configuration.target == "/getCaseCount" {
            lastText = String(decoding: bytes, as: UTF8.self)
        } else {
            _ = link.send(bytes, kind: kind == .text ? .text : .binary)
        }
    }
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) {
        closed = true
        self.reason = reason
    }
}

func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(1)
}

var words = Array(CommandLine.arguments.dropFirst())
var caFile: String?
if let at = words.firstIndex(of: "--ca"), at + 1 < words.count {
    caFile = words[at + 1]
    words.removeSubrange(at...(at + 1))
}
guard words.count == 2, let url = URLComponents(string: words[0]), let host = url.host,
    url.scheme == "ws" || url.scheme == "wss"
else { fail("usage: autobahn-testee ws://HOST:PORT|wss://HOST:PORT AGENT [--ca FILE]") }
let isTLS = url.scheme == "wss"
let port = UInt16(url.port ?? (isTLS ? 443 : 80))
// The URL carries the name that the certificate must have; NEEDLETAIL_CONNECT_TO may name another address to
// connect to.
let connectTo = ProcessInfo.processInfo.environment["NEEDLETAIL_CONNECT_TO"] ?? host
guard let address = SocketAddress(resolving: connectTo, port: port) else { fail("\(TransportError.unresolved(host: connectTo))") }

func run(_ target: String, _ queue: borrowing UringQueue, _ tls: TLSContext?) -> EchoHandler {
    var configuration = LinkConfiguration(
        address: address, host: host, hostHeader: "\(host):\(port)", seed: SystemInputs.entropy())
    configuration.target = target
    configuration.messageLimit = 16 << 20
    configuration.sendLimit = 16 << 20
    configuration.outputBytes = 40 << 20
    configuration.idleTimeout = Nanoseconds(seconds: 60)
    var link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
    var handler = EchoHandler()
    link.open(now: SystemInputs.monotonicNow())
    while !handler.closed {
        queue.wait(nanoseconds: 10_000_000)
        _ = link.poll(queue, now: SystemInputs.monotonicNow(), &handler)
    }
    if case .peerClosed? = handler.reason { return handler }
    if !link.failureText.isEmpty { print("\(target): \(link.failureText)") }
    return handler
}

do {
    let queue = try UringQueue()
    let tls = isTLS ? try TLSContext(caFile: caFile) : nil
    let first = run("/getCaseCount", queue, tls)
    guard let count = Int(first.lastText), count > 0 else { fail("no case count: \(String(describing: first.reason))") }
    for number in 1...count { _ = run("/runCase?case=\(number)&agent=\(words[1])", queue, tls) }
    _ = run("/updateReports?agent=\(words[1])", queue, tls)
    print("\(words[1]): \(count) cases run")
} catch let error as UringError {
    fail(error.description)
} catch {
    fail("\(error)")
}
