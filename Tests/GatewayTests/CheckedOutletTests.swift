import Model
import Testing
import Units

@testable import Gateway

private func intent(_ units: Int64) -> Output {
    .verdict(
        Verdict(
            intent: Intent(
                kind: .place, strategy: StrategyID(0), instrument: InstrumentID(0), side: .buy, timeInForce: .goodTillCancel,
                price: Price(raw: 5), quantity: Quantity(raw: units), client: .none),
            verdict: .passed, value: 0, limit: 0, strategyVersion: 0))
}
private func order(_ sequence: UInt32, _ units: Int64) -> Output {
    .place(
        NewOrder(
            client: ClientOrderID(run: 1, sequence: sequence), instrument: InstrumentID(0), strategy: StrategyID(0),
            side: .buy, timeInForce: .goodTillCancel, price: Price(raw: 5), quantity: Quantity(raw: units)))
}

@Suite struct CheckedOutletTests {
    @Test("A broken sender is stopped at its first order too many, and cancels still leave")
    func brokenSender() {
        var outlet = CheckedOutlet(capacity: 16)
        var left = 0
        // A retry loop that never ends, as it has been seen.
        for output in [intent(10), order(1, 10)] + (2...9).map({ order($0, 10) }) {
            if outlet.admits(output, isStale: false), case .place = output { left += 1 }
        }
        #expect(left == 1)
        let mayCancel = outlet.admits(.cancelAll(InstrumentID(0)), isStale: false)
        #expect(mayCancel)
        // Even what is in order does not leave any more.
        _ = outlet.admits(intent(1), isStale: false)
        let mayPlace = outlet.admits(order(20, 1), isStale: false)
        #expect(!mayPlace)
        var told: [ErrorCode] = []
        while case .orderReply(let reply)? = outlet.takeEvent() {
            #expect(reply.outcome == .refused && reply.kind == .place)
            told.append(reply.error)
        }
        #expect(told.count == 9 && Set(told) == [.conservationBreach])
    }

    @Test("A turn that stood still sends no order and stops nothing for good")
    func staleTurn() {
        var outlet = CheckedOutlet(capacity: 16)
        _ = outlet.admits(intent(10), isStale: true)
        let stale = outlet.admits(order(1, 10), isStale: true)
        #expect(!stale)
        guard case .orderReply(let reply)? = outlet.takeEvent() else { return #expect(Bool(false), "nothing was told") }
        #expect(reply.error == .venueUnavailable)
        _ = outlet.admits(intent(10), isStale: false)
        let fresh = outlet.admits(order(2, 10), isStale: false)
        #expect(fresh)
    }
}
