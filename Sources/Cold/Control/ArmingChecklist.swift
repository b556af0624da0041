import Model
import Telemetry
import Units

/// What must hold before anybody may arm, item by item; `ctl checklist` shows it.
package struct ArmingChecklist: Sendable {
    package struct Item: Sendable, Equatable {
        package var name: String
        package var isOk: Bool
        /// What is known about it, or what is wrong with it.
        package var detail: String
        /// Empty when it is ok.
        package var cure: String
    }

    package var items: [Item]
    /// What tripped and when, in a sentence; `nil` without an open incident.
    package var incident: String?
    package var state: SystemState
    package var isReady: Bool { items.allSatisfy(\.isOk) }

    package init(_ engine: EngineStatus) {
        let missing = engine.missing
        let hasAccount = engine.mode != .shadow
        func age(_ since: Nanoseconds) -> String { "\((engine.now - since).milliseconds / 1000) s ago" }
        func item(_ name: String, _ checks: ArmingChecks, _ detail: String) -> Item {
            let wrong = missing.intersection(checks)
            return Item(
                name: name, isOk: wrong.isEmpty, detail: wrong.isEmpty ? detail : wrong.causes.joined(separator: "; "),
                cure: wrong.cures.joined(separator: "; "))
        }
        func account(_ name: String, _ checks: ArmingChecks, _ detail: String) -> Item {
            item(name, checks, hasAccount ? detail : "not needed in SHADOW")
        }
        state = engine.state
        let reconciled = engine.lastReconciledAt == .zero ? "not yet" : age(engine.lastReconciledAt)
        items = [
            item("not halted", .halted, engine.state.name),
            item(
                "limits confirmed", .staged,
                engine.incident.isOpen ? "staged since the incident" : "no incident is open; stage shows them"),
            item("incident note", .note, engine.incident.isOpen ? "written" : "no incident is open"),
            account("positions reconciled", [.reconciled, .balance], reconciled),
            account("no unknown orders", .unknownOrders, "none"),
            account("orders settled", .openOrders, "none is open"),
            item("data fresh", .data, engine.topReceivedAt == .zero ? "none yet" : "top \(age(engine.topReceivedAt))"),
            item("market link", .marketLink, "up since \(age(engine.marketLinkSince))"),
            account("order link", .orderLink, "up since \(age(engine.orderLinkSince))"),
            account("dead-man's switch", .cancelSwitch, "nothing is wrong with it"),
            account("fees priced", .fees, "all that were taken"),
        ]
        guard engine.incident.isOpen else { return }
        let trip = engine.incident.trip
        incident = "\(trip.words) (\(trip.name)"
            + (engine.incident.error == .none ? "" : ", \(engine.incident.error.name)") + "), \(age(engine.incident.at))"
    }

    package var json: JSONValue {
        .make([
            "state": .string(state.name), "ready": .bool(isReady), "incident": incident.map { .string($0) } ?? .null,
            "items": .array(
                items.map {
                    .make([
                        "item": .string($0.name), "ok": .bool($0.isOk), "detail": .string($0.detail), "cure": .string($0.cure),
                    ])
                }),
        ])
    }
}
