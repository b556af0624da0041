import Model
import Orders
import Units

/// What the runs before left at this account: positions at what they cost, what the trading day has brought so far, what the
/// account should hold. The cold side reads it from their journal and tells it at the start, as commands of the engine's
/// own, which are journalled like any other: a replay has the same.
///
/// Every limit then judges as if there had been no restart: the position with all orders, exposures, stop loss, take
/// profit, flattening, the daily loss, each strategy's own loss. It is taken once, before anybody armed and before this run sent an order; a fill
/// that came first makes it refused, and nobody can arm.
extension TradingCore {
    /// Whether this run may still be told what the runs before left.
    func mayCarry(_ command: Command) -> Bool {
        command.operatorID == Command.engineOperator && !isCarried && nextSequence == 1
            && (state == .disarmed || state == .halted)
    }

    mutating func carryPosition(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard mayCarry(command), let index = Int(exactly: command.subject), index < instruments.count else { return false }
        guard let position = carriedPosition(command) else { return false }
        let id = instruments[index].instrument.id
        guard ledger.carry(position, in: id) else { return false }
        instruments[index].direction = position.quantity.isZero ? 0 : position.quantity.isPositive ? 1 : -1
        revalue(index)
        notePosition(index)
        contextOwner = .engine
        isRepriced = true
        outputs.append(
            .position(
                PositionChange(
                    instrument: id, quantity: position.quantity, averagePrice: position.averagePrice,
                    realised: position.realised, fees: position.fees, client: .none, isLate: false)))
        return true
    }

    private func carriedPosition(_ command: Command) -> Position? {
        let cost = Int128(command.lifetime.raw) << 64 | Int128(command.hash)
        return Position(quantity: Quantity(raw: command.value), exactCost: cost)
    }

    /// What one strategy holds by its own fills. What of an instrument's position no strategy is told is nobody's: it counts
    /// in every limit of the instrument and the run, and in no strategy's.
    mutating func carryStrategy(_ command: Command) -> Bool {
        guard mayCarry(command), let index = Int(exactly: command.subject), index < accounts.count,
            accounts[index].position.isUntouched, let position = carriedPosition(command)
        else { return false }
        accounts[index].position = position
        dueStrategies.insert(index)
        isRepriced = true
        return true
    }

    /// As `carryDay`: the strategy's loss began to count that much lower.
    mutating func carryStrategyResult(_ command: Command) -> Bool {
        guard mayCarry(command), let index = Int(exactly: command.subject), index < accounts.count else { return false }
        accounts[index].begin(at: 0 - Int128(command.value))
        dueStrategies.insert(index)
        isRepriced = true
        return true
    }

    /// The run's own result is what open positions gained since they were opened: the day began that much lower.
    mutating func carryDay(_ command: Command) -> Bool {
        guard mayCarry(command) else { return false }
        dayOpening = 0 - Int128(command.value)
        dayLoss.clear()
        dayFall.begin(at: dayOpening)
        lookAtAll()
        isRepriced = true
        return true
    }

    /// Behind the positions: what the account held when they began. The first complete snapshot is compared with it, so that
    /// what no fill explains since the runs before is a difference like any other.
    mutating func carryBalance(_ command: Command) -> Bool {
        guard mayCarry(command), let index = Int(exactly: command.subject), index < instruments.count else { return false }
        instruments[index].baseline = Int128(command.value) - explained(instruments[index].instrument.base)
        instruments[index].hasBaseline = true
        instruments[index].isBaselineCarried = true
        return true
    }

    /// A person has looked: the next complete snapshot is where the account begins, and the position stays as it is.
    mutating func acceptBalance(_ command: Command) -> Bool {
        guard command.operatorID != Command.engineOperator, !isTrading, state != .staged, state != .armed,
            let index = Int(exactly: command.subject), index < instruments.count
        else { return false }
        let base = instruments[index].instrument.base
        var isApart = false
        for place in bases.places(Int(base.raw)) {
            let held = instruments[bases.member(at: place)]
            if held.breaks > 0 || held.hasSuspect { isApart = true }
        }
        guard isApart else { return false }
        for place in bases.places(Int(base.raw)) {
            let at = bases.member(at: place)
            instruments[at].hasBaseline = false
            instruments[at].isBaselineCarried = false
            instruments[at].hasSuspect = false
            instruments[at].breaks = 0
        }
        isReconciled = false
        return true
    }

    /// Whether a fill of an earlier run's order belongs to what was carried over: the private stream tells it by our own
    /// name, or, before this run's first order, the trade history shows it and no run has booked it. Each counts once, whoever
    /// tells it first. One that the stream tells later counts too, and is SAFE: an order rests that no answer had shown.
    func isLeftOver(_ fill: Fill) -> Bool {
        guard isCarried else { return false }
        if fill.source == .stream { return !fill.client.isNone && fill.client.run < configuration.run }
        return fill.source == .downtime && nextSequence == 1
    }
}
