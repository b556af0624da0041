import Model
import Risk
import Testing
import Units

private final class HeldOrders {
    private var recent = RecentOrders(capacity: 4, span: Nanoseconds(raw: 100))
    func record(_ intent: Intent, _ now: Int64) { recent.record(intent, at: Nanoseconds(raw: now)) }
    func same(_ intent: Intent, _ now: Int64) -> Int32 { recent.same(as: intent, at: Nanoseconds(raw: now)) }
}

private func intent(_ change: (inout Intent) -> Void = { _ in }) -> Intent {
    var intent = Intent(
        kind: .place, strategy: StrategyID(0), instrument: InstrumentID(0), side: .buy, timeInForce: .postOnly,
        price: Price(raw: 1), quantity: Quantity(raw: 1), client: .none)
    change(&intent)
    return intent
}

@Test func onlyOrdersThatSayTheSameAreCounted() {
    let recent = HeldOrders()
    recent.record(intent(), 0)
    recent.record(intent(), 1)
    #expect(recent.same(intent(), 1) == 2)
    #expect(recent.same(intent { $0.timeInForce = .immediateOrCancel }, 1) == 2, "however long it may stay")
    #expect(recent.same(intent { $0.side = .sell }, 1) == 0)
    #expect(recent.same(intent { $0.price = Price(raw: 2) }, 1) == 0)
    #expect(recent.same(intent { $0.quantity = Quantity(raw: 2) }, 1) == 0)
    #expect(recent.same(intent { $0.strategy = StrategyID(1) }, 1) == 0)
    #expect(recent.same(intent { $0.instrument = InstrumentID(1) }, 1) == 0)
}

@Test func oldOrdersAreForgotten() {
    let recent = HeldOrders()
    recent.record(intent(), 0)
    recent.record(intent(), 50)
    #expect(recent.same(intent(), 99) == 2)
    #expect(recent.same(intent(), 100) == 1)
    #expect(recent.same(intent(), 150) == 0)
    for now: Int64 in 200..<210 { recent.record(intent(), now) }
    #expect(recent.same(intent(), 210) == 4, "no more than it holds")
}
