import Model
import Units

/// Names one execution at the venue.
struct FillKey: Hashable {
    let instrument: InstrumentID
    let order: VenueOrderID
    let trade: TradeID

    init(_ fill: Fill) {
        instrument = fill.instrument
        order = fill.venueOrder
        trade = fill.trade
    }
}

/// The account's trades as the venue's history has them: the third leg of reconciliation. A fill that the private stream
/// lost (the venue died after the trade, the link broke before the report) comes to the core from here. Cold thread.
struct TradeHistory {
    /// How long a trade is asked for again: an order whose venue id is not known yet cannot take its fill.
    private static let overlap = Nanoseconds(seconds: 60)
    static let pageRows = 1000

    private struct Mark {
        /// The newest trade before the run: it is in the balances that the run started from.
        let floor: UInt64
        var newest: UInt64
        var newestAt: Nanoseconds
    }
    private var marks: [InstrumentID: Mark] = [:]
    /// From which trade on to ask; nothing for an instrument that was never asked about.
    private(set) var from: [InstrumentID: TradeID] = [:]
    /// The newest trade of an instrument that an answer showed; `nil` before the first answer.
    func newest(_ instrument: InstrumentID) -> UInt64? { seen[instrument] }
    private var seen: [InstrumentID: UInt64] = [:]
    /// Orders of earlier runs that were open when the account was first read.
    private var earlier: Set<VenueOrderID> = []

    /// Takes an answer, rows in the venue's order, and gives the fills that the core has not booked. The first answer
    /// gives none: it is what was before; but while orders of an earlier run rest (`open` by the same answer, `hasOrders` by
    /// the core's book), what is executed of them may be in it, and the core takes of it what it is owed. `isSettled`: no order's outcome is unknown. Until then nothing is
    /// passed over: a trade names its order by the venue's number alone, which an unknown order may learn only later.
    mutating func take(
        _ rows: [Fill], of instrument: InstrumentID, at now: Nanoseconds, booked: Set<FillKey>, isSettled: Bool,
        open: Set<VenueOrderID>, hasOrders: Bool
    ) -> [Fill] {
        let newest = rows.map(\.trade.low).max() ?? 0
        seen[instrument] = max(seen[instrument] ?? 0, newest)
        guard var mark = marks[instrument] else {
            earlier.formUnion(open)
            if !open.isEmpty || hasOrders {
                return rows.filter { earlier.contains($0.venueOrder) && !booked.contains(FillKey($0)) }
            }
            marks[instrument] = Mark(floor: newest, newest: newest, newestAt: now)
            from[instrument] = TradeID(low: newest + 1)
            return []
        }
        if !isSettled { mark.newestAt = now }
        if rows.count >= Self.pageRows {
            from[instrument] = rows[Self.pageRows / 2].trade
        } else if now - mark.newestAt > Self.overlap {
            from[instrument] = TradeID(low: mark.newest + 1)
            mark.newest = max(newest, mark.newest)
            mark.newestAt = now
        }
        marks[instrument] = mark
        return rows.filter { $0.trade.low > mark.floor && !booked.contains(FillKey($0)) }
    }
}
