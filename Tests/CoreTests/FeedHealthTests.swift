import Core
import Model
import Testing
import Units

extension CoreBench {
    /// A verdict on the instrument's market data arrives.
    func feed(_ verdict: StreamVerdict, _ reason: StreamReason = .tradesPrint, in instrument: UInt16 = 0) {
        step(
            .health(
                FeedHealth(
                    venue: VenueID(0), instrument: InstrumentID(instrument), verdict: verdict, reason: reason,
                    standing: Nanoseconds(seconds: 2))))
    }
    /// The venue's clock is measured: its wall clock is `offset` ahead of the engine clock.
    func clock(offset: Nanoseconds, uncertainty: Nanoseconds = .zero) {
        step(.clock(VenueClock(venue: VenueID(0), offset: offset, uncertainty: uncertainty, measuredAt: now)))
    }
    /// A top with an exchange time.
    func top(venueTime: Nanoseconds, updateID: UInt64) {
        step(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: "50000", bidQuantity: "1", askPrice: "50001", askQuantity: "1",
                    updateID: updateID, venueTime: venueTime, receivedAt: now + Nanoseconds(milliseconds: 1))))
    }
}

@Test func aSuspectFeedTakesQuotesBackOnceAndBlocksNewOrders() {
    let stage = Stage()
    stage.bench.live()
    _ = stage.resting()
    stage.bench.feed(.suspect)
    #expect(stage.bench.cancelAlls == 1 && stage.bench.alerts.contains(.feedHealth))
    #expect(stage.bench.state == .live, "the mandate stays: the feed may come back")
    stage.bench.feed(.suspect, .probeAhead)
    #expect(stage.bench.cancelAlls == 1, "taken back once")
    #expect(stage.place() == nil && stage.verdict == .feedHealth)
    stage.bench.feed(.dead)
    #expect(stage.place() == nil && stage.verdict == .feedHealth)
    let status = stage.bench.status
    #expect(status.feed == .dead && status.feedReason == .tradesPrint)
    stage.bench.feed(.live, .none)
    #expect(stage.place() != nil)
}

@Test func theVerdictOnOneInstrumentLeavesTheOthersAlone() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    _ = stage.resting(by: 0, in: 0)
    let other = stage.resting(by: 1, in: 1)
    stage.bench.feed(.suspect, in: 0)
    #expect(stage.bench.cancelAlls == 1)
    #expect(stage.bench.order(other)?.state == .open)
    #expect(stage.place(by: 1, in: 1) != nil)
    #expect(stage.bench.status.feed == .suspect, "people see the worst")
}

@Test func aQuietFeedAsksForYoungerData() {
    let stage = Stage(.bench { $0.limit { $0.maxQuietAge = Nanoseconds(milliseconds: 100) } })
    stage.bench.live()
    stage.bench.feed(.quiet, .silence)
    #expect(stage.place() != nil, "data of this very moment")
    stage.bench.timer(after: 101)
    // The tick is older than the limit, and younger than max_data_age.
    let top = stage.bench.now + Nanoseconds(milliseconds: 1) - Nanoseconds(milliseconds: 101)
    stage.scripts[0].lines.append(.place(.buy, .goodTillCancel, "49990", "0.1"))
    stage.bench.step(
        .topOfBook(
            TopOfBook(
                instrument: InstrumentID(0), bidPrice: "50000", bidQuantity: "1", askPrice: "50001", askQuantity: "1",
                updateID: 1_000, venueTime: .zero, receivedAt: top)))
    #expect(stage.verdict == .quietMarketData)
    #expect(stage.bench.cancelAlls == 0, "a quiet market keeps its quotes")
}

@Test func noConfirmationOnASuspectFeed() {
    let stage = Stage()
    stage.bench.ready()
    stage.bench.feed(.suspect)
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm))
    #expect(!stage.bench.command(.confirm))
    stage.bench.feed(.quiet, .silence)
    #expect(stage.bench.command(.confirm))
}

@Test func theAgeByExchangeTimeIsJudgedWithTheMeasuredClock() {
    let stage = Stage(.bench { $0.limit { $0.maxVenueAge = Nanoseconds(milliseconds: 500) } })
    let bench = stage.bench
    let wall = Nanoseconds(seconds: 1_700_000_000)
    bench.ready()
    #expect(bench.command(.stage) && bench.command(.arm))
    #expect(!bench.command(.confirm), "no exchange time is known")
    bench.clock(offset: wall)
    #expect(!bench.command(.confirm), "the clock is known, the data have no time")
    bench.top(venueTime: bench.now + wall, updateID: 100)
    #expect(bench.command(.confirm))
    func place(_ venueTime: Nanoseconds, _ updateID: UInt64) -> RiskVerdict? {
        stage.scripts[0].lines.append(.place(.buy, .goodTillCancel, "49990", "0.1"))
        bench.top(venueTime: venueTime, updateID: updateID)
        return stage.verdict
    }
    let at = bench.now
    #expect(place(at + wall, 101) == .passed)
    // Received at once, and yet old: what is shown lags behind the market. The newest time is kept.
    bench.timer(after: 498)
    #expect(place(.zero, 102) == .passed, "500 ms old, with the time it takes to get there")
    #expect(place(.zero, 103) == .venueDataAge, "501 ms old: a message without a time proves nothing")
    #expect(bench.status.venueAge == Nanoseconds(milliseconds: 501))
    // A trade of the same connection has one.
    bench.step(
        .trade(
            PublicTrade(
                instrument: InstrumentID(0), aggressor: .buy, price: "50000", quantity: "1", trade: TradeID(low: 1),
                venueTime: bench.now + wall, receivedAt: bench.now)))
    #expect(place(.zero, 104) == .passed)
    // Ahead of the venue's own clock counts as behind.
    #expect(place(bench.now + wall + Nanoseconds(milliseconds: 502), 105) == .venueDataAge)
}

@Test func anOldOrDoubtfulMeasurementOfTheClockDoesNotMakeDataYounger() {
    let stage = Stage(.bench { $0.limit { $0.maxVenueAge = Nanoseconds(milliseconds: 500) } })
    let bench = stage.bench
    let wall = Nanoseconds(seconds: 1_700_000_000)
    bench.clock(offset: wall)
    bench.ready()
    bench.top(venueTime: bench.now + wall, updateID: 100)
    #expect(bench.command(.stage) && bench.command(.arm) && bench.command(.confirm))
    func place(_ updateID: UInt64) -> RiskVerdict? {
        stage.scripts[0].lines.append(.place(.buy, .goodTillCancel, "49990", "0.1"))
        bench.top(venueTime: bench.now + wall, updateID: updateID)
        return stage.verdict
    }
    #expect(place(101) == .passed)
    if let order = bench.placed.last { bench.accept(order.client) }
    bench.clock(offset: wall, uncertainty: Nanoseconds(milliseconds: 500))
    #expect(place(102) == .venueDataAge, "what the measurement may be wrong counts as age")
    bench.clock(offset: wall)
    bench.timer(after: 600_000)
    #expect(place(103) == .venueDataAge, "nobody measured for ten minutes")
    bench.clock(offset: wall)
    #expect(place(104) == .passed)
}
