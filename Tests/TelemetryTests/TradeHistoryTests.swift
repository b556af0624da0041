import Model
import Telemetry
import Testing
import Units

private let pair = InstrumentID(0)

private func at(_ seconds: Int64) -> Nanoseconds { Nanoseconds(seconds: 1000 + seconds) }

private func row(_ trade: UInt64, of order: UInt64 = 1) -> Fill {
    Fill(
        instrument: pair, side: .buy, isMaker: true, source: .tradeHistory, client: .none, venueOrder: VenueOrderID(order),
        trade: TradeID(low: trade), price: Price(raw: 1), quantity: Quantity(raw: 1), cumulativeQuantity: .zero,
        fee: 0, feeAsset: AssetID(0), venueTime: .zero)
}

/// A history with its run's orders told.
private struct Run {
    var history = TradeHistory()
    var booked: Set<FillKey> = []

    /// The trades that an answer leads to.
    mutating func take(
        _ rows: [Fill], after seconds: Int64, open: Set<VenueOrderID> = [], isSettled: Bool = true
    ) -> [UInt64] {
        history.take(rows, of: pair, at: at(seconds), booked: booked, isSettled: isSettled, open: open).map(\.trade.low)
    }
}

@Suite struct TradeHistoryTests {
    @Test func `What the first answer shows was before the run, all behind it is told until it is booked`() {
        var run = Run()
        #expect(run.take([row(1), row(2)], after: 0) == [])
        #expect(run.history.from[pair] == TradeID(low: 3))
        #expect(run.take([row(3), row(4)], after: 5) == [3, 4])
        run.booked = [FillKey(row(3))]
        #expect(run.take([row(3), row(4)], after: 10) == [4])
    }

    /// The order rested in the first answer, its fill was told by the stream before the core had taken the order in, and
    /// the next answer came before anybody could see that the core held it.
    @Test func `A fill of an earlier run's order is told whenever the core took that order in`() {
        let order = VenueOrderID(7)
        var behind = Run()
        #expect(behind.take([row(1)], after: 0, open: [order]) == [])
        #expect(behind.take([row(1), row(2, of: 7)], after: 1) == [2])
        var before = Run()
        #expect(before.take([row(1), row(2, of: 7)], after: 0, open: [order]) == [2], "the same answer shows both")
        #expect(before.take([row(1), row(2, of: 7)], after: 5) == [2], "until the core has booked it")
        before.booked = [FillKey(row(2, of: 7))]
        #expect(before.take([row(1), row(2, of: 7)], after: 10) == [])
    }

    @Test func `A fill of this run is told although orders of an earlier run rested at its start`() {
        var run = Run()
        #expect(run.take([row(1)], after: 0, open: [VenueOrderID(7)]) == [])
        #expect(run.take([row(1), row(2, of: 8)], after: 5, open: [VenueOrderID(8)]) == [2])
    }

    @Test func `Rows are asked for again for a minute, and for as long as an order is unknown`() {
        var run = Run()
        _ = run.take([row(1)], after: 0)
        _ = run.take([row(2)], after: 5)
        #expect(run.history.from[pair] == TradeID(low: 2))
        _ = run.take([row(2)], after: 59, isSettled: false)
        _ = run.take([row(2)], after: 100)
        #expect(run.history.from[pair] == TradeID(low: 2))
        _ = run.take([row(2)], after: 120)
        _ = run.take([row(2)], after: 181)
        #expect(run.history.from[pair] == TradeID(low: 3))
    }

    @Test func `A full page that does not reach back to the start is read from the start on`() {
        var run = Run()
        _ = run.take([row(1)], after: 0, open: [VenueOrderID(7)])
        #expect(run.history.from[pair] == nil)
        let page = TradeHistory.pageRows
        #expect(run.take((2...UInt64(page) + 1).map { row($0, of: 8) }, after: 5).count == page)
        #expect(run.history.from[pair] == TradeID(low: 2))
        _ = run.take((2...UInt64(page) + 1).map { row($0, of: 8) }, after: 10)
        #expect(run.history.from[pair] == TradeID(low: UInt64(page / 2) + 2))
    }
}
