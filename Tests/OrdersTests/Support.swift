import Model
import Orders
import Units

let base = AssetID(0)
let quote = AssetID(1)
let other = AssetID(2)

func fill(
    _ side: Side, _ quantity: Int64, at price: Int64, trade: UInt64 = 1, order: UInt64 = 1, instrument: UInt16 = 0,
    fee: Int64 = 0, in asset: AssetID = quote
) -> Fill {
    Fill(
        instrument: InstrumentID(instrument), side: side, isMaker: true, source: .stream,
        client: ClientOrderID(run: 1, sequence: 1), venueOrder: VenueOrderID(order), trade: TradeID(low: trade),
        price: Price(raw: price), quantity: Quantity(raw: quantity), cumulativeQuantity: .zero, fee: fee,
        feeAsset: asset, venueTime: .zero)
}

func order(_ sequence: UInt32, run: UInt32 = 1, instrument: UInt16 = 0, quantity: Int64 = 10) -> Order {
    Order(
        client: ClientOrderID(run: run, sequence: sequence), instrument: InstrumentID(instrument),
        strategy: StrategyID(0), side: .buy, timeInForce: .goodTillCancel, price: Price(raw: 100),
        quantity: Quantity(raw: quantity), now: .zero)
}
