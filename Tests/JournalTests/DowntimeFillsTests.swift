import Journal
import Model
import Testing
import Units

private let instrument = InstrumentID(0)

private func fill(_ trade: UInt64, order: UInt64 = 9) -> Fill {
    Fill(
        instrument: instrument, side: .buy, isMaker: true, source: .tradeHistory, client: .none, venueOrder: VenueOrderID(order),
        trade: TradeID(low: trade), price: Price(raw: 1), quantity: Quantity(raw: 1), cumulativeQuantity: .zero, fee: 0,
        feeAsset: AssetID(0), venueTime: .zero)
}

private func resting(_ order: UInt64, client: ClientOrderID = ClientOrderID(run: 1, sequence: 1)) -> OrderUpdate {
    OrderUpdate(
        status: .new, source: .snapshot, instrument: instrument, side: .buy, client: client, venueOrder: VenueOrderID(order),
        price: Price(raw: 1), quantity: Quantity(raw: 2), cumulativeQuantity: .zero, venueTime: .zero)
}

private func downtime(after trade: UInt64?, booked: Set<UInt64> = [], page: Int = 4) -> DowntimeFills {
    var marks: [InstrumentID: SequenceMarks.Mark] = [:]
    if let trade { marks[instrument] = SequenceMarks.Mark(trade: trade, booked: booked) }
    return DowntimeFills(resume: SequenceMarks(marks: marks), page: page)
}

private func rows(_ trades: [UInt64], order: UInt64 = 9) -> [(instrument: InstrumentID, rows: [Fill])] {
    [(instrument, trades.map { fill($0, order: order) })]
}

/// What a test asks, one question after the other.
private final class Asked {
    var found: DowntimeFills
    init(after trade: UInt64?, booked: Set<UInt64> = [], page: Int = 4) { found = downtime(after: trade, booked: booked, page: page) }

    func missed(_ trades: [UInt64], isFirst: Bool = true) -> (fills: [Fill], doubt: DowntimeFills.Doubt?) {
        found.missed(trades.map { fill($0) }, of: instrument, isFirst: isFirst)
    }
    func isTorn(
        _ trades: [UInt64], order: UInt64 = 9, resting row: OrderUpdate = resting(9), isComplete: Bool = true, isFirst: Bool = true
    ) -> Bool {
        found.isTorn(rows(trades, order: order), orders: [row], isComplete: isComplete, isFirst: isFirst)
    }
}

@Suite struct DowntimeFillsTests {
    @Test func `What nobody has booked is given once, marked as of the downtime`() {
        let start = Asked(after: 5, booked: [7])
        let first = start.missed([5, 6, 7, 8])
        #expect(first.fills.map(\.trade.low) == [6, 8] && first.fills.allSatisfy { $0.source == .downtime } && first.doubt == nil)
        #expect(start.missed([8, 9], isFirst: false).fills.map(\.trade.low) == [9], "each once")
        #expect(start.missed([], isFirst: false).fills.isEmpty)
    }

    @Test func `An answer that does not reach back leaves a doubt`() {
        let answer = Asked(after: 5).missed([7, 8, 9, 10])
        #expect(answer.fills.count == 4 && answer.doubt == .outOfReach)
        #expect(Asked(after: 6).missed([6, 7, 8, 9]).doubt == nil)
    }

    @Test func `A venue that counts anew leaves a doubt, and without a run before there is none`() {
        #expect(Asked(after: 5).missed([2]).doubt == .restarted)
        let unknown = Asked(after: nil).missed([2])
        #expect(unknown.fills.isEmpty && unknown.doubt == nil)
    }

    @Test func `An execution of a resting order waits for an answer with the same executions`() {
        let start = Asked(after: 5)
        #expect(start.isTorn([6], isComplete: false), "nothing of an incomplete first answer is taken")
        #expect(start.isTorn([6]))
        #expect(start.isTorn([6, 7]), "another came in between")
        #expect(!start.isTorn([6, 7]))
        #expect(!start.isTorn([]), "no execution to wait for")
        #expect(!start.isTorn([], isComplete: false, isFirst: false))
    }

    @Test func `Executions of orders that do not rest, or are not ours, wait for nothing`() {
        #expect(!Asked(after: 5).isTorn([6], order: 8))
        #expect(!Asked(after: 5).isTorn([6], resting: resting(9, client: .none)))
        let start = Asked(after: 5)
        #expect(start.missed([6]).fills.count == 1)
        #expect(!start.isTorn([6], isFirst: false), "given already")
    }

    @Test func `It waits twenty times at most`() {
        let start = Asked(after: 5, page: 1000)
        let torn = (6..<UInt64(46)).count { start.isTorn(Array(6...$0)) }
        #expect(torn == 20)
    }
}
