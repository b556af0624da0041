import Model
import Orders
import Units

/// Pauses that end by themselves: a price that moved too far, a venue that answers too slowly. What reduces a position
/// is not held back by either.
extension TradingCore {
    /// After a new top of book: a move past its limit takes the instrument's orders back and leaves it alone; the pause
    /// begins anew as long as the window shows the move.
    mutating func judgeMove(_ index: Int, _ outputs: inout OutputBuffer) {
        guard instruments[index].mark.isPositive else { return }
        let bps = moves[index].record(instruments[index].mark, at: now)
        guard bps > Int64(instruments[index].limits.maxMoveBps) else { return }
        let held = instruments[index]
        let wasCalm = now >= held.calmAt
        let until = later(held.limits.breachPause)
        instruments[index].calmAt = until
        if !held.isMoving {
            rouse(index)
            instruments[index].isMoving = true
            tellInstrument(
                index, isOn: false, .volatilityHalt, by: Command.engineOperator, until: until, value: bps,
                limit: Int64(held.limits.maxMoveBps), &outputs)
        }
        guard wasCalm, isTrading else { return }
        alert(.warning, .volatilityHalt, instrument: held.instrument.id, value: bps, limit: Int64(held.limits.maxMoveBps), &outputs)
        if !isFlattening { cancelAll(in: index, &outputs) }
    }

    /// After an answer to an order, or none in time.
    mutating func judgeLatency(_ order: Order, _ outputs: inout OutputBuffer) {
        let took = now - order.sentAt
        guard took > instruments[order.instrument.index].limits.maxAckLatency else { return }
        let limits = instruments[order.instrument.index].limits
        let wasPrompt = now >= promptAt
        promptAt = later(limits.breachPause)
        guard wasPrompt, isTrading else { return }
        alert(.warning, .venueUnavailable, instrument: order.instrument, client: order.client, value: took.raw,
            limit: limits.maxAckLatency.raw, &outputs)
    }
}
