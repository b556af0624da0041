import Model
import Testing
import Units

@testable import BurstBenchmarks

@Suite("What a burst may not lose")
struct BurstLedgerTests {
    private let order = NewOrder(
        client: ClientOrderID(run: 1, sequence: 1), instrument: InstrumentID(0), strategy: StrategyID(0), side: .buy,
        timeInForce: .postOnly, price: Price(raw: 100), quantity: Quantity(raw: 1_000))

    private func fill(_ trade: UInt64, quantity: Int64 = 400) -> Input {
        .fill(
            Fill(
                instrument: InstrumentID(0), side: .buy, isMaker: true, source: .stream, client: order.client,
                venueOrder: VenueOrderID(5), trade: TradeID(low: trade), price: order.price, quantity: Quantity(raw: quantity),
                cumulativeQuantity: .zero, fee: 0, feeAsset: AssetID(0), venueTime: .zero))
    }

    private var sent: Output { .place(order) }
    private var deeds: [BurstDeed] {
        [BurstDeed(sent: sent), BurstDeed(told: fill(1)), BurstDeed(told: fill(2))].compactMap { $0 }
    }
    private var status: EngineStatus {
        var status = EngineStatus()
        status.ordersSent = 1
        status.fills = 2
        status.instruments[0].position = Quantity(raw: 800)
        return status
    }

    /// The ledger after a journal of these.
    private func ledger(_ outputs: [Output], _ inputs: [Input], _ status: EngineStatus) -> BurstLedger {
        var ledger = BurstLedger(deeds: deeds)
        for output in outputs { ledger.take(output.record(sequence: 1, time: .zero)) }
        for input in inputs { ledger.take(input.record(sequence: 1, time: .zero)) }
        ledger.close(status)
        return ledger
    }

    @Test("a journal and a core that have everything are in order")
    func complete() {
        let ledger = ledger([sent], [fill(1), fill(2)], status)
        #expect(ledger.problems.isEmpty, "\(ledger.problems)")
        #expect(ledger.lost == 0 && ledger.partiallyFilled == 1 && ledger.position(InstrumentID(0)) == Quantity(raw: 800))
    }

    @Test("an order or a fill that is missing, changed or added is told")
    func incomplete() {
        #expect(ledger([], [fill(1), fill(2)], status).lost == 1)
        #expect(ledger([sent], [fill(1)], status).lost == 1)
        #expect(!ledger([sent], [fill(2), fill(1)], status).problems.isEmpty)
        #expect(!ledger([sent], [fill(1), fill(2, quantity: 401)], status).problems.isEmpty)
        #expect(!ledger([sent, sent], [fill(1), fill(2)], status).problems.isEmpty)
        #expect(!ledger([sent], [fill(1), fill(2), fill(3)], status).problems.isEmpty)
    }

    @Test("a core that counts or holds something else is told")
    func wrongCore() {
        let changes: [(inout EngineStatus) -> Void] = [
            { $0.ordersSent = 2 }, { $0.fills = 1 }, { $0.cancelsSent = 1 }, { $0.openOrders = 1 }, { $0.unknownOrders = 1 },
            { $0.instruments[0].position = Quantity(raw: 400) }, { $0.instruments[1].position = Quantity(raw: 1) },
        ]
        for change in changes {
            var status = status
            change(&status)
            #expect(ledger([sent], [fill(1), fill(2)], status).problems.count == 1)
        }
    }

    private func top(_ frame: Int) -> Input {
        .topOfBook(
            TopOfBook(
                instrument: InstrumentID(0), bidPrice: Price(raw: 1), bidQuantity: Quantity(raw: 1), askPrice: Price(raw: 2),
                askQuantity: Quantity(raw: 1), updateID: UInt64(BurstFrames.firstUpdate) + UInt64(frame), venueTime: .zero,
                receivedAt: .zero))
    }

    private func trade(_ number: Int64, _ instrument: UInt16) -> Input {
        .trade(
            PublicTrade(
                instrument: InstrumentID(instrument), aggressor: .buy, price: Price(raw: 1), quantity: Quantity(raw: 1),
                trade: TradeID(low: UInt64(BurstFrames.firstTrade + number)), venueTime: .zero, receivedAt: .zero))
    }

    /// Two turns of frames; the first diff's top came.
    private func market(without lost: Set<Int> = [], conflated: UInt64 = 0) -> [String] {
        var ledger = BurstLedger(deeds: [])
        var trades: [Int64] = [0, 0]
        for frame in 0..<32 {
            let stream = BurstFrames.stream(of: frame)
            let input: Input
            switch stream {
            case .ticker, .otherTicker, .depth: input = top(frame)
            case .trade, .otherTrade:
                let instrument = stream == .trade ? 0 : 1
                input = trade(trades[instrument], UInt16(instrument))
                trades[instrument] += 1
            }
            if !lost.contains(frame) { ledger.take(input.record(sequence: 1, time: .zero)) }
        }
        ledger.closeMarket(frames: 32, conflated: conflated)
        return ledger.problems
    }

    @Test("every frame's event is stepped, or counted as conflated")
    func marketEvents() {
        #expect(market().isEmpty)
        let ticker = 16 + BurstFrames.turn.firstIndex(of: .ticker)!
        let depth = 16 + BurstFrames.turn.firstIndex(of: .depth)!
        #expect(market(without: [ticker, depth], conflated: 2).isEmpty)
        #expect(market(without: [ticker, depth], conflated: 1).count == 1)
        #expect(market(conflated: 1).count == 1)
        // A trade is never conflated: its gap and its absence are told.
        let trade = 16 + BurstFrames.turn.firstIndex(of: .trade)!
        #expect(market(without: [trade], conflated: 1).count == 3)
    }
}

@Suite("Ages after a burst")
struct BurstAgesTests {
    private func ages(_ list: [(due: Int64, age: Int64)]) -> BurstAges {
        var ages = BurstAges(capacity: list.count)
        for item in list { ages.add(BurstAge(due: item.due, age: item.age)) }
        return ages
    }

    @Test("a percentile is the smallest value that so many do not exceed")
    func percentiles() {
        #expect(BurstAges.percentile([], 0.99) == nil)
        #expect(BurstAges.percentile([7], 0.99) == 7)
        #expect(BurstAges.percentile(Array(1...100).reversed(), 0.99) == 99)
        #expect(BurstAges.percentile(Array(1...100), 0.5) == 50)
        #expect(BurstAges.percentile(Array(1...100), 1) == 100)
    }

    @Test("windows are told apart by when a frame was due")
    func windows() {
        let ages = ages([(0, 5), (999, 6), (1_000, 7), (5_000, 8)])
        #expect(ages.due(from: 0, to: 1_000) == [5, 6])
        #expect(ages.due(from: 1_000) == [7, 8])
    }

    @Test("recovered is when the windows' tails came to stay low")
    func recovery() {
        #expect(ages([]).recovered(window: 10, limit: 100) == nil)
        #expect(ages([(0, 100), (25, 99)]).recovered(window: 10, limit: 100) == 0)
        // Low, high once more, low for good; a window without an event says nothing.
        #expect(ages([(0, 500), (10, 50), (20, 101), (55, 100)]).recovered(window: 10, limit: 100) == 30)
        #expect(ages([(0, 50), (10, 101)]).recovered(window: 10, limit: 100) == nil)
        // One of two hundred is beyond the 99th percentile.
        let one = (0..<200).map { (due: Int64(0), age: Int64($0 == 7 ? 9_999 : 10)) }
        #expect(ages(one).recovered(window: 10, limit: 100) == 0)
    }
}
