import Alerts
import Config
import Control
import Foundation
import Model
import Telemetry
import Units

/// What a person is told, from the events as they pass.
extension EngineHost {
    /// Warnings that wake somebody up too: trading goes on with less, or a book is not what it was.
    private static let urgent: Set = ["SWITCHED_OFF", "REDUCING", "POSITION_MISMATCH", "LATE_FILL", "DOWNTIME_FILL"]

    /// One turn of the way to a person; the work done.
    func tellPeople(_ now: Nanoseconds) -> Int {
        let passesAll = configuration.alerts?.level == .warning
        for line in view.takeNews() where line.severity == .critical || passesAll || Self.urgent.contains(line.code) {
            alerts.raise(AlertNews(line.code, line.severity, line.text), now: now, wall: clock.wall())
        }
        return alerts.turn(now: now) { numbers }
    }

    /// Says that the run began: a way that does not work shows at once, not on the day it is needed.
    func tellStart() {
        let text = "\(configuration.name) runs in \(configuration.mode.name), DISARMED, configuration \(configuration.hashText)"
        alerts.raise(AlertNews("ENGINE_STARTED", .info, text), isOnce: true, now: clock.now(), wall: clock.wall())
    }

    /// What is still to be told once, for as long as one delivery may take.
    func tellTheRest(_ text: String) async {
        alerts.raise(AlertNews("ENGINE_ENDED", .info, text), isOnce: true, now: clock.now(), wall: clock.wall())
        let deadline = clock.now() + (configuration.alerts?.timeout ?? .zero) + Nanoseconds(seconds: 1)
        while !alerts.isTold, clock.now() < deadline {
            if tellPeople(clock.now()) == 0 { try? await Task.sleep(nanoseconds: 2_000_000) }
        }
    }

    /// Where the engine stands, for whoever reads the alert away from the screen.
    private var numbers: JSONValue {
        .make([
            "state": .string(status.state.name), "open_orders": .integer(Int64(status.openOrders)),
            "unknown_orders": .integer(Int64(status.unknownOrders)), "day_result": .money(status.dayResult),
            "drawdown": .money(status.drawdown), "realised": .money(status.realised), "unrealised": .money(status.unrealised),
            "positions": .object(
                view.positionLines().filter { !$0.quantity.isZero }.map { JSONMember($0.symbol, .money($0.quantity)) }),
        ])
    }

    /// Somebody knows: journalled with the person and what they said.
    func acknowledge(_ alert: UInt64?, reason: String, operatorID: UInt32) -> CommandReceipt {
        let closed = alerts.acknowledge(alert, by: "uid \(operatorID)", now: clock.now())
        guard !closed.isEmpty else {
            let cause = alert.map { "no open alert has the number \($0)" } ?? "no alert is open"
            return .refused(ControlError(place: "ack", cause: cause, cure: "needletail ctl alerts shows those that are"))
        }
        let names = closed.map { "\($0.id) \($0.news.kind)" }.joined(separator: ", ")
        note(.acknowledge, operatorID, names + (reason.isEmpty ? "" : ": \(reason)"))
        view.append(clock.now(), "ACKNOWLEDGED", .info, "uid \(operatorID) knows of alert \(names)")
        return .done("acknowledged: \(names)")
    }
}

extension AlertDesk {
    /// As the configuration says. `command`: how this process is told that somebody knows; empty where it cannot be.
    convenience init(_ configuration: RunConfiguration, command: String) {
        var sender = Sender()
        sender.run = configuration.name
        sender.mode = configuration.mode.name
        sender.owner = configuration.operator?.owner ?? ""
        sender.deputy = configuration.operator?.deputy ?? ""
        sender.acknowledge = command
        let settings = configuration.alerts
        self.init(
            settings?.alertOutlet, text: settings?.outletText ?? "", timeout: settings?.timeout ?? .zero,
            repeats: settings?.repeats ?? Nanoseconds(seconds: 60), sender: sender)
    }
}

extension AlertSettings {
    /// `nil` where nobody is told.
    var alertOutlet: AlertOutlet? {
        switch outlet {
        case .program(let path, let arguments): return .program(path: path, arguments: arguments)
        case .file(let path): return .file(path)
        case .socket(let path): return .socket(path)
        case .none: return nil
        }
    }
}
