import Journal
import Model
import Units

/// What a start makes of what the runs before left.
extension CarriedBooks {
    /// What the core is told before anything else, in this order. `instruments`, `strategies`: those of the run, by their ids.
    /// `wall`: now.
    package func commands(_ instruments: [Instrument], _ strategies: [Strategy], at wall: Nanoseconds) -> [Command] {
        var commands: [Command] = []
        for (index, instrument) in instruments.enumerated() {
            let held = positions[instrument.symbol] ?? .init()
            commands.append(Self.command(.carryPosition, index, held.quantity.raw, cost: held.exactCost))
        }
        commands.append(Self.command(.carryDay, 0, dayResult(at: wall)))
        for (index, instrument) in instruments.enumerated() {
            guard let balance = expected[instrument.base].flatMap({ Int64(exactly: $0) }) else { continue }
            commands.append(Self.command(.carryBalance, index, balance))
        }
        var books = self
        books.keepStrategies(strategies)
        for (index, strategy) in strategies.enumerated() {
            let held = books.strategies[strategy.name]?.position ?? .init()
            commands.append(Self.command(.carryStrategy, index, held.quantity.raw, cost: held.exactCost))
            commands.append(Self.command(.carryStrategyResult, index, books.strategyResult(strategy.name, at: wall)))
        }
        commands.append(Self.command(.carried, 0, 0))
        return commands
    }

    private static func command(_ kind: CommandKind, _ subject: Int, _ value: Int64, cost: Int128 = 0) -> Command {
        Command(
            kind: kind, operatorID: Command.engineOperator, hash: UInt64(truncatingIfNeeded: cost),
            lifetime: Nanoseconds(raw: Int64(truncatingIfNeeded: cost >> 64)), subject: UInt64(subject), value: value)
    }

    /// Up to where trades were processed, by the ids of this run.
    package func resume(_ instruments: [Instrument]) -> SequenceMarks {
        var marks: [InstrumentID: SequenceMarks.Mark] = [:]
        for (index, instrument) in instruments.enumerated() {
            marks[InstrumentID(UInt16(truncatingIfNeeded: index))] = self.marks[instrument.symbol]
        }
        return SequenceMarks(marks: marks)
    }
}
