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

    private init(_ books: CarriedBooks, _ plan: RunPlan, _ configuration: RunConfiguration) {
        let instruments = RunRecord.carried(plan.pairs)
        let strategies = plan.strategies.map { CarriedBooks.Strategy(name: $0.name, symbol: configuration.symbol(of: $0.name)) }
        let wall = MonotonicClock().wall()
        commands = books.commands(instruments, strategies, at: wall)
        marks = books.resume(instruments)
        words = Self.words(books, instruments, strategies, at: wall)
        switches = plan.strategies.compactMap { strategy in
            guard let held = books.strategies[strategy.name], let reason = held.off else { return nil }
            return SwitchRecord(
                subject: .strategy, name: strategy.name, reason: reason, until: held.offUntil, why: "it was off as the journal ended")
        }
    }

    /// What is held and was made, by whom, and what of the positions is nobody's.
    private static func words(
        _ books: CarriedBooks, _ instruments: [CarriedBooks.Instrument], _ strategies: [CarriedBooks.Strategy], at wall: Nanoseconds
    ) -> [String] {
        var words: [String] = []
        for instrument in instruments {
            guard let held = books.positions[instrument.symbol], !held.quantity.isZero else { continue }
            words.append(
                "\(instrument.symbol): \(held.quantity) at \(held.averagePrice) on average is carried over from the run before")
        }
        let day = books.dayResult(at: wall)
        if day != 0 {
            words.append("the trading day so far, without what open positions gained: \(Notional(raw: day)) is carried over")
        }
        if books.unpricedFees > 0 {
            words.append(
                "\(books.unpricedFees) fees of earlier runs were taken in an asset without a price and are in no result: "
                    + "the venue's page of trades names them")
        }
        var books = books
        books.keepStrategies(strategies)
        for strategy in strategies {
            let held = books.strategies[strategy.name]?.position ?? .init()
            let made = books.strategyResult(strategy.name, at: wall)
            guard !held.quantity.isZero || made != 0 else { continue }
            words.append(
                "\(strategy.name) goes on with \(held.quantity) \(strategy.symbol) of its own and "
                    + "\(Notional(raw: made)) made before, without what that gained")
        }
        for instrument in instruments {
            let rest = books.nobodys(instrument.symbol, besides: strategies.map(\.name))
            guard !rest.isZero else { continue }
            words.append(
                "\(instrument.symbol): \(rest) is nobody's: no strategy of this run holds it, the instrument's and the run's limits do")
        }
        return words
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
        Self.carried(try self.pairs ?? plan().pairs)
    }

    /// Symbol, base and quote of each instrument, by their ids.
    static func carried(_ pairs: [[String]]) -> [CarriedBooks.Instrument] {
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
