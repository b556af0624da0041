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

    var strategies: [StrategyLine] = []
    var instruments: [InstrumentLine] = []
    mutating func status() -> StatusDocument {
        var document = StatusDocument(engine: engine, limits: Self.limits())
        document.strategies = strategies
        document.instruments = instruments
        document.names.strategies = strategies.map(\.name)
        document.names.symbols = instruments.map(\.symbol)
        return document
    }
    mutating func mandate(lifetime: Nanoseconds) -> Mandate { Self.mandate(lifetime: lifetime) }
    mutating func submit(_ command: Command, reason: String) -> CommandReceipt {
        submitted.append((command, reason))
        return .submitted(sequence: UInt64(submitted.count))
    }
    mutating func result(of sequence: UInt64) -> CommandResult? {
        guard answersCommands else { return nil }
        return CommandResult(command: submitted[Int(sequence) - 1].command, accepted: accepts, state: .staged)
    }
    var shownReview: IntentWords?
    var shownRefusal: String?
    mutating func ask(
        _ side: Side, _ symbol: String, _ quantity: Quantity, at price: Price, _ timeInForce: TimeInForce, operatorID: UInt32
    ) -> CommandReceipt {
        submit(Command(kind: .intent, operatorID: operatorID, hash: 0x77, lifetime: .zero, subject: 4), reason: symbol)
    }
    mutating func cancel(clientID: String, operatorID: UInt32) -> CommandReceipt {
        submit(Command(kind: .cancelOrder, operatorID: operatorID, hash: 0, lifetime: .zero), reason: clientID)
    }
    mutating func review(of sequence: UInt64) -> IntentWords? { shownReview }
    mutating func refusal(of sequence: UInt64) -> String? { shownRefusal }
    var shownKill: KillFacts?
    mutating func lastKill() -> KillFacts? { shownKill }
    var shownAlerts: [AlertLine] = []
    var acknowledged: [(alert: UInt64?, reason: String, by: UInt32)] = []
    mutating func alerts() -> [AlertLine] { shownAlerts }
    mutating func acknowledge(_ alert: UInt64?, reason: String, operatorID: UInt32) -> CommandReceipt {
        acknowledged.append((alert, reason, operatorID))
        return .done("acknowledged")
    }
    mutating func start(operatorID: UInt32) -> CommandReceipt { .done("strategies enabled") }
    mutating func limits() -> [LimitLine] {
        [LimitLine(name: "max_position", symbol: "BTCUSDT", value: "1", configured: "2", origin: "uid 7")]
    }
    mutating func changeLimit(
        _ name: String, to value: String, symbol: String?, lifetime: Nanoseconds, reason: String, operatorID: UInt32
    ) -> CommandReceipt {
        let subject = LimitSubject(.maxPosition, symbol == nil ? nil : InstrumentID(0))
        submitted.append(
            (
                Command(
                    kind: .limit, operatorID: operatorID, hash: 0, lifetime: lifetime, subject: subject.word,
                    value: Int64(value) ?? 0), reason
            ))
        return .submitted(sequence: UInt64(submitted.count))
    }
    mutating func memory() -> MemoryTable {
        var table = MemoryTable(smaps: "1-2 rw-p 0 0:0 0 [heap]\nSize: 8 kB\nRss: 4 kB\nLocked: 4 kB\n")
        table.residentAtStart = 4096
        return table
    }
    mutating func orders() -> [OrderLine] {
        [
            OrderLine(
                client: "nt-1", symbol: "BTCUSDT", side: .buy, state: "open", price: Price(raw: fixedPointUnit),
                quantity: Quantity(raw: 1), filled: .zero, age: .zero)
        ]
    }
    func order(named name: String) -> ClientOrderID? {
        let bytes = Array(name.utf8)
        return ClientOrderIDFormat(prefix: "nt-")!.parse(count: bytes.count) { bytes[$0] }
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
