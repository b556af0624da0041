import Foundation
import Testing
import Transport
import Units
import Uring

/// A program run for a test; it is ended with the value.
final class Child {
    private let process = Process()

    init?(_ words: [String], in folder: URL? = nil) {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = folder
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return nil }
    }

    func status() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}

/// A port of 127.0.0.1 that was free a moment ago.
func freePort() -> UInt16 {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bare in
            _ = bind(fd, bare, size)
            _ = getsockname(fd, bare, &size)
        }
    }
    return UInt16(bigEndian: address.sin_port)
}

func temporaryFolder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("needletail-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
}

/// Records what a link reports.
struct Recorder: LinkHandler {
    var opened = 0
    var messages: [[UInt8]] = []
    var reason: LinkCloseReason?
    var echo = false
    var closeOnOpen = false

    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {
        opened += 1
        if closeOnOpen { link.close() }
    }
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        messages.append(Array(bytes))
        if echo { _ = link.send(bytes, kind: kind == .text ? .text : .binary) }
    }
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) { self.reason = reason }
}

func localConfiguration(port: UInt16, host: String = "venue.test") -> LinkConfiguration {
    var configuration = LinkConfiguration(
        address: SocketAddress(literal: "127.0.0.1", port: port)!, host: host, seed: 0x5EED)
    configuration.connectTimeout = Nanoseconds(seconds: 5)
    return configuration
}

/// Opens a link to a server that may still be starting, and drives it until it is closed or `seconds` have passed.
func drive(
    _ configuration: LinkConfiguration, tls: TLSContext?, seconds: Int64, _ recorder: Recorder,
    each: (inout Link, inout Recorder) -> Void = { _, _ in }
) throws -> (recorder: Recorder, failure: String) {
    let queue = try UringQueue(UringConfiguration(buffers: 64, bufferBytes: 4096))
    let end = SystemInputs.monotonicNow() + Nanoseconds(seconds: seconds)
    var recorder = recorder
    var link = Link(configuration, ring: queue.handle, slot: 3, tls: tls)
    link.open(now: SystemInputs.monotonicNow())
    var now = SystemInputs.monotonicNow()
    while now < end {
        queue.wait(nanoseconds: 2_000_000)
        now = SystemInputs.monotonicNow()
        _ = link.poll(queue, now: now, &recorder)
        each(&link, &recorder)
        if recorder.reason == .connectFailed(errno: ECONNREFUSED) {
            recorder.reason = nil
            link.open(now: now)
        } else if recorder.reason != nil {
            break
        }
    }
    let failure = link.failureText
    link.abort()
    var rest = Recorder()
    while link.state != .closed, SystemInputs.monotonicNow() < end + Nanoseconds(seconds: 5) {
        queue.wait(nanoseconds: 2_000_000)
        _ = link.poll(queue, now: SystemInputs.monotonicNow(), &rest)
    }
    return (recorder, failure)
}
