import Model
import Simulation
import Testing
import Units

private func quantity(_ whole: Int64) -> Quantity { Quantity(raw: whole * fixedPointUnit) }
private func price(_ tenths: Int64) -> Price { Price(raw: tenths * fixedPointUnit / 10) }
private let now = Nanoseconds(seconds: 1)
private let first = ClientOrderID(run: 1, sequence: 1)
private let second = ClientOrderID(run: 1, sequence: 2)

/// A venue of one instrument (tick 0.1, lot 1) on which five of others stand at 100 and our order of four behind them.
private struct Stage: ~Copyable {
    var venue: SimulatedVenue

    init(_ side: Side = .buy) {
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: price(1), lotSize: quantity(1), minQuantity: quantity(1), maxQuantity: quantity(100),
            minNotional: .zero)
        venue = SimulatedVenue(
            SimulatedVenueSettings(
                venue: VenueID(0), instruments: [instrument], balances: [quantity(1000), quantity(1000)]))
        venue.market(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: price(1000), bidQuantity: quantity(5), askPrice: price(1001),
                    askQuantity: quantity(5), updateID: 1, venueTime: .zero, receivedAt: .zero)), at: now)
        venue.request(
            .place(
                NewOrder(
                    client: first, instrument: InstrumentID(0), strategy: StrategyID(0), side: side,
                    timeInForce: .postOnly, price: price(side == .buy ? 1000 : 1001), quantity: quantity(4))), at: now)
        _ = words()
    }

    /// A change of the first order: in place without a new name.
    mutating func amend(_ next: ClientOrderID = first, at tenths: Int64 = 1000, to size: Int64) -> [String] {
        venue.request(
            .amend(
                OrderAmendment(
                    order: OrderReference(client: first, instrument: InstrumentID(0), venueOrder: .none), client: next,
                    strategy: StrategyID(0), side: .buy, timeInForce: .postOnly, price: price(tenths),
                    quantity: quantity(size))), at: now)
        return words()
    }

    /// Others sell this much at a price.
    mutating func sold(_ size: Int64, at tenths: Int64 = 1000) -> [String] {
        venue.market(
            .trade(
                PublicTrade(
                    instrument: InstrumentID(0), aggressor: .sell, price: price(tenths), quantity: quantity(size),
                    trade: TradeID(low: 1), venueTime: .zero, receivedAt: .zero)), at: now)
        return words()
    }

    mutating func words() -> [String] {
        var found: [String] = []
        while let event = venue.takeEvent() {
            switch event {
            case .orderReply(let reply):
                found.append("\(reply.client.sequence) \(reply.outcome)\(reply.error == .none ? "" : " \(reply.error)")")
            case .orderUpdate(let update): found.append("\(update.client.sequence) \(update.status) of \(update.quantity)")
            case .fill(let fill): found.append("\(fill.client.sequence) fills \(fill.quantity)")
            default: break
            }
        }
        return found
    }

    /// Free and locked quote.
    var quote: [String] {
        let held = venue.balance(AssetID(1), source: .query, at: now)
        return ["\(held.free)", "\(held.locked)"]
    }
}

@Suite struct VenueAmendTests {
    @Test func `A reduction keeps the place in the queue and frees what it no longer binds`() {
        var stage = Stage()
        #expect(stage.sold(3).isEmpty, "two still stand ahead")
        #expect(stage.quote == ["600", "400"])
        #expect(stage.amend(to: 2) == ["1 accepted", "1 new of 2"])
        #expect(stage.quote == ["800", "200"])
        #expect(stage.sold(3) == ["1 fills 1", "1 partiallyFilled of 2"], "the two ahead and then ours, as before it")
        #expect(stage.sold(9) == ["1 fills 1", "1 filled of 2"])
        #expect(stage.quote == ["800", "0"])
    }

    @Test func `A reduction is refused where it changes nothing, asks for more, or for what is executed`() {
        var stage = Stage()
        #expect(stage.amend(to: 4) == ["1 refused orderRejected"])
        #expect(stage.amend(to: 5) == ["1 refused orderRejected"])
        #expect(stage.amend(at: 999, to: 2) == ["1 refused orderRejected"], "another price is no reduction")
        #expect(stage.sold(7) == ["1 fills 2", "1 partiallyFilled of 4"])
        #expect(stage.amend(to: 2) == ["1 refused orderRejected"])
        #expect(stage.amend(to: 3) == ["1 accepted", "1 partiallyFilled of 3"])
        #expect(stage.sold(9) == ["1 fills 1", "1 filled of 3"])
        #expect(stage.amend(to: 1) == ["1 refused unknownOrder"])
    }

    @Test func `A replacement ends the order and stands at the end of the queue`() {
        var stage = Stage()
        #expect(stage.sold(5).isEmpty, "nobody stands ahead any more")
        #expect(stage.amend(second, to: 6) == ["1 accepted", "1 cancelled of 4", "2 accepted", "2 new of 6"])
        #expect(stage.quote == ["400", "600"])
        #expect(stage.sold(3).isEmpty, "all that is displayed stands ahead of the new one")
        #expect(stage.sold(3) == ["2 fills 1", "2 partiallyFilled of 6"])
    }

    @Test func `A replacement at a better price trades first`() {
        var stage = Stage(.sell)
        #expect(stage.venue.order(client: first)?.price == price(1001))
        #expect(stage.amend(second, at: 1002, to: 4) == ["1 accepted", "1 cancelled of 4", "2 accepted", "2 new of 4"])
        #expect(stage.venue.order(client: second)?.price == price(1002))
        #expect(stage.venue.order(client: first)?.isOpen == false && stage.venue.openCount == 1)
    }

    @Test func `Neither half of a replacement is done once a part is executed or the order is gone`() {
        var stage = Stage()
        #expect(stage.sold(6) == ["1 fills 1", "1 partiallyFilled of 4"])
        #expect(stage.amend(second, at: 999, to: 4) == ["1 refused orderRejected", "2 refused orderRejected"])
        #expect(stage.sold(9) == ["1 fills 3", "1 filled of 4"])
        #expect(stage.amend(second, at: 999, to: 4) == ["1 refused unknownOrder", "2 refused unknownOrder"])
        #expect(stage.venue.openCount == 0 && stage.quote[1] == "0")
    }

    @Test func `A replacement that the venue's rules forbid leaves the order ended and nothing locked`() {
        var stage = Stage()
        #expect(stage.amend(second, at: 1001, to: 4) == ["1 accepted", "1 cancelled of 4", "2 refused orderRejected"])
        #expect(stage.venue.openCount == 0 && stage.quote == ["1000", "0"])
        #expect(stage.amend(second, at: 999, to: 4) == ["1 refused unknownOrder", "2 refused unknownOrder"])
    }

    @Test func `A replacement needs room in the balance for the new order alone`() {
        var stage = Stage()
        #expect(stage.amend(second, at: 1000, to: 10) == ["1 accepted", "1 cancelled of 4", "2 accepted", "2 new of 10"])
        #expect(stage.quote == ["0", "1000"])
    }
}
