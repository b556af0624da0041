import Model
import Rest
import Units
import VenueKit

/// What the venue said about the account, asked once over REST.
struct VenueTruth: Sendable {
    var requestedAt: Nanoseconds
    var isComplete: Bool
    var orders: [OrderUpdate]
    var balances: [VenueBalance]
    /// By instrument, from the trade asked for on.
    var trades: [(instrument: InstrumentID, rows: [Fill])] = []
    /// The account's own number, where the venue gives one.
    var accountNumber: UInt64?
    /// Why it is not complete, for people.
    var problem: String?

    /// Open orders that carry this engine's prefix.
    var ownOrders: Int { orders.count { !$0.client.isNone } }

    /// Asks for open orders and trades of every instrument and the balances. Never throws: what could not be learned
    /// makes the answer incomplete, and an incomplete answer proves nothing.
    static func ask(
        _ adapter: any RestAdapter, _ client: RestClient, tradesFrom: [InstrumentID: TradeID],
        now: @Sendable () -> Nanoseconds, wall: @Sendable () -> Nanoseconds
    ) async -> VenueTruth {
        var truth = VenueTruth(requestedAt: now(), isComplete: true, orders: [], balances: [], problem: nil)
        for instrument in adapter.instruments {
            guard let request = adapter.openOrders(instrument, wallNow: wall()) else { continue }
            do {
                let answer = try await client.send(request)
                truth.orders += try adapter.parseOpenOrders(status: answer.status, body: answer.body)
            } catch {
                truth.fail("open orders: \(error)")
            }
        }
        for instrument in adapter.instruments {
            guard let request = adapter.myTrades(instrument, from: tradesFrom[instrument], wallNow: wall()) else { continue }
            do {
                let answer = try await client.send(request)
                truth.trades.append((instrument, try adapter.parseMyTrades(instrument, status: answer.status, body: answer.body)))
            } catch {
                truth.fail("trades: \(error)")
            }
        }
        do {
            let answer = try await client.send(adapter.account(wallNow: wall()))
            truth.balances = try adapter.parseAccount(status: answer.status, body: answer.body)
            truth.accountNumber = try adapter.parseAccountNumber(status: answer.status, body: answer.body)
        } catch {
            truth.fail("balances: \(error)")
        }
        return truth
    }

    private mutating func fail(_ why: String) {
        isComplete = false
        problem = why
    }
}
