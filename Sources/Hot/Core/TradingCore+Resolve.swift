import Model
import Orders
import Units

/// The end of the look-up ladder: a person's word about an order that the venue could not be asked about.
extension TradingCore {
    /// Taken only for an order that has been unknown for longer than its deadline, and only where the venue has said
    /// nothing to the contrary. No position is made of it: what a person calls filled stays owed, and counted at its
    /// worst, until the venue's own history brings the executions.
    mutating func resolve(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard let resolution = Resolution(rawValue: command.hash),
            let slot = orders.find(client: ClientOrderID(word: command.subject))
        else { return false }
        var order = orders[slot]
        guard order.state == .unknown, now - order.changedAt > configuration.unknownDeadline else { return false }
        let said = Quantity(raw: command.value)
        switch resolution {
        case .absent:
            // What the venue has numbered or executed was there.
            guard order.venueOrder == .none, order.isUntouched, said.isZero else { return false }
            apply(.absent, to: slot, error: .unknownOrder, &outputs)
        case .cancelled, .filled:
            guard said >= order.filled, said >= order.claimed, said <= order.quantity,
                resolution == .filled ? said.isPositive : said < order.quantity
            else { return false }
            order.claimed = said
            store(slot, order)
            apply(resolution == .filled && said == order.quantity ? .filled : .cancelled, to: slot, error: .unknownOrder, &outputs)
        }
        alert(.warning, .unknownOrder, instrument: order.instrument, client: order.client, value: command.value,
            limit: Int64(resolution.rawValue), &outputs)
        return true
    }
}
