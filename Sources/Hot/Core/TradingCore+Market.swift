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
        if instruments[index].hasTop, top.updateID != 0, top.updateID <= instruments[index].top.updateID { return }
        // A book that is newer and not ahead makes a timer's look at its age later, never sooner.
        if !instruments[index].hasTop || instruments[index].isSwept || top.receivedAt < instruments[index].top.receivedAt
            || top.receivedAt > now
        { rouse(index) }
        instruments[index].hasTop = true
        instruments[index].top = top
        noteVenueTime(index, top.venueTime)
        let mark = InstrumentState.mid(top)
        instruments[index].mark = mark
        orders.setMark(mark, index)
        if !ledger[top.instrument].quantity.isZero { revalue(index) }
        instruments[index].isSwept = false
        isRepriced = true
        noteMark(index)
        published.ticks &+= 1
        observeMid(index)
        judgeMove(index, &outputs)
        tickStrategies(index, &outputs)
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
    private mutating func runStrategies(
        _ event: StrategyEvent, in instrument: InstrumentID, _ outputs: inout OutputBuffer
    ) {
        guard isTrading, !isFlattening, !published.isByHand else { return }
        for place in traders.places(instrument.index) { runStrategy(event, traders.member(at: place), &outputs) }
    }

    /// The same for a tick, by far the most frequent: with the event known, none is made to be looked at.
    private mutating func tickStrategies(_ index: Int, _ outputs: inout OutputBuffer) {
        guard isTrading, !isFlattening, !published.isByHand else { return }
        for place in traders.places(index) { deliver(.tick, traders.member(at: place), isTimer: false, &outputs) }
    }

    /// Delivers an event to one strategy. What it proposes is taken only while the engine trades.
    mutating func runStrategy(
        _ event: StrategyEvent, _ index: Int, isTimer: Bool = false, _ outputs: inout OutputBuffer
    ) {
        deliver(event, index, isTimer: isTimer, &outputs)
    }

    @inline(__always) private mutating func deliver(
        _ event: StrategyEvent, _ index: Int, isTimer: Bool, _ outputs: inout OutputBuffer
    ) {
        let instrument = InstrumentID(UInt16(truncatingIfNeeded: traders.group(of: index)))
        let strategy = StrategyID(UInt8(truncatingIfNeeded: index))
        prepareContext(strategy, instrument)
        intents.begin(strategy: strategy, instrument: instrument)
        strategies.handle(event, strategy: index, context, &intents)
        setStrategyTimer(index, strategies.nextTimer(of: index), isAnswered: isTimer)
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
        context.now = now
        context.state = state
        // An instrument's rules never change.
        if context.instrument.id != id { context.instrument = instruments[id.index].instrument }
        context.hasTop = instruments[id.index].hasTop
        context.top = instruments[id.index].top
        context.position = ledger[id].quantity
        context.averagePrice = ledger[id].averagePrice
        if contextOwner == strategy, !looksAtAll { return }
        contextOwner = strategy
        context.clearOrders()
        var at = orders.first(of: strategy)
        while let slot = at {
            at = orders.next(ofStrategyAfter: slot)
            guard orders[slot].instrument == id, !orders[slot].state.isTerminal else { continue }
            // Two generations are one order to the strategy: the older one speaks for both until it is over.
            if let parent = orders.find(client: orders[slot].parent), !orders[parent].state.isTerminal { continue }
            var own = OwnOrder(
                client: orders[slot].client, side: orders[slot].side, timeInForce: orders[slot].timeInForce,
                state: orders[slot].state, price: orders[slot].price, remaining: orders[slot].quantity - orders[slot].filled)
            own.filled = orders[slot].filled
            context.add(own)
        }
    }
}
