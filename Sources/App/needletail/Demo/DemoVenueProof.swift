import Config
import Model
import Rest
import Units
import VenueKit

/// Asks the venue itself, with the account's own key (which the engine of such a run never had), whether anything reached
/// it: no order open, no trade, every balance as it was given.
struct DemoVenueProof {
    let configuration: RunConfiguration
    let secrets: Secrets?
    /// What the account was given, in the order of `AssetID`.
    let given: [Quantity]

    /// What did reach the venue, one sentence each; empty is the proof.
    func findings() async throws -> [String] {
        let adapter = try Roster.BinanceSpot(configuration, secrets: secrets).rest()
        let rest = try RestClient(base: configuration.venue.rest.url, caFile: configuration.venue.caFile)
        do {
            let found = try await findings(adapter, rest)
            await rest.close()
            return found
        } catch {
            await rest.close()
            throw error
        }
    }

    private func findings(_ adapter: any RestAdapter, _ rest: RestClient) async throws -> [String] {
        let wall = MonotonicClock().wall()
        let instrument = InstrumentID(0)
        guard let openRequest = adapter.openOrders(instrument, wallNow: wall),
            let tradesRequest = adapter.myTrades(instrument, from: nil, wallNow: wall)
        else { preconditionFailure("the demo has one instrument") }
        var found: [String] = []
        let open = try await rest.send(openRequest)
        let orders = try adapter.parseOpenOrders(status: open.status, body: open.body)
        if !orders.isEmpty { found.append("\(orders.count) orders are open at the venue") }
        let history = try await rest.send(tradesRequest)
        let trades = try adapter.parseMyTrades(instrument, status: history.status, body: history.body)
        if !trades.isEmpty { found.append("the account traded \(trades.count) times") }
        let account = try await rest.send(adapter.account(wallNow: wall))
        for balance in try adapter.parseAccount(status: account.status, body: account.body) {
            let sum = balance.free + balance.locked
            if sum != given[Int(balance.asset.raw)] { found.append("asset \(balance.asset.raw) holds \(sum)") }
        }
        return found
    }
}
