import Model
import Units

/// What a simulated venue is told at the start. Cold.
public struct SimulatedVenueSettings: Sendable {
    public var venue: VenueID
    /// Dense by id, as the core has them.
    public var instruments: [Instrument]
    /// Fractions of what is received.
    public var makerFee = Quantity(raw: 100_000)
    public var takerFee = Quantity(raw: 100_000)
    /// What the account holds at the start, by `AssetID`.
    public var balances: [Quantity]
    /// Orders open at once; beyond it they are refused.
    public var openOrderCapacity = 512
    /// Orders remembered for look-ups, the open ones included.
    public var orderCapacity = 2048

    public init(venue: VenueID, instruments: [Instrument], balances: [Quantity]) {
        self.venue = venue
        self.instruments = instruments
        self.balances = balances
    }
}

/// A venue at the level of the core's own vocabulary: requests are `Output`s, answers are `Input`s. It trades our orders
/// in a market that it only observes, so the market does not react to us. No clock, no randomness, no I/O; the same calls
/// give the same answers. It runs on the trade thread in DRY_RUN and therefore keeps the hot rules, although it lies in
/// `Lab`: it never allocates after `init`, and what others call is `public`.
///
/// How our orders trade, each rule against us where the market data do not tell:
///
/// * A resting order queues behind the quantity displayed at its price. Below the best price that quantity is not known:
///   nothing is filled there until the price has become the best, and then all that is displayed stands ahead.
/// * Trades at our price wear the queue down and then fill us; trades through our price fill us first.
/// * A display that shrinks below our place brings us forward, but a later trade that explains it is not counted again.
/// * When the other side's best price reaches ours, its displayed quantity fills us, once.
/// * A taking order gets the quantity displayed at the other side's best price, each displayed amount once, and nothing
///   beyond it: the depth behind is not known here.
/// * Fees are taken from what is received and rounded up.
public struct SimulatedVenue: ~Copyable {
    struct Market: BitwiseCopyable {
        var top: TopOfBook
        var hasTop = false
        /// Displayed quantity that our orders have taken since the display last changed.
        var usedBid = Quantity.zero
        var usedAsk = Quantity.zero
    }

    let settings: SimulatedVenueSettings
    var markets: ContiguousArray<Market>
    /// By venue id, modulo the capacity.
    var orders: ContiguousArray<SimulatedOrder>
    /// The client ids of `orders`, close together: looked through for each new order.
    var clients: ContiguousArray<UInt64>
    /// Open orders, oldest first, as places in `orders`.
    var open: ContiguousArray<Int32> = []
    var free: ContiguousArray<Quantity>
    var locked: ContiguousArray<Quantity>
    var events: FixedQueue<Input>
    var nextOrder: UInt64 = 1
    var nextTrade: UInt64 = 1
    /// When the dead-man's switch, once set, cancels everything.
    var switchEndsAt = Nanoseconds(raw: .max)
    /// Executions since the start.
    public internal(set) var fills: UInt64 = 0
    public internal(set) var makerFills: UInt64 = 0

    /// Takes all memory. Preconditions: instruments dense by id; their assets have a balance.
    public init(_ settings: SimulatedVenueSettings) {
        self.settings = settings
        markets = []
        for (index, instrument) in settings.instruments.enumerated() {
            precondition(instrument.id.index == index, "instruments are dense by id")
            precondition(
                Int(instrument.base.raw) < settings.balances.count && Int(instrument.quote.raw) < settings.balances.count,
                "every asset needs a balance")
            markets.append(
                Market(
                    top: TopOfBook(
                        instrument: instrument.id, bidPrice: .zero, bidQuantity: .zero, askPrice: .zero,
                        askQuantity: .zero, updateID: 0, venueTime: .zero, receivedAt: .zero)))
        }
        let filler = SimulatedOrder(
            NewOrder(
                client: .none, instrument: InstrumentID(0), strategy: .engine, side: .buy, timeInForce: .goodTillCancel,
                price: .zero, quantity: .zero), id: .none)
        orders = ContiguousArray(repeating: filler, count: settings.orderCapacity)
        for index in 0..<orders.count { orders[index].status = .cancelled }
        clients = ContiguousArray(repeating: filler.client.word, count: settings.orderCapacity)
        open.reserveCapacity(settings.openOrderCapacity)
        free = ContiguousArray(settings.balances)
        locked = ContiguousArray(repeating: .zero, count: settings.balances.count)
        events = FixedQueue(capacity: settings.openOrderCapacity * 8 + 64, filler: .timer)
    }

    /// What the venue said and nobody took yet, oldest first.
    public mutating func takeEvent() -> Input? { events.removeFirst() }

    public var openCount: Int { open.count }
    /// The `index`th open order, oldest first. Precondition: `index < openCount`.
    public func openOrder(_ index: Int) -> SimulatedOrder { orders[Int(open[index])] }
    /// The order with this client id, newest first; `nil` when the venue never had it or has forgotten it.
    public func order(client: ClientOrderID) -> SimulatedOrder? { place(of: client).map { orders[$0] } }

    /// The order with this id of the venue's; `nil` when the venue never had it or has forgotten it.
    public func order(venueOrder: VenueOrderID) -> SimulatedOrder? {
        let order = orders[Int(venueOrder.raw % UInt64(orders.count))]
        return order.venueOrder == venueOrder && venueOrder != .none ? order : nil
    }

    public func balance(_ asset: AssetID, source: EvidenceSource, at now: Nanoseconds) -> VenueBalance {
        VenueBalance(
            asset: asset, venue: settings.venue, source: source, free: free[Int(asset.raw)],
            locked: locked[Int(asset.raw)], venueTime: now)
    }
    public var assetCount: Int { free.count }

    /// Somebody trades with an open order, at its own price: a part of what is left, rounded down to its lot and at least
    /// one lot. `false` when it is not open. Precondition: `part` is 1 to 4 quarters.
    public mutating func meet(client: ClientOrderID, quarters part: Int64, at now: Nanoseconds) -> Bool {
        precondition(part >= 1 && part <= 4, "one to four quarters")
        guard let place = place(of: client), orders[place].isOpen else { return false }
        let order = orders[place]
        let lot = settings.instruments[order.instrument.index].lotSize.raw
        let quantity = Swift.max(order.left.raw / 4 * part / lot * lot, Swift.min(lot, order.left.raw))
        execute(place, part == 4 ? order.left : Quantity(raw: quantity), at: order.price, isMaker: true, now: now)
        return true
    }

    /// Ends an open order without being asked, as a venue may; `false` when it is not open.
    public mutating func expire(
        client: ClientOrderID, as status: VenueOrderStatus = .expired, at now: Nanoseconds
    ) -> Bool {
        guard let place = place(of: client), orders[place].isOpen else { return false }
        close(place, status)
        events.append(orders[place].update(.stream, at: now))
        return true
    }

    func place(of client: ClientOrderID) -> Int? {
        if client.isNone { return nil }
        for index in 0..<open.count where orders[Int(open[index])].client == client { return Int(open[index]) }
        let word = client.word
        for index in 0..<clients.count where clients[index] == word { return index }
        return nil
    }

    // MARK: balances

    private func lockedAsset(_ order: SimulatedOrder) -> AssetID {
        let instrument = settings.instruments[order.instrument.index]
        return order.side == .buy ? instrument.quote : instrument.base
    }

    /// What a quantity of an order binds: quote for a buy, rounded up, base for a sale.
    func bound(_ order: SimulatedOrder, _ quantity: Quantity) -> Quantity? {
        if order.side == .sell { return quantity }
        return order.price.times(quantity, rounding: .up).map { Quantity(raw: $0.raw) }
    }

    func canLock(_ order: SimulatedOrder) -> Bool {
        guard let need = bound(order, order.quantity) else { return false }
        return free[Int(lockedAsset(order).raw)] >= need
    }

    /// Moves what `quantity` of an order binds between free and locked. Precondition: it was checked or locked before.
    mutating func lock(_ order: SimulatedOrder, _ amount: Quantity) {
        let asset = Int(lockedAsset(order).raw)
        free[asset] -= amount
        locked[asset] += amount
    }

    /// Ends an order and gives back what it still binds.
    mutating func close(_ place: Int, _ status: VenueOrderStatus) {
        let order = orders[place]
        if let rest = bound(order, order.left) { lock(order, -rest) }
        orders[place].status = status
        forgetOpen(place)
    }

    mutating func forgetOpen(_ place: Int) {
        for index in 0..<open.count where Int(open[index]) == place {
            open.remove(at: index)
            return
        }
    }

    /// Books one execution: balances, status, events.
    mutating func execute(_ place: Int, _ quantity: Quantity, at price: Price, isMaker: Bool, now: Nanoseconds) {
        let order = orders[place]
        precondition(quantity.isPositive && quantity <= order.left, "an order fills at most what is left of it")
        let instrument = settings.instruments[order.instrument.index]
        guard let before = bound(order, order.left), let after = bound(order, order.left - quantity),
            let value = price.times(quantity, rounding: .halfEven)
        else { preconditionFailure("an accepted order's value fits") }
        lock(order, after - before)
        let (paid, received) = order.side == .buy ? (instrument.quote, instrument.base) : (instrument.base, instrument.quote)
        let value_ = Quantity(raw: value.raw)
        let (pays, gets) = order.side == .buy ? (value_, quantity) : (quantity, value_)
        let rate = isMaker ? settings.makerFee : settings.takerFee
        let fee = gets.multiplied(by: rate, rounding: .up) ?? .zero
        free[Int(paid.raw)] -= pays
        free[Int(received.raw)] += gets - fee
        orders[place].filled += quantity
        orders[place].status = orders[place].left.isZero ? .filled : .partiallyFilled
        if orders[place].left.isZero { forgetOpen(place) }
        fills &+= 1
        if isMaker { makerFills &+= 1 }
        events.append(
            .fill(
                Fill(
                    instrument: order.instrument, side: order.side, isMaker: isMaker, source: .stream,
                    client: order.client, venueOrder: order.venueOrder, trade: TradeID(low: nextTrade), price: price,
                    quantity: quantity, cumulativeQuantity: orders[place].filled, fee: fee.raw, feeAsset: received,
                    venueTime: now)))
        nextTrade += 1
        events.append(orders[place].update(.stream, at: now))
        events.append(.balance(balance(instrument.base, source: .stream, at: now)))
        events.append(.balance(balance(instrument.quote, source: .stream, at: now)))
    }
}
