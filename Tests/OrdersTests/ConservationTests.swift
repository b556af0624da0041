import Model
import Orders
import Testing
import Units

private let instrument = InstrumentID(0)
private func quantity(_ tenths: Int64) -> Quantity { Quantity(raw: tenths * fixedPointUnit / 10) }
private let price = Price(raw: 100 * fixedPointUnit)

private func intent(_ tenths: Int64, amends client: UInt32? = nil) -> Intent {
    Intent(
        kind: client == nil ? .place : .amend, strategy: StrategyID(0), instrument: instrument, side: .buy,
        timeInForce: .goodTillCancel, price: price, quantity: quantity(tenths),
        client: client.map { ClientOrderID(run: 1, sequence: $0) } ?? .none)
}
private func passed(_ intent: Intent, _ verdict: RiskVerdict = .passed) -> Output {
    .verdict(Verdict(intent: intent, verdict: verdict, value: 0, limit: 0, strategyVersion: 0))
}
private func order(_ sequence: UInt32, _ tenths: Int64, _ side: Side = .buy) -> Output {
    .place(
        NewOrder(
            client: ClientOrderID(run: 1, sequence: sequence), instrument: instrument, strategy: StrategyID(0), side: side,
            timeInForce: .goodTillCancel, price: price, quantity: quantity(tenths)))
}
private func amendment(_ from: UInt32, to: UInt32, _ tenths: Int64) -> Output {
    .amend(
        OrderAmendment(
            order: OrderReference(
                client: ClientOrderID(run: 1, sequence: from), instrument: instrument, venueOrder: VenueOrderID(4)),
            client: ClientOrderID(run: 1, sequence: to), strategy: StrategyID(0), side: .buy, timeInForce: .goodTillCancel,
            price: price, quantity: quantity(tenths)))
}

/// What the check says of each output of a sender.
private func breaches(_ outputs: [Output]) -> [Bool] {
    var check = ConservationCheck()
    return outputs.map { check.take($0) != nil }
}

@Suite struct ConservationTests {
    @Test func `An order and its parts may be as large as their intent and not larger`() {
        #expect(breaches([passed(intent(10)), order(1, 10)]) == [false, false])
        #expect(breaches([passed(intent(10)), order(1, 4), order(2, 6)]) == [false, false, false])
        #expect(breaches([passed(intent(10)), order(1, 4), order(2, 7)]) == [false, false, true])
        #expect(breaches([passed(intent(10)), order(1, 11)]) == [false, true])
    }

    @Test func `A sender that repeats itself is found at the first repetition`() {
        #expect(breaches([passed(intent(10)), order(1, 10), order(1, 10)]) == [false, false, true])
        #expect(breaches([passed(intent(10)), order(1, 10), order(2, 10)]) == [false, false, true], "under a new name too")
        #expect(breaches([passed(intent(10)), order(2, 10), passed(intent(10)), order(2, 10)]).last == true, "a name twice")
        #expect(breaches([passed(intent(10)), order(2, 10), passed(intent(10)), order(1, 10)]).last == true)
    }

    @Test func `Nothing leaves without a passed verdict for what it is`() {
        #expect(breaches([order(1, 1)]) == [true])
        #expect(breaches([passed(intent(10), .position), order(1, 1)]) == [false, true])
        #expect(breaches([passed(intent(10)), order(1, 1, .sell)]) == [false, true])
        #expect(breaches([passed(intent(10)), passed(intent(10), .position), order(1, 1)]).last == true)
        #expect(breaches([passed(intent(10)), order(1, 0)]) == [false, true])
    }

    @Test func `A generation is as large as its amendment, of the order that was named, once`() {
        #expect(breaches([passed(intent(10, amends: 3)), amendment(3, to: 4, 10)]) == [false, false])
        #expect(breaches([passed(intent(10, amends: 3)), amendment(3, to: 3, 10)]) == [false, false], "in place")
        #expect(breaches([passed(intent(10, amends: 3)), amendment(2, to: 4, 10)]) == [false, true])
        #expect(breaches([passed(intent(10, amends: 3)), amendment(3, to: 4, 11)]) == [false, true])
        #expect(breaches([passed(intent(10, amends: 3)), amendment(3, to: 4, 10), amendment(3, to: 5, 10)]).last == true)
        #expect(breaches([passed(intent(10)), amendment(3, to: 4, 10)]) == [false, true])
        #expect(breaches([passed(intent(10, amends: 3)), order(4, 10)]) == [false, true])
    }
}
