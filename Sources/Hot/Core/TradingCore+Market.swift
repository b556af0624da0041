import Model
import StrategyKit
import Units

/// Market data: integrity, state, then the strategies.
extension TradingCore {
    mutating func topOfBook(_ top: TopOfBook, _ outputs: inout OutputBuffer) {
        let index = top.instrument.index
        guard index < instruments.count, top.bidPrice.isPositive, top.bidPrice < top.askPrice,
            top.bidQuantity.isPositive, top.askQuantity.isPositive
        else { return }
        let old = instruments[index]
        if old.hasTop, top.updateID != 0, top.updateID <= old.top.updateID { return }
        instruments[index].hasTop = true
        instruments[index].top = top
        noteVenueTime(index, top.venueTime)
        instruments[index].mark = instruments[index].mid
        instruments[index].isSwept = false
        isRepriced = true
        published.ticks &+= 1
        observeMid(index)
        judgeMove(index, &outputs)
        runStrategies(.tick, in: top.instrument, &outputs)
    }

    mutating func publicTrade(_ trade: PublicTrade, _ outputs: inout OutputBuffer) {
        guard trade.instrument.index < instruments.count, trade.price.isPositive, trade.quantity.isPositive
        else { return }
        noteVenueTime(trade.instrument.index, trade.venueTime)
        observeTrade(trade)
        instruments[trade.instrument.index].lastTrade = trade.price
        instruments[trade.instrument.index].lastTradeAt = trade.receivedAt
        runStrategies(.trade(trade), in: trade.instrument, &outputs)
    }

    /// Delivers an event to every strategy of an instrument while the engine is live, and judges what they propose.
    mutating func runStrategies(_ event: StrategyEvent, in instrument: InstrumentID, _ outputs: inout OutputBuffer) {
        guard isTrading, !isFlattening, !published.isByHand else { return }
        for index in 0..<strategies.count where strategies.instrument(of: index) == instrument {
            runStrategy(event, index, &outputs)
        }
    }

    /// Delivers an event to one strategy. What it proposes is taken only while the engine trades.
    mutating func runStrategy(_ event: StrategyEvent, _ index: Int, _ outputs: inout OutputBuffer) {
        let instrument = strategies.instrument(of: index)
        let strategy = StrategyID(UInt8(truncatingIfNeeded: index))
        prepareContext(strategy, instrument)
        intents.begin(strategy: strategy, instrument: instrument)
        strategies.handle(event, strategy: index, context, &intents)
        guard isTrading, !isFlattening, !published.isByHand else { return }
        let version = strategies.versionHash(of: index)
        for at in 0..<intents.count {
            // What the safeguards may still have to say in this step comes first.
            guard outputs.room > reservedOutputs else {
                published.riskRejects &+= UInt64(intents.count - at)
                alert(.warning, .riskBlocked, instrument: instrument, value: Int64(intents.count - at), &outputs)
                return
            }
            let intent = intents[at]
            published.intents &+= 1
            switch intent.kind {
            case .place: place(intent, version: version, &outputs)
            case .cancel: cancel(intent, version: version, &outputs)
            case .amend: amend(intent, version: version, &outputs)
            }
        }
    }

    /// Outputs that one intent and, after it, a cancellation of everything with its state change may need.
    private var reservedOutputs: Int {
        configuration.maxActiveOrders * 2 + instruments.count * 6 + accounts.count * 2 + 64
    }

    private mutating func prepareContext(_ strategy: StrategyID, _ id: InstrumentID) {
        let held = instruments[id.index]
        context.now = now
        context.state = state
        context.instrument = held.instrument
        context.hasTop = held.hasTop
        context.top = held.top
        context.position = ledger[id].quantity
        context.averagePrice = ledger[id].averagePrice
        context.clearOrders()
        for index in 0..<orders.activeCount {
            let order = orders[orders.activeSlot(index)]
            guard order.strategy == strategy, order.instrument == id, !order.state.isTerminal else { continue }
            // Two generations are one order to the strategy: the older one speaks for both until it is over.
            if let parent = orders.find(client: order.parent), !orders[parent].state.isTerminal { continue }
            var own = OwnOrder(
                client: order.client, side: order.side, timeInForce: order.timeInForce, state: order.state,
                price: order.price, remaining: order.quantity - order.filled)
            own.filled = order.filled
            context.add(own)
        }
    }
}
