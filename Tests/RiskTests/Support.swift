import Model
import Risk
import Units

let unit = fixedPointUnit

/// An order and all that the gate knows about it. As made, every rule passes with room to spare.
struct Case {
    var intent: Intent
    var context: RiskContext

    init() {
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText(),
            tickSize: Price(raw: unit / 100), lotSize: Quantity(raw: unit / 1000),
            minQuantity: Quantity(raw: unit / 1000), maxQuantity: Quantity(raw: 1000 * unit),
            minNotional: Notional(raw: 5 * unit))
        let limits = RiskLimits(
            maxOrderQuantity: Quantity(raw: 10 * unit), maxOrderNotional: Notional(raw: 10_000 * unit),
            maxPosition: Quantity(raw: 20 * unit), maxOpenOrders: 10, priceCollarBps: 100,
            maxDataAge: Nanoseconds(seconds: 1), maxOrdersPerSecond: 10, maxOrdersPerMinute: 100,
            maxDailyLoss: Notional(raw: 1000 * unit))
        let now = Nanoseconds(seconds: 100)
        intent = Intent(
            kind: .place, strategy: StrategyID(0), instrument: InstrumentID(0), side: .buy,
            timeInForce: .goodTillCancel, price: Price(raw: 100 * unit), quantity: Quantity(raw: unit), client: .none)
        context = RiskContext(
            now: now, state: .live, isAllowed: true, instrument: instrument, limits: limits, hasTop: true,
            top: TopOfBook(
                instrument: InstrumentID(0), bidPrice: Price(raw: 99 * unit), bidQuantity: Quantity(raw: 50 * unit),
                askPrice: Price(raw: 101 * unit), askQuantity: Quantity(raw: 50 * unit), updateID: 1, venueTime: .zero,
                receivedAt: now),
            linksUp: true, position: .zero, openOrders: 0, unknownOrders: 0, openBuy: .zero, openSell: .zero,
            ordersLastSecond: 0, ordersLastMinute: 0, dayResult: .zero, hasCapacity: true)
    }

    var answer: RiskAnswer { RiskGate.evaluate(intent, context) }
    func changed(_ change: (inout Case) -> Void) -> Case {
        var copy = self
        change(&copy)
        return copy
    }
}
