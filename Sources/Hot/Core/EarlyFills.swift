import Model
import Units

/// Executions of earlier runs' orders that the private stream told before their orders were taken in. A list of open orders may be
/// older than they are, and then shows the order without them: what is counted already would stay owed for ever. What finds no
/// room stays owed, and nobody can arm.
struct EarlyFills: BitwiseCopyable {
    private struct Entry: BitwiseCopyable {
        var client = ClientOrderID.none
        var quantity = Quantity.zero
        /// Of its order, with this execution.
        var cumulative = Quantity.zero
    }
    private var entries = InlineArray<32, Entry>(repeating: Entry())
    private var count = 0

    /// Never allocates.
    mutating func note(_ fill: Fill) {
        guard count < entries.count else { return }
        entries[count] = Entry(client: fill.client, quantity: fill.quantity, cumulative: fill.cumulativeQuantity)
        count += 1
    }

    /// What was counted of an order and is not in this statement of it; zero where that does not fit.
    mutating func beyond(_ cumulative: Quantity, of client: ClientOrderID) -> Quantity {
        var sum: Int128 = 0
        for index in 0..<count where entries[index].client == client && entries[index].cumulative > cumulative {
            sum += Int128(entries[index].quantity.raw)
        }
        return Quantity(raw: Int64(exactly: sum) ?? 0)
    }
}
