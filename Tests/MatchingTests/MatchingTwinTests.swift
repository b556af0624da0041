import Matching
import Testing
import Units

/// Random order flow: mostly limits close to each other, so that levels are shared, crossed and emptied all the time.
private func randomOrder(_ id: Int64, _ random: inout SeededRandom) -> IncomingOrder {
    let kinds: [OrderKind] = [.limit, .limit, .limit, .limit, .market, .postOnly]
    let lives: [OrderLife] = [.goodTillCanceled, .goodTillCanceled, .goodTillCanceled, .immediateOrCancel, .fillOrKill]
    let side: BookSide = Bool.random(using: &random) ? .buy : .sell
    let offset = Int64.random(in: -3...9, using: &random) * (side == .buy ? -1 : 1)
    return IncomingOrder(
        id: id, owner: Int32.random(in: 0...3, using: &random), side: side, kind: kinds.randomElement(using: &random)!,
        life: lives.randomElement(using: &random)!, price: Price(raw: (1000 + offset) * 1_000_000),
        quantity: Quantity(raw: Int64.random(in: 1...20, using: &random)),
        prevention: SelfTradePrevention.allCases.randomElement(using: &random)!)
}

@Test("the book and its naive twin do the same on random order flow", arguments: 0..<20)
func theBookAndItsTwinAgree(round: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("matching twin: round \(round) seed \(seed)")
    var random = SeededRandom(seed: seed)
    var book = MatchingEngine()
    var twin = NaiveMatching()
    var traded = 0
    var prevented = 0
    for step in 0..<1500 {
        var got: [MatchEvent] = []
        var expected: [MatchEvent] = []
        let id = Int64(step + 1)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2:
            let victim = Int64.random(in: 1...Int64(step + 1), using: &random)
            let left = book.cancel(victim, into: &got)
            #expect(left == twin.cancel(victim, into: &expected), "seed \(seed) step \(step)")
        case 3:
            let victim = Int64.random(in: 1...Int64(step + 1), using: &random)
            let order = randomOrder(id, &random)
            let replaced = book.replace(victim, with: order, into: &got)
            let gone = twin.cancel(victim, into: &expected)
            if gone != nil { twin.submit(order, into: &expected) }
            #expect(replaced == (gone != nil))
        default:
            let order = randomOrder(id, &random)
            book.submit(order, into: &got)
            twin.submit(order, into: &expected)
        }
        guard got == expected else {
            Issue.record("seed \(seed) step \(step): book \(got) twin \(expected)")
            return
        }
        for event in got {
            if case .traded = event { traded += 1 }
            if case .prevented = event { prevented += 1 }
        }
        #expect(book.count == twin.orders.count)
        if let bid = book.bestBid, let ask = book.bestAsk { #expect(bid.price < ask.price) }
    }
    #expect(traded > 100 && prevented > 5, "the flow must exercise the book (seed \(seed))")
}

@Test("an older order at the same price trades first, and a better price before it")
func priceThenTime() {
    var book = MatchingEngine()
    var events: [MatchEvent] = []
    for (id, price) in [(Int64(1), Int64(101)), (2, 100), (3, 100)] {
        book.submit(
            IncomingOrder(id: id, owner: 0, side: .sell, price: Price(raw: price), quantity: Quantity(raw: 5)), into: &events)
    }
    events = []
    book.submit(
        IncomingOrder(id: 4, owner: 0, side: .buy, kind: .market, price: .zero, quantity: Quantity(raw: 12)), into: &events)
    let makers = events.compactMap { if case .traded(let maker, _, _, _, _) = $0 { maker } else { nil } }
    #expect(makers == [2, 3, 1])
    #expect(book.resting(1) == Quantity(raw: 3))
}
