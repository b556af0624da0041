import Journal
import Model
import Orders
import Units

/// What the LIVE runs of a journal left: positions at their cost, what the trading day has brought, what the account should
/// hold, up to where its trades were processed. Read from their records alone, in order, by other code than the core's:
/// a fill that the core booked is added to the position, the run's first complete snapshot says what the account held.
///
/// Every run begins with what was carried into it, so the reading begins with the newest run that was told everything.
package struct CarriedBooks: Sendable {
    /// One instrument of a run, in the order of its ids.
    package struct Instrument: Sendable, Equatable {
        package var symbol: String
        package var base: String
        package var baseID: AssetID
        package init(symbol: String, base: String, baseID: AssetID) {
            self.symbol = symbol
            self.base = base
            self.baseID = baseID
        }
    }

    /// By symbol: fills of all runs added up.
    package private(set) var positions: [String: Position] = [:]
    /// By name: what each strategy of the newest run holds and has made.
    package internal(set) var strategies: [String: CarriedStrategy] = [:]
    /// By base asset: what the account held when the journal ended, as far as it is explained; not there where nobody knows.
    package private(set) var expected: [String: Int128] = [:]
    /// Up to where trades were processed, by symbol.
    package private(set) var marks: [String: SequenceMarks.Mark] = [:]
    /// A LIVE run was read.
    package var hasRun: Bool { session != nil }
    /// An order of some LIVE run left.
    package private(set) var hasActed = false

    /// Fees that were taken in an asset without a price: they are in no result.
    package private(set) var unpricedFees = 0

    /// Realised less fees of all instruments, and that with what was open when the trading day began, scale 8.
    private var fees: Int128 = 0
    private var opening: Int128 = 0
    private var day = Int64.min
    /// The last mids, by symbol.
    var mids: [String: Price] = [:]

    // Of the run that is read.
    var run: UInt32 = 0
    private var session: UInt64?
    var instruments: [Instrument] = []
    /// In the order of their ids.
    var runStrategies: [Strategy] = []
    var owners = OrderOwners()
    private var runFees: [Int: Notional] = [:]
    private var isCarried = false
    /// What it is being told, which holds once all of it was: a run that died before counts as told nothing.
    private var told = Told()
    /// Base assets whose balance it was told.
    private var carriedBases: Set<String> = []
    private var pendingFill: Fill?
    private var pendingCommand: Command?
    private var runMarks = SequenceMarks()
    private var linkSince: Nanoseconds?
    private var snapshot: SnapshotMark?
    private var rows: [AssetID: Int128] = [:]
    private var lastFill: [String: Nanoseconds] = [:]

    /// The carrying commands of one run.
    private struct Told {
        var positions: [String: Position] = [:]
        var day: Int64?
        var expected: [String: Int128] = [:]
        var strategies: [Command] = []
    }

    package init() {}

    private static let dayLength: Int64 = 86_400_000_000_000

    /// What the trading day at this wall time has brought, apart from what open positions gained since they were opened.
    /// After midnight the day began with the last prices known, so that what was lost since counts.
    package func dayResult(at wall: Nanoseconds) -> Int64 {
        let began = isToday(wall) ? opening : settled + openGain
        return Int64(clamping: settled - began)
    }

    /// Whether this wall time is of the last record's day.
    func isToday(_ wall: Nanoseconds) -> Bool { wall.raw / Self.dayLength == day }

    private var settled: Int128 { positions.values.reduce(0 - fees) { $0 + Int128($1.realised.raw) } }

    private var openGain: Int128 {
        positions.reduce(0) { sum, held in
            guard let mid = mids[held.key] else { return sum }
            return sum + Int128(held.value.unrealised(at: mid).raw)
        }
    }

    /// A run of the journal begins. `instruments`, `strategies`: its own; `nil` where its record is lost.
    mutating func begin(_ header: JournalHeader, _ instruments: [Instrument]?, _ strategies: [Strategy]? = nil) {
        keepMarks()
        run = header.identity.run
        session = header.identity.session
        self.instruments = instruments ?? []
        owners = OrderOwners()
        runStrategies = strategies ?? []
        if let strategies { keepStrategies(strategies) }
        runFees = [:]
        isCarried = false
        told = Told()
        carriedBases = []
        pendingFill = nil
        pendingCommand = nil
        linkSince = nil
        snapshot = nil
        lastFill = [:]
        var known: [InstrumentID: SequenceMarks.Mark] = [:]
        for (index, instrument) in self.instruments.enumerated() {
            known[InstrumentID(UInt16(truncatingIfNeeded: index))] = marks[instrument.symbol]
        }
        runMarks = SequenceMarks(marks: known)
    }

    mutating func keepMarks() {
        for (index, instrument) in instruments.enumerated() {
            guard let mark = runMarks.marks[InstrumentID(UInt16(truncatingIfNeeded: index))] else { continue }
            marks[instrument.symbol] = mark
        }
    }

    /// Takes one record of the run that was begun. `wall`: its wall time.
    mutating func take(_ record: Record, wall: Nanoseconds) throws(CarryDamage) {
        if !isToday(wall) {
            day = wall.raw / Self.dayLength
            opening = settled + openGain
            beginStrategyDay()
        }
        runMarks.observe(record)
        switch record.stream {
        case .input?:
            pendingFill = nil
            pendingCommand = nil
            if let input = Input(record: record) { take(input, at: Nanoseconds(raw: record.time)) }
        case .output?:
            if let output = Output(record: record) {
                try take(output, at: Nanoseconds(raw: record.time), wall: wall)
            }
        case nil: return
        }
    }

    private mutating func take(_ input: Input, at time: Nanoseconds) {
        switch input {
        case .topOfBook(let top):
            guard top.bidPrice.isPositive, top.askPrice > top.bidPrice, let symbol = symbol(top.instrument) else { return }
            mids[symbol] = Price(raw: Int64((Int128(top.bidPrice.raw) + Int128(top.askPrice.raw)) / 2))
        case .fill(let fill): pendingFill = fill
        case .command(let command): pendingCommand = command
        case .link(let change) where change.role == .orders:
            linkSince = change.state == .up ? time : nil
            snapshot = nil
        case .snapshot(let mark):
            if !mark.isEnd {
                snapshot = mark
                rows = [:]
            } else if let open = snapshot, open.id == mark.id {
                snapshot = nil
                if mark.isComplete { compare(open.requestedAt) }
            }
        case .balance(let balance) where balance.source == .snapshot && snapshot != nil:
            rows[balance.asset] = Int128(balance.free.raw) + Int128(balance.locked.raw)
        default: return
        }
    }

    /// The first complete snapshot says what the account held; what differs later is a difference, and stays one.
    private mutating func compare(_ requestedAt: Nanoseconds) {
        guard let linkSince, requestedAt >= linkSince else { return }
        for instrument in instruments where expected[instrument.base] == nil {
            if let last = lastFill[instrument.base], last >= requestedAt { continue }
            expected[instrument.base] = rows[instrument.baseID]
        }
    }

    private mutating func take(_ output: Output, at time: Nanoseconds, wall: Nanoseconds) throws(CarryDamage) {
        switch output {
        case .place(let order):
            hasActed = true
            owners.note(order.client, order.strategy)
        case .amend(let amendment): owners.note(amendment.client, amendment.strategy)
        case .switched(let change): take(change, at: time, wall: wall)
        case .position(let change):
            if let fill = pendingFill { try book(fill, change, at: time) }
        case .command(let result):
            if let command = pendingCommand, result.accepted { take(command) }
        default: return
        }
    }

    private func symbol(_ id: InstrumentID) -> String? { id.index < instruments.count ? instruments[id.index].symbol : nil }

    private mutating func book(_ fill: Fill, _ change: PositionChange, at time: Nanoseconds) throws(CarryDamage) {
        pendingFill = nil
        guard fill.instrument.index < instruments.count else { throw .unknownRun(run) }
        let instrument = instruments[fill.instrument.index]
        var position = positions[instrument.symbol] ?? Position()
        // Fees are taken from what the core told: the assets of another run are not ours.
        guard position.apply(fill, base: .unknown, quote: .unknown) else { throw .overflow(run, instrument.symbol) }
        positions[instrument.symbol] = position
        if var staged = told.positions[instrument.symbol] {
            guard staged.apply(fill, base: .unknown, quote: .unknown) else { throw .overflow(run, instrument.symbol) }
            told.positions[instrument.symbol] = staged
        }
        if isCarried, change.quantity != position.quantity {
            throw .mismatch(run, instrument.symbol, core: change.quantity, journal: position.quantity)
        }
        let fee = Int128(change.fees.raw) - Int128((runFees[fill.instrument.index] ?? .zero).raw)
        fees += fee
        if fill.fee > 0, fee == 0 { unpricedFees += 1 }
        runFees[fill.instrument.index] = change.fees
        try bookStrategy(fill, change.client, fee: fee, in: instrument.symbol)
        if fill.client.run != run, !carriedBases.contains(instrument.base) {
            // It may be in the balance that this run began with or not.
            expected[instrument.base] = nil
        } else if let held = expected[instrument.base] {
            let signed = fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw
            expected[instrument.base] = held + Int128(signed) - (fill.feeAsset == instrument.baseID ? Int128(fill.fee) : 0)
        }
        if fill.source != .downtime { lastFill[instrument.base] = time }
        payElsewhere(fill, instrument, at: time)
    }

    /// The fee was taken from what another instrument of the run trades.
    private mutating func payElsewhere(_ fill: Fill, _ instrument: Instrument, at time: Nanoseconds) {
        guard fill.fee != 0, fill.feeAsset != instrument.baseID,
            let other = instruments.first(where: { $0.baseID == fill.feeAsset })?.base
        else { return }
        if fill.client.run != run, !carriedBases.contains(other) {
            expected[other] = nil
        } else if let held = expected[other] {
            expected[other] = held - Int128(fill.fee)
        }
        if fill.source != .downtime { lastFill[other] = time }
    }

    private mutating func take(_ command: Command) {
        pendingCommand = nil
        let index = Int(clamping: command.subject)
        switch command.kind {
        case .carryPosition:
            guard index < instruments.count,
                let position = Position(
                    quantity: Quantity(raw: command.value),
                    exactCost: Int128(command.lifetime.raw) << 64 | Int128(command.hash))
            else { return }
            told.positions[instruments[index].symbol] = position
        case .carryDay: told.day = command.value
        case .carryBalance:
            guard index < instruments.count else { return }
            told.expected[instruments[index].base] = Int128(command.value)
        case .carried: takeTold()
        case .acceptBalance:
            guard index < instruments.count else { return }
            expected[instruments[index].base] = nil
            carriedBases.remove(instruments[index].base)
        case .carryStrategy, .carryStrategyResult: told.strategies.append(command)
        default: return
        }
    }
}

extension CarriedBooks {
    /// The run was told all: from here on its own figures are those that count.
    private mutating func takeTold() {
        isCarried = true
        positions.merge(told.positions) { $1 }
        if let day = told.day {
            // What was realised before is in it.
            positions = positions.mapValues { Position(quantity: $0.quantity, exactCost: $0.exactCost) ?? Position() }
            fees = 0
            opening = 0 - Int128(day)
        }
        expected.merge(told.expected) { $1 }
        carriedBases.formUnion(told.expected.keys)
        for command in told.strategies { takeStrategy(command, Int(clamping: command.subject)) }
        told = Told()
    }
}
