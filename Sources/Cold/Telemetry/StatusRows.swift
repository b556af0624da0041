import Model

/// Every strategy's and every instrument's row, put together from statuses that each show one page of them. A run with more
/// than `EngineStatus.rows` is published page after page, so a row is as old as its page: 20 ms for each page there is.
package struct StatusRows: Sendable {
    package private(set) var strategies: [StrategyStatus] = []
    package private(set) var instruments: [InstrumentStatus] = []

    package init() {}

    /// Takes the page that a status shows.
    package mutating func take(_ status: EngineStatus) {
        let first = Int(status.firstRow)
        Self.take(&strategies, count: Int(status.strategyCount), first, StrategyStatus()) { status.strategies[$0] }
        Self.take(&instruments, count: Int(status.instrumentCount), first, InstrumentStatus()) { status.instruments[$0] }
    }

    private static func take<Row>(_ rows: inout [Row], count: Int, _ first: Int, _ empty: Row, _ row: (Int) -> Row) {
        if rows.count != count { rows = [Row](repeating: empty, count: count) }
        var index = first
        while index < count, index - first < EngineStatus.rows {
            rows[index] = row(index - first)
            index += 1
        }
    }
}
