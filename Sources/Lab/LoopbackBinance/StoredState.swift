import Foundation
import Matching
import Units

/// What a venue keeps in its state file, as plain values: the whole of it in the first line, then what changed, each
/// order, account and market with all of its fields. Amounts at scale 8.
struct StoredState: Codable {
    /// How often a venue was started on this file before.
    var epoch: Int64?
    var symbol: String?
    var port: Int?
    var orders: [StoredOrder] = []
    var trades: [StoredTrade] = []
    var accounts: [StoredAccount] = []
    var market: MarketPosition?

    /// Takes a later change in.
    mutating func merge(_ change: StoredState, _ places: inout [Int64: Int]) {
        for order in change.orders {
            if let place = places[order.id] {
                orders[place] = order
            } else {
                places[order.id] = orders.count
                orders.append(order)
            }
        }
        trades += change.trades
        for account in change.accounts {
            accounts.removeAll { $0.apiKey == account.apiKey }
            accounts.append(account)
        }
        epoch = change.epoch ?? epoch
        symbol = change.symbol ?? symbol
        port = change.port ?? port
        market = change.market ?? market
    }
}

/// How far a market's clock has come, and where its price was.
struct MarketPosition: Codable, Hashable {
    var time: Int64
    var price: Int64
}

/// What a market that goes on after a restart begins with.
struct MarketResume {
    var epoch: Int64
    var position: MarketPosition
    /// Clients' orders in the book, oldest first; each with what is left of it.
    var resting: [IncomingOrder]

    /// Apart between any two starts on one file, so that no id is given twice although only orders' ids are kept.
    var idOffset: Int64 { epoch * 1_000_000_000 }
}

struct StoredAccount: Codable {
    var apiKey: String
    var updatedAt: Int64
    var balances: [String: Balance]
    var counter10Seconds: WindowCounter
    var counterDay: WindowCounter
}

struct StoredOrder: Codable {
    var id: Int64
    var apiKey: String
    var clientId: String
    var isBuy: Bool
    var type: String
    var timeInForce: String
    var price: Int64
    var quantity: Int64
    var quoteQuantity: Int64
    var prevention: String
    var strategyId: Int64?
    var strategyType: Int64?
    var createdAt: Int64
    var updatedAt: Int64
    var executed: Int64
    var executedQuote: Int64
    var prevented: Int64
    var status: String
    var isWorking: Bool
    var expiryReason: String?
    var locked: Int64
}

struct StoredTrade: Codable {
    var apiKey: String
    var id: Int64
    var orderId: Int64
    var isBuy: Bool
    var price: Int64
    var quantity: Int64
    var quote: Int64
    var fee: Int64
    var feeAsset: String
    var isMaker: Bool
    var time: Int64

    var trade: VenueTrade {
        VenueTrade(
            id: id, orderId: orderId, side: isBuy ? .buy : .sell, price: Price(raw: price), quantity: Quantity(raw: quantity),
            quote: Notional(raw: quote), fee: fee, feeAsset: feeAsset, isMaker: isMaker, time: time)
    }
}

extension VenueTrade {
    func stored(_ apiKey: String) -> StoredTrade {
        StoredTrade(
            apiKey: apiKey, id: id, orderId: orderId, isBuy: side == .buy, price: price.raw, quantity: quantity.raw,
            quote: quote.raw, fee: fee, feeAsset: feeAsset, isMaker: isMaker, time: time)
    }
}

extension VenueOrder {
    var stored: StoredOrder {
        StoredOrder(
            id: id, apiKey: account.apiKey, clientId: clientId, isBuy: side == .buy, type: type, timeInForce: timeInForce,
            price: price.raw, quantity: quantity.raw, quoteQuantity: quoteQuantity.raw, prevention: prevention,
            strategyId: strategyId, strategyType: strategyType, createdAt: createdAt, updatedAt: updatedAt,
            executed: executed.raw, executedQuote: executedQuote.raw, prevented: prevented.raw, status: status,
            isWorking: isWorking, expiryReason: expiryReason, locked: locked)
    }

    convenience init(_ stored: StoredOrder, account: AccountState) {
        self.init(
            id: stored.id, account: account, clientId: stored.clientId, side: stored.isBuy ? .buy : .sell,
            type: stored.type, timeInForce: stored.timeInForce, price: Price(raw: stored.price),
            quantity: Quantity(raw: stored.quantity), quoteQuantity: Notional(raw: stored.quoteQuantity),
            prevention: stored.prevention, strategyId: stored.strategyId, strategyType: stored.strategyType,
            at: stored.createdAt)
        updatedAt = stored.updatedAt
        executed = Quantity(raw: stored.executed)
        executedQuote = Notional(raw: stored.executedQuote)
        prevented = Quantity(raw: stored.prevented)
        status = stored.status
        isWorking = stored.isWorking
        expiryReason = stored.expiryReason
        locked = stored.locked
    }
}
