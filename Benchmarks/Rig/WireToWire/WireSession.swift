import Agents
import BenchKit
import CBench
import CHeap
import CPlatform
import Foundation
import Journal
import Model
import Rings
import Transport
import Units
import Uring
import Wire

/// One connection of `bench client`: the hot thread that drives the loop, and the cold thread that takes its journal to
/// disk.
public final class WireSession: @unchecked Sendable {
    private let port: UInt16
    private let core: Int32
    private let priority: Bool
    private let directory: String
    private let build: String
    private let records: TLSRecordProvider
    private var lines: [String] = []
    private var problem: String?
    private let stop = StopFlag()
    /// Orders before anything is counted or timed.
    private static let warmUp: UInt64 = 250

    public init(
        port: UInt16, core: Int32, priority: Bool, journal: String, records: TLSRecordProvider, build: String
    ) {
        self.build = build
        self.port = port
        self.core = core
        self.priority = priority
        directory = journal
        self.records = records
    }

    /// Runs until the server closes; what was measured, as lines.
    public func run() throws -> [String] {
        let journal = makeRing(of: Record.self, capacity: 1 << 17)
        let writer = try JournalWriter(
            consumer: journal.consumer, directory: directory,
            identity: JournalIdentity(
                build: build, configurationHash: 0, mode: .live, run: UInt32(getpid()), name: "client",
                session: 0),
            segmentBytes: 64 << 20, syncInterval: Nanoseconds(seconds: 3600), wall: .zero, engine: .zero)
        let cold = Carrier(writer)
        let peer = core > 0 ? core - 1 : core
        let drain = PeerThread(core: peer, priority: false) { [stop] in
            var writer = cold.take()
            while true {
                let last = stop.isSet
                let count = (try? writer.drain(wall: .zero, engine: .zero)) ?? 0
                if last, count == 0 { break }
                if count == 0 { usleep(1000) }
            }
        }
        let ring = Carrier(journal.producer)
        let hot = PeerThread(core: core, priority: false) { [self] in
            do { try trade(ring.take()) } catch { problem = "\(error)" }
        }
        hot.join()
        stop.set()
        drain.join()
        if let problem { throw BenchError(problem) }
        return lines
    }

    private func trade(_ journal: consuming RingProducer<Record>) throws {
        let tls = try TLSContext(caFile: nil)
        tls.trustAnyoneForMeasuring()
        let queue = try UringQueue()
        guard let address = SocketAddress(literal: "127.0.0.1", port: port) else { throw BenchError("no address") }
        var configuration = LinkConfiguration(
            address: address, host: "127.0.0.1", hostHeader: "127.0.0.1:\(port)", seed: SystemInputs.entropy())
        configuration.target = "/ws"
        configuration.records = records
        var link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
        let frames = makeByteRing(capacity: 1 << 20)
        let stamps = makeRing(of: FrameStamps.self, capacity: 8192)
        var handler = WireHandler(frames: frames.producer, stamps: stamps.producer)
        var clock = EngineClock()
        link.open(now: clock.now())
        var incoming = frames.consumer
        // Until the first tick, whose symbol says which market this is.
        var symbol: String?
        let deadline = clock.now() + Nanoseconds(seconds: 20)
        while symbol == nil, !handler.isClosed {
            let now = clock.now()
            _ = link.poll(queue, now: now, &handler)
            if let frame = incoming.peek() { symbol = Self.symbol(unsafe ByteView(frame.bytes)) }
            if now > deadline { link.abort() }
        }
        guard let symbol else { throw BenchError("no book ticker came: \(handler.reason)") }
        var client = WireClient(
            try WireParts.make(symbol: symbol), frames: incoming, stamps: stamps.consumer, journal: journal)
        // From the first frame on, as the floor does.
        if priority { _ = bench_take_priority(1) }
        let slot = heap_watch_this_thread()
        var before = heap_read(slot)
        // After the last order: the end of the connection is no part of the loop, and OpenSSL allocates in it.
        var after = before
        var counted: UInt64 = 0
        var measuring = false
        var switches = bench_involuntary_switches()
        while !handler.isClosed {
            handler.turn = ProcessorTicks.now()
            let now = clock.now()
            _ = link.poll(queue, now: now, &handler)
            client.turn(now, &link)
            if !measuring, client.orders >= WireSession.warmUp {
                measuring = true
                client.beginMeasuring()
                switches = bench_involuntary_switches()
                before = heap_read(slot)
                heap_record_sites(slot)
            }
            if client.orders != counted {
                counted = client.orders
                after = heap_read(slot)
            }
        }
        heap_unwatch_this_thread()
        report(&client, measuring, before, after, slot)
        lines.append("figure involuntary_switches \(bench_involuntary_switches() - switches)")
    }

    private func report(
        _ client: inout WireClient, _ measured: Bool, _ before: heap_counts, _ after: heap_counts, _ slot: Int32
    ) {
        lines.append("bench client: \(client.orders) orders sent")
        guard measured else { return }
        lines += client.lines
        lines.append("figure hot_allocations \(after.allocations - before.allocations)")
        lines.append("figure hot_retains \(after.retains - before.retains)")
        if after.allocations > before.allocations || after.retains > before.retains {
            var sites = [heap_site](repeating: heap_site(), count: Int(HEAP_SITES))
            let count = unsafe heap_read_sites(slot, &sites)
            for site in sites.prefix(count) {
                let frames = unsafe withUnsafeBytes(of: site.frames) { unsafe Array($0.bindMemory(to: UInt.self)) }
                lines.append("site " + frames.prefix { $0 != 0 }.map { "0x" + String($0, radix: 16) }.joined(separator: " "))
            }
        }
    }

    /// The value of `"s"` in a book ticker, raw or inside a combined stream's `data`.
    private static func symbol(_ frame: ByteView) -> String? {
        let text = frame.string()
        guard let at = text.range(of: "\"s\":\"") else { return nil }
        return String(text[at.upperBound...].prefix { $0 != "\"" })
    }
}

/// Puts every text frame into the ring, and remembers how the link ended.
struct WireHandler: LinkHandler, ~Copyable {
    private var frames: ByteRingProducer
    private var stamps: RingProducer<FrameStamps>
    /// When the present turn began, in ticks.
    var turn: UInt64 = 0
    private(set) var isClosed = false
    private(set) var reason = "no server within 20 s"

    init(frames: consuming ByteRingProducer, stamps: consuming RingProducer<FrameStamps>) {
        self.frames = frames
        self.stamps = stamps
    }

    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds) {}
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds
    ) {
        guard kind == .text else { return }
        precondition(unsafe frames.tryPush(bytes, tag: 1, time: receivedAt.raw), "the frame ring is full")
        // Full where what arrives is no book tickers: then nothing is said of stages.
        _ = stamps.tryPush(
            FrameStamps(turn: turn, readBegan: link.stamps.readBegan, decrypted: link.stamps.decrypted))
        frames.prepare(512)
    }
    mutating func linkClosing(_ link: inout Link, reason: LinkCloseReason) {}
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds) {
        isClosed = true
        self.reason = "\(reason)"
    }
}

/// Set once, read by another thread.
final class StopFlag: @unchecked Sendable {
    private let counter: CounterReader
    private var writer: SharedCounter?
    init() {
        let made = SharedCounter()
        counter = made.reader()
        writer = consume made
    }
    func set() { writer?.add() }
    var isSet: Bool { counter.value != 0 }
}
