import Model
import Telemetry
import Units

/// What became of a command at the door.
package enum CommandReceipt: Sendable, Equatable {
    /// On its way to the core; `result(of:)` says what came of it.
    case submitted(sequence: UInt64)
    /// Done without the core.
    case done(String)
    case refused(ControlError)
}

/// An open order as an operator sees it.
package struct OrderLine: Sendable, Equatable {
    package var client: String
    package var symbol: String
    package var side: Side
    package var state: String
    package var price: Price
    package var quantity: Quantity
    package var filled: Quantity
    package var age: Nanoseconds
    /// The request that has no answer yet, and since when.
    package var inFlight: (kind: String, age: Nanoseconds)?
    /// How often an order of unknown outcome was looked up, and when last.
    package var lookUps: (count: Int, age: Nanoseconds)?

    package init(
        client: String, symbol: String, side: Side, state: String, price: Price, quantity: Quantity,
        filled: Quantity, age: Nanoseconds
    ) {
        self.client = client
        self.symbol = symbol
        self.side = side
        self.state = state
        self.price = price
        self.quantity = quantity
        self.filled = filled
        self.age = age
    }

    package var json: JSONValue {
        .make([
            "client_id": .string(client), "symbol": .string(symbol), "side": .string(side == .buy ? "BUY" : "SELL"),
            "state": .string(state), "price": .money(price), "quantity": .money(quantity), "filled": .money(filled),
            "age_ns": .time(age), "request": inFlight.map { .string($0.kind) } ?? .null,
            "request_age_ns": inFlight.map { .time($0.age) } ?? .null,
            "look_ups": .integer(Int64(lookUps?.count ?? 0)), "looked_up_age_ns": lookUps.map { .time($0.age) } ?? .null,
        ])
    }

    package static func == (a: OrderLine, b: OrderLine) -> Bool { a.json == b.json }
}

/// A position as an operator sees it.
package struct PositionLine: Sendable, Equatable {
    package var symbol: String
    package var quantity: Quantity
    package var averagePrice: Price
    package var realised: Notional
    package var unrealised: Notional
    package var fees: Notional

    package init(
        symbol: String, quantity: Quantity, averagePrice: Price, realised: Notional, unrealised: Notional,
        fees: Notional
    ) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
        self.realised = realised
        self.unrealised = unrealised
        self.fees = fees
    }

    package var json: JSONValue {
        .make([
            "symbol": .string(symbol), "quantity": .money(quantity), "average_price": .money(averagePrice),
            "realised": .money(realised), "unrealised": .money(unrealised), "fees": .money(fees),
        ])
    }
}

/// A fill as an operator sees it.
package struct FillLine: Sendable, Equatable {
    package var time: Nanoseconds
    package var client: String
    package var symbol: String
    package var side: Side
    package var price: Price
    package var quantity: Quantity
    package var isMaker: Bool
    /// Since it was journalled; set when it is shown.
    package var age = Nanoseconds.zero

    package init(
        time: Nanoseconds, client: String, symbol: String, side: Side, price: Price, quantity: Quantity, isMaker: Bool
    ) {
        self.time = time
        self.client = client
        self.symbol = symbol
        self.side = side
        self.price = price
        self.quantity = quantity
        self.isMaker = isMaker
    }

    package var json: JSONValue {
        .make([
            "time_ns": .time(time), "client_id": .string(client), "symbol": .string(symbol),
            "side": .string(side == .buy ? "BUY" : "SELL"), "price": .money(price), "quantity": .money(quantity),
            "maker": .bool(isMaker), "age_ns": .time(age),
        ])
    }
}

/// A limit in force as an operator sees it.
package struct LimitLine: Sendable, Equatable {
    package var name: String
    package var symbol: String
    package var value: String
    package var configured: String
    /// Where the value comes from.
    package var origin: String

    package init(name: String, symbol: String, value: String, configured: String, origin: String) {
        self.name = name
        self.symbol = symbol
        self.value = value
        self.configured = configured
        self.origin = origin
    }

    package var json: JSONValue {
        .make([
            "limit": .string(name), "symbol": .string(symbol), "value": .string(value), "configured": .string(configured),
            "origin": .string(origin),
        ])
    }
}

/// Answers for the engine. Called by `ControlServer.doWork` on its thread; nothing here may block.
package protocol ControlHandler {
    mutating func status() -> StatusDocument
    /// What would be armed now, for this long.
    mutating func mandate(lifetime: Nanoseconds) -> Mandate
    /// Passes a command to the core. `reason` is the operator's, for the record and the latch file; it may be empty.
    mutating func submit(_ command: Command, reason: String) -> CommandReceipt
    /// The core's answer to a submitted command; `nil` while it is awaited.
    mutating func result(of sequence: UInt64) -> CommandResult?
    /// Passes one order by hand to the core, to be reviewed.
    mutating func ask(
        _ side: Side, _ symbol: String, _ quantity: Quantity, at price: Price, _ timeInForce: TimeInForce, operatorID: UInt32
    ) -> CommandReceipt
    /// Cancels one order by the name that `orders` shows.
    mutating func cancel(clientID: String, operatorID: UInt32) -> CommandReceipt
    /// The review that belongs to the core's answer with this number; `nil` when it is none of an intent.
    mutating func review(of sequence: UInt64) -> IntentWords?
    /// The gate's refusal that came with the core's answer with this number, in words.
    mutating func refusal(of sequence: UInt64) -> String?
    /// The newest kill that found the engine not halted; `nil` before one.
    mutating func lastKill() -> KillFacts?
    /// Enables the strategies again after a stop.
    mutating func start(operatorID: UInt32) -> CommandReceipt
    /// The limits in force.
    mutating func limits() -> [LimitLine]
    /// Reads a new value for a limit and passes it to the core.
    mutating func changeLimit(
        _ name: String, to value: String, symbol: String?, lifetime: Nanoseconds, reason: String, operatorID: UInt32
    ) -> CommandReceipt
    /// Who owns what of the process's memory at this moment.
    mutating func memory() -> MemoryTable
    mutating func orders() -> [OrderLine]
    /// The id behind an order's name; `nil` when the name is none of ours.
    mutating func order(named: String) -> ClientOrderID?
    mutating func positions() -> [PositionLine]
    /// The newest fills, oldest of them first.
    mutating func fills(limit: Int) -> [FillLine]
    /// The newest messages that were not believed, oldest of them first.
    mutating func quarantine(limit: Int) -> [QuarantineLine]
    /// Open alerts, oldest first, behind the newest others.
    mutating func alerts() -> [AlertLine]
    /// Notes that a person knows of an alert, or of all.
    mutating func acknowledge(_ alert: UInt64?, reason: String, operatorID: UInt32) -> CommandReceipt
}
