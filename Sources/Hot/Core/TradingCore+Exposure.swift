import Model
import Orders
import Risk
import Units

/// What is at stake when one more order is judged.
extension TradingCore {
    /// Worst case of an instrument's unsettled orders, and the run's in quote.
    struct Exposure {
        var buy = Quantity.zero
        var sell = Quantity.zero
        var open: Int32 = 0
        var unknown: Int32 = 0
        /// Best prices of our own that may trade.
        var ownBid = Price.zero
        var ownAsk = Price.max
        /// All instruments, in quote, scale 8.
        var runBuys: Int128 = 0
        var runSells: Int128 = 0
    }

    /// One pass over the unsettled orders. O(active orders).
    func exposure(of instrument: InstrumentID) -> Exposure {
        var sum = Exposure()
        for index in 0..<orders.activeCount {
            let order = orders[orders.activeSlot(index)]
            let atStake = order.exposure
            let worth = worth(atStake, instruments[order.instrument.index].mark)
            if order.side == .buy { sum.runBuys += worth } else { sum.runSells += worth }
            guard order.instrument == instrument else { continue }
            sum.open += 1
            if order.state == .unknown { sum.unknown += 1 }
            if order.side == .buy {
                sum.buy = sum.buy.adding(atStake) ?? .max
                if !order.state.isTerminal { sum.ownBid = Swift.max(sum.ownBid, order.price) }
            } else {
                sum.sell = sum.sell.adding(atStake) ?? .max
                if !order.state.isTerminal { sum.ownAsk = Swift.min(sum.ownAsk, order.price) }
            }
        }
        return sum
    }

    /// In quote, scale 8, rounded away from zero; the largest amount where there has been no price yet.
    private func worth(_ quantity: Quantity, _ mark: Price) -> Int128 {
        if quantity.isZero { return 0 }
        if !mark.isPositive { return quantity.isNegative ? -Int128(Int64.max) : Int128(Int64.max) }
        return Rounding.up.divide(Int128(quantity.raw) * Int128(mark.raw), by: Int128(fixedPointUnit))
    }

    mutating func riskContext(_ intent: Intent) -> RiskContext {
        let held = instruments[intent.instrument.index]
        let open = exposure(of: intent.instrument)
        var context = RiskContext(
            now: now, state: state, isAllowed: true, instrument: held.instrument, limits: held.limits,
            hasTop: held.hasTop, top: held.top, linksUp: linksUp, position: ledger[intent.instrument].quantity,
            openOrders: open.open, unknownOrders: open.unknown, openBuy: open.buy, openSell: open.sell,
            ordersLastSecond: perSecond.count(at: now), ordersLastMinute: perMinute.count(at: now),
            dayResult: dayResult, hasCapacity: orders.hasRoom && nextSequence < .max)
        context.isDirty = held.isDirty
        context.isStrategyOff = intent.strategy.index < accounts.count && accounts[intent.strategy.index].isOff
        context.calmAt = held.calmAt
        context.feed = held.feed
        context.feedReason = held.feedReason
        context.venueAge = venueAge(of: held)
        context.promptAt = promptAt
        context.drawdown = Swift.max(0, peakResult - runResult)
        context.ownBid = open.ownBid
        context.ownAsk = open.ownAsk
        var net: Int128 = 0
        var gross = open.runBuys + open.runSells
        for index in 0..<instruments.count {  // by index: an iterator would count a reference
            let other = instruments[index]
            let value = worth(ledger[other.instrument.id].quantity, other.mark)
            net += value
            gross += value < 0 ? -value : value
        }
        context.portfolioLong = net + open.runBuys
        context.portfolioShort = net - open.runSells
        context.portfolioGross = gross
        context.messagesLastSecond = messagesPerSecond.count(at: now)
        context.messagesLastMinute = messagesPerMinute.count(at: now)
        context.identicalOrders = recent.same(as: intent, at: now)
        return context
    }

    /// A strategy's cancel may use the message limits whole; the engine's own cancels are never held back.
    mutating func judgeCancel(_ intent: Intent) -> RiskAnswer {
        guard published.orderLink == .up else { return RiskAnswer(.linkDown) }
        let limits = instruments[intent.instrument.index].limits
        let second = messagesPerSecond.count(at: now)
        let minute = messagesPerMinute.count(at: now)
        if second >= limits.maxMessagesPerSecond {
            return RiskAnswer(.messageRate, value: Int64(second) + 1, limit: Int64(limits.maxMessagesPerSecond))
        }
        if minute >= limits.maxMessagesPerMinute {
            return RiskAnswer(.messageRate, value: Int64(minute) + 1, limit: Int64(limits.maxMessagesPerMinute))
        }
        return RiskAnswer(.passed)
    }

    /// One more request to the venue.
    mutating func countMessage() {
        messagesPerSecond.record(at: now)
        messagesPerMinute.record(at: now)
    }
}
