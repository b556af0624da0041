import Model
import Telemetry
import Units

@testable import Control

/// A handler that remembers what it was asked and answers commands when told to.
struct FakeEngine: ControlHandler {
    var engine = EngineStatus()
    var submitted: [(command: Command, reason: String)] = []
    var answersCommands = true
    var accepts = true

    static func limits() -> RiskLimits {
        RiskLimits(
            maxOrderQuantity: Quantity(raw: fixedPointUnit), maxOrderNotional: Notional(raw: 500 * fixedPointUnit),
            maxPosition: Quantity(raw: 2 * fixedPointUnit), maxOpenOrders: 8, priceCollarBps: 50,
            maxDataAge: Nanoseconds(milliseconds: 500), maxOrdersPerSecond: 20, maxOrdersPerMinute: 300,
            maxDailyLoss: Notional(raw: 250 * fixedPointUnit))
    }

    static func mandate(lifetime: Nanoseconds = Nanoseconds(seconds: 3600)) -> Mandate {
        Mandate(
            build: "b1", configHash: 7, mode: .live, account: "desk-1", venue: "binance-spot", symbols: ["BTCUSDT"],
            strategies: [.init(name: "quoter", versionHash: 9)], limits: limits(), lifetime: lifetime)
    }

    mutating func status() -> StatusDocument { StatusDocument(engine: engine, limits: Self.limits()) }
    mutating func mandate(lifetime: Nanoseconds) -> Mandate { Self.mandate(lifetime: lifetime) }
    mutating func submit(_ command: Command, reason: String) -> CommandReceipt {
        submitted.append((command, reason))
        return .submitted(sequence: UInt64(submitted.count))
    }
    mutating func result(of sequence: UInt64) -> CommandResult? {
        guard answersCommands else { return nil }
        return CommandResult(command: submitted[Int(sequence) - 1].command, accepted: accepts, state: .staged)
    }
    mutating func start(operatorID: UInt32) -> CommandReceipt { .done("strategies enabled") }
    mutating func orders() -> [OrderLine] {
        [
            OrderLine(
                client: "nt-1", symbol: "BTCUSDT", side: .buy, state: "open", price: Price(raw: fixedPointUnit),
                quantity: Quantity(raw: 1), filled: .zero, age: .zero)
        ]
    }
    mutating func positions() -> [PositionLine] { [] }
    mutating func fills(limit: Int) -> [FillLine] { [] }
    mutating func quarantine(limit: Int) -> [QuarantineLine] {
        [
            QuarantineLine(
                time: .zero, link: "market data", reason: "MALFORMED", length: 3, offset: 2, bytes: Array("{\"\n".utf8))
        ]
    }
}
