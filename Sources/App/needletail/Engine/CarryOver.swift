import Config
import Guard
import Journal
import Model
import Replay
import Units

/// What the runs before left in this run's directory, and the commands that tell the core.
struct CarryOver {
    let commands: [Command]
    let marks: SequenceMarks
    /// For people, a line each.
    let words: [String]
    /// Strategies that the journal says are off: so are they where the file beside the latch does not say it.
    let switches: [SwitchRecord]

    /// `nil` for a run without an account, and where no LIVE run was before. Throws where the journal does not say what was
    /// left, or what was left has no place in this run.
    static func read(_ configuration: RunConfiguration, _ plan: RunPlan) throws -> CarryOver? {
        guard configuration.mode == .live else { return nil }
        let books = try books(configuration)
        guard books.hasRun else { return nil }
        let symbols = plan.instruments.map { $0.symbol.string }
        for (symbol, held) in books.positions.sorted(by: { $0.key < $1.key })
        where !held.quantity.isZero && !symbols.contains(symbol) {
            throw ToolError(
                "the runs before hold \(held.quantity) of \(symbol), which this configuration does not name",
                cure: "name \(symbol) under instruments again and close it; or, once it is closed at the venue, name another "
                    + "run.directory")
        }
        return CarryOver(books, plan, configuration)
    }

    private static func books(_ configuration: RunConfiguration) throws -> CarriedBooks {
        let directory = configuration.journal.directory
        do throws(CarryDamage) {
            return try CarriedBooks.read(directory: directory, name: configuration.name) { run in
                try? RunRecord.read(RunRecord.file(in: directory, run: run)).carriedInstruments()
            } strategies: { run in
                try? RunRecord.read(RunRecord.file(in: directory, run: run)).carriedStrategies()
            }
        } catch {
            throw ToolError(
                "what the runs before hold is not known, so this start is refused: \(error.sentence)",
                cure: "needletail journal verify \(directory); compare the account at the venue and close by hand what is "
                    + "held, then keep the directory and name another run.directory")
        }
    }

    private static func command(_ kind: CommandKind, _ subject: Int, _ value: Int64, cost: Int128 = 0) -> Command {
        Command(
            kind: kind, operatorID: Command.engineOperator, hash: UInt64(truncatingIfNeeded: cost),
            lifetime: Nanoseconds(raw: Int64(truncatingIfNeeded: cost >> 64)), subject: UInt64(subject), value: value)
    }

    private init(_ books: CarriedBooks, _ plan: RunPlan, _ configuration: RunConfiguration) {
        let command = Self.command
        let wall = MonotonicClock().wall()
        var commands: [Command] = []
        var words: [String] = []
        var marks: [InstrumentID: SequenceMarks.Mark] = [:]
        for (index, instrument) in plan.instruments.enumerated() {
            let symbol = instrument.symbol.string
            marks[instrument.id] = books.marks[symbol]
            let held = books.positions[symbol] ?? .init()
            commands.append(command(.carryPosition, index, held.quantity.raw, held.exactCost))
            guard !held.quantity.isZero else { continue }
            words.append("\(symbol): \(held.quantity) at \(held.averagePrice) on average is carried over from the run before")
        }
        let day = books.dayResult(at: wall)
        commands.append(command(.carryDay, 0, day, 0))
        if day != 0 {
            words.append("the trading day so far, without what open positions gained: \(Notional(raw: day)) is carried over")
        }
        if books.unpricedFees > 0 {
            words.append(
                "\(books.unpricedFees) fees of earlier runs were taken in an asset without a price and are in no result: "
                    + "the venue's page of trades names them")
        }
        for (index, pair) in plan.pairs.enumerated() {
            guard let balance = books.expected[pair[1]].flatMap({ Int64(exactly: $0) }) else { continue }
            commands.append(command(.carryBalance, index, balance, 0))
        }
        let parts = Self.strategies(books, plan, configuration, at: wall)
        self.commands = commands + parts.commands + [command(.carried, 0, 0, 0)]
        self.words = words + parts.words
        self.marks = SequenceMarks(marks: marks)
        switches = plan.strategies.compactMap { strategy in
            guard let held = books.strategies[strategy.name], let reason = held.off else { return nil }
            return SwitchRecord(
                subject: .strategy, name: strategy.name, reason: reason, until: held.offUntil, why: "it was off as the journal ended")
        }
    }

    /// What each strategy of this run held and made, and what of the positions is nobody's.
    private static func strategies(
        _ books: CarriedBooks, _ plan: RunPlan, _ configuration: RunConfiguration, at wall: Nanoseconds
    ) -> (commands: [Command], words: [String]) {
        var books = books
        books.keepStrategies(plan.strategies.map { .init(name: $0.name, symbol: configuration.symbol(of: $0.name)) })
        var commands: [Command] = []
        var words: [String] = []
        for (index, strategy) in plan.strategies.enumerated() {
            let held = books.strategies[strategy.name]?.position ?? .init()
            let made = books.strategyResult(strategy.name, at: wall)
            commands.append(command(.carryStrategy, index, held.quantity.raw, cost: held.exactCost))
            commands.append(command(.carryStrategyResult, index, made))
            guard !held.quantity.isZero || made != 0 else { continue }
            words.append(
                "\(strategy.name) goes on with \(held.quantity) \(configuration.symbol(of: strategy.name)) of its own and "
                    + "\(Notional(raw: made)) made before, without what that gained")
        }
        let names = plan.strategies.map(\.name)
        for instrument in plan.instruments {
            let symbol = instrument.symbol.string
            let rest = books.nobodys(symbol, besides: names)
            guard !rest.isZero else { continue }
            words.append("\(symbol): \(rest) is nobody's: no strategy of this run holds it, the instrument's and the run's limits do")
        }
        return (commands, words)
    }
}

extension RunConfiguration {
    /// The symbol that a strategy trades.
    func symbol(of strategy: String) -> String {
        strategies.first { $0.name == strategy }.map { instruments[$0.instrument.index].symbol } ?? ""
    }
}

extension RunRecord {
    /// The run's strategies, likewise.
    func carriedStrategies() throws -> [CarriedBooks.Strategy] {
        let configuration = try configuration()
        let rows = try strategies ?? plan().strategies.map { [$0.name, configuration.symbol(of: $0.name)] }
        return rows.compactMap { $0.count == 2 ? CarriedBooks.Strategy(name: $0[0], symbol: $0[1]) : nil }
    }

    /// The run's instruments as far as its journal is read without it.
    func carriedInstruments() throws -> [CarriedBooks.Instrument] {
        let pairs = try self.pairs ?? plan().pairs
        var assets: [String] = []
        for pair in pairs where pair.count == 3 {
            for name in pair[1...] where !assets.contains(name) { assets.append(name) }
        }
        return pairs.compactMap { pair in
            guard pair.count == 3, let at = assets.firstIndex(of: pair[1]) else { return nil }
            return CarriedBooks.Instrument(symbol: pair[0], base: pair[1], baseID: AssetID(UInt16(at)))
        }
    }
}
