import Foundation
import Matching
import Units

/// The venue's memory on disk: what it held when it last ran, and every change from then on. Event-loop thread only, which makes
/// the unchecked conformance true.
///
/// A change is written before anybody is told of it, so a client never knows more than a killed venue will remember.
final class VenueStore: @unchecked Sendable {
    /// What the file held, this start's epoch in it.
    let recovered: StoredState
    private let log: StateLog
    private let encoder = JSONEncoder()
    private var change = StoredState()
    private var changedOrders: [Int64: VenueOrder] = [:]
    private var changedAccounts: [Int32: AccountState] = [:]
    private var hasChange = false

    init(file: String, symbol: String) throws(VenueStartError) {
        var state = StoredState()
        var places: [Int64: Int] = [:]
        let decoder = JSONDecoder()
        let encoder = JSONEncoder()
        log = try StateLog(file: file) { lines in
            for line in lines { state.merge(try decoder.decode(StoredState.self, from: Data(line.utf8)), &places) }
            guard state.symbol == nil || state.symbol == symbol else {
                throw VenueStartError("the state file \(file) is of \(state.symbol ?? ""), the venue was asked for \(symbol)")
            }
            state.symbol = symbol
            state.epoch = (state.epoch ?? -1) + 1
            return String(decoding: try encoder.encode(state), as: UTF8.self)
        }
        recovered = state
    }

    /// What the market goes on with; `nil` at the first start on the file. `keys`: of the venue's accounts, in order.
    func resume(keys: [String]) -> MarketResume? {
        guard let epoch = recovered.epoch, epoch > 0, let position = recovered.market else { return nil }
        let resting = recovered.orders.filter { ($0.status == "NEW" || $0.status == "PARTIALLY_FILLED") && $0.isWorking }
        var numbers: [String: Int32] = [:]
        for (index, key) in keys.enumerated() { numbers[key] = Int32(index + 1) }
        return MarketResume(
            epoch: epoch, position: position,
            resting: resting.sorted { $0.id < $1.id }.map { order in
                IncomingOrder(
                    id: order.id, owner: numbers[order.apiKey] ?? 0, side: order.isBuy ? .buy : .sell,
                    price: Price(raw: order.price), quantity: Quantity(raw: order.quantity - order.executed - order.prevented),
                    prevention: VenueCore.preventionModes[order.prevention] ?? .none)
            })
    }

    // MARK: changes

    func note(_ order: VenueOrder) {
        changedOrders[order.id] = order
        hasChange = true
    }

    func note(_ account: AccountState) {
        changedAccounts[account.number] = account
        hasChange = true
    }

    func note(_ trade: VenueTrade, _ account: AccountState) {
        change.trades.append(trade.stored(account.apiKey))
        hasChange = true
    }

    func note(_ position: MarketPosition) {
        change.market = position
        hasChange = true
    }

    func note(port: Int) {
        change.port = port
        hasChange = true
    }

    /// Writes what changed since the last call. A venue that cannot remember may not go on.
    func commit() {
        guard hasChange else { return }
        change.orders = changedOrders.values.sorted { $0.id < $1.id }.map(\.stored)
        change.accounts = changedAccounts.values.sorted { $0.number < $1.number }.map(\.stored)
        do { try log.append(String(decoding: try encoder.encode(change), as: UTF8.self)) } catch {
            fatalError("the venue's state cannot be written: \(error)")
        }
        change = StoredState()
        changedOrders.removeAll(keepingCapacity: true)
        changedAccounts.removeAll(keepingCapacity: true)
        hasChange = false
    }
}

extension VenueCore {
    /// Takes up what an earlier venue on the same file held. Before any connection.
    func restore(_ state: StoredState) throws(VenueStartError) {
        for stored in state.accounts {
            guard let account = account(key: stored.apiKey) else {
                throw VenueStartError("the state file holds an account with the key \(stored.apiKey), which was not given")
            }
            account.restore(stored)
        }
        for stored in state.orders {
            guard let account = account(key: stored.apiKey) else { continue }
            let order = VenueOrder(stored, account: account)
            ordersById[order.id] = order
            account.orders.append(order)
            if order.isOpen { account.open[order.id] = order }
        }
        for stored in state.trades {
            account(key: stored.apiKey)?.trades.append(stored.trade)
            ordersById[stored.orderId]?.fills.append(stored.trade)
        }
    }
}
