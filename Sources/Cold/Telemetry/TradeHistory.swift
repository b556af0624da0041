import Model
import Units

/// Names one execution at the venue.
package struct FillKey: Hashable, Sendable {
    let instrument: InstrumentID
    let order: VenueOrderID
    let trade: TradeID

    package init(_ fill: Fill) {
        instrument = fill.instrument
        order = fill.venueOrder
        trade = fill.trade
    }
}

/// The account's trades as the venue's history has them: the third leg of reconciliation. A fill that the private stream
/// lost (the venue died after the trade, the link broke before the report) comes to the core from here. Cold thread.
package struct TradeHistory {
    /// How long a trade is asked for again: an order whose venue id is not known yet cannot take its fill.
    private static let overlap = Nanoseconds(seconds: 60)
    package static let pageRows = 1000

    private struct Mark {
        /// The newest trade before the run: it is in the balances that the run started from.
        let floor: UInt64
        var newest: UInt64
        var newestAt: Nanoseconds
    }
    private var marks: [InstrumentID: Mark] = [:]
    /// From which trade on to ask; nothing for an instrument whose newest trades are to be read.
    package private(set) var from: [InstrumentID: TradeID] = [:]
    /// The newest trade of an instrument that an answer showed; `nil` before the first answer.
    package func newest(_ instrument: InstrumentID) -> UInt64? { seen[instrument] }
    private var seen: [InstrumentID: UInt64] = [:]
    /// Orders that were open in the run's first minute: those of an earlier run are among them.
    private var earlier: Set<VenueOrderID> = []

    package init() {}

    /// Takes an answer, rows in the venue's order, and gives the fills that the core has not booked. What the first answer
    /// shows was before the run; but of orders of an earlier run that still rested (`open` by the same answer) it may show
    /// what the core is owed, so their rows are given in any case, and the core takes what the venue claims and nobody
    /// told. Nothing here depends on how soon the core has taken the answer before. `isSettled`: no order's outcome is
    /// unknown. Until then nothing is passed over: a trade names its order by the venue's number alone, which an unknown
    /// order may learn only later.
    package mutating func take(
        _ rows: [Fill], of instrument: InstrumentID, at now: Nanoseconds, booked: Set<FillKey>, isSettled: Bool,
        open: Set<VenueOrderID>
    ) -> [Fill] {
        let newest = rows.map(\.trade.low).max() ?? 0
        seen[instrument] = max(seen[instrument] ?? 0, newest)
        let isFirst = marks[instrument] == nil
        var mark = marks[instrument] ?? Mark(floor: newest, newest: newest, newestAt: now)
        if from[instrument] == nil { earlier.formUnion(open) }
        if !isSettled { mark.newestAt = now }
        if isFirst {
            if open.isEmpty { from[instrument] = TradeID(low: newest + 1) }
        } else if from[instrument] == nil, rows.count >= Self.pageRows, rows.allSatisfy({ $0.trade.low > mark.floor }) {
            // The newest rows no longer reach back to where the run began.
            from[instrument] = TradeID(low: mark.floor + 1)
        } else if from[instrument] != nil, rows.count >= Self.pageRows {
            from[instrument] = rows[Self.pageRows / 2].trade
        } else if now - mark.newestAt > Self.overlap {
            from[instrument] = TradeID(low: mark.newest + 1)
            mark.newest = max(newest, mark.newest)
            mark.newestAt = now
        }
        marks[instrument] = mark
        return rows.filter {
            ($0.trade.low > mark.floor || earlier.contains($0.venueOrder)) && !booked.contains(FillKey($0))
        }
    }
}
