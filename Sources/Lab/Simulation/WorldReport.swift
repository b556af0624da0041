import Journal
import Model
import Units
import VenueKit

/// What moved the core: an input by its kind and its source.
enum InputOrigin: Int, CaseIterable {
    case market, answer, stream, snapshot, lookUp, history, mark, balance, link, command, timer, other

    init(_ input: Input) {
        switch input {
        case .topOfBook, .trade: self = .market
        case .orderReply: self = .answer
        case .orderUpdate(let update): self = InputOrigin(update.source)
        case .fill(let fill): self = InputOrigin(fill.source)
        case .snapshot: self = .mark
        case .balance: self = .balance
        case .link: self = .link
        case .command: self = .command
        case .timer: self = .timer
        case .note, .intent: self = .other
        case .venueUsage: self = .answer
        case .health, .clock, .source: self = .market
        }
    }

    private init(_ source: EvidenceSource) {
        switch source {
        case .stream: self = .stream
        case .snapshot: self = .snapshot
        case .query: self = .lookUp
        case .tradeHistory, .downtime: self = .history
        }
    }
}

/// What a world saw, for people and for the test run's totals.
package struct WorldReport: Sendable {
    package var simulated = Nanoseconds.zero
    package var steps: UInt64 = 0
    package var lives = 0
    package var replays = 0
    package var orders: UInt64 = 0
    package var fills: UInt64 = 0
    package var tripsLive = 0
    package var kills = 0
    package var unexplained = 0
    /// Over every life's decisions and every byte sent to the venue, in order.
    package var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    private var seen: [String: Int] = [:]
    /// By states before and after and by what moved the order; named at the end.
    private var transitions: [Int: Int] = [:]

    mutating func cover(_ name: String, _ count: Int = 1) { if count > 0 { seen[name, default: 0] += count } }

    mutating func cover(_ change: OrderTransition, by origin: InputOrigin) {
        transitions[Int(change.from.rawValue) << 16 | Int(change.to.rawValue) << 8 | origin.rawValue, default: 0] += 1
    }

    mutating func cover(_ change: LinkChange) {
        switch (change.role, change.state) {
        case (.orders, .down):
            let why = OrderLinkProblem(rawValue: change.reason).map { "\($0)" } ?? "\(change.reason)"
            cover("order link down: \(why)")
        case (.marketData, .down): cover("market link down: \(change.reason)")
        case (_, .up): cover("\(change.role == .orders ? "order" : "market") link up")
        default: break
        }
    }

    mutating func cover(carried: Command) {
        if carried.kind == .carryPosition, carried.value != 0 { cover("position carried over") }
        if carried.kind == .carryDay, carried.value != 0 { cover("day's result carried over") }
        if carried.kind == .carryStrategy, carried.value != 0 { cover("a strategy's own part carried over") }
        if carried.kind == .carryStrategyResult, carried.value != 0 { cover("a strategy's own result carried over") }
        if carried.kind == .carryBalance { cover("expected balance carried over") }
    }

    mutating func cover(journal error: JournalError) {
        switch error {
        case .create: cover("journal failed: no new segment")
        case .write(_, let errno): cover("journal failed: write, errno \(errno)")
        case .sync: cover("journal failed: sync")
        case .space: cover("journal failed: no room")
        case .previous: cover("journal failed: the segment before")
        case .sequence: cover("journal failed: sequence")
        case .foreign: cover("journal failed: another start's record")
        }
    }

    mutating func digest(_ word: UInt64) { digest = (digest ^ word) &* 0x0000_0100_0000_01b3 }

    /// How often each recovery branch ran, by name: coverage.
    package var coverage: [String: Int] {
        var all = seen
        for (key, count) in transitions {
            guard let from = OrderState(rawValue: .init(key >> 16 & 255)), let to = OrderState(rawValue: .init(key >> 8 & 255)),
                let origin = InputOrigin(rawValue: key & 255)
            else { continue }
            all["order \(from) to \(to) by \(origin)", default: 0] += count
        }
        return all
    }
}
