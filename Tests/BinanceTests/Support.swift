import Foundation
import Model
import TestSupport
import Testing
import Units
import VenueKit
import Wire

/// Runs the body with a view of the bytes.
func withView<R>(_ bytes: [UInt8], _ body: (ByteView) throws -> R) rethrows -> R {
    try unsafe bytes.withUnsafeBytes { try unsafe body(ByteView($0)) }
}

func withView<R>(_ text: String, _ body: (ByteView) throws -> R) rethrows -> R { try withView(Array(text.utf8), body) }

/// Path of a shared file; says what is skipped and why when it is absent.
func sharedPath(_ path: String, _ test: String = #function) -> String? { SharedFiles.file(path, for: test)?.path }

/// The JSON texts of a `.jsonl` file; empty when it is absent.
func sharedLines(_ path: String, _ test: String = #function) throws -> [String] {
    guard let path = sharedPath(path, test) else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}

/// The bytes of the value of `"key":` at the end of a one-line object `{…,"key":VALUE}`.
func tail(of line: String, after key: String) -> String? {
    guard let range = line.range(of: "\"\(key)\":") else { return nil }
    return String(line[range.upperBound...].dropLast())
}

/// Small reproducible generator; the seed is printed by the tests that use it.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

struct MarketLog: MarketSink {
    var tops: [TopOfBook] = []
    var trades: [PublicTrade] = []
    var links: [LinkChange] = []
    var health: [FeedHealth] = []
    var quarantined: [QuarantinedMessage] = []
    var refusals: [FeedRefusal] = []
    var snapshots: [InstrumentID] = []
    var reconnects: [FeedRefusal] = []
    mutating func market(_ input: Input) {
        switch input {
        case .topOfBook(let top): tops.append(top)
        case .trade(let trade): trades.append(trade)
        case .link(let link): links.append(link)
        case .health(let verdict): health.append(verdict)
        default: Issue.record("a market sink got \(input)")
        }
    }
    mutating func requestSnapshot(_ instrument: InstrumentID) { snapshots.append(instrument) }
    mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds
    ) {
        quarantined.append(
            QuarantinedMessage(.marketData, reason, bytes, offset: offset, receivedAt: receivedAt))
    }
    mutating func refused(_ reason: FeedRefusal) { refusals.append(reason) }
    var streams = StreamTable()
    mutating func refused(_ reason: FeedRefusal, of stream: MarketStream, lane: Int) {
        refusals.append(reason)
        streams.count(reason, lane, stream)
    }
    mutating func reconnect(_ reason: FeedRefusal) { reconnects.append(reason) }
}

struct Frames: FrameSink {
    var sent: [String] = []
    var isFull = false
    mutating func send(text: ByteView) -> Bool {
        if isFull { return false }
        sent.append(text.string())
        return true
    }
}

struct OrderLog: OrderSink {
    var inputs: [Input] = []
    var reconnects: [OrderLinkProblem] = []
    var quarantined: [QuarantinedMessage] = []
    mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds
    ) {
        quarantined.append(QuarantinedMessage(.orders, reason, bytes, offset: offset, receivedAt: receivedAt))
    }
    mutating func order(_ input: Input) { inputs.append(input) }
    mutating func reconnect(_ reason: OrderLinkProblem) { reconnects.append(reason) }
    var fills: [Fill] { inputs.compactMap { if case .fill(let fill) = $0 { fill } else { nil } } }
    var updates: [OrderUpdate] { inputs.compactMap { if case .orderUpdate(let update) = $0 { update } else { nil } } }
    var replies: [OrderReply] { inputs.compactMap { if case .orderReply(let reply) = $0 { reply } else { nil } } }
    var balances: [VenueBalance] { inputs.compactMap { if case .balance(let row) = $0 { row } else { nil } } }
    var links: [LinkState] { inputs.compactMap { if case .link(let change) = $0 { change.state } else { nil } } }
}
