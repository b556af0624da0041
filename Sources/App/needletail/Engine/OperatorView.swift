import Control
import Model
import Telemetry
import Units

/// What the journal's records add up to, kept on the cold side for people: open orders, the newest fills, counts by
/// code. It is computed from records alone, by other code than the core's, so that the two can be compared. Cold thread.
struct OperatorView {
    struct OpenOrder {
        var order: NewOrder
        var state: OrderState
        var filled: Quantity
        var since: Nanoseconds
        /// The request without an answer, and when it left; look-ups since the order became unknown.
        var request: RequestKind?
        var requestedAt: Nanoseconds
        var lookUps = 0
        var lookedUpAt = Nanoseconds.zero
    }

    private let identifiers: ClientOrderIDFormat
    private let symbols: [String]
    private(set) var events: EventLog
    private(set) var open: [ClientOrderID: OpenOrder] = [:]
    private(set) var recentFills: [FillLine] = []
    private(set) var counts = RunCounts()
    private(set) var roundTrips = RoundTrips()
    private(set) var account: AccountTrail
    /// Executions that the core has booked.
    private(set) var booked: Set<FillKey> = []
    private var lastFill: FillKey?
    /// The venue's balances as the inputs told them: of each asset the first sum and the last, at scale 8.
    private(set) var balances: [AssetID: (first: Int64, last: Int64)] = [:]
    private(set) var commandResults: [CommandResult] = []
    /// Kills that the core has decided, whoever asked.
    private(set) var killResults = 0
    /// Reviews of orders by hand, and the gate's refusals of confirmed ones, by the index of their command's result.
    private(set) var reviews: [Int: IntentReview] = [:]
    private(set) var refusals: [Int: Verdict] = [:]
    private var armingNews: [ArmingNews] = []
    /// By instrument.
    private(set) var positions: [PositionChange]
    /// The limits in force, by instrument, and those that were set by command.
    private(set) var limits: [RiskLimits]
    private(set) var limitChanges: [LimitChange] = []
    /// The newest top of each instrument; `nil` before the first.
    private(set) var tops: [TopOfBook?]
    /// Switched since the last call of `takeSwitches`.
    private var switches: [SwitchChange] = []
    /// The core did not take what the runs before left.
    private(set) var isCarryRefused = false
    /// Why the core halted by itself, until it was asked.
    private var ownHalt: ErrorCode?

    init(identifiers: ClientOrderIDFormat, instruments: [Instrument], strategies: [String], limits: [RiskLimits]) {
        self.limits = limits
        self.identifiers = identifiers
        symbols = instruments.map { $0.symbol.string }
        events = EventLog(
            capacity: 256, symbols: symbols, strategies: strategies, orderIDs: identifiers, keepsNews: true)
        account = AccountTrail(instruments: instruments)
        positions = instruments.map {
            PositionChange(
                instrument: $0.id, quantity: .zero, averagePrice: .zero, realised: .zero, fees: .zero, client: .none,
                isLate: false)
        }
        tops = Array(repeating: nil, count: instruments.count)
    }

    /// Whether the core has halted without a command since the last call, and why.
    mutating func takeOwnHalt() -> ErrorCode? {
        defer { ownHalt = nil }
        return ownHalt
    }

    /// What the core has switched off or on since the last call, in order.
    mutating func takeSwitches() -> [SwitchChange] {
        defer { switches = [] }
        return switches
    }

    /// What happened since the last call that somebody may have to be told, in order.
    mutating func takeNews() -> [EventLine] { events.takeNews() }

    /// What was decided about incidents and mandates since the last call, in order.
    mutating func takeArmingNews() -> [ArmingNews] {
        defer { armingNews = [] }
        return armingNews
    }

    /// Takes one record, in journal order.
    mutating func observe(_ record: Record) {
        let time = Nanoseconds(raw: record.time)
        if let output = Output(record: record) { observe(output, at: time) }
        if let input = Input(record: record) { observe(input, at: time) }
    }

    mutating func append(_ time: Nanoseconds, _ code: String, _ severity: Severity, _ text: String) {
        events.append(time, code, severity, text)
    }

    private mutating func observe(_ output: Output, at time: Nanoseconds) {
        events.note(output, at: time)
        if case .command(let result) = output, result.command.kind == .kill {
            killResults += 1
            // The operator's own command follows it.
            if result.command.subject == Command.ahead { return }
        }
        switch output {
        case .place(let order):
            counts.ordersSent += 1
            roundTrips.asked(.place, order.client, at: time)
            open[order.client] = OpenOrder(
                order: order, state: .pendingNew, filled: .zero, since: time, request: .place, requestedAt: time)
        case .amend(let amendment):
            counts.amends += 1
            roundTrips.asked(.amend, amendment.order.client, at: time)
            open[amendment.order.client]?.request = .amend
            open[amendment.order.client]?.requestedAt = time
            guard !amendment.isInPlace else { break }
            let order = NewOrder(
                client: amendment.client, instrument: amendment.order.instrument, strategy: amendment.strategy,
                side: amendment.side, timeInForce: amendment.timeInForce, price: amendment.price, quantity: amendment.quantity)
            open[amendment.client] = OpenOrder(
                order: order, state: .pendingNew, filled: .zero, since: time, request: .amend, requestedAt: time)
        case .cancel(let reference):
            counts.cancels += 1
            roundTrips.asked(.cancel, reference.client, at: time)
            open[reference.client]?.request = .cancel
            open[reference.client]?.requestedAt = time
        case .cancelAll: counts.cancels += 1
        case .refresh: break
        case .query(let reference):
            roundTrips.asked(.query, reference.client, at: time)
            open[reference.client]?.lookUps += 1
            open[reference.client]?.lookedUpAt = time
        case .verdict(let verdict):
            counts.intents += 1
            if verdict.verdict != .passed, !verdict.isShadow {
                counts.riskRejects[verdict.verdict.name, default: 0] += 1
                // Of an order by hand: the result of its confirmation comes next.
                if verdict.intent.strategy == .hand { refusals[commandResults.count] = verdict }
            }
        case .order(let transition):
            if transition.to.isTerminal {
                open[transition.client] = nil
            } else if var known = open[transition.client] {
                known.state = transition.to
                switch transition.to {
                case .pendingCancel where known.request != .cancel:
                    known.request = .cancel
                    known.requestedAt = time
                case .open, .partiallyFilled: known.request = nil
                case .unknown: known.lookUps = 0
                default: break
                }
                known.filled = transition.filled
                open[transition.client] = known
            }
        case .position(let change):
            positions[change.instrument.index] = change
            if let lastFill { booked.insert(lastFill) }
        case .review(let review): reviews[commandResults.count] = review
        case .command(let result) where result.command.kind == .limit:
            observeLimit(result, at: time)
            if result.command.operatorID != Command.engineOperator { commandResults.append(result) }
        case .switched(let change): switches.append(change)
        case .command(let result) where result.command.operatorID == Command.engineOperator:
            let words: [CommandKind] = [
                .carryPosition, .carryDay, .carryBalance, .carried, .carryStrategy, .carryStrategyResult,
            ]
            if !result.accepted, words.contains(result.command.kind) {
                isCarryRefused = true
            }
            // What was off before the start, and silent threads, tell themselves by a switch and an alert.
            guard result.command.kind == .stop else { break }
            events.append(
                time, "STALLED", .critical,
                "the trade thread stood still for \(result.command.lifetime.milliseconds) ms and took its mandate away")
        case .command(let result):
            commandResults.append(result)
            guard result.accepted else { break }
            if result.command.kind == .incident { armingNews.append(.noted(by: result.command.operatorID)) }
            if result.command.kind == .confirm {
                armingNews.append(.confirmed(hash: result.command.hash, by: result.command.operatorID))
            }
        case .state(let change):
            if change.to == .halted, change.command == 0 { ownHalt = change.error }
            if change.to == .safe || change.to == .halted { armingNews.append(.opened(change)) }
        case .alert: break
        }
    }

    private mutating func observe(_ input: Input, at time: Nanoseconds) {
        lastFill = nil
        if case .fill(let fill) = input { lastFill = FillKey(fill) }
        if case .orderReply(let reply) = input { roundTrips.answered(reply.kind, reply.client, at: time) }
        switch input {
        case .topOfBook(let top):
            counts.ticks += 1
            tops[top.instrument.index] = top
        case .trade: counts.ticks += 1
        case .orderReply(let reply) where reply.outcome == .refused:
            counts.rejects[reply.error.name, default: 0] += 1
        // The balances that this run starts from hold it.
        case .fill(let fill) where fill.source == .downtime: return
        case .fill(let fill):
            guard account.apply(fill) else { return }
            counts.fills += 1
            recentFills.append(
                FillLine(
                    time: time, client: identifiers.text(fill.client).string, symbol: symbols[fill.instrument.index],
                    side: fill.side, price: fill.price, quantity: fill.quantity, isMaker: fill.isMaker))
            if recentFills.count > 1000 { recentFills.removeFirst(500) }
        case .balance(let balance):
            // Two amounts that fit may have a sum that does not; such an asset is then not known, and proves nothing.
            guard let sum = balance.free.adding(balance.locked)?.raw else { break }
            balances[balance.asset] = (balances[balance.asset]?.first ?? sum, sum)
        default: break
        }
    }

    /// Every instrument's position, valued at the middle of its newest top.
    func positionLines() -> [PositionLine] {
        positions.map { held in
            var unrealised = Notional.zero
            if let top = tops[held.instrument.index] {
                let mid = (Int128(top.bidPrice.raw) + Int128(top.askPrice.raw)) / 2
                let gain = (mid - Int128(held.averagePrice.raw)) * Int128(held.quantity.raw) / Int128(fixedPointUnit)
                unrealised = Notional(raw: Int64(clamping: gain))
            }
            return PositionLine(
                symbol: symbols[held.instrument.index], quantity: held.quantity, averagePrice: held.averagePrice,
                realised: held.realised, unrealised: unrealised, fees: held.fees)
        }
    }

    /// Open orders, oldest first.
    func orderLines(now: Nanoseconds) -> [OrderLine] {
        open.values.sorted { $0.order.client.word < $1.order.client.word }.map { entry in
            var line = OrderLine(
                client: identifiers.text(entry.order.client).string, symbol: symbols[entry.order.instrument.index],
                side: entry.order.side, state: "\(entry.state)", price: entry.order.price,
                quantity: entry.order.quantity, filled: entry.filled, age: now - entry.since)
            if let request = entry.request { line.inFlight = ("\(request)", now - entry.requestedAt) }
            if entry.state == .unknown, entry.lookUps > 0 { line.lookUps = (entry.lookUps, now - entry.lookedUpAt) }
            return line
        }
    }
}

extension OperatorView {
    /// A limit as it was last set by command, of one instrument.
    struct LimitChange {
        var key: LimitKey
        var instrument: Int
        var operatorID: UInt32
        /// When a value looser than configured ends, engine clock.
        var ends: Nanoseconds
    }

    /// The same change as the core made.
    private mutating func observeLimit(_ result: CommandResult, at time: Nanoseconds) {
        guard result.accepted, let subject = LimitSubject(word: result.command.subject) else { return }
        for index in limits.indices where subject.instrument.map({ $0.index == index }) ?? true {
            subject.key.set(result.command.value, in: &limits[index])
            limitChanges.removeAll { $0.key == subject.key && $0.instrument == index }
            if result.command.operatorID == Command.engineOperator { continue }
            limitChanges.append(
                LimitChange(
                    key: subject.key, instrument: index, operatorID: result.command.operatorID,
                    ends: time + result.command.lifetime))
        }
    }
}

/// How often things happened in the run.
struct RunCounts {
    var ticks: UInt64 = 0
    var intents: UInt64 = 0
    var ordersSent: UInt64 = 0
    var cancels: UInt64 = 0
    var amends: UInt64 = 0
    var fills: UInt64 = 0
    /// By the venue, by `ErrorCode.name`.
    var rejects: [String: UInt64] = [:]
    /// By the gate, by `RiskVerdict.name`.
    var riskRejects: [String: UInt64] = [:]
}
