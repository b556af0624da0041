import Model
import StrategyKit
import Units

/// Answers every tick with one immediate-or-cancel order at the bid: BUY when the bid is at or above the last one, SELL when
/// below. For measuring: each tick takes the whole way.
public struct TickAnswer: Strategy {
    public let instrument: InstrumentID
    public let quantity: Quantity
    public let versionHash: UInt32
    private var lastBid = Price.zero

    public init(instrument: InstrumentID, quantity: Quantity) {
        self.instrument = instrument
        self.quantity = quantity
        versionHash = strategyVersionHash(code: 1, [quantity.raw])
    }

    public mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        guard context.hasTop else { return }
        let bid = context.top.bidPrice
        intents.place(bid >= lastBid ? .buy : .sell, .immediateOrCancel, price: bid, quantity: quantity)
        lastBid = bid
    }
}
