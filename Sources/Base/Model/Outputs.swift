import Units

/// What a strategy wants. It can do nothing else.
public struct Intent: BitwiseCopyable, Sendable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        case place = 1, cancel = 2
        /// Another price or quantity for a resting order; `quantity` is of the whole order, what is executed included.
        case amend = 60
    }
    public var kind: Kind
    public var strategy: StrategyID
    public var instrument: InstrumentID
    public var side: Side
    public var timeInForce: TimeInForce
    public var price: Price
    public var quantity: Quantity
    /// The order to cancel or to amend; `none` for a place.
    public var client: ClientOrderID

    public init(
        kind: Kind, strategy: StrategyID, instrument: InstrumentID, side: Side, timeInForce: TimeInForce,
        price: Price, quantity: Quantity, client: ClientOrderID
    ) {
        self.kind = kind
        self.strategy = strategy
        self.instrument = instrument
        self.side = side
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
        self.client = client
    }
}

/// An order to be sent, risk passed, exposure reserved.
public struct NewOrder: BitwiseCopyable, Sendable {
    public var client: ClientOrderID
    public var instrument: InstrumentID
    public var strategy: StrategyID
    public var side: Side
    public var timeInForce: TimeInForce
    public var price: Price
    public var quantity: Quantity

    public init(
        client: ClientOrderID, instrument: InstrumentID, strategy: StrategyID, side: Side,
        timeInForce: TimeInForce, price: Price, quantity: Quantity
    ) {
        self.client = client
        self.instrument = instrument
        self.strategy = strategy
        self.side = side
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
    }
}

/// Names an order of ours: to cancel it or to look it up.
public struct OrderReference: BitwiseCopyable, Sendable {
    public var client: ClientOrderID
    public var instrument: InstrumentID
    /// `none` while the venue's id is not known: the client id is used.
    public var venueOrder: VenueOrderID

    public init(client: ClientOrderID, instrument: InstrumentID, venueOrder: VenueOrderID) {
        self.client = client
        self.instrument = instrument
        self.venueOrder = venueOrder
    }
}

/// A resting order's new price or quantity, risk passed, exposure reserved at the worse of both. Old and new are one
/// order for its strategy and for every limit: generations of one lineage.
public struct OrderAmendment: BitwiseCopyable, Sendable {
    /// The order as it rests.
    public var order: OrderReference
    /// Its name afterwards; the same where the venue changes it in place.
    public var client: ClientOrderID
    public var strategy: StrategyID
    public var side: Side
    public var timeInForce: TimeInForce
    public var price: Price
    /// Of the whole order, what is executed included.
    public var quantity: Quantity

    public init(
        order: OrderReference, client: ClientOrderID, strategy: StrategyID, side: Side, timeInForce: TimeInForce,
        price: Price, quantity: Quantity
    ) {
        self.order = order
        self.client = client
        self.strategy = strategy
        self.side = side
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
    }
    /// Changed where it rests, under its name: only its quantity, and only down. Otherwise the venue ends it, and takes
    /// the new one only when nothing of the old was executed.
    public var isInPlace: Bool { client == order.client }
}

/// Asks the venue to cancel everything unless it is asked again within `period`.
public struct SwitchRefresh: BitwiseCopyable, Sendable {
    /// Names the refresh: the run and a number that grows, apart from the names of orders.
    public var client: ClientOrderID
    public var period: Nanoseconds

    public init(client: ClientOrderID, period: Nanoseconds) {
        self.client = client
        self.period = period
    }
}

/// How a venue's dead-man's switch is used.
public struct CancelSwitchRule: BitwiseCopyable, Sendable, Equatable {
    /// After which the venue cancels everything by itself.
    public var period: Nanoseconds
    /// Between two refreshes.
    public var interval: Nanoseconds
    /// Age of the last confirmed refresh beyond which no new risk is taken; its age counts from its request.
    public var maxAge: Nanoseconds

    public init(period: Nanoseconds, interval: Nanoseconds, maxAge: Nanoseconds) {
        self.period = period
        self.interval = interval
        self.maxAge = maxAge
    }
}

/// The gate's verdict on an intent, with the two numbers it compared (at the scale of what is compared).
public struct Verdict: BitwiseCopyable, Sendable {
    public var intent: Intent
    public var verdict: RiskVerdict
    public var value: Int64
    public var limit: Int64
    /// Hash over the strategy's code version and parameters.
    public var strategyVersion: UInt32
    /// Of a strategy in shadow: judged and recorded, never sent.
    public var isShadow = false

    public init(
        intent: Intent, verdict: RiskVerdict, value: Int64, limit: Int64, strategyVersion: UInt32, isShadow: Bool = false
    ) {
        self.isShadow = isShadow
        self.intent = intent
        self.verdict = verdict
        self.value = value
        self.limit = limit
        self.strategyVersion = strategyVersion
    }
}

/// A change of an order's state.
public struct OrderTransition: BitwiseCopyable, Sendable {
    public var client: ClientOrderID
    public var instrument: InstrumentID
    public var from: OrderState
    public var to: OrderState
    public var error: ErrorCode
    public var filled: Quantity

    public init(
        client: ClientOrderID, instrument: InstrumentID, from: OrderState, to: OrderState, error: ErrorCode,
        filled: Quantity
    ) {
        self.client = client
        self.instrument = instrument
        self.from = from
        self.to = to
        self.error = error
        self.filled = filled
    }
}

/// Position and profit after a fill was applied.
public struct PositionChange: BitwiseCopyable, Sendable {
    public var instrument: InstrumentID
    public var quantity: Quantity
    public var averagePrice: Price
    public var realised: Notional
    public var fees: Notional
    public var client: ClientOrderID
    /// The fill came after its order was terminal.
    public var isLate: Bool

    public init(
        instrument: InstrumentID, quantity: Quantity, averagePrice: Price, realised: Notional, fees: Notional,
        client: ClientOrderID, isLate: Bool
    ) {
        self.instrument = instrument
        self.quantity = quantity
        self.averagePrice = averagePrice
        self.realised = realised
        self.fees = fees
        self.client = client
        self.isLate = isLate
    }
}

/// A change of the system state and why.
public struct StateChange: BitwiseCopyable, Sendable {
    public var from: SystemState
    public var to: SystemState
    public var error: ErrorCode
    /// What moved it, where it was a command.
    public var command: UInt8
    /// What tripped, where it leads to SAFE or HALTED.
    public var trip: Trip

    public init(from: SystemState, to: SystemState, error: ErrorCode, command: UInt8 = 0, trip: Trip = .none) {
        self.from = from
        self.to = to
        self.error = error
        self.command = command
        self.trip = trip
    }
}

/// How urgent an alert is. Raw values are journalled.
public enum Severity: UInt8, Sendable, BitwiseCopyable { case info = 1, warning = 2, critical = 3 }

/// Something a person should know, with two numbers behind it.
public struct Alert: BitwiseCopyable, Sendable {
    public var severity: Severity
    public var error: ErrorCode
    public var instrument: InstrumentID
    public var client: ClientOrderID
    public var value: Int64
    public var limit: Int64

    public init(
        severity: Severity, error: ErrorCode, instrument: InstrumentID, client: ClientOrderID, value: Int64,
        limit: Int64
    ) {
        self.severity = severity
        self.error = error
        self.instrument = instrument
        self.client = client
        self.value = value
        self.limit = limit
    }
}

/// A command was refused by the ceremony or accepted.
public struct CommandResult: BitwiseCopyable, Sendable {
    public var command: Command
    public var accepted: Bool
    public var state: SystemState
    /// What a refused arming waits for.
    public var missing: ArmingChecks
    /// Who took the step before, where this one builds on it: at `arm` who staged, at `confirm` who armed, at
    /// `confirmIntent` who asked. `Command.engineOperator` elsewhere.
    public var precedent: UInt32

    public init(
        command: Command, accepted: Bool, state: SystemState, missing: ArmingChecks = ArmingChecks(),
        precedent: UInt32 = Command.engineOperator
    ) {
        self.command = command
        self.accepted = accepted
        self.state = state
        self.missing = missing
        self.precedent = precedent
    }
}

/// A strategy or an instrument was switched off or on.
public struct SwitchChange: BitwiseCopyable, Sendable, Equatable {
    /// What is switched. Raw values are journalled.
    public enum Subject: UInt8, Sendable, BitwiseCopyable, CaseIterable { case strategy = 1, instrument = 2 }
    public var subject: Subject
    /// Of the strategy or instrument in the run's configuration.
    public var index: UInt16
    public var isOn: Bool
    /// Why it was off; `none` where a person switched it.
    public var reason: ErrorCode
    /// Who switched it; `Command.engineOperator` where nobody did.
    public var operatorID: UInt32
    /// Off only, engine clock. Of a strategy: from when on a person may let it propose again. Of an instrument: when it is
    /// traded again by itself; `.max` means that only a person ends it.
    public var until: Nanoseconds
    /// The two numbers that were compared, at the scale of the reason.
    public var value: Int64
    public var limit: Int64
    /// Hash over the strategy's code version and parameters; 0 for an instrument.
    public var version: UInt32

    public init(
        subject: Subject, index: UInt16, isOn: Bool, reason: ErrorCode, operatorID: UInt32, until: Nanoseconds,
        value: Int64, limit: Int64, version: UInt32
    ) {
        self.subject = subject
        self.index = index
        self.isOn = isOn
        self.reason = reason
        self.operatorID = operatorID
        self.until = until
        self.value = value
        self.limit = limit
        self.version = version
    }
}

/// Everything the core decides; journalled as decided and covered by the decision hash.
public enum Output: BitwiseCopyable, Sendable {
    case place(NewOrder)
    case cancel(OrderReference)
    case cancelAll(InstrumentID)
    case query(OrderReference)
    case verdict(Verdict)
    case order(OrderTransition)
    case position(PositionChange)
    case state(StateChange)
    case alert(Alert)
    case command(CommandResult)
    case switched(SwitchChange)
    case amend(OrderAmendment)
    case review(IntentReview)
    case refresh(SwitchRefresh)
}
