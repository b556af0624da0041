import Model
import Units

/// Compares what went between core and venue with what the journal and the core say of it. Each order sent and each word of
/// the venue has to be there, in its order and with its figures; nothing else may be. Market events are counted.
struct BurstLedger {
    /// As the route wrote them down.
    private var written: [[BurstDeed]]
    /// How many of each kind the journal had.
    private var journalled: [Int]
    private(set) var problems: [String] = []
    /// Market events that the core was stepped with.
    private(set) var tickers = 0
    private(set) var depths = 0
    private(set) var trades = 0
    private var lastTrades = [Int64](repeating: BurstFrames.firstTrade - 1, count: BurstFrames.symbols.count)
    /// Frame of the first top that a diff gave.
    private(set) var firstDepth: Int?

    init(deeds: [BurstDeed]) {
        written = (0..<4).map { kind in deeds.filter { $0.kind.rawValue == kind } }
        journalled = [Int](repeating: 0, count: 4)
    }

    func count(_ kind: BurstDeed.Kind) -> Int { written[Int(kind.rawValue)].count }
    /// Bought less sold, by the fills that were told.
    func position(_ instrument: InstrumentID) -> Quantity {
        Quantity(
            raw: written[Int(BurstDeed.Kind.filled.rawValue)].reduce(0) { sum, fill in
                guard fill.instrument == instrument else { return sum }
                return fill.side == .buy ? sum + fill.quantity.raw : sum - fill.quantity.raw
            })
    }
    /// Orders that were executed in more than one part.
    var partiallyFilled: Int {
        var parts: [ClientOrderID: Int] = [:]
        for fill in written[Int(BurstDeed.Kind.filled.rawValue)] { parts[fill.client, default: 0] += 1 }
        return parts.values.count { $0 > 1 }
    }

    /// Orders sent and fills told that the journal does not have.
    var lost: Int {
        [BurstDeed.Kind.placed, .filled].reduce(0) { $0 + max(0, count($1) - journalled[Int($1.rawValue)]) }
    }

    /// The next record of the journal.
    mutating func take(_ record: Record) {
        switch record.stream {
        case .output: if let output = Output(record: record) { judge(output) }
        case .input:
            guard record.tag != Input.timer.recordTag, let input = Input(record: record) else { return }
            judge(input)
        case nil: problems.append("record \(record.sequence) is neither input nor output")
        }
    }

    private mutating func judge(_ output: Output) {
        if let deed = BurstDeed(sent: output) { match(deed, "sent") }
    }

    private mutating func judge(_ input: Input) {
        switch input {
        case .topOfBook(let top):
            let frame = Int(Int64(top.updateID) - BurstFrames.firstUpdate)
            guard BurstFrames.stream(of: frame) == .depth else {
                tickers += 1
                return
            }
            if firstDepth == nil { firstDepth = frame }
            depths += 1
        case .trade(let trade):
            trades += 1
            let id = Int64(trade.trade.low)
            let last = lastTrades[trade.instrument.index]
            if id != last + 1 { say("trade \(id) of instrument \(trade.instrument.raw) follows \(last) in the journal") }
            lastTrades[trade.instrument.index] = id
        default: if let deed = BurstDeed(told: input) { match(deed, "told") }
        }
    }

    private mutating func match(_ deed: BurstDeed, _ word: String) {
        let kind = Int(deed.kind.rawValue)
        let at = journalled[kind]
        journalled[kind] += 1
        if at >= written[kind].count {
            say("the journal has order \(deed.client.sequence) \(deed.kind), which was never \(word)")
        } else if written[kind][at] != deed {
            say("\(deed.kind) \(at): the journal has \(deed), and \(word) was \(written[kind][at])")
        }
    }

    /// After the last record: what is missing, in the journal and in the core.
    mutating func close(_ status: EngineStatus) {
        for (kind, deeds) in written.enumerated() where journalled[kind] < deeds.count {
            let lost = deeds.count - journalled[kind]
            say("\(lost) of \(deeds.count) \(deeds[kind == 0 ? 0 : deeds.count - 1].kind) are not in the journal")
        }
        compare("orders sent", Int(status.ordersSent), count(.placed))
        compare("cancels sent", Int(status.cancelsSent), count(.cancelled))
        compare("fills", Int(status.fills), count(.filled))
        compare("orders that are open", Int(status.openOrders), 0)
        compare("orders of unknown outcome", Int(status.unknownOrders), 0)
        for index in 0..<BurstFrames.symbols.count {
            let held = status.instruments[index].position
            let expected = position(InstrumentID(UInt16(index)))
            if held != expected { say("the core holds \(held) of instrument \(index), and its fills make \(expected)") }
        }
    }

    /// Every frame's event was stepped, or a newer one replaced it. `frames`: that were taken; `conflated`: as counted.
    mutating func closeMarket(frames: Int, conflated: UInt64) {
        let offeredTrades = BurstFrames.count(.trade, in: frames) + BurstFrames.count(.otherTrade, in: frames)
        compare("trades stepped", trades, offeredTrades)
        let allDepths = BurstFrames.count(.depth, in: frames) - BurstFrames.count(.depth, in: firstDepth ?? frames)
        let tops = BurstFrames.count(.ticker, in: frames) + BurstFrames.count(.otherTicker, in: frames) + allDepths
        compare("tops of book stepped and conflated", tickers + depths + Int(conflated), tops)
    }

    private mutating func compare(_ what: String, _ found: Int, _ expected: Int) {
        if found != expected { say("\(what): \(found) instead of \(expected)") }
    }

    private mutating func say(_ problem: String) {
        // The first of them tell the story.
        if problems.count < 20 { problems.append(problem) }
    }
}
