import Gateway
import Model
import Rings
import Telemetry
import Transport
import Units
import VenueKit

/// What the links' threads show of them beside the core's status.
struct HotGauges {
    let market: GaugeBoard
    /// Of the second feed, where there is one.
    let second: GaugeBoard?
    /// `nil` in a mode without an order link.
    let orders: GaugeBoard?
}

extension FeedFacts {
    init(_ counters: FeedCounters) {
        self.init()
        for reason in FeedRefusal.allCases where counters.parse.refusals[reason] > 0 {
            refusals[reason.name] = counters.parse.refusals[reason]
        }
        conflated = counters.parse.conflated
        droppedTrades = counters.parse.droppedTrades
        droppedFrames = counters.link.droppedFrames
        heldBack = counters.link.heldBack
        delayedTrades = counters.parse.delayedTrades
        frames = counters.link.frames
        repeated = counters.parse.pair.repeated
    }

    /// Every stream as `ctl feeds` names it. `orders`: the private stream, where the mode has one.
    static func streams(_ table: StreamTable, hasSecond: Bool, orders: GaugeBoard?) -> [StreamLine] {
        var lines: [StreamLine] = []
        for lane in 0..<(hasSecond ? 2 : 1) {
            for stream in [MarketStream.ticker, .depth, .trades, .none] {
                let counts = table[lane, stream]
                var line = StreamLine()
                line.link = hasSecond ? "market data \(lane + 1)" : "market data"
                line.stream = stream.name
                line.duplicates = counts.duplicates
                line.outOfOrder = counts.outOfOrder
                line.gaps = counts.gaps
                line.others = counts.others
                lines.append(line)
            }
        }
        guard let orders else { return lines }
        var events = StreamLine()
        events.link = "orders"
        events.stream = "events"
        events.duplicates = UInt64(max(0, orders.read(.duplicates)))
        return lines + [events]
    }
}

extension QuarantineLine {
    init(_ message: QuarantinedMessage) {
        self.init(
            time: message.receivedAt, link: message.role == .marketData ? "market data" : "orders",
            reason: message.reason.name, length: message.length, offset: message.offset, bytes: message.bytes)
    }
}

extension LinkLine {
    /// A link by its board: up and heard of lately, up and quiet for longer than `quietAfter`, or why it ended.
    init(_ name: String, _ state: Model.LinkState, _ board: GaugeBoard, now: Nanoseconds, quietAfter: Nanoseconds) {
        let received = Nanoseconds(raw: board.read(.received))
        let age = received == .zero ? Nanoseconds(raw: -1) : max(.zero, now - received)
        let closed = board.read(.closed)
        let verdict: String
        switch state {
        case .up: verdict = age > quietAfter ? "quiet" : "healthy"
        case .down, .connecting:
            verdict = closed == 0 ? "not opened yet" : "\(LinkCloseReason.words(code: UInt16(clamping: board.read(.lastEnd))))"
        }
        self.init(
            name: name, state: state, verdict: verdict, age: age,
            reconnects: UInt32(clamping: max(0, board.read(.opened) - 1)))
    }
}
