import Model
import Units

/// What the market does to our resting orders.
extension SimulatedVenue {
    /// Takes one market event; everything else is passed over.
    public mutating func market(_ event: Input, at now: Nanoseconds) {
        switch event {
        case .topOfBook(let top) where top.instrument.index < markets.count: self.top(top, at: now)
        case .trade(let trade) where trade.instrument.index < markets.count: self.trade(trade, at: now)
        case .topOfBook, .trade, .orderReply, .orderUpdate, .fill, .balance, .snapshot, .link, .command, .timer, .note,
            .venueUsage, .intent, .health, .clock, .source: break
        }
    }

    private mutating func top(_ top: TopOfBook, at now: Nanoseconds) {
        guard top.bidPrice.isPositive, top.bidPrice < top.askPrice, top.bidQuantity.isPositive,
            top.askQuantity.isPositive
        else { return }
        let index = top.instrument.index
        let old = markets[index].top
        if old.bidPrice != top.bidPrice || old.bidQuantity != top.bidQuantity { markets[index].usedBid = .zero }
        if old.askPrice != top.askPrice || old.askQuantity != top.askQuantity { markets[index].usedAsk = .zero }
        markets[index].top = top
        markets[index].hasTop = true
        for at in 0..<open.count where orders[Int(open[at])].instrument == top.instrument { wear(Int(open[at]), top) }
        var at = 0
        while at < open.count {
            let place = Int(open[at])
            if orders[place].instrument == top.instrument { meet(place, now) }
            if at < open.count, Int(open[at]) == place { at += 1 }
        }
    }

    /// Our place in the queue after a change of the display.
    private mutating func wear(_ place: Int, _ top: TopOfBook) {
        let order = orders[place]
        let (best, displayed) = order.side == .buy ? (top.bidPrice, top.bidQuantity) : (top.askPrice, top.askQuantity)
        if order.price == best {
            if order.ahead == .max {
                orders[place].ahead = displayed
            } else if order.ahead > displayed {
                orders[place].shrunk += order.ahead - displayed
                orders[place].ahead = displayed
            }
        } else if order.side == .buy ? order.price > best : order.price < best {
            // Nobody displayed is at our price or better.
            orders[place].ahead = .zero
        }
    }

    /// The other side's best price has come to ours: it would have met our order.
    private mutating func meet(_ place: Int, _ now: Nanoseconds) {
        let order = orders[place]
        let market = markets[order.instrument.index]
        let isMet = order.side == .buy ? market.top.askPrice <= order.price : market.top.bidPrice >= order.price
        guard isMet else { return }
        let displayed = order.side == .buy
            ? market.top.askQuantity - market.usedAsk : market.top.bidQuantity - market.usedBid
        let part = Swift.min(order.left, displayed)
        guard part.isPositive else { return }
        if order.side == .buy {
            markets[order.instrument.index].usedAsk += part
        } else {
            markets[order.instrument.index].usedBid += part
        }
        execute(place, part, at: order.price, isMaker: true, now: now)
    }

    private mutating func trade(_ trade: PublicTrade, at now: Nanoseconds) {
        guard trade.price.isPositive, trade.quantity.isPositive else { return }
        var left = trade.quantity
        reach(trade, through: true, &left, now)
        reach(trade, through: false, &left, now)
    }

    /// Lets a trade at or through our prices reach our orders, oldest first; `left` is what remains of it.
    private mutating func reach(_ trade: PublicTrade, through: Bool, _ left: inout Quantity, _ now: Nanoseconds) {
        let side = trade.aggressor.opposite
        var at = 0
        while at < open.count, left.isPositive {
            let place = Int(open[at])
            let order = orders[place]
            let isThrough = side == .buy ? order.price > trade.price : order.price < trade.price
            if order.instrument == trade.instrument, order.side == side,
                through ? isThrough : order.price == trade.price
            {
                var part = left
                if !through { part = wear(place, by: left) }
                part = Swift.min(part, order.left)
                if part.isPositive {
                    left -= part
                    execute(place, part, at: order.price, isMaker: true, now: now)
                }
            }
            if at < open.count, Int(open[at]) == place { at += 1 }
        }
    }

    /// Takes a trade at our price from the queue ahead of us; what of it reaches us.
    private mutating func wear(_ place: Int, by quantity: Quantity) -> Quantity {
        var left = quantity
        if orders[place].ahead == .max { return .zero }
        let seen = Swift.min(orders[place].shrunk, left)
        orders[place].shrunk -= seen
        left -= seen
        let eaten = Swift.min(orders[place].ahead, left)
        orders[place].ahead -= eaten
        return left - eaten
    }
}

extension SimulatedVenue {
    /// A person trades at this account by hand: no order of ours, nothing is told. The execution, for the trade history;
    /// `nil` where the account does not hold what it takes. Precondition: a positive quantity and price that fit.
    mutating func tradeByHand(_ side: Side, _ quantity: Quantity, at price: Price, now: Nanoseconds) -> Fill? {
        let instrument = settings.instruments[0]
        guard let value = price.times(quantity, rounding: .halfEven) else { return nil }
        let (base, quote) = (Int(instrument.base.raw), Int(instrument.quote.raw))
        let worth = Quantity(raw: value.raw)
        guard side == .buy ? free[quote] >= worth : free[base] >= quantity else { return nil }
        free[base] += side == .buy ? quantity : -quantity
        free[quote] += side == .buy ? -worth : worth
        defer {
            nextTrade += 1
            nextOrder += 1
        }
        return Fill(
            instrument: instrument.id, side: side, isMaker: false, source: .stream, client: .none,
            venueOrder: VenueOrderID(nextOrder), trade: TradeID(low: nextTrade), price: price, quantity: quantity,
            cumulativeQuantity: quantity, fee: 0, feeAsset: instrument.quote, venueTime: now)
    }
}
