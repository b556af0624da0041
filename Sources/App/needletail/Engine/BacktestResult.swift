import Control
import Foundation
import Model
import Telemetry
import Units
import VenueKit

/// What a backtest prints.
struct BacktestResult {
    let status: EngineStatus
    let messages: UInt64
    let span: Nanoseconds
    let fills: (all: UInt64, maker: UInt64)
    let refusals: FeedRefusalCounts
    let records: UInt64
    /// Its directory; `nil` when none was written.
    let journal: String?
    let name: String
    let wallSeconds: Double

    /// Realised plus unrealised minus fees.
    var net: Notional { status.realised + status.unrealised - status.fees }

    private var refused: [(name: String, count: UInt64)] {
        FeedRefusal.allCases.filter { refusals[$0] > 0 }.map { ($0.name, refusals[$0]) }
    }

    var lines: [String] {
        let speed = String(format: "%.2f s, %.0f messages/s", wallSeconds, Double(messages) / Swift.max(wallSeconds, 1e-9))
        return [
            "BACKTEST \(name), \(messages) messages over \(span.milliseconds / 1000) s of market time (\(speed))",
            "state at end       \(status.state.name)\(status.stateReason == .none ? "" : ", \(status.stateReason.name)")",
            "ticks              \(status.ticks)",
            "orders sent        \(status.ordersSent)",
            "cancels sent       \(status.cancelsSent)",
            "fills              \(fills.all), \(fills.maker) of them resting",
            "venue rejects      \(status.venueRejects)",
            "risk rejects       \(status.riskRejects)",
            "open orders at end \(status.openOrders)",
            "position           \(status.position)",
            "realised           \(status.realised)",
            "unrealised         \(status.unrealised)",
            "fees               \(status.fees)",
            "net                \(net)",
            "reconcile breaks   \(status.reconcileBreaks)",
            "feed refusals      \(refused.isEmpty ? "none" : refused.map { "\($0.name) \($0.count)" }.joined(separator: ", "))",
            "journal            \(journal.map { "\($0), \(records) records" } ?? "none: the decision hash alone")",
            "decision hash      \(Mandate.display(status.decisionHash))",
        ]
    }

    var json: JSONValue {
        .make([
            "mode": .string("BACKTEST"), "name": .string(name), "messages": .count(messages),
            "market_seconds": .integer(span.milliseconds / 1000), "state_at_end": .string(status.state.name),
            "ticks": .count(status.ticks), "orders_sent": .count(status.ordersSent),
            "cancels": .count(status.cancelsSent), "fills": .count(fills.all), "maker_fills": .count(fills.maker),
            "rejects": .count(status.venueRejects), "risk_rejects": .count(status.riskRejects),
            "open_orders_at_end": .integer(Int64(status.openOrders)), "position": .money(status.position),
            "pnl_realised": .money(status.realised), "pnl_unrealised": .money(status.unrealised),
            "fees": .money(status.fees), "pnl_net": .money(net),
            "reconcile_breaks": .count(UInt64(status.reconcileBreaks)), "journal": journal.map { .string($0) } ?? .null,
            "journal_records": .count(records), "decision_hash": .hash(status.decisionHash),
        ])
    }
}
