import Core
import Model
import Orders
import TestSupport
import Testing
import Units

private func taken(_ stage: Stage) -> [ClientOrderID] {
    stage.bench.last.compactMap { if case .cancel(let order) = $0 { order.client } else { nil } }
}

@Test func aLoweredLimitTakesTheNewestOrdersBackUntilTheRestIsWithin() {
    let stage = Stage()
    stage.bench.live()
    let clients = (0..<4).map { stage.resting(.buy, "1", at: Price(raw: Price("49990").raw - Int64($0) * Price("1").raw)) }
    let sale = stage.resting(.sell, "1")
    #expect(stage.bench.limit(.maxPosition, Quantity("2").raw))
    #expect(taken(stage) == [clients[3], clients[2]], "newest first, and no more than needed")
    #expect(stage.bench.alerts.last == .limitLowered && stage.bench.state == .live)
    #expect(stage.bench.orderStates[sale] == .open && stage.bench.orderStates[clients[1]] == .open)
    for _ in 0..<20 { stage.bench.timer(after: 10) }
    #expect(stage.bench.cancels.count == 2, "what is on its way is not asked for again")
}

@Test func whatIsWithinALoweredLimitStays() {
    for (key, value) in [
        (LimitKey.maxPosition, Quantity("1").raw), (.maxOrderQuantity, Quantity("1").raw), (.maxOpenOrders, 1),
        (.maxOrderNotional, Notional("49990").raw), (.maxNetExposure, Notional("50000.5").raw),
        (.maxGrossExposure, Notional("50000.5").raw), (.maxPortfolioNet, Notional("50000.5").raw),
        (.maxPortfolioGross, Notional("50000.5").raw),
    ] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "1", at: "49990")
        #expect(stage.bench.limit(key, value))
        #expect(taken(stage).isEmpty, "\(key) is reached and not passed")
        #expect(stage.bench.limit(key, key == .maxOpenOrders ? 1 : value - 1))
        #expect(taken(stage) == (key == .maxOpenOrders ? [] : [client]), "\(key) is passed by one unit")
    }
}

@Test func tooManyOpenOrdersLoseTheNewest() {
    let stage = Stage()
    stage.bench.live()
    let clients = (0..<3).map { stage.resting(.buy, "0.1", at: Price(raw: Price("49990").raw - Int64($0) * Price("1").raw)) }
    #expect(stage.bench.limit(.maxOpenOrders, 2))
    #expect(taken(stage) == [clients[2]])
}

@Test func whatReducesThePositionStaysUnderALoweredLimit() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("2")
    let sale = stage.resting(.sell, "1")
    let more = stage.resting(.buy, "1")
    for key in [LimitKey.maxGrossExposure, .maxPortfolioGross] { #expect(stage.bench.limit(key, Notional("10").raw)) }
    #expect(stage.bench.orderStates[more] == .pendingCancel)
    #expect(stage.bench.orderStates[sale] == .open, "it leads back to the limit")
    #expect(stage.bench.limit(.maxNetExposure, Notional("10").raw) && stage.bench.limit(.maxPosition, Quantity("0.1").raw))
    #expect(stage.bench.orderStates[sale] == .open)
}

@Test func anOrderThatIsStillOnItsWayIsTakenBackOnceItRests() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place(.buy, "1")!
    #expect(stage.bench.limit(.maxOrderQuantity, Quantity("0.5").raw))
    #expect(stage.bench.cancels.isEmpty, "not before it is known to rest")
    stage.bench.timer(after: 10)
    #expect(stage.bench.cancels.isEmpty)
    stage.bench.accept(client)
    stage.bench.timer(after: 10)
    #expect(stage.bench.cancels.map(\.client) == [client])
}

@Test func aLimitOfOneInstrumentTakesNothingFromAnother() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    let first = stage.resting(.buy, "1")
    let second = stage.resting(.buy, "1", by: 1, in: 1)
    #expect(stage.bench.limit(.maxPosition, Quantity("0.5").raw, in: 1))
    #expect(taken(stage) == [second] && stage.bench.orderStates[first] == .open)
}

@Test func aRaiseThatEndsTakesBackWhatOnlyItAllowed() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderQuantity = "1" } })
    stage.bench.ready()
    #expect(stage.bench.limit(.maxOrderQuantity, Quantity("2").raw, for: Nanoseconds(seconds: 10)))
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    let small = stage.resting(.buy, "1")
    let large = stage.resting(.buy, "2", at: "49980")
    stage.bench.wait(milliseconds: 12_000, every: 1000)
    #expect(stage.bench.state == .live)
    #expect(stage.bench.cancels.map(\.client) == [large] && stage.bench.orderStates[small] == .open)
}

@Test func aLoweredCollarTakesBackWhatItWouldRefuseNowAndNothingElse() {
    let stage = Stage()
    stage.bench.live()
    // The mid is 50000.5: 10 basis points are 50.0005, so 49950.4995 is the last price that is allowed.
    let near = stage.resting(.buy, "0.1", at: "49950.5")
    let far = stage.resting(.buy, "0.1", at: "49950.49")
    let farther = stage.resting(.buy, "0.1", at: "49900")
    let sale = stage.resting(.sell, "0.1", at: "50050.5")
    let away = stage.resting(.sell, "0.1", at: "50050.51")
    #expect(stage.bench.limit(.priceCollarBps, 10))
    #expect(taken(stage) == [away, farther, far], "newest first")
    #expect(stage.bench.orderStates[near] == .open && stage.bench.orderStates[sale] == .open)
    #expect(stage.bench.alerts.last == .limitLowered && stage.bench.state == .live)
    // The gate says the same of both prices.
    #expect(stage.place(.buy, "0.1", at: "49950.49") == nil && stage.verdict == .priceCollar)
    #expect(stage.place(.buy, "0.1", at: "49950.5") != nil)
    for _ in 0..<20 { stage.bench.timer(after: 10) }
    #expect(stage.bench.cancels.count == 3, "what is on its way is not asked for again, and the rest stays")
}

@Test func aLoweredCollarTakesBackWhatReducesTooSinceTheGateWouldRefuseIt() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("1")
    let sale = stage.resting(.sell, "1", at: "50100")
    #expect(stage.bench.limit(.priceCollarBps, 10))
    #expect(taken(stage) == [sale])
}

@Test func aLoweredCollarIsJudgedWhereTheMarketIsNow() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "0.1", at: "49990")
    stage.bench.tick("50100")
    #expect(stage.bench.orderStates[client] == .open, "a market that moves away takes nothing back by itself")
    #expect(stage.bench.limit(.priceCollarBps, 10))
    #expect(taken(stage) == [client], "22.1 basis points from the mid of 50100.5")
}

@Test func aLoweredBoundOfDriftTakesBackWhatIsTooFarFromTheLastMinute() {
    for (price, isTaken) in [("49950.5", false), ("49950.49", true)] as [(Price, Bool)] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting(.buy, "0.1", at: price)
        stage.bench.wait(milliseconds: 5000, every: 500)
        #expect(stage.bench.limit(.maxDriftBps, 10))
        #expect(taken(stage) == (isTaken ? [client] : []), "\(price)")
    }
}

@Test func aLoweredBoundOfSlippageTakesNothingBackSinceWhatRestsTakesNothing() {
    let stage = Stage()
    stage.bench.live()
    _ = stage.resting(.buy, "1", at: "49990")
    _ = stage.resting(.sell, "1", at: "50100")
    #expect(stage.bench.limit(.maxSlippageBps, 1) && stage.bench.limit(.maxFillCostBps, 1))
    for _ in 0..<20 { stage.bench.timer(after: 10) }
    #expect(stage.bench.cancels.isEmpty)
}

/// Wherever orders rest and however far the collar is lowered: those are taken back that the gate would refuse now.
@Test func afterALoweredCollarExactlyWhatTheGateWouldRefuseIsTakenBack() {
    var both = (0, 0)
    for seed in 1...200 as ClosedRange<UInt64> {
        var dice = Dice(seed: seed)
        let stage = Stage()
        stage.bench.live()
        var left: [(client: ClientOrderID, price: Int64)] = []
        for _ in 0..<(1 + dice.below(7)) {
            let side: Side = dice.oneIn(2) ? .buy : .sell
            let away = Int64(dice.below(40_000)) * Price("0.01").raw
            let price = side == .buy ? Price("50000").raw - away : Price("50010").raw + away
            left.append((stage.resting(side, "0.1", at: Price(raw: price)), price))
        }
        let bps = Int64(1 + dice.below(60))
        #expect(stage.bench.limit(.priceCollarBps, bps), "seed \(seed)")
        let gone = Set(taken(stage))
        for order in left {
            // In units of the tick: |price - mid| * 10000 <= mid * bps, the mid 50000.5.
            let distance = abs(order.price - Price("50000.5").raw) / Price("0.01").raw
            let isOutside = distance * 10_000 > 5_000_050 * bps
            #expect(gone.contains(order.client) == isOutside, "seed \(seed): \(order.price) with \(bps) bps")
            if isOutside { both.0 += 1 } else { both.1 += 1 }
        }
    }
    #expect(both.0 > 100 && both.1 > 100, "both happened: \(both)")
}

/// Whatever rests and whichever limit is lowered: afterwards what stays and is not on its way out is within it, and the
/// newest that was taken was needed.
@Test func afterALoweredLimitTheRestIsWithinItWhateverRested() {
    for seed in 1...200 as ClosedRange<UInt64> {
        var dice = Dice(seed: seed)
        let stage = Stage()
        stage.bench.live()
        if dice.oneIn(2) { stage.hold("1", dice.oneIn(2) ? .buy : .sell) }
        let position = stage.bench.status.position.raw
        var left: [(client: ClientOrderID, side: Side, quantity: Int64)] = []
        for index in 0..<Int64(1 + dice.below(7)) {
            let side: Side = dice.oneIn(2) ? .buy : .sell
            let quantity = Quantity(raw: Quantity("0.1").raw * Int64(1 + dice.below(20)))
            let price = side == .buy ? Price("49990").raw - index * Price("1").raw : Price("50011").raw + index * Price("1").raw
            left.append((stage.resting(side, quantity, at: Price(raw: price)), side, quantity.raw))
        }
        let limit = Quantity("0.1").raw * Int64(1 + dice.below(40))
        #expect(stage.bench.limit(.maxPosition, limit), "seed \(seed)")
        let gone = Set(taken(stage))
        let stays = left.filter { !gone.contains($0.client) }
        func worst(_ side: Side, _ orders: [(client: ClientOrderID, side: Side, quantity: Int64)]) -> Int64 {
            let sum = orders.filter { $0.side == side }.reduce(0) { $0 + $1.quantity }
            return side == .buy ? position + sum : sum - position
        }
        for side in [Side.buy, .sell] {
            let orders = stays.filter { $0.side == side }
            #expect(orders.isEmpty || worst(side, stays) <= limit, "seed \(seed): \(side) stays beyond the limit")
            // The oldest that was taken back: with it, it would have been too much.
            if let last = left.first(where: { gone.contains($0.client) && $0.side == side }) {
                #expect(worst(side, stays + [last]) > limit, "seed \(seed): \(side) was taken back without need")
            }
        }
    }
}
