import Model
import Risk
import Units

/// What strategies and positions did in the last minute: the churn that the flip-flop safeguards watch.
struct Activity: ~Copyable {
    private var table: RateTable
    private let strategies: Int

    init(strategies: Int, instruments: Int) {
        self.strategies = strategies
        table = RateTable(rows: strategies * 3 + instruments, bucket: Nanoseconds(seconds: 1), buckets: 60)
    }

    /// A strategy's order was cancelled before anything of it was filled; answers how many in the last minute.
    mutating func cycled(_ strategy: StrategyID, at now: Nanoseconds) -> Int32 { table.record(strategy.index, at: now) }
    /// A strategy's order was executed; answers how many on that side in the last minute.
    mutating func executed(_ strategy: StrategyID, _ side: Side, at now: Nanoseconds) -> Int32 {
        table.record(strategies * (side == .buy ? 1 : 2) + strategy.index, at: now)
    }
    /// A position changed its sign; answers how often in the last minute.
    mutating func flipped(_ instrument: InstrumentID, at now: Nanoseconds) -> Int32 {
        table.record(strategies * 3 + instrument.index, at: now)
    }
    /// A person looked at it and armed again.
    mutating func clear(instruments: Int) { for row in 0..<strategies * 3 + instruments { table.clear(row) } }
}
