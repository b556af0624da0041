import Model
import Orders
import Units

/// What one strategy holds by its own fills, and what it has made, over all runs that had it.
package struct CarriedStrategy: Sendable {
    /// The instrument it trades.
    package internal(set) var symbol: String
    package internal(set) var position = Position()
    /// Why it is off, as the journal ended: `none` by a person; `nil`: it is on.
    package internal(set) var off: ErrorCode?
    /// Wall time from when on it may come back; zero where no time is set.
    package internal(set) var offUntil = Nanoseconds.zero
    /// What its fills cost in fees, less what it made with positions that are no longer its own, scale 8.
    var fees: Int128 = 0
    /// Its result when its loss began to count: with the day, or since it was switched on, scale 8.
    var opening: Int128 = 0

    var settled: Int128 { Int128(position.realised.raw) - fees }
    func openGain(_ mids: [String: Price]) -> Int128 { mids[symbol].map { Int128(position.unrealised(at: $0).raw) } ?? 0 }
    func result(_ mids: [String: Price]) -> Int128 { settled + openGain(mids) }

    mutating func begin(_ mids: [String: Price]) { opening = result(mids) }

    /// What it holds is no longer its own, as if it had been closed at the last price known.
    mutating func letGo(_ mids: [String: Price]) {
        fees = 0 - result(mids)
        position = Position()
    }
}

/// Strategies are known by their names: an id is of one run. What a fill did to a strategy is found by the name of its
/// order, whose placement says whose it is. A strategy that a LIVE run does not have, or has on another instrument, keeps
/// nothing of its position: that is nobody's from then on, and in no strategy's result.
extension CarriedBooks {
    /// One strategy of a run, in the order of its ids.
    package struct Strategy: Sendable, Equatable {
        package var name: String
        package var symbol: String
        package init(name: String, symbol: String) {
            self.name = name
            self.symbol = symbol
        }
    }

    /// What a strategy has made by this wall time since its loss began to count, apart from what its open position gained
    /// since it was opened; zero for one that no LIVE run had.
    package func strategyResult(_ name: String, at wall: Nanoseconds) -> Int64 {
        guard let held = strategies[name] else { return 0 }
        let began = isToday(wall) ? held.opening : held.result(mids)
        return Int64(clamping: held.settled - began)
    }

    /// What of an instrument's position none of these strategies holds: of strategies that are gone, of orders by hand, of
    /// earlier runs' orders, of what was executed while no engine looked. Nothing where it does not fit.
    package func nobodys(_ symbol: String, besides names: [String]) -> Quantity {
        let owned = names.reduce(Int128(0)) { sum, name in
            guard let held = strategies[name], held.symbol == symbol else { return sum }
            return sum + Int128(held.position.quantity.raw)
        }
        return Quantity(raw: Int64(clamping: Int128((positions[symbol] ?? Position()).quantity.raw) - owned))
    }

    /// At a run's start: whom it does not have is forgotten.
    package mutating func keepStrategies(_ present: [Strategy]) {
        strategies = strategies.filter { known in present.contains { $0.name == known.key } }
        for strategy in present {
            var held = strategies[strategy.name] ?? CarriedStrategy(symbol: strategy.symbol)
            if held.symbol != strategy.symbol {
                held.letGo(mids)
                held.symbol = strategy.symbol
            }
            strategies[strategy.name] = held
        }
    }

    mutating func beginStrategyDay() {
        for name in strategies.keys { strategies[name]?.begin(mids) }
    }

    private func name(_ index: Int) -> String? { index < runStrategies.count ? runStrategies[index].name : nil }

    mutating func take(_ change: SwitchChange, at time: Nanoseconds, wall: Nanoseconds) {
        guard change.subject == .strategy, let name = name(Int(change.index)) else { return }
        if change.isOn {
            strategies[name]?.begin(mids)
            strategies[name]?.off = nil
        } else {
            strategies[name]?.off = change.reason
            let (until, overflow) = wall.raw.addingReportingOverflow(change.until.raw &- time.raw)
            strategies[name]?.offUntil = Nanoseconds(raw: overflow || change.until <= time ? 0 : until)
        }
    }

    mutating func takeStrategy(_ command: Command, _ index: Int) {
        guard let name = name(index) else { return }
        if command.kind == .carryStrategyResult {
            strategies[name]?.opening = 0 - Int128(command.value)
            return
        }
        let cost = Int128(command.lifetime.raw) << 64 | Int128(command.hash)
        guard let position = Position(quantity: Quantity(raw: command.value), exactCost: cost) else { return }
        // What was made before is in the result that follows.
        strategies[name]?.position = position
        strategies[name]?.fees = 0
    }

    /// A fill that the core booked, by the order it was of. `fee`: in quote, scale 8.
    mutating func bookStrategy(_ fill: Fill, _ client: ClientOrderID, fee: Int128, in symbol: String) throws(CarryDamage) {
        guard client.run == run, let owner = owners[client] else { return }
        if owner.index < runStrategies.count {
            return try add(fill, to: runStrategies[owner.index].name, fee: fee)
        }
        guard owner == .engine else { return }
        // What the engine closes was held by the strategies of the instrument, the first of them first.
        var left = fill.quantity
        for strategy in runStrategies where strategy.symbol == symbol {
            guard let held = strategies[strategy.name]?.position.quantity, left.isPositive, !held.isZero,
                held.isPositive == (fill.side == .sell)
            else { continue }
            var part = fill
            part.quantity = min(held.magnitude, left)
            let share = Rounding.ceiling.divide(fee * Int128(part.quantity.raw), by: Int128(fill.quantity.raw))
            try add(part, to: strategy.name, fee: share)
            left = left - part.quantity
        }
    }

    private mutating func add(_ fill: Fill, to name: String, fee: Int128) throws(CarryDamage) {
        guard var held = strategies[name] else { return }
        guard held.position.apply(fill, base: .unknown, quote: .unknown) else { throw .overflow(run, name) }
        held.fees += fee
        strategies[name] = held
    }
}

/// Whose each order of a run is, five bytes each: names are given in rising order.
struct OrderOwners: Sendable {
    private var sequences: [UInt32] = []
    private var strategies: [UInt8] = []

    mutating func note(_ client: ClientOrderID, _ strategy: StrategyID) {
        let at = place(client.sequence)
        if at < sequences.count, sequences[at] == client.sequence { return }
        sequences.insert(client.sequence, at: at)
        strategies.insert(strategy.raw, at: at)
    }

    subscript(client: ClientOrderID) -> StrategyID? {
        let at = place(client.sequence)
        guard at < sequences.count, sequences[at] == client.sequence else { return nil }
        return StrategyID(strategies[at])
    }

    /// Where a sequence stands or belongs.
    private func place(_ sequence: UInt32) -> Int {
        guard let last = sequences.last, last >= sequence else { return sequences.count }
        var (low, high) = (0, sequences.count)
        while low < high {
            let middle = (low + high) / 2
            if sequences[middle] < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
