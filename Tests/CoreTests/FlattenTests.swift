import Model
import Testing
import Units

/// Fills the engine's own orders until it no longer reduces, or for `turns`; answers them.
private func trade(_ stage: Stage, turns: Int = 40) -> [NewOrder] {
    var orders: [NewOrder] = []
    for _ in 0..<turns where stage.bench.state == .reducing {
        for order in stage.bench.placed
        where order.strategy == .engine && stage.bench.orderStates[order.client] == .pendingNew {
            orders.append(order)
            stage.bench.accept(order.client)
            stage.bench.fill(order.client, order.quantity, at: order.price, side: order.side)
        }
        stage.bench.wait(milliseconds: 250)
    }
    return orders
}

@Test func flatteningSellsWhatIsHeldAndDisarms() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("0.5")
    let resting = stage.resting()
    #expect(stage.bench.command(.flatten))
    #expect(stage.bench.state == .reducing)
    #expect(stage.bench.orderStates[resting] == .pendingCancel)
    stage.bench.wait(milliseconds: 500)
    #expect(stage.bench.placed.count == 2, "not before the resting order is gone")
    stage.bench.update(.cancelled, resting)
    let orders = trade(stage)
    #expect(orders.map(\.quantity) == ["0.5"])
    #expect(orders.allSatisfy { $0.side == .sell && $0.timeInForce == .immediateOrCancel && $0.strategy == .engine })
    #expect(stage.bench.position().quantity == .zero)
    #expect(stage.bench.state == .disarmed)
}

@Test func flatteningStaysWithinItsSlippageAndTheLimits() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderQuantity = "0.2" } })
    stage.bench.live()
    for _ in 0..<3 { stage.hold("0.2", .sell) }
    stage.bench.command(.flatten)
    let orders = trade(stage)
    #expect(orders.map(\.quantity) == ["0.2", "0.2", "0.2"])
    // 50 basis points above the mid of 50000.5, rounded inward.
    #expect(orders.allSatisfy { $0.side == .buy && $0.price == "50250.5" })
    #expect(stage.bench.state == .disarmed && stage.bench.position().quantity == .zero)
}

@Test func flatteningDoesNotSellWhatAFeeTook() {
    let stage = Stage()
    stage.bench.link(.marketData, .up)
    stage.bench.link(.orders, .up)
    stage.bench.snapshot(balance: "0")
    stage.bench.tick()
    stage.bench.command(.stage)
    stage.bench.command(.arm)
    #expect(stage.bench.command(.confirm))
    stage.hold("0.5", fee: Quantity("0.0005").raw, in: btc)
    stage.bench.streamBalance("0.4995")
    stage.bench.command(.flatten)
    let orders = trade(stage)
    #expect(orders.map(\.quantity) == ["0.4995"], "the fee was taken out of what was bought")
    #expect(stage.bench.state == .disarmed)
    #expect(stage.bench.position().quantity == "0.0005", "this much was never received")
}

@Test func flatteningSellsAllWhereTheAccountHeldEnoughBefore() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("0.5", fee: Quantity("0.0005").raw, in: btc)
    stage.bench.command(.flatten)
    #expect(trade(stage).map(\.quantity) == ["0.5"])
    #expect(stage.bench.position().quantity == .zero)
}

@Test func whatIsTooSmallToSellIsToldAndLeft() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting(.buy, "0.001")
    stage.bench.fill(client, "0.00009")
    stage.bench.update(.cancelled, client)
    stage.bench.command(.flatten)
    stage.bench.wait(milliseconds: 300)
    #expect(stage.bench.state == .disarmed, "below the smallest notional")
    #expect(stage.bench.alerts.contains(.invalidOrder))
}

@Test func flatteningWaitsForFreshData() {
    let stage = Stage(.bench { $0.limit { $0.maxDataAge = Nanoseconds(seconds: 1) } })
    stage.bench.live()
    stage.hold("0.5")
    stage.bench.wait(milliseconds: 3000, isFresh: false)
    #expect(stage.bench.command(.flatten))
    stage.bench.wait(milliseconds: 1000, isFresh: false)
    #expect(stage.bench.placed.count == 1 && stage.bench.verdicts.contains(.staleMarketData))
    #expect(trade(stage).count == 1)
    #expect(stage.bench.state == .disarmed)
}

@Test func strategiesAreNotAskedWhileFlattening() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("0.5")
    stage.bench.command(.flatten)
    let before = stage.bench.placed.count
    #expect(stage.place(.buy, "0.1") == nil || stage.bench.placed.last?.strategy == .engine)
    #expect(stage.bench.placed.dropFirst(before).allSatisfy { $0.strategy == .engine })
}

@Test func flatteningWithNothingHeldDisarmsAtOnce() {
    let stage = Stage()
    stage.bench.live()
    #expect(stage.bench.command(.flatten))
    #expect(stage.bench.state == .disarmed && stage.bench.placed.isEmpty)
}
