/// A strategy that proposes all there is.
struct Probe: Strategy {
    var instrument: InstrumentID { InstrumentID(0) }
    var versionHash: UInt32 { 0 }
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        intents.place(.buy, .postOnly, price: context.top.bidPrice, quantity: context.position)
        for index in 0..<context.orderCount { intents.cancel(context.order(index)) }
    }
}

@_noLocks func step(
    _ core: inout TradingCore<SingleStrategy<Probe>>, _ input: Input, _ time: Nanoseconds, _ outputs: inout OutputBuffer
) { core.step(input, at: time, into: &outputs) }
