import Matching
import Model
import Simulation
import Testing
import Units

/// One instrument, tick 0.1, lot 0.001, an account of 100 of each asset.
private func venue(balance: Int64 = 1_000) -> SimulatedVenue {
    let instrument = Instrument(
        id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
        tickSize: Price(raw: fixedPointUnit / 10), lotSize: Quantity(raw: fixedPointUnit / 1000),
        minQuantity: Quantity(raw: fixedPointUnit / 1000), maxQuantity: quantity(100), minNotional: .zero)
    let settings = SimulatedVenueSettings(
        venue: VenueID(0), instruments: [instrument], balances: [quantity(balance), quantity(balance)])
    return SimulatedVenue(settings)
}

private func quantity(_ whole: Int64) -> Quantity { Quantity(raw: whole * fixedPointUnit) }
private func price(_ tenths: Int64) -> Price { Price(raw: tenths * fixedPointUnit / 10) }

private func top(_ bid: Int64, _ bidSize: Int64, _ ask: Int64, _ askSize: Int64) -> Input {
    .topOfBook(
        TopOfBook(
            instrument: InstrumentID(0), bidPrice: price(bid), bidQuantity: quantity(bidSize), askPrice: price(ask),
            askQuantity: quantity(askSize), updateID: 1, venueTime: .zero, receivedAt: .zero))
}

private func trade(_ aggressor: Side, _ at: Int64, _ size: Int64) -> Input {
    .trade(
        PublicTrade(
            instrument: InstrumentID(0), aggressor: aggressor, price: price(at), quantity: quantity(size),
            trade: TradeID(low: 1), venueTime: .zero, receivedAt: .zero))
}

private func order(
    _ sequence: UInt32, _ side: Side, _ at: Int64, _ size: Int64, _ life: TimeInForce = .goodTillCancel
) -> Output {
    .place(
        NewOrder(
            client: ClientOrderID(run: 1, sequence: sequence), instrument: InstrumentID(0), strategy: StrategyID(0),
            side: side, timeInForce: life, price: price(at), quantity: quantity(size)))
}

private func reference(_ sequence: UInt32) -> OrderReference {
    OrderReference(
        client: ClientOrderID(run: 1, sequence: sequence), instrument: InstrumentID(0), venueOrder: .none)
}

/// What a venue said, as short words.
private func words(_ venue: inout SimulatedVenue) -> [String] {
    var found: [String] = []
    while let event = venue.takeEvent() {
        switch event {
        case .orderReply(let reply): found.append("\(reply.kind) \(reply.outcome)\(reply.error == .none ? "" : " \(reply.error)")")
        case .orderUpdate(let update): found.append("\(update.status)")
        case .fill(let fill): found.append("fill \(fill.quantity) at \(fill.price)\(fill.isMaker ? " resting" : "")")
        default: break
        }
    }
    return found
}

@Suite struct SimulatedVenueTests {
    private let now = Nanoseconds(seconds: 1)

    @Test func `A resting order waits for the quantity displayed ahead of it`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 5), at: now)
        venue.request(order(1, .buy, 1000, 2), at: now)
        #expect(words(&venue) == ["place accepted", "new"])
        venue.market(trade(.sell, 1000, 5), at: now)
        #expect(words(&venue).isEmpty)
        venue.market(trade(.sell, 1000, 1), at: now)
        #expect(words(&venue) == ["fill 1 at 100 resting", "partiallyFilled"])
        venue.market(trade(.buy, 1000, 9), at: now)
        #expect(words(&venue).isEmpty, "a buyer's trade does not meet a buy order")
        venue.market(trade(.sell, 1000, 9), at: now)
        #expect(words(&venue) == ["fill 1 at 100 resting", "filled"])
    }

    @Test func `A trade through our price fills us first`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 5), at: now)
        venue.request(order(1, .buy, 1000, 2), at: now)
        _ = words(&venue)
        venue.market(trade(.sell, 999, 1), at: now)
        #expect(words(&venue) == ["fill 1 at 100 resting", "partiallyFilled"])
    }

    @Test func `Below the best price nothing is filled until the price is the best`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 5), at: now)
        venue.request(order(1, .buy, 998, 2), at: now)
        _ = words(&venue)
        venue.market(trade(.sell, 998, 100), at: now)
        #expect(words(&venue).isEmpty)
        venue.market(top(998, 3, 1001, 5), at: now)
        venue.market(trade(.sell, 998, 4), at: now)
        #expect(words(&venue) == ["fill 1 at 99.8 resting", "partiallyFilled"])
    }

    @Test func `A shrinking display and the trade that explains it count once`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 5), at: now)
        venue.request(order(1, .buy, 1000, 2), at: now)
        _ = words(&venue)
        venue.market(top(1000, 2, 1001, 5), at: now)
        venue.market(trade(.sell, 1000, 3), at: now)
        #expect(words(&venue).isEmpty, "two still stand ahead")
        venue.market(trade(.sell, 1000, 3), at: now)
        #expect(words(&venue) == ["fill 1 at 100 resting", "partiallyFilled"])
    }

    @Test func `The other side at our price fills us with what it displays, once`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 5), at: now)
        venue.request(order(1, .buy, 1000, 5), at: now)
        _ = words(&venue)
        venue.market(top(998, 5, 999, 2), at: now)
        #expect(words(&venue) == ["fill 2 at 100 resting", "partiallyFilled"])
        venue.market(top(997, 5, 999, 2), at: now)
        #expect(words(&venue).isEmpty)
        venue.market(top(997, 5, 999, 4), at: now)
        #expect(words(&venue) == ["fill 3 at 100 resting", "filled"])
    }

    @Test func `A taking order gets what is displayed at the best price and no more`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 3), at: now)
        venue.request(order(1, .buy, 1003, 4, .immediateOrCancel), at: now)
        #expect(words(&venue) == ["place accepted", "new", "fill 3 at 100.1", "partiallyFilled", "expired"])
        venue.request(order(2, .buy, 1003, 1, .immediateOrCancel), at: now)
        #expect(words(&venue) == ["place accepted", "new", "expired"], "the display was taken already")
        venue.request(order(3, .buy, 1003, 4, .fillOrKill), at: now)
        #expect(words(&venue) == ["place refused orderRejected"])
    }

    @Test func `A post-only order that would take is refused`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 3), at: now)
        venue.request(order(1, .buy, 1001, 1, .postOnly), at: now)
        #expect(words(&venue) == ["place refused orderRejected"])
    }

    @Test func `A client id is taken once, even after its order has ended`() {
        var venue = venue()
        venue.market(top(1000, 5, 1001, 3), at: now)
        venue.request(order(1, .buy, 999, 1), at: now)
        venue.request(.cancel(reference(1)), at: now)
        #expect(words(&venue) == ["place accepted", "new", "cancel accepted", "cancelled"])
        venue.request(order(1, .buy, 999, 1), at: now)
        #expect(words(&venue) == ["place refused orderRejected"])
        venue.request(.cancel(reference(1)), at: now)
        #expect(words(&venue) == ["cancel refused unknownOrder"])
        venue.request(.query(reference(2)), at: now)
        #expect(words(&venue) == ["absent"])
    }

    @Test func `Balances equal the fills and fees, and nothing stays locked`() {
        var venue = venue()
        var random = SeededRandom(seed: 7)
        var base: Int64 = 0
        var quote: Int64 = 0
        var sequence: UInt32 = 0
        for _ in 0..<3_000 {
            let middle = 1000 + Int64(random.next() % 20)
            venue.market(top(middle, 1 + Int64(random.next() % 5), middle + 1, 1 + Int64(random.next() % 5)), at: now)
            sequence += 1
            let side: Side = random.next() % 2 == 0 ? .buy : .sell
            let life: TimeInForce = [.goodTillCancel, .immediateOrCancel, .postOnly][Int(random.next() % 3)]
            venue.request(order(sequence, side, middle - 2 + Int64(random.next() % 5), 1 + Int64(random.next() % 3), life), at: now)
            venue.market(trade(side, middle, 3), at: now)
            if random.next() % 4 == 0 { venue.request(.cancelAll(InstrumentID(0)), at: now) }
            while let event = venue.takeEvent() {
                guard case .fill(let fill) = event else { continue }
                let sign: Int64 = fill.side == .buy ? 1 : -1
                base += sign * fill.quantity.raw - (fill.feeAsset == AssetID(0) ? fill.fee : 0)
                quote -= sign * fill.price.times(fill.quantity, rounding: .halfEven)!.raw
                if fill.feeAsset == AssetID(1) { quote -= fill.fee }
            }
        }
        venue.request(.cancelAll(InstrumentID(0)), at: now)
        #expect(venue.fills > 100)
        #expect(venue.openCount == 0)
        let held = [AssetID(0), AssetID(1)].map { venue.balance($0, source: .query, at: now) }
        #expect(held[0].locked == .zero && held[1].locked == .zero)
        #expect(held[0].free.raw == quantity(1_000).raw + base)
        #expect(held[1].free.raw == quantity(1_000).raw + quote)
    }
}
